//! A transaction on the state.

use std::ops::Deref;

use rusqlite::Connection;

/// A transaction, rolled back unless it is committed.
///
/// The transaction of rusqlite parses `BEGIN` and `COMMIT` each time, which takes longer than a short
/// query. Here they are prepared once.
pub(crate) struct Transaction<'c>(&'c mut Connection);

impl<'c> Transaction<'c> {
    pub(super) fn begin(connection: &'c mut Connection) -> rusqlite::Result<Self> {
        connection.prepare_cached("BEGIN")?.execute([])?;
        Ok(Self(connection))
    }

    pub(super) fn commit(self) -> rusqlite::Result<()> {
        self.prepare_cached("COMMIT")?.execute([])?;
        Ok(())
    }
}

impl Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        // SQLite has already rolled back after some errors. If the rollback fails, so does the next
        // `BEGIN`.
        if !self.is_autocommit() {
            let _ = self.execute_batch("ROLLBACK");
        }
    }
}
