//! What the tests share.

use std::path::{Path, PathBuf};

/// The passphrase of every test key that has one.
pub const PASSPHRASE: &str = "test-passphrase-123";

/// A file or folder in `tests/data`.
#[must_use]
pub fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(path)
}

/// The folder of the whole project.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}
