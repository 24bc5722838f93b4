//! The page's wasm module, packed: LZMA where gzip would leave a fifth more, and small from hosts that do not compress at all.
//!
//! Trunk's start script loads `NAME_bg.wasm`. Here that file becomes `NAME_bg.wasm.lzma`, and the script unpacks it with
//! `web/boot/load.js`, which goes into the page.

use crate::bundle::bare;
use crate::run::files_ending;
use crate::{Outcome, offline};
use lzma_rust2::{LzmaOptions, LzmaWriter};
use std::io::Write as _;
use std::path::Path;

const LOAD: &str = include_str!("../../../web/boot/load.js");
/// What wasm code likes: the byte before says much about the next one, the place in the file nothing.
const LITERAL_CONTEXT_BITS: u32 = 4;
const POSITION_BITS: u32 = 0;
/// Larger than the module: a match can lie anywhere before.
const DICTIONARY_BYTES: u32 = 4 << 20;

/// Packs the module of the page in `dir`; `html` with a start script that unpacks it.
pub fn module(dir: &Path, html: &str) -> Outcome<String> {
    let files = files_ending(dir, "_bg.wasm")?;
    let [file] = files.as_slice() else { return Err(format!("{} modules to pack, not one", files.len())) };
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let bytes = std::fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    std::fs::write(dir.join(format!("{name}.lzma")), packed(&bytes)?)
        .and_then(|()| std::fs::remove_file(file))
        .map_err(|error| format!("cannot put the packed module beside {}: {error}", file.display()))?;
    starting(html, name)
}

fn packed(bytes: &[u8]) -> Outcome<Vec<u8>> {
    let mut options = LzmaOptions::with_preset(9);
    options.lc = LITERAL_CONTEXT_BITS;
    options.pb = POSITION_BITS;
    options.dict_size = DICTIONARY_BYTES;
    options.nice_len = LzmaOptions::NICE_LEN_MAX;
    let mut out = Vec::new();
    LzmaWriter::new_use_header(&mut out, &options, Some(bytes.len() as u64))
        .and_then(|mut writer| {
            writer.write_all(bytes)?;
            writer.finish()?;
            Ok(())
        })
        .map_err(|error| format!("cannot pack the module: {error}"))?;
    Ok(out)
}

/// The page whose start script unpacks the module of this name.
fn starting(html: &str, name: &str) -> Outcome<String> {
    let path = format!("'./{name}'");
    let load = format!("await load('./{name}.lzma')");
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
    Ok(html
        .replacen(&path, &load, 1)
        .replacen(script, &format!("{script}{}{}", bare(LOAD), offline::install()), 1)
        .replacen(&preload, "", 1))
}

#[cfg(test)]
mod tests {
    use super::starting;

    #[test]
    fn a_start_script_of_another_form_is_refused() {
        let html = "<script type=module>init({ module_or_path: './a_bg.wasm' })</script>\
                    <link as=fetch crossorigin href=./a_bg.wasm rel=preload type=application/wasm>";
        let page = starting(html, "a_bg.wasm").expect("this is the form");
        assert!(page.contains("module_or_path: await load('./a_bg.wasm.lzma')") && !page.contains("<link"));
        assert!(starting("<script type=module>init()</script>", "a_bg.wasm").is_err());
    }
}
