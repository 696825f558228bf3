//! How statuses and balances change: over time, manually, and because of other operations.

use rusqlite::{OptionalExtension as _, Row, Transaction, params};
use uuid::Uuid;

use super::operation::{Operation, OperationKind, account_of, find};
use crate::problem::Refused;
use crate::webhooks::queue::{emit, is_subscribed};

/// Sets the status of an operation, and removes its due time: from then on, it changes only
/// manually.
pub(super) fn set_status(
    db: &Transaction<'_>,
    id: Uuid,
    status: &str,
    at: i64,
) -> Result<(), Refused> {
    let update = "UPDATE operation SET status = ?2, due = NULL, updated = ?3 WHERE id = ?1";
    db.prepare_cached(update)?.execute(params![id.to_string(), status, at])?;
    notify(db, id)
}

/// Emits an event for the status of an operation, if there is a subscription.
pub(super) fn notify(db: &Transaction<'_>, id: Uuid) -> Result<(), Refused> {
    if !is_subscribed(db)? {
        return Ok(());
    }
    let operation =
        find(db, id)?.ok_or_else(|| Refused::internal("the operation no longer exists"))?;
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
    id: &str,
    group: &str,
    currency: &str,
    change: i64,
    at: i64,
) -> Result<(), Refused> {
    let entry = "INSERT INTO ledger (operation, account_group_id, currency, minor_units)
                 VALUES (?1, ?2, ?3, ?4)";
    db.prepare_cached(entry)?.execute(params![id, group, currency, change])?;
    let balance = "INSERT INTO balance VALUES (?1, ?2, ?3)
                   ON CONFLICT DO UPDATE SET minor_units = minor_units + excluded.minor_units";
    db.prepare_cached(balance)?.execute(params![group, currency, change])?;
    let status =
        "UPDATE operation SET status = 'CONFIRMED', due = NULL, updated = ?2 WHERE id = ?1";
    db.prepare_cached(status)?.execute(params![id, at])?;
    notify(db, parsed(id)?)
}

fn parsed(id: &str) -> Result<Uuid, Refused> {
    Uuid::try_parse(id).map_err(|_| Refused::internal("an operation in the state cannot be read"))
}

/// Settles everything that is due, in the order in which it became due.
pub(super) fn advance(db: &Transaction<'_>, now: i64) -> Result<(), Refused> {
    let query = "SELECT due, account_group_id, currency FROM operation
                 WHERE status = 'ISSUED' AND due <= ?1
                 GROUP BY due, account_group_id, currency ORDER BY due";
    let mut query = db.prepare_cached(query)?;
    let due: Vec<(i64, String, String)> = query
        .query_map([now], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (at, group, currency) in due {
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
    while let Some((id, units, _)) = first_pending(db, group, currency, "increase", at)? {
        confirm(db, &id, group, currency, units, at)?;
    }
    let mut money = balance(db, group, currency)?;
    while let Some((id, units, due)) = first_pending(db, group, currency, "decrease", at)? {
        if due.is_none() || units > money {
            break;
        }
        money = money.saturating_sub(units);
        confirm(db, &id, group, currency, -units, at)?;
    }
    let late = "SELECT id FROM operation WHERE account_group_id = ?1 AND currency = ?2
                AND status = 'ISSUED' AND due <= ?3 ORDER BY number";
    let mut late = db.prepare_cached(late)?;
    let late: Vec<String> = late
        .query_map(params![group, currency, at], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for id in late {
        let queue = "UPDATE operation SET status = 'QUEUED', updated = ?2 WHERE id = ?1";
        db.prepare_cached(queue)?.execute(params![id, at])?;
        notify(db, parsed(&id)?)?;
    }
    Ok(())
}

/// Returns the first operation that may change now: its id, its amount, and when it was due.
fn first_pending(
    db: &Transaction<'_>,
    group: &str,
    currency: &str,
    kind: &str,
    at: i64,
) -> Result<Option<(String, i64, Option<i64>)>, Refused> {
    let query = "SELECT id, minor_units, due FROM operation
                 WHERE account_group_id = ?1 AND currency = ?2 AND kind = ?3
                   AND status IN ('ISSUED', 'QUEUED') AND (status = 'QUEUED' OR due <= ?4)
                 ORDER BY number LIMIT 1";
    let mut query = db.prepare_cached(query)?;
    let row = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    Ok(query.query_row(params![group, currency, kind, at], row).optional()?)
}
