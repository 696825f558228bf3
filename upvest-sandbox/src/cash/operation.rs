//! An increase or a decrease, and its row in the state.

use rusqlite::{OptionalExtension as _, Row};
use serde::Serialize;
use upvest_core::{AccountGroupId, Currency, Timestamp};
use uuid::Uuid;

use crate::problem::Refused;
use crate::store::Transaction;

/// The current state of an increase or a decrease, with the fields of the API's responses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Operation {
    /// Whether it is an increase or a decrease; not a field of a response.
    #[serde(skip)]
    pub kind: OperationKind,
    /// Its id.
    pub id: Uuid,
    /// The account group that the money belongs to.
    pub account_group_id: AccountGroupId,
    /// The amount, as in the response.
    pub amount: String,
    /// The currency.
    pub currency: Currency,
    /// `ISSUED`, `QUEUED`, `CONFIRMED` or `CANCELLED`.
    pub status: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its status last changed.
    pub updated_at: Timestamp,
}

/// What an operation does to the balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum OperationKind {
    /// Raises the balance.
    Increase,
    /// Lowers the balance.
    Decrease,
}

impl OperationKind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Increase => "increase",
            Self::Decrease => "decrease",
        }
    }
}

pub(super) fn is_pending(operation: &Operation) -> bool {
    matches!(operation.status.as_str(), "ISSUED" | "QUEUED")
}

pub(super) fn account_of(operation: &Operation) -> (String, &str) {
    (operation.account_group_id.to_string(), operation.currency.as_str())
}

pub(super) const OPERATION: &str =
    "SELECT kind, id, account_group_id, amount, currency, status, created, updated FROM operation";

pub(super) fn operation(row: &Row<'_>) -> Result<Operation, Refused> {
    let damaged = || Refused::internal("an operation in the state cannot be read");
    let kind: String = row.get(0)?;
    Ok(Operation {
        kind: if kind == "increase" { OperationKind::Increase } else { OperationKind::Decrease },
        id: row.get::<_, String>(1)?.parse().map_err(|_| damaged())?,
        account_group_id: row.get::<_, String>(2)?.parse().map_err(|_| damaged())?,
        amount: row.get(3)?,
        currency: row.get::<_, String>(4)?.parse().map_err(|_| damaged())?,
        status: row.get(5)?,
        created_at: Timestamp::from_unix_seconds(row.get(6)?).map_err(|_| damaged())?,
        updated_at: Timestamp::from_unix_seconds(row.get(7)?).map_err(|_| damaged())?,
    })
}

pub(super) fn find(db: &Transaction<'_>, id: Uuid) -> Result<Option<Operation>, Refused> {
    let mut query = db.prepare_cached(&format!("{OPERATION} WHERE id = ?1"))?;
    query.query_row([id.to_string()], |row| Ok(operation(row))).optional()?.transpose()
}

/// Returns the operation with this number, which must exist.
pub(super) fn find_numbered(db: &Transaction<'_>, number: i64) -> Result<Operation, Refused> {
    let mut query = db.prepare_cached(&format!("{OPERATION} WHERE number = ?1"))?;
    query.query_row([number], |row| Ok(operation(row)))?
}
