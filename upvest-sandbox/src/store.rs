//! What the sandbox remembers, in SQLite: in memory, or in a file that survives being killed. Here:
//! the file, tokens and nonces; in `cash.rs`: the money.

use std::fs::OpenOptions;
use std::io::Read as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, Transaction, params};
use uuid::Uuid;

use crate::StartError;
use crate::clock::ClockSetting;
use crate::problem::Refused;
use crate::seed::Seed;

/// Marks a file as ours: `upv` and a zero.
const APPLICATION_ID: i32 = 0x7570_7600;
/// How long the header of an SQLite file is.
const HEADER_LENGTH: u64 = 100;
/// Changes with the tables.
const VERSION: i32 = 1;

const SCHEMA: &str = "
    CREATE TABLE sandbox (
        seed BLOB NOT NULL, starts INTEGER NOT NULL, frozen_at INTEGER, ahead INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE token (token TEXT PRIMARY KEY, scopes TEXT NOT NULL, expires INTEGER NOT NULL) STRICT;
    CREATE INDEX token_by_end ON token (expires);
    CREATE TABLE nonce (key_id TEXT, nonce TEXT, expires INTEGER NOT NULL, PRIMARY KEY (key_id, nonce)) STRICT;
    CREATE INDEX nonce_by_end ON nonce (expires);
    CREATE TABLE account_group (id TEXT PRIMARY KEY, created INTEGER NOT NULL) STRICT;
    CREATE TABLE idempotency (
        key TEXT, endpoint TEXT, body BLOB NOT NULL, created INTEGER NOT NULL,
        status INTEGER NOT NULL, answer TEXT NOT NULL,
        PRIMARY KEY (key, endpoint)
    ) STRICT;
    CREATE INDEX idempotency_by_age ON idempotency (created);
    CREATE TABLE operation (
        number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL,
        account_group_id TEXT NOT NULL REFERENCES account_group (id), currency TEXT NOT NULL,
        minor_units INTEGER NOT NULL, amount TEXT NOT NULL, status TEXT NOT NULL,
        due INTEGER, created INTEGER NOT NULL, updated INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX operation_by_due ON operation (status, due);
    CREATE INDEX open_operation ON operation (account_group_id, currency, kind, number)
        WHERE status IN ('ISSUED', 'QUEUED');
    CREATE TABLE ledger (
        number INTEGER PRIMARY KEY, operation TEXT UNIQUE NOT NULL REFERENCES operation (id),
        account_group_id TEXT NOT NULL, currency TEXT NOT NULL, minor_units INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE balance (
        account_group_id TEXT, currency TEXT, minor_units INTEGER NOT NULL,
        PRIMARY KEY (account_group_id, currency)
    ) STRICT;
    CREATE INDEX ledger_by_group ON ledger (account_group_id, currency);
";

/// How many nonces are remembered at a time. Beyond it requests are refused: to forget a nonce that
/// is still good would let a request in twice.
const MOST_NONCES: u64 = 1_000_000;

pub(crate) struct Store {
    /// None when the sandbox has ended: the file is free then, though a connection may still be open.
    connection: Mutex<Option<Connection>>,
    seed: Seed,
    /// How often the state was taken up before: ids of one start are not those of the next.
    starts: i64,
    fresh: AtomicU64,
    nonces: AtomicU64,
    most_nonces: u64,
}

impl Store {
    /// Takes up the state of `file`, or begins one; in memory without a file.
    pub(crate) fn open(file: Option<&Path>, seed: Option<Seed>) -> Result<Self, StartError> {
        let connection = match file {
            None => Connection::open_in_memory(),
            Some(file) => connect(file)?,
        };
        let name = file.map_or("the state in memory".into(), |file| file.display().to_string());
        let damaged = |error: rusqlite::Error| StartError::new(explain(&name, &error));
        let connection = connection.map_err(damaged)?;
        if begin(&connection, file.is_some()).map_err(damaged)? {
            let seed = seed.map_or_else(Seed::random, Ok)?;
            create(&connection, &seed).map_err(damaged)?;
        } else {
            check(&connection, &name).map_err(|error| match error {
                Trouble::Sqlite(error) => damaged(error),
                Trouble::Said(sentence) => StartError::new(sentence),
            })?;
        }
        let stored: Vec<u8> = connection
            .query_row("SELECT seed FROM sandbox", [], |row| row.get(0))
            .map_err(damaged)?;
        let stored = Seed::from_bytes(&stored)
            .ok_or_else(|| StartError::new(format!("{name} is damaged: it has no seed")))?;
        if seed.is_some_and(|seed| seed != stored) {
            return Err(StartError::new(format!(
                "{name} was made with another seed: leave the seed out, or name another file"
            )));
        }
        let starts = connection
            .query_row("UPDATE sandbox SET starts = starts + 1 RETURNING starts", [], |row| {
                row.get(0)
            })
            .map_err(damaged)?;
        let nonces: i64 = connection
            .query_row("SELECT count(*) FROM nonce", [], |row| row.get(0))
            .map_err(damaged)?;
        Ok(Self {
            connection: Mutex::new(Some(connection)),
            seed: stored,
            starts,
            fresh: AtomicU64::new(0),
            nonces: AtomicU64::new(nonces.unsigned_abs()),
            most_nonces: MOST_NONCES,
        })
    }

    /// What everything is made from.
    pub(crate) fn seed(&self) -> Seed {
        self.seed
    }

    /// An id that was not given before.
    pub(crate) fn fresh_uuid(&self, purpose: &str) -> Uuid {
        self.seed.uuid(&format!("{purpose} of start {}", self.starts), self.count())
    }

    /// 32 hexadecimal digits that were not given before.
    pub(crate) fn fresh_text(&self, purpose: &str) -> String {
        self.seed.text(&format!("{purpose} of start {}", self.starts), self.count())
    }

    fn count(&self) -> u64 {
        self.fresh.fetch_add(1, Ordering::Relaxed)
    }

    /// Lets go of the file. Whoever asks for something from now on gets an error.
    pub(crate) fn close(&self) {
        drop(self.connection.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// What was done to the clock.
    pub(crate) fn clock(&self) -> Result<ClockSetting, Refused> {
        self.with(|db| {
            Ok(db.query_row("SELECT frozen_at, ahead FROM sandbox", [], |row| {
                Ok(ClockSetting { frozen_at: row.get(0)?, ahead_seconds: row.get(1)? })
            })?)
        })
    }

    pub(crate) fn set_clock(&self, setting: ClockSetting) -> Result<(), Refused> {
        self.with(|db| {
            let update = "UPDATE sandbox SET frozen_at = ?1, ahead = ?2";
            db.execute(update, params![setting.frozen_at, setting.ahead_seconds])?;
            Ok(())
        })
    }

    /// One transaction: all of `work`, or nothing.
    pub(crate) fn with<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        // A panic inside a transaction has rolled it back: the connection is still good.
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let stopped = || Refused::internal("the sandbox has been stopped");
        let transaction = connection.as_mut().ok_or_else(stopped)?.transaction()?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }

    pub(crate) fn add_token(
        &self,
        token: &str,
        scopes: &str,
        expires: i64,
        now: i64,
    ) -> Result<(), Refused> {
        self.with(|db| {
            db.execute("DELETE FROM token WHERE expires <= ?1", [now])?;
            db.execute("INSERT INTO token VALUES (?1, ?2, ?3)", params![token, scopes, expires])?;
            Ok(())
        })
    }

    /// The scopes of a token that is known and has not expired.
    pub(crate) fn scopes(&self, token: &str, now: i64) -> Result<Option<String>, Refused> {
        self.with(|db| {
            let query = "SELECT scopes FROM token WHERE token = ?1 AND expires > ?2";
            let mut query = db.prepare_cached(query)?;
            Ok(query.query_row(params![token, now], |row| row.get(0)).optional()?)
        })
    }

    /// Whether this nonce is new for this key; remembers it until `expires`.
    pub(crate) fn take_nonce(
        &self,
        key_id: &str,
        nonce: &str,
        expires: i64,
        now: i64,
    ) -> Result<bool, Refused> {
        self.with(|db| {
            let ended =
                db.prepare_cached("DELETE FROM nonce WHERE expires < ?1")?.execute([now])?;
            self.nonces.fetch_sub(ended as u64, Ordering::Relaxed);
            if self.nonces.load(Ordering::Relaxed) >= self.most_nonces {
                return Err(Refused::too_many_requests("too many signatures are still good"));
            }
            let insert = "INSERT OR IGNORE INTO nonce VALUES (?1, ?2, ?3)";
            let is_new = db.prepare_cached(insert)?.execute(params![key_id, nonce, expires])? == 1;
            self.nonces.fetch_add(u64::from(is_new), Ordering::Relaxed);
            Ok(is_new)
        })
    }
}

/// Opens a file that nobody else may read: the seed in it makes the client secret. A file that is not
/// ours is not touched.
fn connect(file: &Path) -> Result<rusqlite::Result<Connection>, StartError> {
    let name = file.display();
    let cannot =
        |error| StartError::new(format!("the state file {name} cannot be opened: {error}"));
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut open = options.open(file).map_err(cannot)?;
    let mut header = Vec::new();
    open.by_ref().take(HEADER_LENGTH).read_to_end(&mut header).map_err(cannot)?;
    if !header.is_empty() {
        if !header.starts_with(b"SQLite format 3\0") {
            return Err(StartError::new(damage(&name.to_string())));
        }
        // Where the format of SQLite has the application id.
        if header.get(68..72) != Some(&APPLICATION_ID.to_be_bytes()) {
            let sentence = format!("{name} is a database of another program: name another file");
            return Err(StartError::new(sentence));
        }
    }
    #[cfg(unix)]
    open.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600)).map_err(cannot)?;
    drop(open);
    // A name in full is the name of a file: SQLite knows others, such as `:memory:`.
    let file = file.canonicalize().map_err(cannot)?;
    Ok(Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE))
}

/// Makes the tables, all of them or none: whoever is killed meanwhile begins anew.
fn create(connection: &Connection, seed: &Seed) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    connection.execute_batch(SCHEMA)?;
    connection.execute("INSERT INTO sandbox VALUES (?1, 0, NULL, 0)", [seed.as_bytes()])?;
    connection.pragma_update(None, "user_version", VERSION)?;
    connection.execute_batch("COMMIT")
}

