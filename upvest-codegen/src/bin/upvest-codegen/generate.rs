//! The command `generate`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use upvest_codegen::{Formatting, Layout, Names, Selection, format};

use crate::{description, read};

/// Writes declarations.
#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// The description: OpenAPI 3.0 or 3.1, YAML or JSON.
    spec: PathBuf,
    /// A tag whose operations and events are written. Without any, all are.
    #[arg(long, value_name = "NAME")]
    tag: Vec<String>,
    /// A single operation that is written.
    #[arg(long, value_name = "ID")]
    operation: Vec<String>,
    /// Where to: a file if it ends with `.rs`, else a folder with a file for each tag.
    #[arg(short, long, value_name = "PATH")]
    output: PathBuf,
    /// The file of names, which is created and extended [default: names.toml next to the output].
    #[arg(long, value_name = "FILE")]
    names: Option<PathBuf>,
    /// Copies sentences of the description into the docs: only if its licence allows it.
    #[arg(long)]
    descriptions: bool,
}

impl Generate {
    pub(crate) fn run(self) -> Result<ExitCode, String> {
        let Self { spec, tag, operation, output, names, descriptions } = self;
        let description = description(&spec)?;
        let selection = tag.into_iter().fold(Selection::all(), Selection::and_tag);
        let selection = operation.into_iter().fold(selection, Selection::and_operation);
        let selection = if descriptions { selection.with_descriptions() } else { selection };

        let is_file = output.extension().is_some_and(|extension| extension == "rs");
        let folder = if is_file {
            output.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."))
        } else {
            output.as_path()
        };
        let names_path = names.unwrap_or_else(|| folder.join("names.toml"));
        let mut names = if names_path.exists() {
            Names::read(&read(&names_path)?)
                .map_err(|error| format!("{}: {error}", names_path.display()))?
        } else {
            Names::default()
        };
        let layout = if is_file { Layout::File } else { Layout::Folder };
        let generated = description
            .generate(&selection, layout, &mut names)
            .map_err(|error| format!("{}: {error}", spec.display()))?;

        std::fs::create_dir_all(folder)
            .map_err(|cause| format!("cannot create {}: {cause}", folder.display()))?;
        for (name, code) in generated.files() {
            let path = if is_file { output.clone() } else { folder.join(name) };
            let code = match format(code, folder) {
                Formatting::Formatted(code) => code,
                Formatting::Failed(why) => {
                    eprintln!("warning: {} is not formatted: {why}", path.display());
                    code.clone()
                }
            };
            write(&path, &code)?;
        }
        write(&names_path, &names.to_toml())?;
        for name in generated.unexpressed() {
            eprintln!("warning: not expressed: {name}");
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|cause| format!("cannot write {}: {cause}", path.display()))
}
