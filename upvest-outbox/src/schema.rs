//! The tables: creating them, and checking that they are those of this version.

use crate::database::{Backend, Database, execute, fetch};
use crate::error::{Error, ErrorKind, MISSING_TABLES, Result};
use crate::outbox::Outbox;

/// The version of the tables. Each change of them needs another one.
const VERSION: i64 = 1;

impl<DB: Database> Outbox<DB> {
    /// The statements that [`migrate`](Self::migrate) executes in an empty database.
    ///
    /// Run them with your own migration tool if you have one. They name the tables
    /// `upvest_outbox`, `upvest_payment` and `upvest_event` without a schema, so they are created in
    /// the current one.
    pub const SCHEMA: &'static str = DB::SCHEMA;

    /// Creates the tables of the outbox, if they do not exist.
    ///
    /// Several processes may call it at the same time.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Schema`] if there are tables of another version, and with
    /// [`ErrorKind::Database`] if the database cannot be reached or the user may not create tables.
    pub async fn migrate(&self) -> Result<()> {
        let failed = |cause| Error::database::<DB>("cannot create the tables of the outbox", cause);
        let mut tx = self.pool().begin_with(DB::BEGIN).await.map_err(failed)?;
        if let Some(lock) = DB::LOCK_MIGRATION {
            execute::<DB>(&mut tx, lock, Vec::new()).await.map_err(failed)?;
        }
        if !exist::<DB>(&mut tx).await.map_err(failed)? {
            DB::execute_all(&mut tx, DB::SCHEMA).await.map_err(failed)?;
        }
        check::<DB>(&mut tx).await?;
        tx.commit().await.map_err(failed)
    }
}

/// Checks that the tables are those of this version.
pub(crate) async fn check<DB: Backend>(connection: &mut DB::Connection) -> Result<()> {
    const WHAT: &str = "cannot use the outbox";
    let failed = |cause| Error::database::<DB>(WHAT, cause);
    let schema = |why: String| Error::new(ErrorKind::Schema, format!("{WHAT}: {why}"));
    if !exist::<DB>(connection).await.map_err(failed)? {
        return Err(schema(MISSING_TABLES.to_owned()));
    }
    let sql = "SELECT max(version) AS version FROM upvest_outbox";
    let rows = fetch::<DB>(connection, sql, Vec::new()).await.map_err(failed)?;
    let version = match rows.first() {
        Some(row) => DB::integer(row, "version").map_err(failed)?,
        None => None,
    };
    match version {
        Some(VERSION) => Ok(()),
        Some(version) if version > VERSION => Err(schema(format!(
            "its tables have version {version}, but this library knows version {VERSION} (use a \
             newer upvest-outbox)"
        ))),
        _ => Err(schema(
            "its tables have an unknown version (restore the row with version 1 in the table \
             `upvest_outbox`)"
                .to_owned(),
        )),
    }
}

async fn exist<DB: Backend>(connection: &mut DB::Connection) -> sqlx::Result<bool> {
    let rows = fetch::<DB>(connection, DB::COUNT_TABLES, Vec::new()).await?;
    let count = rows.first().map(|row| DB::integer(row, "count")).transpose()?.flatten();
    Ok(count.is_some_and(|count| count > 0))
}