/// Takes hold of the state; true if there is nothing in it yet.
fn begin(connection: &Connection, is_file: bool) -> rusqlite::Result<bool> {
    connection.busy_timeout(std::time::Duration::ZERO)?;
    connection.set_prepared_statement_cache_capacity(64);
    if is_file {
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        // Before all else: whoever is killed from here on leaves a file that is known to be ours.
        let id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        if id != APPLICATION_ID {
            connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        }
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        // What is written survives the end of the process, though not that of the machine.
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        // From here on nobody else can have it.
        connection.execute_batch("BEGIN IMMEDIATE; COMMIT")?;
    }
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(tables == 0)
}

enum Trouble {
    Sqlite(rusqlite::Error),
    Said(String),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// Whether a state is of this version, and whole.
fn check(connection: &Connection, name: &str) -> Result<(), Trouble> {
    let version: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version != VERSION {
        let sentence = format!("{name} is of another version of the sandbox: name another file");
        return Err(Trouble::Said(sentence));
    }
    let verdict: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    if verdict == "ok" { Ok(()) } else { Err(Trouble::Said(damage(name))) }
}

fn damage(name: &str) -> String {
    format!(
        "{name} is no state of the sandbox, or a damaged one: move it away, or name another file"
    )
}

fn explain(name: &str, error: &rusqlite::Error) -> String {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => damage(name),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            format!("{name} is in use by another sandbox: stop it, or name another file")
        }
        _ => format!("{name} cannot be used: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::Store;
    use crate::seed::Seed;

    #[test]
    fn a_nonce_is_taken_once_for_each_key() {
        let store = Store::open(None, None).unwrap();
        assert!(store.take_nonce("a", "n", 100, 0).unwrap());
        assert!(!store.take_nonce("a", "n", 100, 50).unwrap());
        assert!(store.take_nonce("b", "n", 100, 50).unwrap());
        assert!(!store.take_nonce("a", "n", 100, 100).unwrap(), "to the last second");
        assert!(store.take_nonce("a", "n", 300, 101).unwrap());
    }

    #[test]
    fn no_nonce_is_forgotten_while_it_is_good() {
        let mut store = Store::open(None, None).unwrap();
        store.most_nonces = 2;
        assert!(store.take_nonce("a", "1", 100, 0).unwrap());
        assert!(store.take_nonce("a", "2", 100, 0).unwrap());
        let refused = store.take_nonce("a", "3", 100, 0).unwrap_err();
        assert_eq!(refused.status.as_u16(), 429);
        assert!(store.take_nonce("a", "3", 300, 101).unwrap());
    }

    #[test]
    fn a_state_is_taken_up_and_gives_no_id_twice() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.sqlite");
        let seed = Some(Seed::of_number(7));
        let store = Store::open(Some(&file), seed).unwrap();
        let first = store.fresh_uuid("request");
        store.add_token("t", "s", 100, 0).unwrap();
        let error = Store::open(Some(&file), seed).err().unwrap().to_string();
        assert!(error.contains("in use by another sandbox"), "{error}");
        drop(store);

        let store = Store::open(Some(&file), None).unwrap();
        assert!(store.seed() == Seed::of_number(7));
        let second = store.fresh_uuid("request");
        assert_ne!(store.fresh_uuid("request"), first);
        assert_eq!(store.scopes("t", 50).unwrap().as_deref(), Some("s"));
        drop(store);
        // A start that fails changes nothing: the third start is the third one.
        let of_third = Seed::of_number(7).uuid("request of start 3", 0);
        let error = Store::open(Some(&file), Some(Seed::of_number(8))).err().unwrap().to_string();
        assert!(error.contains("another seed"), "{error}");
        let store = Store::open(Some(&file), None).unwrap();
        assert_eq!(store.fresh_uuid("request"), of_third);
        assert_ne!(second, of_third);
        store.close();
        assert!(store.scopes("t", 50).is_err());
        drop(Store::open(Some(&file), None).unwrap());
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            assert_eq!(std::fs::metadata(&file).unwrap().mode() & 0o077, 0);
        }
    }

    #[test]
    fn what_is_no_state_is_said_in_one_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.sqlite");
        let opened = || Store::open(Some(&file), None).err().unwrap().to_string();
        std::fs::write(&file, "not a database, though long enough to be taken for one").unwrap();
        assert!(opened().contains("or a damaged one"), "{}", opened());

        std::fs::remove_file(&file).unwrap();
        let other = rusqlite::Connection::open(&file).unwrap();
        other.execute_batch("CREATE TABLE x (y)").unwrap();
        drop(other);
        let bytes = std::fs::read(&file).unwrap();
        assert!(opened().contains("another program"), "{}", opened());
        assert_eq!(std::fs::read(&file).unwrap(), bytes, "what is not ours is not touched");
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            assert_ne!(std::fs::metadata(&file).unwrap().mode() & 0o077, 0);
        }

        std::fs::remove_file(&file).unwrap();
        drop(Store::open(Some(&file), None).unwrap());
        let mut bytes = std::fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle..].fill(0x5a);
        std::fs::write(&file, bytes).unwrap();
        assert!(opened().contains("damaged"), "{}", opened());

        let error = Store::open(Some(folder.path()), None).err().unwrap().to_string();
        assert!(error.contains("cannot be opened"), "{error}");
    }
}
