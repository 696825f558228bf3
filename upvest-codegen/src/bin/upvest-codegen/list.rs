//! The command `list`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::{description, print, sources};

/// Lists the tags and operations of a description, and which of them are declared.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// The description: OpenAPI 3.0 or 3.1, YAML or JSON.
    spec: PathBuf,
    /// Rust files with declarations, or folders with all `*.rs` files below them.
    sources: Vec<PathBuf>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

impl List {
    pub(crate) fn run(self) -> Result<ExitCode, String> {
        let listing = description(&self.spec)?
            .list(&sources(&self.sources)?)
            .map_err(|error| error.to_string())?;
        print(&if self.json { listing.to_json() } else { listing.to_string() })?;
        Ok(ExitCode::SUCCESS)
    }
}
