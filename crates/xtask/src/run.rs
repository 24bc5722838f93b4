//! Starting other programs, and where things lie.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use crate::Outcome;

/// The top folder of the project.
pub fn root() -> &'static Path {
    // Asked for at run time first: clones that share a target folder share this program.
    static HERE: LazyLock<PathBuf> = LazyLock::new(|| {
        std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into()).into()
    });
    HERE.ancestors().nth(2).expect("this crate lies two folders below the top")
}

/// `program` started in the top folder.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// Cargo, at the toolchain that started this program.
pub fn cargo<const N: usize>(args: [&str; N]) -> Command {
    let mut cargo = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(args);
    cargo
}

/// Shows the command, runs it, and wants it to succeed.
pub fn run(command: &mut Command) -> Outcome {
    eprintln!("    $ {}", shown(command));
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if status.success() {
        return Ok(());
    }
    Err(match status.code() {
        Some(code) => format!("`{}` failed with exit code {code}; its own words are above", shown(command)),
        None => format!("`{}` was ended by a signal", shown(command)),
    })
}

/// Runs the command silently and returns what it prints.
pub fn output(command: &mut Command) -> Outcome<String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| cannot_start(command, &error))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{}` failed: {}", shown(command), words.trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Where Cargo puts what it builds.
pub fn target_dir() -> Outcome<PathBuf> {
    let text = output(&mut cargo(["metadata", "--format-version=1", "--no-deps"]))?;
    let metadata: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| format!("cargo metadata is not JSON: {error}"))?;
    let dir = metadata["target_directory"].as_str().ok_or("cargo metadata names no target directory")?;
    Ok(dir.into())
}

/// Files in `dir` whose name ends in `suffix`, sorted.
pub fn files_ending(dir: &Path, suffix: &str) -> Outcome<Vec<PathBuf>> {
    let entries =
        std::fs::read_dir(dir).map_err(|error| format!("cannot read {}: {error}", dir.display()))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.to_string_lossy().ends_with(suffix));
    files.sort();
    Ok(files)
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

fn cannot_start(command: &Command, error: &std::io::Error) -> String {
    format!("cannot start `{}`: {error}", command.get_program().to_string_lossy())
}
