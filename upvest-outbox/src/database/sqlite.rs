//! SQLite: one writer at a time, so a claim needs no locks on rows.

use std::convert::Infallible;

use sqlx::error::DatabaseError;
use sqlx::sqlite::Sqlite;
use sqlx::{AssertSqlSafe, Connection as _, Row as _, SqlitePool, Transaction};

use super::{Backend, Database, Value, access, bound};

impl Database for Sqlite {}

impl Backend for Sqlite {
    const SCHEMA: &'static str = include_str!("../schema/sqlite.sql");
    const NOW: &'static str = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";
    const SKIP_LOCKED: &'static str = "";
    const COUNT_TABLES: &'static str = "SELECT count(*) AS count FROM sqlite_master WHERE type = 'table' AND name = 'upvest_outbox'";
    const BEGIN: &'static str = "BEGIN IMMEDIATE";
    const MAY_BEGIN_LATE: bool = false;
    const LOCK_MIGRATION: Option<&'static str> = None;
    const NOTIFY: Option<&'static str> = None;

    type Listener = Infallible;

    access!();

    fn is_missing_table(error: &dyn DatabaseError) -> bool {
        error.message().starts_with("no such table: upvest_")
    }

    fn is_stale_snapshot(error: &dyn DatabaseError) -> bool {
        // SQLITE_BUSY_SNAPSHOT.
        error.code().is_some_and(|code| code == "517")
    }

    fn is_about_values(error: &dyn DatabaseError) -> bool {
        // A constraint or a trigger, a text that is too long, a wrong type; in the low byte.
        let code = error.code().and_then(|code| code.parse::<u32>().ok());
        code.is_some_and(|code| [18, 19, 20].contains(&(code & 0xff)))
    }

    async fn listen(_: &SqlitePool) -> sqlx::Result<Option<Infallible>> {
        Ok(None)
    }

    async fn notified(listener: &mut Infallible) -> sqlx::Result<()> {
        match *listener {}
    }
}
