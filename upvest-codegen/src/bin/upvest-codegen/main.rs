//! `upvest-codegen`: writes declarations from Upvest's description of its API, and checks them.

mod check;
mod generate;
mod list;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use upvest_codegen::{Description, Source};

/// The status if something cannot be read or written; clap exits with it for wrong arguments.
const FAILED: u8 = 2;

const EXAMPLES: &str = "\
Examples:
  upvest-codegen list openapi.yaml                          all operations, by tag
  upvest-codegen generate openapi.yaml --tag Orders -o src/lib.rs
  upvest-codegen generate openapi.yaml -o src/declared      all tags, a file for each
  upvest-codegen check openapi.yaml src                     what has changed since

Exit status: 0 if all is well, 1 if `check` finds breaking drift (with --strict, any drift), 2 if
something cannot be read or written.";

/// Writes endpoint declarations for upvest-core from Upvest's OpenAPI description, and checks that
/// declarations still agree with it.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Generate(generate::Generate),
    Check(check::Check),
    List(list::List),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Generate(generate) => generate.run(),
        Command::Check(check) => check.run(),
        Command::List(list) => list.run(),
    };
    result.unwrap_or_else(|message| {
        eprintln!("error: {message}");
        ExitCode::from(FAILED)
    })
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path)
        .map_err(|cause| format!("cannot read {}: {cause}", path.display()))
}

fn description(path: &Path) -> Result<Description, String> {
    Description::read(&read(path)?).map_err(|error| format!("{}: {error}", path.display()))
}

fn sources(paths: &[impl AsRef<Path>]) -> Result<Vec<Source>, String> {
    let read = paths.iter().map(|path| Source::read(path).map_err(|error| error.to_string()));
    Ok(read.collect::<Result<Vec<_>, _>>()?.concat())
}

/// Prints a text. A reader that stops early, such as `head`, is not an error.
fn print(text: &str) -> Result<(), String> {
    match writeln!(std::io::stdout().lock(), "{text}") {
        Err(cause) if cause.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(format!("cannot write to standard output: {cause}"))
        }
        _ => Ok(()),
    }
}
