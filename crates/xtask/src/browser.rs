//! The built page in a real browser: the specs of `tests/browser/`, in Chromium.

use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::run::{command, files_ending, output, root, run};
use crate::tools;
use crate::wasm_node::{self, Host};

/// Names under which Chromium, or Chrome, may be installed.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/// Runs the specs against `dist/` and the engines without the page (in the variable `CONSENSUS_WASM_WEB`); one browser at a time, for some of them measure.
pub fn test() -> Outcome {
    node_packages()?;
    let module = wasm_node::build(Host::Browser)?;
    let specs = files_ending(&root().join("tests/browser"), ".test.mjs")?;
    if specs.is_empty() {
        return Err("tests/browser/ has no *.test.mjs".into());
    }
    let mut node = command("node");
    node.args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .args(specs)
        .env("CHROME", chromium()?)
        .env("CONSENSUS_WASM_WEB", module);
    run(&mut node)
}

/// Makes sure that the packages of the harness are installed as its lock file says.
pub fn node_packages() -> Outcome {
    tools::node()?;
    let dir = root().join("tests/browser");
    if is_newer(&dir.join("node_modules/.package-lock.json"), &dir.join("package-lock.json")) {
        return Ok(());
    }
    eprintln!("The packages of the browser tests are missing: installing them with npm, a few seconds.");
    let mut npm = command("npm");
    npm.current_dir(&dir).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
    run(&mut npm).map_err(|error| {
        format!("the browser tests' packages could not be installed ({error}): run `npm ci` in tests/browser")
    })
}

/// Chromium: `CHROME`, one on `PATH`, or on Debian as root the package.
pub fn chromium() -> Outcome<PathBuf> {
    if let Some(chrome) = std::env::var_os("CHROME").map(PathBuf::from) {
        return if chrome.is_file() {
            Ok(chrome)
        } else {
            Err(format!("CHROME names {}, which is not there", chrome.display()))
        };
    }
    if let Some(chrome) = installed() {
        return Ok(chrome);
    }
    let by_hand = "install Chromium or Chrome by hand, or name one in the variable CHROME";
    if tools::on_path("apt-get").is_none() || !is_root() {
        return Err(format!(
            "no Chromium was found, and it cannot be installed without Debian's apt and root: {by_hand}"
        ));
    }
    eprintln!("Chromium (runs the page in tests) is missing: installing it with apt, about a minute.");
    let apt = |args: &[&str]| {
        run(command("apt-get").arg("-qq").args(args).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt(&["update"])
        .and_then(|()| apt(&["install", "-y", "chromium"]))
        .map_err(|error| format!("Chromium could not be installed ({error}): {by_hand}"))?;
    installed().ok_or_else(|| format!("Chromium was installed but is not on PATH: {by_hand}"))
}

fn installed() -> Option<PathBuf> {
    let on_path = NAMES.iter().find_map(|name| Some(tools::on_path(name)?.join(name)));
    on_path.or_else(|| Some(PathBuf::from(MAC)).filter(|path| path.is_file()))
}

fn is_root() -> bool {
    output(command("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn is_newer(made: &Path, from: &Path) -> bool {
    let modified = |path: &Path| path.metadata().and_then(|data| data.modified());
    matches!((modified(made), modified(from)), (Ok(made), Ok(from)) if made >= from)
}
