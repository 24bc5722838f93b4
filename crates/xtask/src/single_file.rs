//! `cargo xtask single-file`: the whole playground as one HTML file, which opens from a disk, without a server.
//!
//! Made from `dist/`: the style sheet, the glue and the packed module go into the page, and the policy names them by
//! their hashes. Each place that is rewritten must be there exactly once, or nothing is made.

use crate::run::{files_ending, root};
use crate::{Outcome, offline, page};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// The file's name, in the top folder.
const NAME: &str = "consensus-playground.html";

/// What stands around the script that starts the page.
const MODULE: (&str, &str) = ("<script type=module>", "</script>");

/// Builds the page and puts it into one file.
pub fn build() -> Outcome {
    page::build()?;
    make()
}

/// Puts the page in `dist/` into one file.
pub fn make() -> Outcome {
    let dist = root().join("dist");
    let read =
        |file: &Path| std::fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()));
    let text =
        |file: &Path| String::from_utf8(read(file)?).map_err(|_| format!("{} is not a text", file.display()));
    let html = text(&dist.join("index.html"))?;
    let glue = dist.join(between(&html, "import glue from './", "';")?);
    let (css, module) = (only(&dist, ".css")?, only(&dist, ".packed")?);
    let parts = Parts {
        css: (&name(&css), &text(&css)?),
        glue: (&name(&glue), &text(&glue)?),
        module: (&name(&module), &read(&module)?),
    };
    let file = root().join(NAME);
    std::fs::write(&file, in_one(&html, &parts)?)
        .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    eprintln!("The whole playground is in {}: it opens from a disk, without a server.", file.display());
    Ok(())
}

/// What goes into the page, each with the name of its file.
struct Parts<'a> {
    css: (&'a str, &'a str),
    glue: (&'a str, &'a str),
    module: (&'a str, &'a [u8]),
}

fn only(dir: &Path, ending: &str) -> Outcome<PathBuf> {
    match files_ending(dir, ending)?.as_slice() {
        [file] => Ok(file.clone()),
        files => Err(format!("{} has {} files that end in {ending}, not one", dir.display(), files.len())),
    }
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn in_one(html: &str, parts: &Parts<'_>) -> Outcome<String> {
    let (css, glue, module) = (parts.css, parts.glue, parts.module);
    let listed = hash(between(html, MODULE.0, MODULE.1)?);
    // It is kept already, wherever it lies.
    let html = &replaced(html, &offline::install(), "")?;
    if [css.1, glue.1].iter().any(|text| text.contains("</")) {
        return Err("a style sheet or script holds a closing tag, and cannot stand in a page".into());
    }
    let html = replaced(
        html,
        &format!("<link href=./{} rel=stylesheet>", css.0),
        &format!("<style>{}</style>", css.1),
    )?;
    let html = replaced(&html, &format!("<link crossorigin href=./{} rel=modulepreload>", glue.0), "")?;
    let html = replaced(
        &html,
        &format!("import glue from './{}';", glue.0),
        &replaced(glue.1, "export default () =>", "const glue = () =>")?,
    )?;
    let bytes = STANDARD.encode(module.1);
    let html = replaced(
        &html,
        &format!("load('./{}')", module.0),
        &format!(
            "unpack(new Blob([Uint8Array.from(atob('{bytes}'), (letter) => letter.charCodeAt(0))]).stream())"
        ),
    )?;
    let sealed = replaced(&html, &listed, &hash(between(&html, MODULE.0, MODULE.1)?))?;
    let sealed = replaced(&sealed, "script-src 'self' ", "script-src ")?;
    replaced(&sealed, "style-src 'self'", &format!("style-src {}", hash(css.1)))
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

fn replaced(text: &str, part: &str, by: &str) -> Outcome<String> {
    match text.matches(part).count() {
        1 => Ok(text.replacen(part, by, 1)),
        count => Err(format!(
            "`{part}` stands {count} times where it must stand once: the page cannot be put together"
        )),
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Outcome<&'a str> {
    let inner = text.split_once(before).and_then(|(_, rest)| rest.split_once(after));
    inner.map(|(inner, _)| inner).ok_or_else(|| format!("the page has no {before}…{after}"))
}

#[cfg(test)]
mod tests {
    use super::{Parts, hash, in_one};

    fn page() -> String {
        let install = crate::offline::install();
        let script = format!("{install}import glue from './a.js';compile(load('./a.packed'))");
        format!(
            "<meta content=\"script-src 'self' {} 'sha256-x' 'wasm-unsafe-eval'; style-src 'self'\">\
             <link href=./a.css rel=stylesheet><script type=module>{script}</script><link crossorigin href=./a.js rel=modulepreload>",
            hash(&script)
        )
    }

    #[test]
    fn the_file_names_no_other_file() {
        let glue = "export default () => {\nf();\n};";
        let parts = Parts { css: ("a.css", "p{}"), glue: ("a.js", glue), module: ("a.packed", b"abc") };
        let file = in_one(&page(), &parts).expect("everything is in its place");
        assert!(!file.contains("./a."), "{file}");
        assert!(file.contains("atob('YWJj')") && file.contains("<style>p{}</style>"));
        let changed = Parts { glue: ("a.js", "f();"), ..parts };
        assert!(in_one(&page(), &changed).is_err(), "glue of another form");
    }
}
