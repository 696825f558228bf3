//! Formatting with `rustfmt`, which every Rust toolchain but the minimal one has.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whether a text was formatted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Formatting {
    /// The formatted text.
    Formatted(String),
    /// Why `rustfmt` could not format it.
    Failed(String),
}

/// Formats Rust code as `cargo fmt` would in a folder, whose `rustfmt.toml` applies.
///
/// The program is `rustfmt`, or that in the environment variable `RUSTFMT`.
#[must_use]
pub fn format(code: &str, folder: &Path) -> Formatting {
    let program = std::env::var_os("RUSTFMT").unwrap_or_else(|| "rustfmt".into());
    run(Command::new(program).current_dir(folder), code)
        .map_or_else(Formatting::Failed, Formatting::Formatted)
}

fn run(command: &mut Command, code: &str) -> Result<String, String> {
    let command = command.args(["--edition", "2024", "--emit", "stdout", "--quiet"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|cause| format!("cannot run rustfmt: {cause} ({ADVICE})"))?;
    // The thread writes while this one reads: pipes hold only some kilobytes.
    let (stdin, code) = (child.stdin.take(), code.to_owned());
    let writer =
        std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(code.as_bytes())));
    let output =
        child.wait_with_output().map_err(|cause| format!("cannot run rustfmt: {cause}"))?;
    let _ = writer.join();
    match String::from_utf8(output.stdout) {
        Ok(code) if output.status.success() && !code.trim().is_empty() => Ok(code),
        _ => {
            let why = String::from_utf8_lossy(&output.stderr);
            let why = why.lines().find(|line| !line.trim().is_empty());
            let why = why.map_or_else(|| format!("{} and no code", output.status), str::to_owned);
            Err(format!("rustfmt failed: {why} ({ADVICE})"))
        }
    }
}

const ADVICE: &str =
    "install the component with `rustup component add rustfmt`, or format the code later";
