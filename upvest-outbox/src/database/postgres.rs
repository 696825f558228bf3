//! Postgres: any number of workers claim at the same time, and wake each other.

use sqlx::error::DatabaseError;
use sqlx::postgres::{PgArguments, PgListener, Postgres};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, PgPool, Row as _};

use super::{Backend, Database, Value, access};

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
    const BEGIN_MIGRATION: &'static str = "BEGIN";
    // The number is arbitrary: the first bytes of "upvest_o".
    const LOCK_MIGRATION: Option<&'static str> =
        Some("SELECT pg_advisory_xact_lock(8462106335398649695)");
    const NOTIFY: Option<&'static str> = Some("SELECT pg_notify('upvest_outbox', '')");

    type Listener = PgListener;

    access!();

    fn is_missing_table(error: &dyn DatabaseError) -> bool {
        error.code().is_some_and(|code| code == "42P01") && error.message().contains("upvest_")
    }

    async fn listen(pool: &PgPool) -> sqlx::Result<Option<PgListener>> {
        // It holds a connection for as long as it lives.
        if pool.options().get_max_connections() < 2 {
            return Ok(None);
        }
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(Some(listener))
    }

    async fn notified(listener: &mut PgListener) -> sqlx::Result<()> {
        listener.recv().await?;
        // One look at the table finds the payments of all of them.
        while listener.next_buffered().is_some() {}
        Ok(())
    }
}

fn bind(
    mut query: Query<'static, Postgres, PgArguments>,
    values: Vec<Value>,
) -> Query<'static, Postgres, PgArguments> {
    for value in values {
        query = match value {
            Value::Text(text) => query.bind(text),
            Value::Integer(number) => query.bind(number),
        };
    }
    query
}
