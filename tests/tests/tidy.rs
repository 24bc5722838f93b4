//! The shape of the repository, as tests: what lies where, what depends on what, and which words stand in no source.
//!
//! These are the invariants of ARCHITECTURE.md that no type can hold. Each test lists every offence it finds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

/// What must lie at the top.
const TOP_REQUIRED: [&str; 7] =
    ["Cargo.toml", "Trunk.toml", "index.html", "crates", "web", "tests", "README.md"];

/// What a repository carries beside it.
const TOP_ALLOWED: [&str; 13] = [
    ".cargo",
    ".ci",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "clippy.toml",
    "docs",
    "rust-toolchain.toml",
    "rustfmt.toml",
];

/// What each package may use of the others. A package that is not here has no place in the design yet.
const MAY_USE: [(&str, &[&str]); 15] = [
    ("consensus-kernel", &[]),
    ("consensus-protocols", &["kernel"]),
    ("consensus-scenario", &["kernel"]),
    ("consensus-sim", &["kernel", "scenario"]),
    ("consensus-check", &["kernel", "scenario", "sim"]),
    ("consensus-lab", &["kernel", "protocols", "scenario", "sim", "check"]),
    ("consensus-lessons", &["kernel", "scenario", "lab"]),
    ("consensus-figure", &["kernel", "protocols", "scenario", "sim", "check", "lab"]),
    ("consensus-bindings", &["kernel", "protocols", "scenario", "sim", "check", "lab", "figure"]),
    ("consensus-cli", &["kernel", "protocols", "scenario", "sim", "check", "lab", "figure"]),
    ("consensus-markup", &[]),
    (
        "consensus-web",
        &[
            "kernel",
            "protocols",
            "scenario",
            "sim",
            "check",
            "lab",
            "lessons",
            "figure",
            "bindings",
            "markup",
        ],
    ),
    (
        "consensus-tests",
        &["kernel", "protocols", "scenario", "sim", "check", "lab", "lessons", "figure", "cli"],
    ),
    ("consensus-squeeze", &[]),
    ("xtask", &["squeeze"]),
];

/// Crates from outside that only these packages may use.
const KEPT_TO: [(&str, &[&str]); 9] = [
    ("getrandom", &["consensus-web"]),
    ("gloo", &["consensus-web"]),
    ("js-sys", &["consensus-web", "consensus-bindings"]),
    ("rand", &[]),
    ("rayon", &["consensus-cli"]),
    ("serde-wasm-bindgen", &["consensus-web", "consensus-bindings"]),
    ("wasm-bindgen", &["consensus-web", "consensus-bindings"]),
    ("web-sys", &["consensus-web", "consensus-bindings"]),
    ("yew", &["consensus-web"]),
];

/// Where a run is computed: everything below the front ends. What measures these crates lies beside their `src`.
const ENGINE: [&str; 7] = ["kernel", "protocols", "scenario", "sim", "check", "lab", "figure"];

/// Most lines of a Rust file.
const LINES_MAX: usize = 900;

/// Files that may be longer, each with its reason.
const LONGER: [(&str, &str); 0] = [];

#[test]
fn the_top_folder_holds_exactly_what_the_design_names() {
    let top: BTreeSet<String> = files().iter().map(|file| first_part(file)).collect();
    let known = |name: &str| TOP_REQUIRED.contains(&name) || TOP_ALLOWED.contains(&name);
    let extra = top.iter().filter(|name| !known(name)).map(|name| format!("{name} is not in the design"));
    let missing = TOP_REQUIRED.iter().filter(|name| !top.contains(**name));
    none_of(extra.chain(missing.map(|name| format!("{name} is missing"))));
}

#[test]
fn packages_depend_on_each_other_only_in_the_direction_of_the_design() {
    let allowed = BTreeMap::from(MAY_USE);
    none_of(packages().iter().flat_map(|package| {
        let Some(may_use) = allowed.get(package.name.as_str()) else {
            return vec![format!("{} has no place in the design", package.name)];
        };
        let ours =
            package.ours.iter().filter(|used| !may_use.contains(&used.trim_start_matches("consensus-")));
        ours.map(|used| format!("{} must not depend on {used}", package.name)).collect()
    }));
}

