//! Why an operation of the outbox failed.

use std::fmt;

use crate::database::Backend;

/// The result of an operation of the outbox.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an operation of the outbox failed.
///
/// Its text is one sentence, without secrets and bodies of requests. After an error of kind
/// [`Database`](ErrorKind::Database), roll back your transaction. A commit that fails may still have
/// taken effect: read the payment again before you act on it.
pub struct Error {
    kind: ErrorKind,
    message: String,
    database: Option<sqlx::Error>,
}

/// The kind of an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The database failed, or could not be reached.
    ///
    /// In your transaction, roll back and try the whole transaction again.
    Database,
    /// The tables do not exist, or are those of another version.
    Schema,
    /// The id or the idempotency key belongs to a different payment.
    Conflict,
    /// No payment has this id.
    NotFound,
    /// The call cannot be sent later: it contains no request.
    Request,
    /// The payment is in another state than the operation expects.
    State,
    /// A row cannot be read as it was stored; it was probably edited.
    Edited,
    /// An argument is not valid, such as an empty id, or a key that is too short.
    Invalid,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), database: None }
    }

    /// Returns the error of an operation that the database failed.
    pub(crate) fn database<DB: Backend>(what: impl fmt::Display, cause: sqlx::Error) -> Self {
        let (kind, message) = match &cause {
            sqlx::Error::Database(error) if DB::is_missing_table(&**error) => {
                (ErrorKind::Schema, format!("{what}: {MISSING_TABLES}"))
            }
            sqlx::Error::ColumnDecode { index, .. } => {
                let why =
                    format!("the column {index} has an unexpected type (was the row edited?)");
                (ErrorKind::Edited, format!("{what}: {why}"))
            }
            sqlx::Error::PoolTimedOut => {
                let why = "no connection of the pool became free in time (does an open transaction of \
                           this task hold the last one?)";
                (ErrorKind::Database, format!("{what}: {why}"))
            }
            sqlx::Error::Database(error) if DB::is_stale_snapshot(&**error) => {
                let why = "the transaction has read before it writes, and another one has written \
                           since (begin it with `BEGIN IMMEDIATE`)";
                (ErrorKind::Database, format!("{what}: {why}"))
            }
            _ => (ErrorKind::Database, format!("{what}: the database failed: {cause}")),
        };
        Self { kind, message, database: Some(cause) }
    }

    /// Whether the database refuses the values, and would do so again.
    pub(crate) fn is_about_values<DB: Backend>(&self) -> bool {
        let Some(sqlx::Error::Database(error)) = &self.database else { return false };
        DB::is_about_values(&**error)
    }

    /// Returns its kind.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns the error of the database, if it failed.
    #[must_use]
    pub fn database_error(&self) -> Option<&sqlx::Error> {
        self.database.as_ref()
    }
}

pub(crate) const MISSING_TABLES: &str =
    "the tables of the outbox do not exist (call `Outbox::migrate`, or run `Outbox::SCHEMA`)";

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Without the details of the database, which may contain a row.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

/// Its sentence contains the cause, so it has no source.
impl std::error::Error for Error {}
