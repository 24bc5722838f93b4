//! The page's wasm module, packed by `crates/squeeze`: more than a third less than gzip, and small from hosts that do not compress at all.
//!
//! The start script loads `NAME_bg.wasm`. Here that file becomes `NAME_bg.wasm.packed`, and the script unpacks it with
//! `web/boot/load.js`. The unpacker, that half of `crates/squeeze`, compiled for the browser, stands in front of what is packed: as
//! text in the page it would weigh half as much again.

use crate::bundle::bare;
use crate::run::{cargo, command, files_ending, run, target_dir};
use crate::tools::{WASM_OPT, WASM_TARGET, wasm_target};
use crate::{Outcome, names, offline};
use std::path::Path;

const LOAD: &str = include_str!("../../../web/boot/load.js");

/// Packs the module of the page in `dir`; `html` with a start script that unpacks it.
pub fn module(dir: &Path, html: &str) -> Outcome<String> {
    let files = files_ending(dir, "_bg.wasm")?;
    let [file] = files.as_slice() else { return Err(format!("{} modules to pack, not one", files.len())) };
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let glue = dir.join(format!("{}.js", name.trim_end_matches("_bg.wasm")));
    let script = String::from_utf8(read(&glue)?).map_err(|_| format!("{} is not a text", glue.display()))?;
    let (module, script) = names::shortened(&read(file)?, &script)?;
    let mut packed = unpacker()?;
    let length =
        u16::try_from(packed.len()).map_err(|_| "the unpacker's length needs more than two bytes")?;
    packed.splice(0..0, length.to_le_bytes());
    packed.extend(consensus_squeeze::pack(&module)?);
    std::fs::write(dir.join(format!("{name}.packed")), packed)
        .and_then(|()| std::fs::write(&glue, script))
        .and_then(|()| std::fs::remove_file(file))
        .map_err(|error| format!("cannot put the packed module beside {}: {error}", file.display()))?;
    starting(html, name)
}

/// The unpacker for the browser: made to be fast, for it is what the visitor waits for.
fn unpacker() -> Outcome<Vec<u8>> {
    wasm_target()?;
    let build = ["build", "--package", "consensus-squeeze", "--release", "--target", WASM_TARGET];
    run(&mut cargo(build))?;
    let made = target_dir()?.join(WASM_TARGET).join("release/consensus_squeeze.wasm");
    let file = made.with_file_name("unpacker.wasm");
    let features = ["--enable-bulk-memory", "--enable-nontrapping-float-to-int", "--enable-sign-ext"];
    let strip = ["--enable-mutable-globals", "--strip-debug", "--strip-producers", "--strip-target-features"];
    run(command(WASM_OPT.program_path()?)
        .arg("-O3")
        .args(features)
        .args(strip)
        .arg(made)
        .arg("-o")
        .arg(&file))?;
    read(&file)
}

fn read(file: &Path) -> Outcome<Vec<u8>> {
    std::fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))
}

/// The page whose start script unpacks the module of this name.
fn starting(html: &str, name: &str) -> Outcome<String> {
    let path = format!("fetch('./{name}')");
    let load = format!("load('./{name}.packed')");
    let script = "<script type=module>";
    // It is asked for when the first frame is painted, which needs the line for itself.
    let preload = format!("<link as=fetch crossorigin href=./{name} rel=preload type=application/wasm>");
    for part in [&path, script, &preload] {
        if html.matches(part).count() != 1 {
            return Err(format!(
                "the page that Trunk made has no single {part}: its start cannot be rewritten"
            ));
        }
    }
    let loader = bare(LOAD);
    Ok(html
        .replacen(&path, &load, 1)
        .replacen(script, &format!("{script}{loader}{}", offline::install()), 1)
        .replacen(&preload, "", 1))
}

#[cfg(test)]
mod tests {
    use super::starting;

    #[test]
    fn a_start_script_of_another_form_is_refused() {
        let html = "<script type=module>compile(fetch('./a_bg.wasm'))</script>\
                    <link as=fetch crossorigin href=./a_bg.wasm rel=preload type=application/wasm>";
        let page = starting(html, "a_bg.wasm").expect("this is the form");
        assert!(page.contains("compile(load('./a_bg.wasm.packed'))"));
        assert!(!page.contains("<link"));
        assert!(starting("<script type=module>begin()</script>", "a_bg.wasm").is_err());
    }
}
