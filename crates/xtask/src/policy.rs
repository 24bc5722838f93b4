//! The content security policy of the finished page.
//!
//! `index.html` carries the policy in a `<meta>`. Trunk puts one small script into it, and adds one which starts the wasm
//! module and whose text holds the hashed file names. Trunk's `post_build` hook comes here and names each inline
//! script of the staged page by its SHA-256. Without the hook the page would not start: it fails closed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::{Outcome, bundle, instance, offline, pack};
use std::path::Path;

/// The part of the policy after which the hashes go.
const ANCHOR: &str = "script-src 'self'";

/// Seals the page in the folder that Trunk names.
pub fn seal_staged_page() -> Outcome {
    let dir = std::env::var_os("TRUNK_STAGING_DIR")
        .ok_or("TRUNK_STAGING_DIR is not set: this command is a hook of Trunk, see Trunk.toml")?;
    let page = Path::new(&dir).join("index.html");
    let html =
        std::fs::read_to_string(&page).map_err(|error| format!("cannot read {}: {error}", page.display()))?;
    let dir = Path::new(&dir);
    bundle::scripts(dir)?;
    let mut html = instance::starting(dir, &bundle::style_sheets(dir, &html)?)?;
    // While developing, a build is to be quick rather than small, and nothing is to be kept.
    let release = std::env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release");
    if release {
        html = pack::module(dir, &html)?;
    }
    let html = sealed(&html)?;
    if release {
        offline::worker(dir, &html)?;
    }
    std::fs::write(&page, html).map_err(|error| format!("cannot write {}: {error}", page.display()))
}

/// The page with the hash of each inline script in its policy.
fn sealed(html: &str) -> Outcome<String> {
    if html.matches(ANCHOR).count() != 1 {
        return Err(format!("index.html must have one policy with {ANCHOR} in a <meta>"));
    }
    if html.contains("<style") || html.contains(" style=") {
        return Err("index.html has an inline style, which its policy forbids: use a style sheet".into());
    }
    let hashes: Vec<String> = inline_scripts(html).iter().map(|script| source_of(script)).collect();
    if hashes.is_empty() {
        return Err("the staged page has no script that starts it".into());
    }
    Ok(html.replacen(ANCHOR, &format!("{ANCHOR} {}", hashes.join(" ")), 1))
}

fn inline_scripts(html: &str) -> Vec<&str> {
    let mut scripts = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once("<script") {
        let Some((attributes, body_on)) = after.split_once('>') else { break };
        let Some((body, tail)) = body_on.split_once("</script>") else { break };
        if !attributes.contains("src=") {
            scripts.push(body);
        }
        rest = tail;
    }
    scripts
}

fn source_of(script: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(script)))
}

#[cfg(test)]
mod tests {
    use super::sealed;

    const META: &str = r#"<meta content="script-src 'self' 'wasm-unsafe-eval'">"#;

    #[test]
    fn the_policy_names_every_inline_script_by_its_hash() {
        let html = format!("{META}<script type=\"module\">alert(1)</script><script src=\"a.js\"></script>");
        // printf 'alert(1)' | openssl dgst -sha256 -binary | base64
        let hash = "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='";
        let sealed = sealed(&html).expect("the page can be sealed");
        assert!(sealed.contains(&format!("script-src 'self' {hash} 'wasm-unsafe-eval'")), "{sealed}");
        assert_eq!(sealed.matches("sha256-").count(), 1);
    }

    #[test]
    fn a_page_without_a_policy_or_with_an_inline_style_is_refused() {
        assert!(sealed("<script>alert(1)</script>").is_err());
        assert!(sealed(&format!("{META}<style>p{{}}</style><script>alert(1)</script>")).is_err());
        assert!(sealed(META).is_err());
    }
}
