//! The staged page made smaller: one style sheet instead of many, for small files compress badly, each apart; and the
//! loader of the wasm module without comments and indents.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::path::Path;

use crate::Outcome;
use crate::run::files_ending;

/// Puts the style sheets of the page in `dir` into one file, in their order, and names that in `html` instead.
pub fn style_sheets(dir: &Path, html: &str) -> Outcome<String> {
    let links = links(html);
    let (Some(first), true) = (links.first(), links.len() > 1) else { return Ok(html.to_owned()) };
    let mut css = String::new();
    let mut page = html.to_owned();
    for link in &links {
        let file = dir.join(link.href.trim_start_matches("./"));
        let text = std::fs::read_to_string(&file)
            .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        css.push_str(&text);
        std::fs::remove_file(&file).map_err(|error| format!("cannot remove {}: {error}", file.display()))?;
        if link.tag != first.tag {
            page = page.replacen(link.tag, "", 1);
        }
    }
    let hash = URL_SAFE_NO_PAD.encode(&Sha256::digest(&css)[..9]);
    let name = format!("page-{hash}.css");
    std::fs::write(dir.join(&name), css).map_err(|error| format!("cannot write {name}: {error}"))?;
    let whole = first.tag.replacen(first.href, &format!("./{name}"), 1);
    Ok(page.replacen(first.tag, &whole, 1))
}

/// Takes comments and indents out of the scripts in `dir`.
pub fn scripts(dir: &Path) -> Outcome {
    for file in files_ending(dir, ".js")? {
        let text = std::fs::read_to_string(&file)
            .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        std::fs::write(&file, bare(&text))
            .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    }
    Ok(())
}

/// The lines of a generated script that are not comments; it has no text that spans lines.
pub fn bare(script: &str) -> String {
    let is_comment =
        |line: &&str| ["//", "/*", "* ", "*/"].iter().any(|mark| line.starts_with(mark)) || *line == "*";
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty() && !is_comment(line));
    lines.flat_map(|line| [line, "\n"]).collect()
}

struct Link<'a> {
    tag: &'a str,
    href: &'a str,
}

/// The tags that name style sheets of the page's own.
fn links(html: &str) -> Vec<Link<'_>> {
    let mut links = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find("<link") {
        let Some(end) = rest[start..].find('>') else { break };
        let tag = &rest[start..=start + end];
        rest = &rest[start + end + 1..];
        let Some(href) = tag.split_once("href=").map(|(_, after)| after) else { continue };
        let href = href.trim_start_matches('"').split(['"', ' ', '>']).next().unwrap_or_default();
        if tag.contains("stylesheet") && href.ends_with(".css") {
            links.push(Link { tag, href });
        }
    }
    links
}

#[cfg(test)]
mod tests {
    use super::{bare, links};

    #[test]
    fn a_script_keeps_its_code() {
        let script = "/**\n * Says what.\n */\nfunction f() {\n    // why\n    return 2;\n}\n";
        assert_eq!(bare(script), "function f() {\nreturn 2;\n}\n");
    }

    #[test]
    fn links_to_style_sheets_are_found_with_and_without_quotes() {
        let html = "<link rel=\"stylesheet\" href=\"./a.css\"/><link rel=icon href=data:,>\
                    <link rel=stylesheet href=./b.css>";
        let found: Vec<&str> = links(html).iter().map(|link| link.href).collect();
        assert_eq!(found, ["./a.css", "./b.css"]);
    }
}