#[test]
fn browser_crates_and_ambient_randomness_stay_in_the_front_ends() {
    none_of(packages().iter().flat_map(|package| {
        let strayed = KEPT_TO.iter().filter(|(outside, keepers)| {
            package.outside.contains(*outside) && !keepers.contains(&package.name.as_str())
        });
        strayed
            .map(|(outside, _)| format!("{} must not depend on {outside}", package.name))
            .collect::<Vec<_>>()
    }));
}

#[test]
fn no_engine_source_names_a_hashed_collection_or_a_clock() {
    const FORBIDDEN: [&str; 4] = ["HashMap", "HashSet", "Instant", "SystemTime"];
    none_of(rust_files().into_iter().filter(|file| is_engine(file)).flat_map(|file| {
        let text = read(&file);
        let found = code_words(&text).filter(|(_, word)| FORBIDDEN.contains(word));
        found.map(|(line, word)| format!("{}:{line} names {word}", file.display())).collect::<Vec<_>>()
    }));
}

#[test]
fn no_protocol_mints_a_signer() {
    let is_test = |file: &PathBuf| file.iter().any(|part| part == "tests");
    let files = rust_files().into_iter().filter(|f| f.starts_with("crates/protocols") && !is_test(f));
    none_of(files.flat_map(|file| {
        let text = read(&file);
        let found = code_words(&text).filter(|(_, word)| *word == "for_simulator");
        found.map(|(line, _)| format!("{}:{line} makes its own signer", file.display())).collect::<Vec<_>>()
    }));
}

#[test]
fn the_simulator_and_the_page_know_no_protocol_by_name() {
    let ids = protocol_ids();
    assert!(!ids.is_empty(), "the names of the protocols were not found in their sources");
    let of_interest = |file: &PathBuf| {
        ["web", "crates/sim", "crates/check", "crates/figure", "crates/bindings"]
            .iter()
            .any(|dir| file.starts_with(dir))
    };
    none_of(rust_files().into_iter().filter(of_interest).flat_map(|file| {
        let text = before_tests(&read(&file));
        let found = ids.iter().filter(|id| text.contains(&format!("\"{id}\"")));
        found.map(|id| format!("{} names the protocol {id}", file.display())).collect::<Vec<_>>()
    }));
}

#[test]
fn no_file_names_a_machine_path_or_a_package_registry() {
    // In two parts each, so that this file does not offend.
    let forbidden = [
        ("/wo", "rk/"),
        ("/tm", "p/"),
        ("/ro", "ot/"),
        ("/ho", "me/"),
        ("C:\\U", "sers"),
        ("crates", ".io"),
        ("npm", "js."),
        ("pypi", ".org"),
        ("deb.deb", "ian.org"),
    ]
    .map(|(start, end)| format!("{start}{end}"));
    none_of(text_files().into_iter().filter(|file| !is_lock_file(file)).flat_map(|file| {
        let text = read(&file);
        let lines = text.lines().enumerate();
        let found = lines.flat_map(|(at, line)| {
            let words = forbidden.iter().filter(|word| line.contains(word.as_str()));
            words.map(|word| format!("{}:{} names {word}", file.display(), at + 1)).collect::<Vec<_>>()
        });
        found.collect::<Vec<_>>()
    }));
}

#[test]
fn no_source_puts_work_off_in_a_note() {
    let notes = [("TO", "DO"), ("FIX", "ME"), ("XX", "X")].map(|(start, end)| format!("{start}{end}"));
    none_of(text_files().into_iter().filter(|file| !is_lock_file(file)).flat_map(|file| {
        let text = read(&file);
        let words = text.split(|c: char| !c.is_alphanumeric());
        let found: BTreeSet<_> = words.filter(|word| notes.iter().any(|note| note == word)).collect();
        found.into_iter().map(|note| format!("{} has a {note}", file.display())).collect::<Vec<_>>()
    }));
}

#[test]
fn every_rust_file_opens_with_what_it_is_about() {
    let silent = rust_files().into_iter().filter(|file| !read(file).starts_with("//! "));
    none_of(silent.map(|file| format!("{} does not open with a //! line", file.display())));
}

#[test]
fn no_rust_file_is_longer_than_a_reader_can_hold() {
    let excused = BTreeMap::from(LONGER);
    none_of(rust_files().into_iter().filter_map(|file| {
        let lines = read(&file).lines().count();
        let too_long = lines > LINES_MAX && !excused.contains_key(file.to_str()?);
        too_long.then(|| format!("{} has {lines} lines, more than {LINES_MAX}", file.display()))
    }));
}

