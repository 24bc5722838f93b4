//! The page without a network: a service worker that keeps all its files (`web/boot/service-worker.js`), and the script that
//! installs it and announces new versions (`web/boot/offline.js`).

use crate::Outcome;
use crate::bundle::bare;
use crate::run::files_ending;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::path::Path;

const WORKER: &str = include_str!("../../../web/boot/service-worker.js");
const INSTALL: &str = include_str!("../../../web/boot/offline.js");

/// The script that installs the worker, as it stands in the page.
pub fn install() -> String {
    bare(INSTALL)
}

/// Writes the worker that keeps the finished page in `dir`, whose `index.html` is `html`. Names of all other files
/// hold a hash of their content, so the page's text tells versions apart.
pub fn worker(dir: &Path, html: &str) -> Outcome {
    let mut files = vec!["'./'".to_owned()];
    for ending in [".css", ".js", ".packed"] {
        for file in files_ending(dir, ending)? {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.push(format!("'./{name}'"));
        }
    }
    let version = URL_SAFE_NO_PAD.encode(&Sha256::digest(html)[..9]);
    let script = bare(WORKER).replacen("{version}", &version, 1).replacen("{files}", &files.join(", "), 1);
    std::fs::write(dir.join("service-worker.js"), script)
        .map_err(|error| format!("cannot write the service worker: {error}"))
}
