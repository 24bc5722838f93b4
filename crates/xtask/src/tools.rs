//! The tools of a build, at the versions that work together.
//!
//! A tool is taken from the first of these places that has exactly the pinned version: `PATH`; the cache of the user,
//! `$XDG_CACHE_HOME/consensus-playground/<tool>-<version>` (or `~/.cache/…`), which outlives a clone; a prebuilt one
//! by `cargo binstall`, where that is installed and the network gives it; the sources, compiled once into the cache.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::Outcome;
use crate::browser;
use crate::run::{cargo, command, output, run};

/// The target that the page and the bindings are compiled for.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// A pinned tool.
pub struct Tool {
    /// The program to start.
    program: &'static str,
    /// The word of `--version` that tells the version.
    version: &'static str,
    /// The folder in the cache, and what lies below it.
    cached: &'static str,
    bin: &'static str,
    /// What it is for.
    purpose: &'static str,
    source: Source,
}

enum Source {
    /// A crate, and about how many minutes of one core it takes to compile.
    Crate { package: &'static str, version: &'static str, minutes: u32 },
    /// A package for Node that carries the program.
    Node { package: &'static str },
}

/// Bundles the page. Trunk 0.22 wants a newer compiler than the pinned one.
pub const TRUNK: Tool = Tool {
    program: "trunk",
    version: "0.21.14",
    cached: "trunk-0.21.14",
    bin: "bin",
    purpose: "bundles the page",
    source: Source::Crate { package: "trunk", version: "0.21.14", minutes: 6 },
};

/// Writes the JavaScript around a wasm module. Its version must be that of the `wasm-bindgen` crate.
pub const WASM_BINDGEN: Tool = Tool {
    program: "wasm-bindgen",
    version: "0.2.129",
    cached: "wasm-bindgen-0.2.129",
    bin: "bin",
    purpose: "writes the JavaScript around the wasm module",
    source: Source::Crate { package: "wasm-bindgen-cli", version: "0.2.129", minutes: 4 },
};

/// Shrinks the wasm module. Older ones cannot read what the pinned compiler writes.
pub const WASM_OPT: Tool = Tool {
    program: "wasm-opt",
    version: "132",
    cached: "binaryen-132.0.0",
    bin: "node_modules/.bin",
    purpose: "makes the wasm module smaller and faster",
    source: Source::Node { package: "binaryen@132.0.0" },
};

/// `cargo xtask tools`: everything that the other commands need.
pub fn all() -> Outcome {
    rust_components()?;
    wasm_target()?;
    node()?;
    for tool in [&TRUNK, &WASM_BINDGEN, &WASM_OPT] {
        eprintln!("{:>14} {:<8} {}", tool.program, tool.version, tool.find_or_install()?.display());
    }
    browser::all()
}

/// A `PATH` on which the given tools come first.
pub fn path_with(tools: &[&Tool]) -> Outcome<OsString> {
    let mut dirs = Vec::new();
    for tool in tools {
        dirs.push(tool.find_or_install()?);
    }
    dirs.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    std::env::join_paths(dirs).map_err(|error| format!("PATH cannot be extended: {error}"))
}

impl Tool {
    /// The program itself.
    pub fn program_path(&self) -> Outcome<PathBuf> {
        Ok(self.find_or_install()?.join(self.program))
    }

    /// The folder that has the tool.
    fn find_or_install(&self) -> Outcome<PathBuf> {
        if let Some(dir) = on_path(self.program).filter(|dir| self.is_pinned(dir)) {
            return Ok(dir);
        }
        let home = cache_dir()?.join(self.cached);
        let dir = home.join(self.bin);
        if !self.is_pinned(&dir) {
            std::fs::create_dir_all(&home)
                .map_err(|error| format!("cannot make the tool cache {}: {error}", home.display()))?;
            self.install(&home)?;
        }
        if self.is_pinned(&dir) {
            return Ok(dir);
        }
        Err(format!(
            "{} was installed in {} but does not answer with version {}: remove that folder and try again",
            self.program,
            home.display(),
            self.version
        ))
    }

    fn is_pinned(&self, dir: &Path) -> bool {
        let told = output(command(dir.join(self.program)).arg("--version"));
        told.is_ok_and(|text| text.split_whitespace().any(|word| word == self.version))
    }

    fn install(&self, home: &Path) -> Outcome {
        let start = Instant::now();
        match self.source {
            Source::Crate { package, version, minutes } => {
                self.install_crate(home, package, version, minutes)?
            }
            Source::Node { package } => self.install_node_package(home, package)?,
        }
        eprintln!("    {} is there, after {} s.", self.program, start.elapsed().as_secs());
        Ok(())
    }

    fn install_crate(&self, home: &Path, package: &str, version: &str, minutes: u32) -> Outcome {
        let spec = format!("{package}@{version}");
        if output(&mut cargo(["binstall", "-V"])).is_ok() {
            eprintln!("{} {} ({}) is missing: asking cargo binstall.", self.program, version, self.purpose);
            let mut binstall =
                cargo(["binstall", "--no-confirm", "--disable-strategies", "compile", "--root"]);
            if run(binstall.arg(home).arg(&spec)).is_ok() {
                return Ok(());
            }
        }
        eprintln!(
            "{} {} ({}) is missing: compiling it once, about {} minutes, into {}.",
            self.program,
            version,
            self.purpose,
            minutes,
            home.display()
        );
        let mut install = cargo(["install", "--locked", "--force", "--root"]);
        // A target folder chosen for the project is no place for a tool's build.
        install.arg(home).arg(&spec).env_remove("CARGO_TARGET_DIR").env_remove("CARGO_BUILD_TARGET_DIR");
        run(&mut install).map_err(|error| {
            format!(
                "{} {} could not be installed ({error}): install it by hand with `cargo install --locked {spec}`",
                self.program, version
            )
        })
    }

