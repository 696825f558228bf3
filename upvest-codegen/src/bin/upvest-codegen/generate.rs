//! The command `generate`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use upvest_codegen::{Formatting, Generated, Layout, Names, Selection, format};

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
    /// Replaces files that were not generated, and those with traits that are not written again.
    #[arg(long)]
    force: bool,
}

impl Generate {
    pub(crate) fn run(self) -> Result<ExitCode, String> {
        let description = description(&self.spec)?;
        let selection = self.tag.iter().fold(Selection::all(), Selection::and_tag);
        let selection = self.operation.iter().fold(selection, Selection::and_operation);
        let selection = if self.descriptions { selection.with_descriptions() } else { selection };

        let names_path = self.names.clone().unwrap_or_else(|| self.folder().join("names.toml"));
        let mut names = if names_path.exists() {
            Names::read(&read(&names_path)?)
                .map_err(|error| format!("{}: {error}", names_path.display()))?
        } else {
            Names::default()
        };
        let layout = if self.is_file() { Layout::File } else { Layout::Folder };
        let generated = description
            .generate(&selection, layout, &mut names)
            .map_err(|error| error.to_string())?;
        if !self.force {
            self.check_replaced(&generated)?;
        }
        self.write(&generated, &names_path, &names)?;
        for warning in generated.warnings() {
            eprintln!("note: {warning}");
        }
        for name in generated.unexpressed() {
            eprintln!("warning: not expressed: {name}");
        }
        Ok(ExitCode::SUCCESS)
    }

    fn is_file(&self) -> bool {
        self.output.extension().is_some_and(|extension| extension == "rs")
    }

    fn folder(&self) -> &Path {
        let parent = || self.output.parent().filter(|it| !it.as_os_str().is_empty());
        if self.is_file() { parent().unwrap_or(Path::new(".")) } else { &self.output }
    }

    fn path(&self, name: &str) -> PathBuf {
        if self.is_file() { self.output.clone() } else { self.output.join(name) }
    }

    /// Fails if code would be lost: a file that was not generated, or a trait of another tag.
    fn check_replaced(&self, generated: &Generated) -> Result<(), String> {
        let mut replaced: BTreeMap<PathBuf, String> = BTreeMap::new();
        for name in generated.files().keys() {
            let path = self.path(name);
            if let Ok(code) = fs::read_to_string(&path) {
                if !code.trim().is_empty() && !is_generated(&code) && !is_new(&code) {
                    return Err(format!(
                        "{} was not generated, and would be replaced (choose another output, or \
                         use --force)",
                        path.display()
                    ));
                }
                replaced.insert(path, code);
            }
        }
        if !self.is_file() {
            // Files of tags that are not selected would no longer be part of `mod.rs`.
            let files = fs::read_dir(&self.output).into_iter().flatten().flatten();
            for path in files.map(|file| file.path()) {
                if let Ok(code) = fs::read_to_string(&path)
                    && is_generated(&code)
                {
                    replaced.entry(path).or_insert(code);
                }
            }
        }
        let written: Vec<&str> = generated.files().values().flat_map(|code| items(code)).collect();
        for (path, code) in &replaced {
            if let Some(name) = items(code).find(|name| !written.contains(name)) {
                return Err(format!(
                    "`{name}` in {} would be lost (select its tag as well, choose another \
                     output, or use --force)",
                    path.display()
                ));
            }
        }
        Ok(())
    }

    fn write(&self, generated: &Generated, names_path: &Path, names: &Names) -> Result<(), String> {
        let folder = self.folder();
        fs::create_dir_all(folder)
            .map_err(|cause| format!("cannot create the folder {}: {cause}", folder.display()))?;
        // First, because the names that were chosen must not be lost.
        write(names_path, &names.to_toml())?;
        for (name, code) in generated.files() {
            let path = self.path(name);
            let code = match format(code, folder) {
                Formatting::Formatted(code) => code,
                Formatting::Failed(why) => {
                    eprintln!("warning: {} is not formatted: {why}", path.display());
                    code.clone()
                }
            };
            write(&path, &code)?;
        }
        Ok(())
    }
}

fn is_generated(code: &str) -> bool {
    code.lines()
        .take_while(|line| line.starts_with("//!"))
        .any(|line| line.contains("Written by `upvest-codegen`"))
}

/// What `cargo new --lib` writes.
fn is_new(code: &str) -> bool {
    code.starts_with("pub fn add(left: u64, right: u64) -> u64 {") && code.lines().count() < 20
}

/// The names of traits and events, which stand for a tag.
fn items(code: &str) -> impl Iterator<Item = &str> {
    let mut is_events = false;
    code.lines().filter_map(move |line| {
        let name = match line {
            "events! {" => {
                is_events = true;
                return None;
            }
            line if is_events => line.strip_prefix("    pub enum "),
            line => line.strip_prefix("pub trait "),
        };
        is_events &= name.is_none();
        name?.split([':', ' ', '{']).next()
    })
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|cause| format!("cannot write {}: {cause}", path.display()))
}
