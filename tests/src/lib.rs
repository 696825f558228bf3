//! Tests over all crates. The README's examples are among them: they run as doc tests of this crate.
#![doc = include_str!("../../README.md")]

use std::path::{Path, PathBuf};

/// The passphrase of every test key that has one.
pub const PASSPHRASE: &str = "test-passphrase-123";

/// A file or folder in `tests/data`.
#[must_use]
pub fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(path)
}
