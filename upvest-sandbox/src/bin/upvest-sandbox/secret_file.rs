//! Writes secrets to a file, a pipe, or a device.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// How many links are followed at most, as in Linux.
const MOST_LINKS: usize = 40;

/// Writes to a file that only its owner can read, whole or not at all. Links are followed. If it is
/// not a regular file, such as a pipe or `/dev/stdout`, it is written to, not replaced.
pub(crate) fn write(file: &Path, content: &str) -> io::Result<()> {
    if is_same(file, &io::stdout()) {
        // Opening it again would start at its beginning.
        return io::stdout().write_all(content.as_bytes());
    }
    if is_same(file, &io::stderr()) {
        return io::stderr().write_all(content.as_bytes());
    }
    let found = match std::fs::metadata(file) {
        Ok(found) => Some(found),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    match found {
        Some(found) if found.is_dir() => Err(ErrorKind::IsADirectory.into()),
        Some(found) if !found.is_file() => {
            OpenOptions::new().write(true).open(file)?.write_all(content.as_bytes())
        }
        found => match (target(file)?, found) {
            // An open file: `/dev/fd/3` is not its name.
            (None, _) => OpenOptions::new().append(true).open(file)?.write_all(content.as_bytes()),
            (Some(target), None) => replace(&target, content),
            // A mounted file, or one in a read-only folder, cannot be replaced.
            (Some(target), Some(_)) => {
                replace(&target, content).or_else(|_| overwrite(&target, content))
            }
        },
    }
}

/// Follows links to a file, whether it exists or not. Returns `None` for a file that is open in
/// this process.
fn target(file: &Path) -> io::Result<Option<PathBuf>> {
    let mut file = std::path::absolute(file)?;
    for _ in 0..MOST_LINKS {
        // `/dev/stdout` and the like lead to `/proc/self/fd/1`.
        let is_open = ["/dev", "/proc"].iter().any(|folder| file.starts_with(folder))
            && file.parent().is_some_and(|folder| folder.ends_with("fd"));
        if is_open {
            return Ok(None);
        }
        match std::fs::read_link(&file) {
            // An absolute target replaces the folder.
            Ok(next) => file = file.parent().unwrap_or(&file).join(next),
            Err(_) => return Ok(Some(file)),
        }
    }
    Err(io::Error::other("too many links"))
}

/// Replaces a file. From the start, only its owner can read it.
fn replace(file: &Path, content: &str) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut draft = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    draft.write_all(content.as_bytes())?;
    draft.persist(file)?;
    Ok(())
}

fn overwrite(file: &Path, content: &str) -> io::Result<()> {
    let mut open: File = OpenOptions::new().write(true).open(file)?;
    // Before it contains a secret.
    #[cfg(unix)]
    open.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    open.set_len(0)?;
    open.write_all(content.as_bytes())
}

/// Whether a path refers to this open file.
#[cfg(unix)]
fn is_same(file: &Path, open: &impl std::os::fd::AsFd) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let open = open.as_fd().try_clone_to_owned().and_then(|open| File::from(open).metadata());
    match (std::fs::metadata(file), open) {
        (Ok(file), Ok(open)) => (file.dev(), file.ino()) == (open.dev(), open.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_same<T>(_: &Path, _: &T) -> bool {
    false
}
