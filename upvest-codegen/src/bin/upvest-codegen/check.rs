//! The command `check`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::{description, print, sources};

/// Compares declarations, generated or written manually, with a description.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The description: OpenAPI 3.0 or 3.1, YAML or JSON.
    spec: PathBuf,
    /// Rust files, or folders with all `*.rs` files below them.
    #[arg(required = true)]
    sources: Vec<PathBuf>,
    /// Exits with status 1 for additive drift too.
    #[arg(long)]
    strict: bool,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(crate) fn run(self) -> Result<ExitCode, String> {
        let description = description(&self.spec)?;
        let sources = sources(&self.sources)?;
        let report = description.check(&sources).map_err(|error| error.to_string())?;
        if self.json {
            print(&report.to_json())?;
        } else {
            let listing = description.list(&sources).map_err(|error| error.to_string())?;
            let (declared, all) = (listing.declared(), listing.operations());
            print(&format!("{report}; {declared} of {all} operations are declared"))?;
        }
        let fails = report.is_breaking() || (self.strict && !report.drifts().is_empty());
        Ok(if fails { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}
