//! The database file: how it is opened, created, and checked before it is trusted.

use std::fs::OpenOptions;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::balanced::is_balanced;
use crate::error::StartError;
use crate::seed::Seed;

/// Identifies a file as a state of the sandbox: `upv` and a zero.
const APPLICATION_ID: i32 = 0x7570_7600;
/// The length of the header of an SQLite file, in bytes.
const HEADER_LENGTH: u64 = 100;
/// The version of the tables.
const VERSION: i32 = 4;

const SCHEMA: &str = include_str!("schema.sql");

/// Opens a state file that only its owner can read, because the client secret is made from the seed
/// in it. A file of another program is not touched.
pub(super) fn connect(file: &Path) -> Result<rusqlite::Result<Connection>, StartError> {
    let name = file.display();
    let cannot =
        |error| StartError::new(format!("the state file `{name}` cannot be opened: {error}"));
    // SQLite adds a suffix for its log or its journal.
    for suffix in ["", "-wal", "-journal"] {
        let mut part = file.as_os_str().to_owned();
        part.push(suffix);
        if let Ok(found) = std::fs::metadata(&part)
            && !found.is_file()
        {
            let part = Path::new(&part).display();
            let sentence = format!(
                "the state file `{part}` cannot be opened: it is not a regular file (use another \
                 file)"
            );
            return Err(StartError::new(sentence));
        }
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut open = options.open(file).map_err(cannot)?;
    let mut header = Vec::new();
    open.by_ref().take(HEADER_LENGTH).read_to_end(&mut header).map_err(cannot)?;
    if !header.is_empty() {
        if !header.starts_with(b"SQLite format 3\0") {
            return Err(StartError::new(damage(&format!("the state file `{name}`"))));
        }
        // The position of the application id in SQLite's format.
        if header.get(68..72) != Some(&APPLICATION_ID.to_be_bytes()) {
            let sentence =
                format!("the state file `{name}` belongs to another program (use another file)");
            return Err(StartError::new(sentence));
        }
    }
    #[cfg(unix)]
    open.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600)).map_err(cannot)?;
    drop(open);
    // A full path always names a file: SQLite also accepts special names, such as `:memory:`.
    let file = file.canonicalize().map_err(cannot)?;
    Ok(Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE))
}

/// Creates all tables in one transaction: if the process is killed meanwhile, the next one starts
/// over.
pub(super) fn create(connection: &Connection, seed: &Seed) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    connection.execute_batch(SCHEMA)?;
    connection.execute("INSERT INTO sandbox VALUES (?1, 0, NULL, 0, 0)", [seed.as_bytes()])?;
    connection.pragma_update(None, "user_version", VERSION)?;
    connection.execute_batch("COMMIT")
}

/// Locks the state. Returns `true` if it is empty.
pub(super) fn begin(connection: &Connection, is_file: bool) -> rusqlite::Result<bool> {
    connection.busy_timeout(std::time::Duration::ZERO)?;
    connection.set_prepared_statement_cache_capacity(128);
    if is_file {
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        // First of all: if the process is killed after this, the file is still identified as a
        // state.
        let id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        if id != APPLICATION_ID {
            connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        }
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        // Written data survives the end of the process, but not a crash of the machine.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        // From here on, no other process can use the file.
        connection.execute_batch("BEGIN IMMEDIATE; COMMIT")?;
    }
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(tables == 0)
}

/// The files of a state, as they were when it was opened. SQLite continues to write to a file that
/// was removed: all of that would be lost when the process ends.
pub(super) struct StateFiles {
    name: String,
    files: [(PathBuf, FileId); 2],
}

impl StateFiles {
    pub(super) fn of(file: &Path) -> Result<Self, StartError> {
        let name = file.display().to_string();
        let file_and_id = |path: PathBuf| file_id(&path).map(|id| (path, id));
        let files = file.canonicalize().and_then(|main| {
            // SQLite writes to this file first.
            let mut log = main.clone().into_os_string();
            log.push("-wal");
            Ok([file_and_id(main)?, file_and_id(log.into())?])
        });
        let cannot =
            |error| StartError::new(format!("the state file `{name}` cannot be read: {error}"));
        Ok(Self { files: files.map_err(cannot)?, name })
    }

    /// Fails if one of the files was removed or replaced.
    pub(super) fn check(&self, connection: &Connection) -> Result<(), String> {
        let is_there = |(path, id): &(PathBuf, FileId)| file_id(path).is_ok_and(|now| now == *id);
        if self.files.iter().all(is_there) {
            return Ok(());
        }
        // When closed, SQLite would remove the log that has this name now: perhaps another
        // sandbox's.
        let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        Err(format!(
            "the state file `{}` was removed or replaced while the sandbox was running (restart \
             the sandbox)",
            self.name
        ))
    }
}

/// Distinguishes a file from another one with the same name.
#[cfg(unix)]
type FileId = (u64, u64);
#[cfg(not(unix))]
type FileId = ();

#[cfg(unix)]
fn file_id(path: &Path) -> std::io::Result<FileId> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).map(|data| (data.dev(), data.ino()))
}

/// On other systems, an open file cannot be removed.
#[cfg(not(unix))]
fn file_id(path: &Path) -> std::io::Result<FileId> {
    std::fs::metadata(path).map(|_| ())
}

pub(super) enum Trouble {
    Sqlite(rusqlite::Error),
    Message(String),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// Fails if a state has another version or is damaged.
pub(super) fn check(connection: &Connection, name: &str) -> Result<(), Trouble> {
    let version: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version != VERSION {
        let sentence =
            format!("{name} was made by another version of the sandbox (use another file)");
        return Err(Trouble::Message(sentence));
    }
    // The full check: the quick one does not compare tables with their indices. It takes about a
    // second for 100 MB, which is the state after 100,000 payments.
    let verdict: String =
        connection.pragma_query_value(None, "integrity_check", |row| row.get(0))?;
    let has_gaps = connection.prepare("PRAGMA foreign_key_check")?.exists([])?;
    // SQLite has no checksums: even if its structure is intact, the sums may be wrong.
    if verdict == "ok" && !has_gaps && is_balanced(connection)? {
        Ok(())
    } else {
        Err(Trouble::Message(damage(name)))
    }
}

fn damage(name: &str) -> String {
    format!(
        "{name} is not a state of the sandbox, or is damaged (move it away, or use another file)"
    )
}

pub(super) fn explain(name: &str, error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => damage(name),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            format!("{name} is in use by another sandbox (stop it, or use another file)")
        }
        _ => format!("{name} cannot be used: {error}"),
    }
}
