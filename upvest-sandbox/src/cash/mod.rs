//! Money: orders, their idempotency records, the ledger and the balances.
//!
//! An operation, its ledger entry and its idempotency record are one transaction. Amounts are
//! stored in minor units, as integers. Statuses change as time passes: every access to the state
//! first settles what is due (`machine.rs`).

pub(crate) mod balances;
#[cfg(test)]
mod growth;
mod machine;
mod operation;
pub(crate) mod orders;
#[cfg(test)]
mod tests;

use http::StatusCode;
use rusqlite::{OptionalExtension as _, params};
use upvest_core::{AccountGroupId, Amount, Currency, IdempotencyKey, Timestamp};
use uuid::Uuid;

use crate::handler::JsonResponse;
use crate::problem::Refused;
use crate::settings::{Assumption, Settings, Spec};
use crate::store::{self, Store, Transaction};
use machine::{advance, balance, cancel, confirm, notify, set_status, settle};
use operation::{OPERATION, account_of, find, find_numbered, is_pending, operation};

pub use operation::{Operation, OperationKind};

/// About how many operations are settled in one transaction when the clock is moved.
const MOST_SETTLED: i64 = 1_000;

/// How long an idempotency key is stored. The API promises at least this.
const REPLAY_WINDOW_SECONDS: i64 = 24 * 60 * 60;

/// The checked content of an order.
pub(crate) struct Order {
    pub(crate) account_group_id: AccountGroupId,
    pub(crate) amount: Amount,
    /// The amount as it was sent.
    pub(crate) amount_text: String,
    pub(crate) currency: Currency,
}

/// A request with an idempotency key.
pub(crate) struct Keyed<'a> {
    pub(crate) key: IdempotencyKey,
    pub(crate) endpoint: &'a str,
    pub(crate) body: &'a [u8],
}

/// The balances of an account group in minor units, by currency.
type Balances = Vec<(String, i64)>;

/// A manual step of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Confirm,
    Queue,
    Cancel,
}

impl Store {
    /// Carries out an order, unless its idempotency key shows that this was done before.
    pub(crate) fn order(
        &self,
        kind: OperationKind,
        keyed: &Keyed<'_>,
        order: &Order,
        now: Timestamp,
        settings: &Settings,
    ) -> Result<JsonResponse, Refused> {
        let at = now.unix_seconds();
        self.with(|db| {
            advance(db, at)?;
            if let Some(response) = replay(db, keyed, at, settings)? {
                return Ok(response);
            }
            enter_account_group(db, order.account_group_id, at, settings)?;
            let amount = if settings.assumes(Assumption::AmountAsSent) {
                order.amount_text.clone()
            } else {
                order.amount.to_string()
            };
            let units = i64::try_from(order.amount.minor())
                .map_err(|_| Refused::internal("the amount is too large"))?;
            // The id is derived from the number of the row, so that it is never repeated.
            let insert = "INSERT INTO operation
                (id, kind, account_group_id, currency, minor_units, amount, status, due, created, updated)
                VALUES ('', ?1, ?2, ?3, ?4, ?5, 'ISSUED', ?6, ?7, ?7)";
            db.prepare_cached(insert)?.execute(params![
                kind.as_str(),
                order.account_group_id.to_string(),
                order.currency.as_str(),
                units,
                amount,
                settings.progress.due(at),
                at
            ])?;
            let number = db.last_insert_rowid();
            let id = self.seed().uuid("operation", number.unsigned_abs());
            db.prepare_cached("UPDATE operation SET id = ?2 WHERE number = ?1")?
                .execute(params![number, id.to_string()])?;
            notify(db, number)?;
            // The response shows the operation as accepted: its result is not known yet.
            let body = serde_json::to_string(&find_numbered(db, number)?)
                .map_err(|_| Refused::internal("cannot read back the new operation"))?;
            let status = match settings.spec {
                Spec::V1_9 => StatusCode::OK,
                Spec::Latest => StatusCode::ACCEPTED,
            };
            // Replaces an expired one.
            let insert = "INSERT OR REPLACE INTO idempotency VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let key = keyed.key.to_string();
            db.prepare_cached(insert)?.execute(
                params![key, keyed.endpoint, keyed.body, at, status.as_u16(), body],
            )?;
            advance(db, at)?;
            Ok(JsonResponse { status, body, is_replay: false, may_wait: false })
        })
    }

