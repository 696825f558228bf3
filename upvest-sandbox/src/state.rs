//! What the sandbox remembers, in SQLite. Here: tokens and nonces; in `cash.rs`: the money.

use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use crate::problem::Refused;

const SCHEMA: &str = "
    CREATE TABLE token (token TEXT PRIMARY KEY, scopes TEXT NOT NULL, expires INTEGER NOT NULL) STRICT;
    CREATE TABLE nonce (key_id TEXT, nonce TEXT, expires INTEGER NOT NULL, PRIMARY KEY (key_id, nonce)) STRICT;
    CREATE INDEX nonce_by_end ON nonce (expires);
    CREATE TABLE idempotency (
        key TEXT, endpoint TEXT, body BLOB NOT NULL, created INTEGER NOT NULL,
        status INTEGER NOT NULL, answer TEXT NOT NULL,
        PRIMARY KEY (key, endpoint)
    ) STRICT;
    CREATE INDEX idempotency_by_age ON idempotency (created);
    CREATE TABLE operation (
        number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL,
        account_group_id TEXT NOT NULL, currency TEXT NOT NULL, minor_units INTEGER NOT NULL,
        status TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE ledger (
        number INTEGER PRIMARY KEY, operation TEXT UNIQUE NOT NULL REFERENCES operation (id),
        account_group_id TEXT NOT NULL, currency TEXT NOT NULL, minor_units INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX ledger_by_group ON ledger (account_group_id, currency);
    CREATE INDEX queue ON operation (account_group_id, currency, kind, status);
";

pub(crate) struct State(Mutex<Connection>);

impl State {
    pub(crate) fn in_memory() -> rusqlite::Result<Self> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Mutex::new(connection)))
    }

    pub(crate) fn with<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        // A panic inside a transaction has rolled it back: the connection is still good.
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction()?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }

    pub(crate) fn add_token(&self, token: &str, scopes: &str, expires: i64) -> Result<(), Refused> {
        self.with(|db| {
            db.execute("INSERT INTO token VALUES (?1, ?2, ?3)", params![token, scopes, expires])?;
            Ok(())
        })
    }

    /// The scopes of a token that is known and has not expired.
    pub(crate) fn scopes(&self, token: &str, now: i64) -> Result<Option<String>, Refused> {
        self.with(|db| {
            let query = "SELECT scopes FROM token WHERE token = ?1 AND expires > ?2";
            Ok(db.query_row(query, params![token, now], |row| row.get(0)).optional()?)
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
            db.execute("DELETE FROM nonce WHERE expires < ?1", [now])?;
            let insert = "INSERT OR IGNORE INTO nonce VALUES (?1, ?2, ?3)";
            Ok(db.execute(insert, params![key_id, nonce, expires])? == 1)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::State;

    #[test]
    fn a_nonce_is_taken_once_for_each_key() {
        let state = State::in_memory().unwrap();
        assert!(state.take_nonce("a", "n", 100, 0).unwrap());
        assert!(!state.take_nonce("a", "n", 100, 50).unwrap());
        assert!(state.take_nonce("b", "n", 100, 50).unwrap());
        assert!(state.take_nonce("a", "n", 300, 101).unwrap());
    }
}