#[test]
fn every_excuse_for_a_long_file_is_still_needed() {
    none_of(LONGER.iter().filter_map(|(file, _)| {
        let path = root().join(file);
        let lines = path.is_file().then(|| read(Path::new(file)).lines().count());
        lines.is_none_or(|lines| lines <= LINES_MAX).then(|| format!("{file} needs no excuse"))
    }));
}

/// Fails with the whole list.
fn none_of(offences: impl Iterator<Item = String>) {
    let offences: Vec<String> = offences.collect();
    assert!(offences.is_empty(), "\n  {}\n", offences.join("\n  "));
}

/// A package of the workspace and what its manifest asks for, for any purpose.
struct Package {
    name: String,
    ours: BTreeSet<String>,
    outside: BTreeSet<String>,
}

fn packages() -> Vec<Package> {
    let args = ["metadata", "--format-version=1", "--no-deps", "--offline"];
    let text = output(Command::new("cargo").args(args));
    let metadata: Value = serde_json::from_str(&text).expect("cargo metadata prints JSON");
    let packages = metadata["packages"].as_array().expect("cargo metadata lists packages");
    packages.iter().map(package).collect()
}

fn package(json: &Value) -> Package {
    let name_of = |json: &Value| json["name"].as_str().expect("packages have names").to_owned();
    let dependencies = json["dependencies"].as_array().expect("packages list what they depend on");
    let (ours, outside): (Vec<_>, Vec<_>) =
        dependencies.iter().partition(|dependency| dependency["path"].is_string());
    Package {
        name: name_of(json),
        ours: ours.into_iter().map(name_of).collect(),
        outside: outside.into_iter().map(name_of).collect(),
    }
}

/// The `id` of every `Meta` in the sources of the protocols.
fn protocol_ids() -> BTreeSet<String> {
    let sources = rust_files().into_iter().filter(|file| file.starts_with("crates/protocols/src"));
    let ids = sources.flat_map(|file| {
        let text = before_tests(&read(&file));
        let metas = text.split("Meta {").skip(1);
        metas
            .filter_map(|meta| Some(meta.split_once("id: \"")?.1.split_once('"')?.0.to_owned()))
            .collect::<Vec<_>>()
    });
    ids.collect()
}

/// The identifiers of a source with their line numbers, comments left out.
fn code_words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().flat_map(|(at, line)| {
        let code = line.split_once("//").map_or(line, |(code, _)| code);
        code.split(|c: char| !c.is_alphanumeric() && c != '_').map(move |word| (at + 1, word))
    })
}

/// A source without its unit tests, which stand at its end.
fn before_tests(text: &str) -> String {
    text.split_once("#[cfg(test)]\nmod tests").map_or(text, |(code, _)| code).to_owned()
}

fn is_engine(file: &Path) -> bool {
    ENGINE.iter().any(|name| file.starts_with(Path::new("crates").join(name).join("src")))
}

fn is_lock_file(file: &Path) -> bool {
    file.ends_with("Cargo.lock") || file.ends_with("package-lock.json")
}

fn rust_files() -> Vec<PathBuf> {
    files().into_iter().filter(|file| file.extension().is_some_and(|ext| ext == "rs")).collect()
}

fn text_files() -> Vec<PathBuf> {
    files().into_iter().filter(|file| std::fs::read_to_string(root().join(file)).is_ok()).collect()
}

/// Every file of the repository that Git does not ignore, relative to the top.
fn files() -> Vec<PathBuf> {
    let args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listed = output(Command::new("git").args(args));
    let files = listed.split_terminator('\0').map(PathBuf::from);
    files.filter(|file| root().join(file).is_file()).collect()
}

fn first_part(file: &Path) -> String {
    file.iter().next().expect("paths are not empty").to_string_lossy().into_owned()
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn root() -> &'static Path {
    // Asked for at run time first: clones that share a target folder share this program.
    static HERE: LazyLock<PathBuf> = LazyLock::new(|| {
        std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into()).into()
    });
    HERE.parent().expect("this package lies in the top folder")
}

fn output(command: &mut Command) -> String {
    let output = command.current_dir(root()).output().expect("git and cargo are there");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}");
    String::from_utf8(output.stdout).expect("paths are UTF-8")
}
