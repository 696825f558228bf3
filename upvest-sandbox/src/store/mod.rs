//! The state of the sandbox, in SQLite: in memory, or in a file that survives a kill.
//!
//! This file handles tokens and nonces, and `file.rs` opens the file. `cash/` handles the money,
//! and `webhooks/` its events.

mod balanced;
mod file;

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use serde::Serialize;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

pub(crate) use self::balanced::is_balanced;
use self::file::{StateFiles, Trouble, begin, check, connect, create, explain};
use crate::error::StartError;
use crate::problem::Refused;
use crate::seed::Seed;

/// The maximum number of stored nonces. Beyond it, requests are refused: if a nonce was dropped
/// while it is still valid, a request could be accepted twice.
const MOST_NONCES: u64 = 1_000_000;

/// How the clock was changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ClockSetting {
    /// The time at which the clock is frozen, in Unix seconds, if it is.
    pub frozen_at: Option<i64>,
    /// How many seconds it is ahead of the clock that the sandbox was started with.
    pub ahead_seconds: i64,
}

pub(crate) struct Store {
    /// The files of the state, if it is not in memory.
    files: Option<StateFiles>,
    /// `None` after the sandbox has ended: the file is released, although an HTTP connection may
    /// still be open.
    connection: Mutex<Option<Connection>>,
    seed: Seed,
    /// How often the state was opened: the ids of one start differ from those of the next.
    starts: i64,
    fresh: AtomicU64,
    nonces: AtomicU64,
    most_nonces: u64,
    /// Whether the webhook sender must be notified of changes.
    has_webhooks: AtomicBool,
    changed: Notify,
    /// The number of delivery attempts that have ended.
    tries: watch::Sender<u64>,
}

