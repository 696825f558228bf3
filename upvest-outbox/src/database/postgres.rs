//! Postgres: any number of workers claim at the same time, and wake each other.

use sqlx::error::DatabaseError;
use sqlx::postgres::{PgListener, PgPoolOptions, Postgres};
use sqlx::{AssertSqlSafe, Connection as _, PgPool, Row as _, Transaction};

use super::{Backend, Database, Value, access, bound};

const CHANNEL: &str = "upvest_outbox";

impl Database for Postgres {}

impl Backend for Postgres {
    const SCHEMA: &'static str = include_str!("../schema/postgres.sql");
    // Not `now()`, which is the start of the transaction, and not `clock_timestamp()`, which changes
    // within a statement, so that no index can be used.
    const NOW: &'static str = "CAST(extract(epoch FROM statement_timestamp()) * 1000 AS BIGINT)";
    const SKIP_LOCKED: &'static str = "FOR UPDATE SKIP LOCKED";
    const COUNT_TABLES: &'static str =
        "SELECT count(*) AS count FROM pg_class WHERE oid = to_regclass('upvest_outbox')";
    const BEGIN: &'static str = "BEGIN ISOLATION LEVEL READ COMMITTED";
    const MAY_BEGIN_LATE: bool = true;
    // An arbitrary number.
    const LOCK_MIGRATION: Option<&'static str> =
        Some("SELECT pg_advisory_xact_lock(8462106335398649695)");
    const NOTIFY: Option<&'static str> = Some("SELECT pg_notify('upvest_outbox', '')");

    type Listener = PgListener;

    access!();

    fn is_missing_table(error: &dyn DatabaseError) -> bool {
        error.code().is_some_and(|code| code == "42P01") && error.message().contains("upvest_")
    }

    fn is_stale_snapshot(_: &dyn DatabaseError) -> bool {
        false
    }

    fn is_about_values(error: &dyn DatabaseError) -> bool {
        // Data exceptions, constraints, limits, and what a trigger raises.
        let classes = ["22", "23", "54", "P0"];
        error.code().is_some_and(|code| classes.iter().any(|class| code.starts_with(class)))
    }

    async fn listen(pool: &PgPool) -> sqlx::Result<Option<PgListener>> {
        // Not a connection of the pool: workers must not take all of them.
        let options = PgPoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
        let own = options.connect_with((*pool.connect_options()).clone()).await?;
        let mut listener = PgListener::connect_with(&own).await?;
        listener.listen(CHANNEL).await?;
        Ok(Some(listener))
    }

    /// Returns also if the connection was lost: what was sent meanwhile is not received.
    async fn notified(listener: &mut PgListener) -> sqlx::Result<()> {
        listener.try_recv().await?;
        // One look at the table finds the payments of all of them.
        while listener.next_buffered().is_some() {}
        Ok(())
    }
}
