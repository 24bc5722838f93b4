//! How the page's module is begun: in instances that can be thrown away, see `web/boot/instance.js`.
//!
//! wasm-bindgen's glue is a script that knows one instance. Here it becomes a function that gives each instance a glue of its
//! own; the text of the function serves in workers, too.

use crate::Outcome;
use crate::bundle::bare;
use std::path::Path;

const BEGIN: &str = include_str!("../../../web/boot/instance.js");

/// Where the part of the glue begins that fetches the module, and begins its one instance.
const ONE_INSTANCE: &str = "async function __wbg_load(";
/// Without its memory a broken instance is forgotten; what still calls it gets nothing.
const FUNCTION_END: &str = "const drop = () => {
const dead = new Proxy(() => [], { get: () => dead });
wasm = dead;
wasmInstance = cachedDataViewMemory0 = cachedUint8ArrayMemory0 = null;
};
return [__wbg_get_imports(), __wbg_finalize_init, drop];
};
";

/// Rewrites the glue in `dir` as a function, and gives the page with a start script that uses it so.
pub fn starting(dir: &Path, html: &str) -> Outcome<String> {
    let (before, start) =
        html.split_once("import init from './").ok_or("the page that Trunk made has no start script")?;
    let (name, start) = start.split_once("';").ok_or("the start script names no glue")?;
    let (start, after) = start.split_once("</script>").ok_or("the start script has no end")?;
    let module = format!("'./{}_bg.wasm'", name.trim_end_matches(".js"));
    if !start.contains(&module) {
        return Err(format!("the start script does not load {module}: it cannot be rewritten"));
    }
    let glue = dir.join(name);
    let script =
        std::fs::read_to_string(&glue).map_err(|error| format!("cannot read {}: {error}", glue.display()))?;
    std::fs::write(&glue, as_function(&script)?)
        .map_err(|error| format!("cannot write {}: {error}", glue.display()))?;
    let begin = bare(BEGIN);
    Ok(format!(
        "{before}import glue from './{name}';\n{begin}compiled = await compile(fetch({module}));\nbegin();\n</script>{after}"
    ))
}

/// The glue as a function.
fn as_function(script: &str) -> Outcome<String> {
    let known = ["let wasmModule, wasmInstance, wasm;", "function __wbg_finalize_init(instance, module) {"];
    match script.split_once(ONE_INSTANCE) {
        Some((inner, _)) if known.iter().all(|part| inner.contains(part)) => {
            Ok(format!("export default () => {{\n{inner}{FUNCTION_END}"))
        }
        _ => Err("the glue has another form: it cannot be made a function".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::as_function;

    #[test]
    fn glue_of_another_form_is_refused() {
        let glue = "f();\nlet wasmModule, wasmInstance, wasm;\nfunction __wbg_finalize_init(instance, module) {\n}\n\
                    async function __wbg_load(module, imports) {\n}\nexport { initSync, __wbg_init as default };\n";
        let function = as_function(glue).expect("this is the form");
        assert!(function.starts_with("export default () => {\nf();") && function.ends_with("};\n"));
        assert!(!function.contains("initSync"));
        assert!(as_function(&glue.replace("wasmInstance, wasm", "wasm")).is_err());
        assert!(as_function("f();").is_err());
    }
}