impl Store {
    /// Opens the state in `file`, or creates it; in memory without a file.
    pub(crate) fn open(file: Option<&Path>, seed: Option<Seed>) -> Result<Self, StartError> {
        let connection = match file {
            None => Connection::open_in_memory(),
            Some(file) => connect(file)?,
        };
        let name = file.map_or("the state in memory".into(), |file| {
            format!("the state file `{}`", file.display())
        });
        let damaged = |error: rusqlite::Error| StartError::new(explain(&name, &error));
        let connection = connection.map_err(damaged)?;
        if begin(&connection, file.is_some()).map_err(damaged)? {
            let seed = seed.map_or_else(Seed::random, Ok)?;
            create(&connection, &seed).map_err(damaged)?;
        } else {
            check(&connection, &name).map_err(|error| match error {
                Trouble::Sqlite(error) => damaged(error),
                Trouble::Message(sentence) => StartError::new(sentence),
            })?;
        }
        let stored: Vec<u8> = connection
            .query_row("SELECT seed FROM sandbox", [], |row| row.get(0))
            .map_err(damaged)?;
        let stored = Seed::from_bytes(&stored)
            .ok_or_else(|| StartError::new(format!("{name} is damaged: it has no seed")))?;
        if seed.is_some_and(|seed| seed != stored) {
            return Err(StartError::new(format!(
                "{name} was made with another seed (leave the seed out, or use another file)"
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
        let has_webhooks = connection
            .query_row("SELECT EXISTS (SELECT 1 FROM webhook)", [], |row| row.get(0))
            .map_err(damaged)?;
        let files = file.map(StateFiles::of).transpose()?;
        Ok(Self {
            files,
            connection: Mutex::new(Some(connection)),
            seed: stored,
            starts,
            fresh: AtomicU64::new(0),
            nonces: AtomicU64::new(nonces.unsigned_abs()),
            most_nonces: MOST_NONCES,
            has_webhooks: AtomicBool::new(has_webhooks),
            changed: Notify::new(),
            tries: watch::Sender::new(0),
        })
    }

    /// Returns the seed that everything is made from.
    pub(crate) fn seed(&self) -> Seed {
        self.seed
    }

    /// Returns an id that was not used before.
    pub(crate) fn fresh_uuid(&self, purpose: &str) -> Uuid {
        self.seed.uuid(&format!("{purpose} of start {}", self.starts), self.count())
    }

    /// Returns 32 hexadecimal digits that were not used before.
    pub(crate) fn fresh_text(&self, purpose: &str) -> String {
        self.seed.text(&format!("{purpose} of start {}", self.starts), self.count())
    }

    fn count(&self) -> u64 {
        self.fresh.fetch_add(1, Ordering::Relaxed)
    }

    /// Releases the file. From now on, all other methods fail.
    pub(crate) fn close(&self) {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let (Some(connection), Some(files)) = (&connection, &self.files) {
            // If the files were replaced, SQLite must not touch the new ones.
            let _ = files.check(connection);
        }
    }

    /// Returns how the clock was changed.
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

    /// Returns the number of the key that webhooks are signed with.
    pub(crate) fn webhook_key(&self) -> Result<u64, Refused> {
        self.transaction(|db| {
            let query = "SELECT webhook_key FROM sandbox";
            let number: i64 = db.prepare_cached(query)?.query_row([], |row| row.get(0))?;
            Ok(number.unsigned_abs())
        })
    }

    pub(crate) fn rotate_webhook_key(&self) -> Result<(), Refused> {
        self.transaction(|db| {
            db.execute("UPDATE sandbox SET webhook_key = webhook_key + 1", [])?;
            Ok(())
        })
    }

    /// Sets whether the webhook sender is notified of each change.
    pub(crate) fn set_has_webhooks(&self, is_told: bool) {
        self.has_webhooks.store(is_told, Ordering::Relaxed);
        self.changed.notify_one();
    }

    /// Makes every write fail, as on a full disk.
    #[cfg(test)]
    pub(crate) fn refuse_writes(&self, is_refused: bool) {
        let connection = self.connection.lock().unwrap();
        connection.as_ref().unwrap().pragma_update(None, "query_only", is_refused).unwrap();
    }

    /// Whether the sandbox is still running.
    pub(crate) fn is_open(&self) -> bool {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Waits until something has changed.
    pub(crate) async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Notifies that a delivery attempt has ended, or that some will not be made any more.
    pub(crate) fn deliveries_changed(&self) {
        self.tries.send_modify(|count| *count = count.wrapping_add(1));
    }

    pub(crate) fn watch_deliveries(&self) -> watch::Receiver<u64> {
        self.tries.subscribe()
    }

    /// Runs `work` in one transaction, all of it or nothing. Then notifies the webhook sender.
    pub(crate) fn with<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        let result = self.transaction(work);
        if self.has_webhooks.load(Ordering::Relaxed) {
            self.changed.notify_one();
        }
        result
    }

    /// Runs `work` in one transaction, without notifying the webhook sender.
    pub(crate) fn transaction<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        // A panic inside a transaction has rolled it back: the connection can still be used.
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let stopped = || Refused::internal("the sandbox has been stopped");
        let transaction = connection.as_mut().ok_or_else(stopped)?.transaction()?;
        let result = work(&transaction)?;
        if let Some(files) = &self.files {
            files.check(&transaction).map_err(Refused::internal)?;
        }
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

    /// Returns the scopes of a token that is known and has not expired.
    pub(crate) fn scopes(&self, token: &str, now: i64) -> Result<Option<String>, Refused> {
        self.with(|db| {
            let query = "SELECT scopes FROM token WHERE token = ?1 AND expires > ?2";
            let mut query = db.prepare_cached(query)?;
            Ok(query.query_row(params![token, now], |row| row.get(0)).optional()?)
        })
    }

    /// Stores a nonce of a key until `expires`. Returns whether it is new for this key.
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
                return Err(Refused::too_many_requests("too many signatures have not expired"));
            }
            let insert = "INSERT OR IGNORE INTO nonce VALUES (?1, ?2, ?3)";
            let is_new = db.prepare_cached(insert)?.execute(params![key_id, nonce, expires])? == 1;
            self.nonces.fetch_add(u64::from(is_new), Ordering::Relaxed);
            Ok(is_new)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Store;
    use crate::seed::Seed;

    #[test]
    fn a_nonce_is_accepted_once_for_each_key() {
        let store = Store::open(None, None).unwrap();
        assert!(store.take_nonce("a", "n", 100, 0).unwrap());
        assert!(!store.take_nonce("a", "n", 100, 50).unwrap());
        assert!(store.take_nonce("b", "n", 100, 50).unwrap());
        assert!(!store.take_nonce("a", "n", 100, 100).unwrap(), "to the last second");
        assert!(store.take_nonce("a", "n", 300, 101).unwrap());
    }

    #[test]
    fn a_nonce_is_remembered_while_its_signature_is_valid() {
        let mut store = Store::open(None, None).unwrap();
        store.most_nonces = 2;
        assert!(store.take_nonce("a", "1", 100, 0).unwrap());
        assert!(store.take_nonce("a", "2", 100, 0).unwrap());
        let refused = store.take_nonce("a", "3", 100, 0).unwrap_err();
        assert_eq!(refused.status.as_u16(), 429);
        assert!(store.take_nonce("a", "3", 300, 101).unwrap());
    }

    #[test]
    fn a_reopened_state_gives_no_id_twice() {
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
    fn a_file_that_is_not_a_state_is_reported_in_one_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.sqlite");
        let opened = || Store::open(Some(&file), None).err().unwrap().to_string();
        std::fs::write(&file, "not a database, though long enough to be taken for one").unwrap();
        assert!(opened().contains("not a state of the sandbox, or is damaged"), "{}", opened());

        std::fs::remove_file(&file).unwrap();
        let other = rusqlite::Connection::open(&file).unwrap();
        other.execute_batch("CREATE TABLE x (y)").unwrap();
        drop(other);
        let bytes = std::fs::read(&file).unwrap();
        assert!(opened().contains("another program"), "{}", opened());
        assert_eq!(std::fs::read(&file).unwrap(), bytes, "another program's file is not touched");
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

    #[cfg(unix)]
    #[test]
    fn a_state_that_is_removed_or_replaced_accepts_nothing_more() {
        type Harm = fn(&std::path::Path, &std::path::Path);
        let harms: [Harm; 4] = [
            |file, _| std::fs::remove_file(file).unwrap(),
            |_, log| std::fs::remove_file(log).unwrap(),
            |file, _| std::fs::rename(file, file.with_extension("moved")).unwrap(),
            |file, log| {
                // Another sandbox starts there, and has its own log.
                std::fs::remove_file(file).unwrap();
                std::fs::remove_file(log).unwrap();
                let other = Store::open(Some(file), None).unwrap();
                other.add_token("of the other", "s", 100, 0).unwrap();
                std::mem::forget(other);
            },
        ];
        for (number, harm) in harms.into_iter().enumerate() {
            let folder = tempfile::tempdir().unwrap();
            let (file, log) = (folder.path().join("state.db"), folder.path().join("state.db-wal"));
            let store = Store::open(Some(&file), None).unwrap();
            store.add_token("a", "s", 100, 0).unwrap();
            harm(&file, &log);
            let was_there = log.exists();
            let refused = store.add_token("b", "s", 100, 0).unwrap_err();
            assert!(refused.reason.contains("was removed or replaced"), "{}", refused.reason);
            assert_eq!(refused.status.as_u16(), 500);
            assert!(store.scopes("a", 50).is_err(), "{number}: nothing is read either");
            store.close();
            assert_eq!(log.exists(), was_there, "{number}: another sandbox's log is not touched");
        }
    }

    /// Damages each page of a state in turn: the damage is detected, or nothing depends on the
    /// page.
    #[test]
    fn a_damaged_page_is_detected() {
        type Harm = fn(&mut [u8]);
        let folder = tempfile::tempdir().unwrap();
        let (whole, file) = (folder.path().join("whole.db"), folder.path().join("state.db"));
        let store = Store::open(Some(&whole), Some(Seed::of_number(7))).unwrap();
        for number in 0..2_000 {
            store.take_nonce("key", &number.to_string(), 100, 0).unwrap();
            store.add_token(&number.to_string(), "s", 100, 0).unwrap();
        }
        drop(store);
        let bytes = std::fs::read(&whole).unwrap();
        let pages = bytes.len() / 4096;
        let harms: [(&str, Harm); 4] = [
            ("zeroed", |page| page.fill(0)),
            ("overwritten", |page| page.fill(0x5a)),
            ("half of it", |page| page[2048..].fill(0x5a)),
            ("a sector", |page| page[3584..].iter_mut().for_each(|byte| *byte = !*byte)),
        ];
        let has_cells = |page: usize| {
            let header = if page == 0 { 100 } else { page * 4096 };
            bytes[header + 3..header + 5] != [0, 0]
        };
        let (mut started, mut tried) = (Vec::new(), 0);
        for (what, harm) in harms {
            // In a page without content, nothing after the first bytes can be damaged.
            let is_whole = ["zeroed", "overwritten"].contains(&what);
            for page in (0..pages).filter(|page| is_whole || has_cells(*page)) {
                tried += 1;
                let mut damaged = bytes.clone();
                harm(&mut damaged[page * 4096..][..4096]);
                std::fs::write(&file, damaged).unwrap();
                match Store::open(Some(&file), None) {
                    Ok(_) => started.push((what, page)),
                    Err(error) => {
                        let error = error.to_string();
                        assert!(error.contains("move it away, or use another file"), "{error}");
                    }
                }
                let _ = std::fs::remove_file(folder.path().join("state.db-wal"));
            }
        }
        println!("{tried} damaged copies");
        assert!(started.is_empty(), "{started:?}");
    }
}
