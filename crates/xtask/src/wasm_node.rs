//! The engines as wasm in Node: the bindings, compiled as the page is, driven by the scripts of `tests/wasm/`.

use std::path::PathBuf;

use crate::Outcome;
use crate::run::{cargo, command, files_ending, root, run, target_dir};
use crate::tools::{self, WASM_BINDGEN, WASM_TARGET};

/// Compiles the bindings and runs the tests; they find the module in the variable `CONSENSUS_WASM`.
pub fn test() -> Outcome {
    let module = build()?;
    let tests = files_ending(&root().join("tests/wasm"), ".test.mjs")?;
    if tests.is_empty() {
        return Err("tests/wasm/ has no *.test.mjs".into());
    }
    run(command("node").args(["--test", "--test-reporter=spec"]).args(tests).env("CONSENSUS_WASM", module))
}

/// The module, as Node loads it.
fn build() -> Outcome<PathBuf> {
    tools::wasm_target()?;
    let mut build =
        cargo(["build", "--package", "consensus-bindings", "--lib", "--profile", "web", "--target"]);
    run(build.arg(WASM_TARGET))?;
    let target = target_dir()?;
    let wasm = target.join(WASM_TARGET).join("web/consensus_bindings.wasm");
    let out = target.join("wasm-node");
    let mut bindgen = command(WASM_BINDGEN.program_path()?);
    run(bindgen.args(["--target", "nodejs", "--out-dir"]).arg(&out).arg(wasm))?;
    Ok(out.join("consensus_bindings.js"))
}
