//! The program `upvest-codegen`.

mod generate;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use upvest_codegen::Description;

/// Writes endpoint declarations for upvest-core from Upvest's OpenAPI description, and checks that
/// they still agree.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Writes declarations.
    Generate(generate::Generate),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Generate(generate) => generate.run(),
    };
    match result {
        Ok(status) => status,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|cause| format!("cannot read {}: {cause}", path.display()))
}

fn description(path: &PathBuf) -> Result<Description, String> {
    Description::read(&read(path)?).map_err(|error| format!("{}: {error}", path.display()))
}
