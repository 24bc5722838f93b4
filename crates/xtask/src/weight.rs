//! What a visitor downloads, gzipped, and the most that it may be.

use std::path::{Path, PathBuf};

use crate::Outcome;

/// Most bytes of HTML, JavaScript, wasm and CSS together, gzipped: the goal with all protocols.
pub const LIMIT: usize = 500 * 1024;
const COUNTED: [&str; 5] = ["html", "js", "wasm", "packed", "css"];
/// The header and the trailer that gzip puts around a deflated stream.
const GZIP_FRAME: usize = 18;

/// Prints the size of each file of the page and fails if their sum is over [`LIMIT`].
pub fn weigh(dist: &Path) -> Outcome {
    let mut sum = 0;
    for file in counted_files(dist)? {
        let bytes =
            std::fs::read(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        let gzipped = gzipped_len(&bytes);
        sum += gzipped;
        let name = file.strip_prefix(dist).unwrap_or(&file).display().to_string();
        println!("{:>9} B  {gzipped:>9} B gzipped  {name}", bytes.len());
    }
    println!("{:>9}    {sum:>9} B gzipped of {LIMIT} B allowed", "");
    if sum > LIMIT {
        return Err(format!("the page weighs {sum} bytes gzipped, {} more than allowed", sum - LIMIT));
    }
    Ok(())
}

fn gzipped_len(bytes: &[u8]) -> usize {
    const BEST: u8 = 9;
    miniz_oxide::deflate::compress_to_vec(bytes, BEST).len() + GZIP_FRAME
}

fn counted_files(dir: &Path) -> Outcome<Vec<PathBuf>> {
    let entries =
        std::fs::read_dir(dir).map_err(|error| format!("cannot read {}: {error}", dir.display()))?;
    let mut files = Vec::new();
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if path.is_dir() {
            files.extend(counted_files(&path)?);
        } else if path.extension().and_then(|ext| ext.to_str()).is_some_and(|ext| COUNTED.contains(&ext)) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
