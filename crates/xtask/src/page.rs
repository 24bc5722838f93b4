//! `cargo xtask build`: the page as a folder of plain files.
//!
//! Trunk compiles and bundles (see `Trunk.toml` and `index.html`), its hook seals the security policy (see
//! [`crate::policy`]), and the result is weighed.

use crate::run::{root, run};
use crate::{Outcome, tools, weight};

/// Makes `dist/` and wants it to be light enough.
pub fn build() -> Outcome {
    run(tools::trunk("build")?.arg("--release"))?;
    let dist = root().join("dist");
    weight::weigh(&dist)?;
    eprintln!("The page is in {}, ready for any static host under any path.", dist.display());
    Ok(())
}
