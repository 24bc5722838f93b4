//! The built page in real browsers: the specs of `tests/browser/`, in Chromium; the core path and the digests in Firefox and
//! WebKit, too.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::run::{command, files_ending, output, root, run};
use crate::tools;
use crate::wasm_node::{self, Host};

/// The spec that starts other browsers than Chromium.
const ENGINES: &str = "engines.test.mjs";

/// Runs the specs against `dist/` in Chromium; one browser at a time, for some of them measure.
pub fn test() -> Outcome {
    let mut specs = files_ending(&root().join("tests/browser"), ".test.mjs")?;
    specs.retain(|spec| !spec.ends_with(ENGINES));
    if specs.is_empty() {
        return Err("tests/browser/ has no *.test.mjs".into());
    }
    run(specs_in_node()?.args(specs))
}

/// Runs the spec for all browsers against `dist/`, and against the engines without the page, which it finds in the
/// variable `CONSENSUS_WASM_WEB`.
pub fn engines() -> Outcome {
    let mut node = specs_in_node()?;
    all_engines(&mut node)?;
    node.arg(root().join("tests/browser").join(ENGINES))
        .env("CONSENSUS_WASM_WEB", wasm_node::build(Host::Browser)?);
    run(&mut node)
}

/// Tells the scripts that `node` runs where Firefox and WebKit are.
pub fn all_engines(node: &mut Command) -> Outcome {
    node.env("FIREFOX", FIREFOX.find_or_install()?)
        .env("WEBKIT_DRIVER", WEBKIT.find_or_install()?)
        .env("XVFB_RUN", SCREEN.find_or_install()?);
    Ok(())
}

/// Node's test runner, with Chromium at hand; the specs are to be named.
pub fn specs_in_node() -> Outcome<Command> {
    let mut node = node()?;
    node.args(["--test", "--test-reporter=spec", "--test-concurrency=1"]);
    Ok(node)
}

/// A script of `tests/browser/` that is no spec, with Chromium at hand.
pub fn script(name: &str) -> Outcome<Command> {
    let mut node = node()?;
    node.arg(root().join("tests/browser").join(name));
    Ok(node)
}

fn node() -> Outcome<Command> {
    node_packages()?;
    let mut node = command("node");
    node.env("CHROME", CHROMIUM.find_or_install()?);
    Ok(node)
}

/// `cargo xtask tools`: finds or installs all browsers, and says where they are.
pub fn all() -> Outcome {
    node_packages()?;
    for browser in [&CHROMIUM, &FIREFOX, &WEBKIT, &SCREEN] {
        let path = browser.find_or_install()?;
        eprintln!("{:>14} {:<8} {}", browser.names[0], "", path.display());
    }
    Ok(())
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

/// A program that comes with the system.
struct Browser {
    /// For people.
    title: &'static str,
    /// What it is for.
    purpose: &'static str,
    /// The variable that may name it.
    variable: &'static str,
    /// What it may be called on `PATH`.
    names: &'static [&'static str],
    /// Where else it may be.
    place: &'static str,
    /// Debian's packages that have it.
    packages: &'static [&'static str],
}

const CHROMIUM: Browser = Browser {
    title: "Chromium",
    purpose: "runs the page in tests",
    variable: "CHROME",
    names: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    place: "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    packages: &["chromium"],
};
const FIREFOX: Browser = Browser {
    title: "Firefox",
    purpose: "runs the core path of the page and the engines in tests",
    variable: "FIREFOX",
    names: &["firefox-esr", "firefox"],
    place: "/Applications/Firefox.app/Contents/MacOS/firefox",
    packages: &["firefox-esr"],
};
const WEBKIT: Browser = Browser {
    title: "WebKitGTK with its driver",
    purpose: "runs the core path of the page and the engines in tests",
    variable: "WEBKIT_DRIVER",
    names: &["WebKitWebDriver"],
    place: "",
    packages: &["webkit2gtk-driver"],
};
const SCREEN: Browser = Browser {
    title: "xvfb-run",
    purpose: "is WebKit's screen",
    variable: "XVFB_RUN",
    names: &["xvfb-run"],
    place: "",
    packages: &["xvfb", "xauth"],
};

impl Browser {
    /// The program: what the variable names, one on `PATH`, or on Debian as root the package.
    fn find_or_install(&self) -> Outcome<PathBuf> {
        let Self { title, variable, .. } = self;
        if let Some(named) = std::env::var_os(variable).map(PathBuf::from) {
            return if named.is_file() {
                Ok(named)
            } else {
                Err(format!("{variable} names {}, which is not there", named.display()))
            };
        }
        if let Some(path) = self.installed() {
            return Ok(path);
        }
        let by_hand = format!("install {title} by hand, or name it in the variable {variable}");
        if tools::on_path("apt-get").is_none() || !is_root() {
            return Err(format!(
                "no {title} was found, and it cannot be installed without Debian's apt and root: {by_hand}"
            ));
        }
        eprintln!("{title} ({}) is missing: installing it with apt, about a minute.", self.purpose);
        let apt = |args: &[&str]| {
            run(command("apt-get").arg("-qq").args(args).env("DEBIAN_FRONTEND", "noninteractive"))
        };
        apt(&["update"])
            .and_then(|()| apt(&[&["install", "-y", "--no-install-recommends"][..], self.packages].concat()))
            .map_err(|error| format!("{title} could not be installed ({error}): {by_hand}"))?;
        self.installed().ok_or_else(|| format!("{title} was installed but is not on PATH: {by_hand}"))
    }

    fn installed(&self) -> Option<PathBuf> {
        let on_path = self.names.iter().find_map(|name| Some(tools::on_path(name)?.join(name)));
        on_path.or_else(|| Some(PathBuf::from(self.place)).filter(|path| path.is_file()))
    }
}

fn is_root() -> bool {
    output(command("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn is_newer(made: &Path, from: &Path) -> bool {
    let modified = |path: &Path| path.metadata().and_then(|data| data.modified());
    matches!((modified(made), modified(from)), (Ok(made), Ok(from)) if made >= from)
}
