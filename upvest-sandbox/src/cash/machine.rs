//! How statuses and balances change: over time, manually, and because of other operations.

use rusqlite::{OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::operation::{Operation, OperationKind, account_of, find_numbered};
use crate::problem::Refused;
use crate::store::Transaction;
use crate::webhooks::queue::{emit, is_subscribed};

/// Sets the status of an operation, and removes its due time: from then on, it changes only
/// manually.
pub(super) fn set_status(
    db: &Transaction<'_>,
    id: Uuid,
    status: &str,
    at: i64,
) -> Result<(), Refused> {
    let update = "UPDATE operation SET status = ?2, due = NULL, updated = ?3 WHERE id = ?1
                  RETURNING number";
    let mut update = db.prepare_cached(update)?;
    let number = update.query_row(params![id.to_string(), status, at], |row| row.get(0))?;
    notify(db, number)
}

/// Emits an event for the status of an operation, if there is a subscription.
pub(super) fn notify(db: &Transaction<'_>, number: i64) -> Result<(), Refused> {
    if !is_subscribed(db)? {
        return Ok(());
    }
    let operation = find_numbered(db, number)?;
    let category = match operation.kind {
        OperationKind::Increase => "VIRTUAL_CASH_INCREASE",
        OperationKind::Decrease => "VIRTUAL_CASH_DECREASE",
    };
    let event_type = format!("{category}.{}", operation.status);
    emit(db, &event_type, &operation, operation.updated_at.unix_seconds())
}

pub(super) fn cancel(db: &Transaction<'_>, operation: &Operation, at: i64) -> Result<(), Refused> {
    set_status(db, operation.id, "CANCELLED", at)?;
    let (group, currency) = account_of(operation);
    settle(db, &group, currency, at)
}

pub(super) fn balance(db: &Transaction<'_>, group: &str, currency: &str) -> Result<i64, Refused> {
    let query = "SELECT minor_units FROM balance WHERE account_group_id = ?1 AND currency = ?2";
    let mut query = db.prepare_cached(query)?;
    Ok(query.query_row([group, currency], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// Confirms an operation, which then takes effect.
pub(super) fn confirm(
    db: &Transaction<'_>,
    number: i64,
    group: &str,
    currency: &str,
    change: i64,
    at: i64,
) -> Result<(), Refused> {
    let entry = "INSERT INTO ledger VALUES (?1, ?2, ?3, ?4)";
    db.prepare_cached(entry)?.execute(params![number, group, currency, change])?;
    let balance = "INSERT INTO balance VALUES (?1, ?2, ?3)
                   ON CONFLICT DO UPDATE SET minor_units = minor_units + excluded.minor_units";
    db.prepare_cached(balance)?.execute(params![group, currency, change])?;
    let status =
        "UPDATE operation SET status = 'CONFIRMED', due = NULL, updated = ?2 WHERE number = ?1";
    db.prepare_cached(status)?.execute([number, at])?;
    notify(db, number)
}

/// Settles everything that is due, in the order in which it became due.
pub(super) fn advance(db: &Transaction<'_>, now: i64) -> Result<(), Refused> {
    let query = "SELECT due, account_group_id, currency FROM operation
                 WHERE status = 'ISSUED' AND due <= ?1 ORDER BY due LIMIT 1";
    let mut query = db.prepare_cached(query)?;
    let row = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    // Settling leaves nothing of this account group and currency that is due, so each turn finds
    // something else.
    while let Some((at, group, currency)) = query.query_row([now], row).optional()? {
        let (group, currency): (String, String) = (group, currency);
        settle(db, &group, &currency, at)?;
    }
    Ok(())
}

/// Settles the pending operations of one account group and currency as far as possible.
///
/// Increases take effect. Decreases take effect in the order they were created, until the first one
/// that exceeds the balance; that one and the later ones wait. A decrease that was queued manually
/// (without a due time) stays, and blocks the later ones.
pub(super) fn settle(
    db: &Transaction<'_>,
    group: &str,
    currency: &str,
    at: i64,
) -> Result<(), Refused> {
    while let Some((number, units, _)) = first_pending(db, group, currency, "increase", at)? {
        confirm(db, number, group, currency, units, at)?;
    }
    let mut money = balance(db, group, currency)?;
    while let Some((number, units, due)) = first_pending(db, group, currency, "decrease", at)? {
        if due.is_none() || units > money {
            break;
        }
        money = money.saturating_sub(units);
        confirm(db, number, group, currency, -units, at)?;
    }
    let late = "SELECT number FROM operation WHERE account_group_id = ?1 AND currency = ?2
                AND kind = 'decrease' AND status = 'ISSUED' AND due <= ?3 ORDER BY number";
    let mut late = db.prepare_cached(late)?;
    let late: Vec<i64> = late
        .query_map(params![group, currency, at], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for number in late {
        let queue = "UPDATE operation SET status = 'QUEUED', updated = ?2 WHERE number = ?1";
        db.prepare_cached(queue)?.execute([number, at])?;
        notify(db, number)?;
    }
    Ok(())
}

/// Returns the first operation that may change now: its number, its amount, and when it was due.
fn first_pending(
    db: &Transaction<'_>,
    group: &str,
    currency: &str,
    kind: &str,
    at: i64,
) -> Result<Option<(i64, i64, Option<i64>)>, Refused> {
    // One query for each status, because no index finds the first row of both. All that are due
    // became due at the same time: what was due earlier is settled.
    let queued = "SELECT number, minor_units, due FROM operation
                  WHERE account_group_id = ?1 AND currency = ?2 AND kind = ?3
                    AND status = 'QUEUED'
                  ORDER BY number LIMIT 1";
    let due = "SELECT number, minor_units, due FROM operation
               WHERE account_group_id = ?1 AND currency = ?2 AND kind = ?3
                 AND status = 'ISSUED' AND due <= ?4
               ORDER BY due, number LIMIT 1";
    let row = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let queued = db.prepare_cached(queued)?.query_row([group, currency, kind], row).optional()?;
    let due =
        db.prepare_cached(due)?.query_row(params![group, currency, kind, at], row).optional()?;
    Ok(queued.into_iter().chain(due).min())
}
