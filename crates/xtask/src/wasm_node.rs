//! The engines as wasm without the page: the bindings, compiled as the page is, driven by the scripts of `tests/wasm/` in
//! Node and of `tests/browser/` in browsers.

use std::path::PathBuf;

use crate::Outcome;
use crate::run::{cargo, command, files_ending, root, run, target_dir};
use crate::tools::{self, WASM_BINDGEN, WASM_TARGET};

/// Who loads the module.
#[derive(Clone, Copy)]
pub enum Host {
    /// Node, as a CommonJS module.
    Node,
    /// A browser, as an ES module.
    Browser,
}

/// Compiles the bindings and runs the tests; they find the module in the variable `CONSENSUS_WASM`.
pub fn test() -> Outcome {
    tools::node()?;
    let module = build(Host::Node)?;
    let tests = files_ending(&root().join("tests/wasm"), ".test.mjs")?;
    if tests.is_empty() {
        return Err("tests/wasm/ has no *.test.mjs".into());
    }
    eprintln!("The module lies in {}.", module.display());
    run(command("node").args(["--test", "--test-reporter=spec"]).args(tests).env("CONSENSUS_WASM", module))
}

/// The module, as its host loads it.
pub fn build(host: Host) -> Outcome<PathBuf> {
    tools::wasm_target()?;
    let mut build = cargo(["build", "--package", "consensus-bindings", "--lib", "--release", "--target"]);
    run(build.arg(WASM_TARGET))?;
    let target = target_dir()?;
    let wasm = target.join(WASM_TARGET).join("release/consensus_bindings.wasm");
    let (form, folder) = match host {
        Host::Node => ("nodejs", "wasm-node"),
        Host::Browser => ("web", "wasm-web"),
    };
    let out = target.join(folder);
    let mut bindgen = command(WASM_BINDGEN.program_path()?);
    run(bindgen.args(["--target", form, "--out-dir"]).arg(&out).arg(wasm))?;
    Ok(out.join("consensus_bindings.js"))
}
