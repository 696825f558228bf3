//! The files that contain declarations.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// A Rust file with its path, as findings show it.
///
/// # Examples
///
/// ```
/// use upvest_codegen::Source;
///
/// let source = Source::new("src/lib.rs", "pub struct Rental {}");
/// assert_eq!(source.path(), "src/lib.rs");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    path: String,
    text: String,
}

impl Source {
    /// Creates a source from a text. The path is only shown.
    #[must_use]
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// Reads a file, or all `*.rs` files below a folder, sorted by path.
    ///
    /// Folders named `target`, hidden ones and links to folders are left out.
    ///
    /// # Errors
    /// Fails if a file or folder cannot be read, or if a file is not UTF-8.
    pub fn read(path: impl AsRef<Path>) -> Result<Vec<Self>, Error> {
        let path = path.as_ref();
        let mut files = Vec::new();
        if path.is_dir() {
            collect(path, &mut files)?;
        } else {
            files.push(path.to_owned());
        }
        files.sort();
        files
            .iter()
            .map(|file| {
                let text = fs::read_to_string(file).map_err(|cause| unreadable(file, &cause))?;
                Ok(Self::new(file.display().to_string(), text))
            })
            .collect()
    }

    /// Returns the path.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the content of the file.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(|cause| unreadable(folder, &cause))? {
        let entry = entry.map_err(|cause| unreadable(folder, &cause))?;
        let path = entry.path();
        // The type of the entry itself: a link may lead back to a folder above.
        let kind = entry.file_type().map_err(|cause| unreadable(&path, &cause))?;
        let name = entry.file_name();
        let is_hidden = name.to_string_lossy().starts_with('.');
        if kind.is_dir() {
            if !is_hidden && name != "target" {
                collect(&path, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") && path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

fn unreadable(path: &Path, cause: &std::io::Error) -> Error {
    Error::new(format!("cannot read {}: {cause}", path.display()))
}