    fn install_node_package(&self, home: &Path, package: &str) -> Outcome {
        node()?;
        eprintln!("{} {} ({}) is missing: installing it with npm.", self.program, self.version, self.purpose);
        let mut npm = command("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"])
            .arg(home)
            .arg(package);
        run(&mut npm).map_err(|error| {
            format!(
                "{} could not be installed ({error}): put a {} of version {} on PATH by hand",
                package, self.program, self.version
            )
        })
    }
}

/// Makes sure that the standard library for wasm is there.
pub fn wasm_target() -> Outcome {
    let mut asked = command("rustc");
    let libdir = output(asked.args(["--print", "target-libdir", "--target", WASM_TARGET]))
        .map_err(|error| format!("{error}: install Rust with rustup, https://rustup.rs"))?;
    if Path::new(libdir.trim()).is_dir() {
        return Ok(());
    }
    eprintln!("The compiler's {WASM_TARGET} target is missing: adding it with rustup, a few seconds.");
    run(command("rustup").args(["target", "add", WASM_TARGET])).map_err(|error| {
        format!(
            "the {WASM_TARGET} target could not be added ({error}): run `rustup target add {WASM_TARGET}`"
        )
    })
}

/// Makes sure that the formatter and the linter are there.
pub fn rust_components() -> Outcome {
    if output(&mut cargo(["fmt", "--version"])).is_ok() && output(&mut cargo(["clippy", "--version"])).is_ok()
    {
        return Ok(());
    }
    eprintln!("rustfmt or clippy is missing: adding both with rustup, a few seconds.");
    run(command("rustup").args(["component", "add", "rustfmt", "clippy"])).map_err(|error| {
        format!("rustfmt and clippy could not be added ({error}): run `rustup component add rustfmt clippy`")
    })
}

/// Makes sure that Node is there and new enough for its own test runner.
pub fn node() -> Outcome {
    const OLDEST: u32 = 20;
    let advice = format!("install Node {OLDEST} or newer, with npm");
    let told = output(command("node").arg("--version")).map_err(|error| format!("{error}: {advice}"))?;
    let major =
        told.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < OLDEST) {
        return Err(format!("Node {} is too old: {advice}", told.trim()));
    }
    output(command("npm").arg("--version")).map_err(|error| format!("{error}: {advice}"))?;
    Ok(())
}

/// The first folder on `PATH` that has `program`.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).find(|dir| dir.join(program).is_file())
}

fn cache_dir() -> Outcome<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|dir| dir.is_absolute());
    let cache = cache.or_else(|| Some(std::env::home_dir()?.join(".cache")));
    let cache = cache.ok_or("there is no home folder to keep tools in: set XDG_CACHE_HOME")?;
    Ok(cache.join("consensus-playground"))
}

/// Trunk in the top folder, with its tools first on `PATH`.
pub fn trunk(subcommand: &str) -> Outcome<Command> {
    wasm_target()?;
    let path = path_with(&[&TRUNK, &WASM_BINDGEN, &WASM_OPT])?;
    let mut trunk = command(TRUNK.program_path()?);
    trunk.arg(subcommand).arg("--skip-version-check").env("PATH", path).env("RUST_BACKTRACE", "0");
    // Trunk reads this variable as a boolean and rejects the customary `1`.
    if std::env::var_os("NO_COLOR").is_some() {
        trunk.env("NO_COLOR", "true");
    }
    Ok(trunk)
}

#[cfg(test)]
mod tests {
    use super::{Source, TRUNK, WASM_BINDGEN, WASM_OPT};

    /// The files that repeat a pin for those who build by hand.
    const TRUNK_TOML: &str = include_str!("../../../Trunk.toml");
    const CARGO_TOML: &str = include_str!("../../../Cargo.toml");

    #[test]
    fn trunk_by_hand_uses_the_same_versions() {
        assert!(TRUNK_TOML.contains(&format!("trunk-version = \"^{}\"", TRUNK.version)));
        assert!(TRUNK_TOML.contains(&format!("wasm_bindgen = \"{}\"", WASM_BINDGEN.version)));
        assert!(TRUNK_TOML.contains(&format!("wasm_opt = \"version_{}\"", WASM_OPT.version)));
    }

    #[test]
    fn the_crate_and_the_program_wasm_bindgen_have_one_version() {
        assert!(CARGO_TOML.contains(&format!("wasm-bindgen = \"={}\"", WASM_BINDGEN.version)));
    }

    #[test]
    fn a_tool_is_cached_under_its_version() {
        for tool in [TRUNK, WASM_BINDGEN] {
            let Source::Crate { version, .. } = tool.source else { panic!("{} is a crate", tool.program) };
            assert_eq!(version, tool.version);
            assert_eq!(tool.cached, format!("{}-{}", tool.program, tool.version));
        }
    }
}
