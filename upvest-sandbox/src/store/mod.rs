//! The state of the sandbox, in SQLite: in memory, or in a file that survives a kill.
//!
//! This file handles tokens and nonces, and `file.rs` opens the file. `cash/` handles the money,
//! and `webhooks/` its events.

mod balanced;
mod file;
#[cfg(test)]
mod tests;
mod transaction;

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

pub(crate) use self::balanced::is_balanced;
use self::file::{StateFiles, Trouble, begin, check, connect, create, explain};
pub(crate) use self::transaction::Transaction;
use crate::error::StartError;
use crate::problem::Refused;
use crate::seed::Seed;

/// The maximum number of stored nonces. Beyond it, requests are refused: if a nonce was dropped
/// while it is still valid, a request could be accepted twice.
const MOST_NONCES: u64 = 1_000_000;

/// How many expired tokens, nonces or idempotency keys one request deletes.
pub(crate) const MOST_DROPPED: i64 = 100;

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
    ///
    /// With the mutex of the standard library, a thread that makes one transaction after the other
    /// could keep all others waiting. This one hands over to the next thread every now and then.
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
        let connection = self.connection.lock().take();
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
        let connection = self.connection.lock();
        connection.as_ref().unwrap().pragma_update(None, "query_only", is_refused).unwrap();
    }

    /// Returns how many steps SQLite takes for `work`, rounded to 10.
    #[cfg(test)]
    pub(crate) fn steps(&self, work: impl FnOnce()) -> u64 {
        let steps = std::sync::Arc::new(AtomicU64::new(0));
        let counted = std::sync::Arc::clone(&steps);
        let count = move || {
            counted.fetch_add(10, Ordering::Relaxed);
            false
        };
        let set = |handler| {
            let connection = self.connection.lock();
            connection.as_ref().unwrap().progress_handler(10, handler).unwrap();
        };
        set(Some(count));
        work();
        set(None);
        steps.load(Ordering::Relaxed)
    }

    /// Returns how many transactions `work` makes that write something.
    #[cfg(test)]
    pub(crate) fn commits(&self, work: impl FnOnce()) -> u64 {
        let commits = std::sync::Arc::new(AtomicU64::new(0));
        let counted = std::sync::Arc::clone(&commits);
        let count = move || {
            counted.fetch_add(1, Ordering::Relaxed);
            false
        };
        let set = |hook| {
            let connection = self.connection.lock();
            connection.as_ref().unwrap().commit_hook(hook).unwrap();
        };
        set(Some(count));
        work();
        set(None);
        commits.load(Ordering::Relaxed)
    }

    /// Whether the sandbox is still running.
    pub(crate) fn is_open(&self) -> bool {
        self.connection.lock().is_some()
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
        let mut connection = self.connection.lock();
        let stopped = || Refused::internal("the sandbox has been stopped");
        let transaction = Transaction::begin(connection.as_mut().ok_or_else(stopped)?)?;
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
            let old = "DELETE FROM token WHERE rowid IN
                           (SELECT rowid FROM token WHERE expires <= ?1 LIMIT ?2)";
            db.prepare_cached(old)?.execute([now, MOST_DROPPED])?;
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
        let taken = self.with(|db| {
            let old = "DELETE FROM nonce WHERE rowid IN
                           (SELECT rowid FROM nonce WHERE expires < ?1 LIMIT ?2)";
            let same = "DELETE FROM nonce WHERE key_id = ?1 AND nonce = ?2 AND expires < ?3";
            // Most requests find none, and a query costs less than a deletion of nothing.
            let has_old = "SELECT 1 FROM nonce WHERE expires < ?1 LIMIT 1";
            if db.prepare_cached(has_old)?.exists([now])? {
                let ended = db.prepare_cached(old)?.execute([now, MOST_DROPPED])?
                    + db.prepare_cached(same)?.execute(params![key_id, nonce, now])?;
                self.nonces.fetch_sub(ended as u64, Ordering::Relaxed);
            }
            if self.nonces.load(Ordering::Relaxed) >= self.most_nonces {
                // Not an error here: the expired ones remain deleted.
                return Ok(None);
            }
            let insert = "INSERT OR IGNORE INTO nonce VALUES (?1, ?2, ?3)";
            let is_new = db.prepare_cached(insert)?.execute(params![key_id, nonce, expires])? == 1;
            self.nonces.fetch_add(u64::from(is_new), Ordering::Relaxed);
            Ok(Some(is_new))
        })?;
        taken.ok_or_else(|| Refused::too_many_requests("too many signatures have not expired"))
    }
}
