//! `upvest-sandbox`: serves the sandbox until it is stopped.

use std::fs::OpenOptions;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use upvest_sandbox::Sandbox;

/// A local stand-in for the Upvest Investment API. Serves on 127.0.0.1 until Ctrl-C.
///
/// Client id, secret and signing key are made anew at each start. To use them:
///
///     upvest-sandbox --write-env sandbox.env
///     set -a; . ./sandbox.env; set +a
#[derive(Parser)]
#[command(version, verbatim_doc_comment)]
struct Arguments {
    /// The port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,

    /// Writes the settings as NAME=value lines that a shell can source. Holds secrets: made
    /// readable for you alone, and replaced if it is there.
    #[arg(long, value_name = "FILE")]
    write_env: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
    match serve(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: Arguments) -> Result<(), String> {
    let sandbox =
        Sandbox::builder().port(arguments.port).start().await.map_err(|error| error.to_string())?;
    println!("upvest-sandbox listens on http://{}", sandbox.address());
    println!("  client id  {}", sandbox.credentials().client_id());
    println!("  key id     {} (ECDSA P-521)", sandbox.credentials().key_id());
    match &arguments.write_env {
        Some(file) => {
            write_secretly(file, &sandbox.settings())
                .map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
            println!("  settings   {}", file.display());
        }
        None => println!("  settings   start with --write-env FILE to get them, secrets included"),
    }
    tokio::signal::ctrl_c().await.map_err(|error| format!("Ctrl-C cannot be waited for: {error}"))
}

/// Writes a file that only its owner can read, whole or not at all.
fn write_secretly(file: &Path, content: &str) -> std::io::Result<()> {
    let mut draft = file.as_os_str().to_owned();
    draft.push(format!(".{}", std::process::id()));
    let draft = PathBuf::from(draft);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(&draft)
        .and_then(|mut open| open.write_all(content.as_bytes()))
        .and_then(|()| std::fs::rename(&draft, file));
    if written.is_err() {
        // What went wrong before matters more than a draft that stays.
        let _ = std::fs::remove_file(&draft);
    }
    written
}
