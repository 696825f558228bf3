//! What differs between the databases: the clock, the locks, the schema, and how values are passed.
//!
//! All other SQL is written once. Both databases number parameters as `$1`, `$2`.

#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use sqlx::Transaction;

/// A database that can hold an outbox: `sqlx::Sqlite` or `sqlx::Postgres`.
///
/// Each needs the feature of its name.
pub trait Database: Backend {}

/// The part of [`Database`] that only this crate uses.
pub trait Backend: sqlx::Database {
    /// Creates the tables.
    const SCHEMA: &'static str;
    /// The current time in milliseconds since 1970, by the clock of the database.
    const NOW: &'static str;
    /// Locks the selected rows, and passes over those that another transaction has locked.
    const SKIP_LOCKED: &'static str;
    /// Returns the number of tables with the name `upvest_outbox` that a query would find.
    const COUNT_TABLES: &'static str;
    /// Starts a transaction of this crate, whatever isolation the database has by default.
    const BEGIN: &'static str;
    /// Whether a transaction may still begin after the statement was cut off.
    const MAY_BEGIN_LATE: bool;
    /// Lets one migration run at a time.
    const LOCK_MIGRATION: Option<&'static str>;
    /// Wakes the workers in other processes when the transaction is committed.
    const NOTIFY: Option<&'static str>;

    /// What receives the wake-ups from other processes.
    type Listener: Send;

    /// Begins a transaction.
    fn begin(
        connection: &mut Self::Connection,
    ) -> impl Future<Output = sqlx::Result<Transaction<'_, Self>>> + Send;

    /// Executes a statement; returns how many rows it changed.
    fn execute(
        connection: &mut Self::Connection,
        sql: String,
        values: Vec<Value>,
    ) -> impl Future<Output = sqlx::Result<u64>> + Send;

    /// Executes a query; returns its rows.
    fn fetch(
        connection: &mut Self::Connection,
        sql: String,
        values: Vec<Value>,
    ) -> impl Future<Output = sqlx::Result<Vec<Self::Row>>> + Send;

    /// Executes several statements without parameters.
    fn execute_all(
        connection: &mut Self::Connection,
        sql: &'static str,
    ) -> impl Future<Output = sqlx::Result<()>> + Send;

    /// Returns a text in a row.
    fn text(row: &Self::Row, column: &str) -> sqlx::Result<Option<String>>;

    /// Returns an integer in a row.
    fn integer(row: &Self::Row, column: &str) -> sqlx::Result<Option<i64>>;

    /// Whether the failure says that a table does not exist.
    fn is_missing_table(error: &dyn sqlx::error::DatabaseError) -> bool;

    /// Whether a transaction of SQLite that only read so far can no longer write.
    fn is_stale_snapshot(error: &dyn sqlx::error::DatabaseError) -> bool;

    /// Whether the failure is about the values of a statement, so that it would fail again.
    fn is_about_values(error: &dyn sqlx::error::DatabaseError) -> bool;

    /// Starts to listen for wake-ups; none if the database sends none.
    fn listen(
        pool: &sqlx::Pool<Self>,
    ) -> impl Future<Output = sqlx::Result<Option<Self::Listener>>> + Send;

    /// Waits until there may be payments of other processes.
    fn notified(listener: &mut Self::Listener) -> impl Future<Output = sqlx::Result<()>> + Send;
}

/// The value of a parameter.
#[derive(Debug)]
pub enum Value {
    Text(Option<String>),
    Integer(Option<i64>),
}

impl From<Option<String>> for Value {
    /// Postgres stores no NUL. One can only come from a server.
    fn from(text: Option<String>) -> Self {
        let stored =
            |text: String| if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text };
        Self::Text(text.map(stored))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Some(text).into()
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(Some(number))
    }
}

/// Executes a statement whose text may contain `{now}` and `{skip_locked}`.
pub(crate) async fn execute<DB: Backend>(
    connection: &mut DB::Connection,
    sql: &str,
    values: Vec<Value>,
) -> sqlx::Result<u64> {
    DB::execute(connection, for_backend::<DB>(sql), values).await
}

/// Executes a query whose text may contain `{now}` and `{skip_locked}`.
pub(crate) async fn fetch<DB: Backend>(
    connection: &mut DB::Connection,
    sql: &str,
    values: Vec<Value>,
) -> sqlx::Result<Vec<DB::Row>> {
    DB::fetch(connection, for_backend::<DB>(sql), values).await
}

fn for_backend<DB: Backend>(sql: &str) -> String {
    // One search for `{` is faster than one for each name.
    let mut parts = sql.split('{');
    let mut filled = Vec::with_capacity(16);
    filled.extend(parts.next());
    for part in parts {
        filled.extend(match part.split_once('}') {
            Some(("now", rest)) => [DB::NOW, rest],
            Some(("skip_locked", rest)) => [DB::SKIP_LOCKED, rest],
            _ => ["{", part],
        });
    }
    filled.concat()
}

/// A query with its parameters.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
macro_rules! bound {
    ($sql:expr, $values:expr) => {{
        let mut query = sqlx::query::<Self>(AssertSqlSafe($sql));
        for value in $values {
            query = match value {
                Value::Text(text) => query.bind(text),
                Value::Integer(number) => query.bind(number),
            };
        }
        query
    }};
}

/// Implements the functions that are the same text for each database, but not the same types.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
macro_rules! access {
    () => {
        async fn begin(connection: &mut Self::Connection) -> sqlx::Result<Transaction<'_, Self>> {
            connection.begin_with(Self::BEGIN).await
        }

        async fn execute(
            connection: &mut Self::Connection,
            sql: String,
            values: Vec<Value>,
        ) -> sqlx::Result<u64> {
            Ok(bound!(sql, values).execute(connection).await?.rows_affected())
        }

        async fn fetch(
            connection: &mut Self::Connection,
            sql: String,
            values: Vec<Value>,
        ) -> sqlx::Result<Vec<Self::Row>> {
            bound!(sql, values).fetch_all(connection).await
        }

        async fn execute_all(
            connection: &mut Self::Connection,
            sql: &'static str,
        ) -> sqlx::Result<()> {
            sqlx::raw_sql(sql).execute(connection).await.map(drop)
        }

        fn text(row: &Self::Row, column: &str) -> sqlx::Result<Option<String>> {
            row.try_get(column)
        }

        fn integer(row: &Self::Row, column: &str) -> sqlx::Result<Option<i64>> {
            row.try_get(column)
        }
    };
}
#[cfg(any(feature = "postgres", feature = "sqlite"))]
use {access, bound};

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    use super::{Backend as _, for_backend};

    #[test]
    fn only_known_names_are_filled_in() {
        let (now, skip) = (sqlx::Sqlite::NOW, sqlx::Sqlite::SKIP_LOCKED);
        let filled = for_backend::<sqlx::Sqlite>("x}y {now} '{}' {{now} {nwo} {skip_locked}{");
        assert_eq!(filled, format!("x}}y {now} '{{}}' {{{now} {{nwo}} {skip}{{"));
        assert_eq!(for_backend::<sqlx::Sqlite>(""), "");
    }
}