    /// Cancels a pending decrease for the client.
    pub(crate) fn cancel_decrease(
        &self,
        id: &str,
        now: Timestamp,
        settings: &Settings,
    ) -> Result<(), Refused> {
        let unknown = || Refused::not_found("There is no such decrease");
        let id = Uuid::try_parse(id).map_err(|_| unknown())?;
        let at = now.unix_seconds();
        self.with(|db| {
            advance(db, at)?;
            let decrease = find(db, id)?.filter(|found| found.kind == OperationKind::Decrease);
            let decrease = decrease.ok_or_else(unknown)?;
            let is_again = decrease.status == "CANCELLED";
            if is_again && settings.assumes(Assumption::SecondCancelSucceeds) {
                return Ok(());
            }
            if !is_pending(&decrease) {
                let detail = format!("A decrease that is {} cannot be cancelled", decrease.status);
                return Err(Refused::unprocessable(&detail));
            }
            cancel(db, &decrease, at)
        })
    }

    /// Performs a step for which the API itself has no endpoint.
    pub(crate) fn step(&self, id: Uuid, step: Step, now: Timestamp) -> Result<Operation, Refused> {
        let at = now.unix_seconds();
        self.with(|db| {
            advance(db, at)?;
            let operation =
                find(db, id)?.ok_or_else(|| Refused::not_found("There is no such operation"))?;
            let refused = |why: &str| {
                let (kind, status) = (operation.kind.as_str(), &operation.status);
                Err(Refused::conflict(&format!("This {kind} is {status}: {why}")))
            };
            if !is_pending(&operation) {
                return refused("this status is final");
            }
            match step {
                Step::Cancel => cancel(db, &operation, at)?,
                Step::Queue if operation.kind == OperationKind::Increase => {
                    return refused("only a decrease can be queued");
                }
                Step::Queue if operation.status == "QUEUED" => {
                    return refused("it is already queued");
                }
                Step::Queue => set_status(db, id, "QUEUED", at)?,
                Step::Confirm => {
                    let (group, currency) = account_of(&operation);
                    let (number, change) = change_of(db, id)?;
                    if balance(db, &group, currency)?.saturating_add(change) < 0 {
                        return refused("the balance is insufficient to confirm it");
                    }
                    confirm(db, number, &group, currency, change, at)?;
                    settle(db, &group, currency, at)?;
                }
            }
            find(db, id)?.ok_or_else(|| Refused::internal("the operation no longer exists"))
        })
    }

    pub(crate) fn find(&self, id: Uuid, now: Timestamp) -> Result<Option<Operation>, Refused> {
        self.with(|db| {
            advance(db, now.unix_seconds())?;
            find(db, id)
        })
    }

    /// Returns the newest operations, newest first.
    pub(crate) fn operations(&self, most: u32, now: Timestamp) -> Result<Vec<Operation>, Refused> {
        self.with(|db| {
            advance(db, now.unix_seconds())?;
            let query = format!("{OPERATION} ORDER BY number DESC LIMIT ?1");
            let mut query = db.prepare_cached(&query)?;
            query.query_map([most], |row| Ok(operation(row)))?.map(|row| row?).collect()
        })
    }

    /// Returns the balance in minor units.
    pub(crate) fn balance(
        &self,
        group: AccountGroupId,
        currency: &Currency,
        now: Timestamp,
    ) -> Result<i64, Refused> {
        self.with(|db| {
            advance(db, now.unix_seconds())?;
            balance(db, &group.to_string(), currency.as_str())
        })
    }

    /// Returns the number of ledger entries.
    pub(crate) fn ledger_entries(
        &self,
        group: AccountGroupId,
        currency: &Currency,
        now: Timestamp,
    ) -> Result<i64, Refused> {
        self.with(|db| {
            advance(db, now.unix_seconds())?;
            let query = "SELECT count(*) FROM ledger WHERE account_group_id = ?1 AND currency = ?2";
            let mut query = db.prepare_cached(query)?;
            Ok(query.query_row([&*group.to_string(), currency.as_str()], |row| row.get(0))?)
        })
    }

    /// Returns the balances of an account group by currency, or `None` if there is no such group.
    pub(crate) fn balances(
        &self,
        group: AccountGroupId,
        now: Timestamp,
    ) -> Result<Option<Balances>, Refused> {
        let group = group.to_string();
        self.with(|db| {
            advance(db, now.unix_seconds())?;
            let known = "SELECT 1 FROM account_group WHERE id = ?1";
            if !db.prepare_cached(known)?.exists([&group])? {
                return Ok(None);
            }
            let query = "SELECT currency, minor_units FROM balance WHERE account_group_id = ?1
                         ORDER BY currency";
            let mut query = db.prepare_cached(query)?;
            let rows = query.query_map([&group], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(Some(rows.collect::<rusqlite::Result<_>>()?))
        })
    }

    /// Returns the account groups with their balances by currency, oldest first.
    pub(crate) fn all_balances(
        &self,
        most: u32,
        now: Timestamp,
    ) -> Result<Vec<(String, Balances)>, Refused> {
        self.with(|db| {
            advance(db, now.unix_seconds())?;
            let query = "SELECT account_group.id, currency, minor_units
                         FROM (SELECT rowid AS place, id FROM account_group
                               ORDER BY rowid LIMIT ?1) account_group
                         LEFT JOIN balance ON account_group_id = account_group.id
                         ORDER BY place, currency";
            let mut query = db.prepare_cached(query)?;
            let mut rows = query.query([most])?;
            let mut groups: Vec<(String, Balances)> = Vec::new();
            while let Some(row) = rows.next()? {
                let id: String = row.get(0)?;
                if groups.last().is_none_or(|(last, _)| *last != id) {
                    groups.push((id, Vec::new()));
                }
                if let (Some((_, balances)), Some(currency)) = (groups.last_mut(), row.get(1)?) {
                    balances.push((currency, row.get(2)?));
                }
            }
            Ok(groups)
        })
    }

    /// Returns the account groups, oldest first.
    pub(crate) fn account_groups(&self, most: u32) -> Result<Vec<AccountGroupId>, Refused> {
        let damaged = |_| Refused::internal("an account group in the state cannot be read");
        self.with(|db| {
            let mut query =
                db.prepare_cached("SELECT id FROM account_group ORDER BY rowid LIMIT ?1")?;
            let rows = query.query_map([most], |row| row.get::<_, String>(0))?;
            rows.map(|id| id?.parse().map_err(damaged)).collect()
        })
    }

    pub(crate) fn add_account_group(
        &self,
        group: AccountGroupId,
        now: Timestamp,
    ) -> Result<(), Refused> {
        self.with(|db| add_account_group(db, group, now.unix_seconds()))
    }

    /// Deletes account groups, money, idempotency keys and webhooks; keeps tokens and nonces.
    pub(crate) fn reset(&self) -> Result<(), Refused> {
        self.with(|db| {
            db.execute_batch(
                "DELETE FROM ledger; DELETE FROM balance; DELETE FROM operation;
                 DELETE FROM account_group; DELETE FROM idempotency;
                 DELETE FROM pending; DELETE FROM event; DELETE FROM delivery; DELETE FROM webhook;
                 DELETE FROM accepted; DELETE FROM acceptor",
            )?;
            Ok(())
        })
    }

    /// Returns the time until which about [`MOST_SETTLED`] operations become due, if that many do
    /// until `end`.
    pub(crate) fn next_stop(&self, end: i64) -> Result<Option<i64>, Refused> {
        self.transaction(|db| {
            let query = "SELECT due FROM operation WHERE status = 'ISSUED' AND due <= ?1
                         ORDER BY due LIMIT 1 OFFSET ?2";
            let mut query = db.prepare_cached(query)?;
            Ok(query.query_row([end, MOST_SETTLED], |row| row.get(0)).optional()?)
        })
    }

    /// Settles what is due at this time, in one transaction.
    pub(crate) fn settle_until(&self, at: i64) -> Result<(), Refused> {
        self.with(|db| advance(db, at))
    }

    /// For tests.
    pub(crate) fn is_balanced(&self) -> Result<bool, Refused> {
        self.with(|db| Ok(store::is_balanced(db)?))
    }
}

/// Settles everything that is due. Returns whether more becomes due as time passes.
pub(crate) fn advance_all(db: &Transaction<'_>, at: i64) -> Result<bool, Refused> {
    advance(db, at)?;
    let waiting = "SELECT 1 FROM operation WHERE status = 'ISSUED' AND due IS NOT NULL";
    Ok(db.prepare_cached(waiting)?.exists([])?)
}

fn add_account_group(db: &Transaction<'_>, group: AccountGroupId, at: i64) -> Result<(), Refused> {
    let insert = "INSERT OR IGNORE INTO account_group VALUES (?1, ?2)";
    db.prepare_cached(insert)?.execute(params![group.to_string(), at])?;
    Ok(())
}

fn enter_account_group(
    db: &Transaction<'_>,
    group: AccountGroupId,
    at: i64,
    settings: &Settings,
) -> Result<(), Refused> {
    if settings.assumes(Assumption::AccountGroupsKnown) {
        let known = "SELECT 1 FROM account_group WHERE id = ?1";
        let is_known = db.prepare_cached(known)?.exists([group.to_string()])?;
        let unknown = || Refused::not_found("There is no such account group");
        return is_known.then_some(()).ok_or_else(unknown);
    }
    add_account_group(db, group, at)
}

fn replay(
    db: &Transaction<'_>,
    keyed: &Keyed<'_>,
    now: i64,
    settings: &Settings,
) -> Result<Option<JsonResponse>, Refused> {
    let oldest = now.saturating_sub(REPLAY_WINDOW_SECONDS);
    // A few for each request, so that no request has to delete those of a whole day.
    let expired = "DELETE FROM idempotency WHERE rowid IN
                   (SELECT rowid FROM idempotency WHERE created <= ?1 LIMIT ?2)";
    db.prepare_cached(expired)?.execute([oldest, store::MOST_DROPPED])?;
    let query = "SELECT body, status, answer FROM idempotency
                 WHERE key = ?1 AND endpoint = ?2 AND created > ?3";
    let known: Option<(Vec<u8>, u16, String)> = db
        .prepare_cached(query)?
        .query_row(params![keyed.key.to_string(), keyed.endpoint, oldest], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((body, status, response)) = known else { return Ok(None) };
    if body != keyed.body && !settings.assumes(Assumption::OtherBodyReplays) {
        let detail = "The idempotency key was used with another body";
        return Err(match settings.spec {
            _ if settings.assumes(Assumption::OtherBodyConflicts) => Refused::conflict(detail),
            // The description of 1.9.0 has neither 409 nor 422 here.
            Spec::V1_9 => Refused::invalid_request(detail),
            Spec::Latest => Refused::unprocessable(detail),
        });
    }
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::ACCEPTED);
    Ok(Some(JsonResponse { status, body: response, is_replay: true, may_wait: false }))
}

/// Returns the number of an operation, and what it adds to the balance when it takes effect.
fn change_of(db: &Transaction<'_>, id: Uuid) -> Result<(i64, i64), Refused> {
    let query = "SELECT number, iif(kind = 'decrease', -minor_units, minor_units) FROM operation
                 WHERE id = ?1";
    Ok(db.query_row(query, [id.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?)
}
