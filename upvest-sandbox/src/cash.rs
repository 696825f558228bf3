//! The money: orders, their idempotency records, and the ledger.
//!
//! An operation, its ledger entry and its idempotency record are one transaction. Amounts are stored
//! in minor units, as integers.

use http::StatusCode;
use rusqlite::{OptionalExtension as _, Transaction, params};
use serde::Serialize;
use upvest_core::{AccountGroupId, Amount, Currency, IdempotencyKey, Timestamp};
use uuid::Uuid;

use crate::problem::Refused;
use crate::state::State;

/// How long a key is remembered. The API promises at least this.
const REPLAY_WINDOW_SECONDS: i64 = 24 * 60 * 60;

/// An increase or a decrease, as it is answered.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Operation {
    id: Uuid,
    account_group_id: AccountGroupId,
    amount: Amount,
    currency: Currency,
    status: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Increase,
    Decrease,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Increase => "increase",
            Self::Decrease => "decrease",
        }
    }
}

/// What an operation is made of, checked.
pub(crate) struct Order {
    pub(crate) account_group_id: AccountGroupId,
    pub(crate) amount: Amount,
    pub(crate) currency: Currency,
}

/// A request that may be sent twice.
pub(crate) struct Keyed<'a> {
    pub(crate) key: IdempotencyKey,
    pub(crate) endpoint: &'a str,
    pub(crate) body: &'a [u8],
}

/// What is answered, and answered again.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: String,
    pub(crate) is_replay: bool,
}

impl State {
    /// Carries out an order, unless its key says that this was done before.
    pub(crate) fn order(
        &self,
        kind: Kind,
        keyed: &Keyed<'_>,
        order: &Order,
        now: Timestamp,
    ) -> Result<Answer, Refused> {
        self.with(|db| {
            if let Some(answer) = replay(db, keyed, now)? {
                return Ok(answer);
            }
            let id = Uuid::new_v4();
            let at = now.unix_seconds();
            db.execute(
                "INSERT INTO operation (id, kind, account_group_id, currency, minor_units, status, created, updated)
                 VALUES (?1, ?2, ?3, ?4, ?5, 'ISSUED', ?6, ?6)",
                params![
                    id.to_string(),
                    kind.as_str(),
                    order.account_group_id.to_string(),
                    order.currency.as_str(),
                    minor_units(order.amount)?,
                    at
                ],
            )?;
            // Answered as it was accepted: what becomes of it is not known yet.
            let body = find(db, kind, id)?
                .and_then(|operation| serde_json::to_string(&operation).ok())
                .ok_or_else(|| Refused::internal("the new operation could not be read back"))?;
            let status = StatusCode::ACCEPTED;
            db.execute(
                "INSERT INTO idempotency VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![keyed.key.to_string(), keyed.endpoint, keyed.body, at, status.as_u16(), body],
            )?;
            settle(db, order.account_group_id, &order.currency, at)?;
            Ok(Answer { status, body, is_replay: false })
        })
    }

    pub(crate) fn cancel_decrease(&self, id: &str, now: Timestamp) -> Result<(), Refused> {
        let unknown = || Refused::not_found("There is no such decrease");
        let id = Uuid::try_parse(id).map_err(|_| unknown())?;
        self.with(|db| {
            let decrease = find(db, Kind::Decrease, id)?.ok_or_else(unknown)?;
            if !matches!(decrease.status.as_str(), "ISSUED" | "QUEUED") {
                let detail = format!("A decrease that is {} cannot be cancelled", decrease.status);
                return Err(Refused::unprocessable(&detail));
            }
            let at = now.unix_seconds();
            set_status(db, &id.to_string(), "CANCELLED", at)?;
            settle(db, decrease.account_group_id, &decrease.currency, at)
        })
    }

    pub(crate) fn find(&self, kind: Kind, id: Uuid) -> Option<Operation> {
        self.with(|db| find(db, kind, id)).ok().flatten()
    }

    /// The balance, and from how many ledger entries it is made.
    pub(crate) fn balance(&self, group: AccountGroupId, currency: &Currency) -> (i64, i64) {
        self.with(|db| balance(db, &group.to_string(), currency.as_str())).unwrap_or_default()
    }
}

fn minor_units(amount: Amount) -> Result<i64, Refused> {
    i64::try_from(amount.minor_units()).map_err(|_| Refused::internal("the amount is too large"))
}

fn replay(
    db: &Transaction<'_>,
    keyed: &Keyed<'_>,
    now: Timestamp,
) -> Result<Option<Answer>, Refused> {
    let oldest = now.unix_seconds().saturating_sub(REPLAY_WINDOW_SECONDS);
    db.execute("DELETE FROM idempotency WHERE created <= ?1", [oldest])?;
    let known: Option<(Vec<u8>, u16, String)> = db
        .query_row(
            "SELECT body, status, answer FROM idempotency WHERE key = ?1 AND endpoint = ?2",
            params![keyed.key.to_string(), keyed.endpoint],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    match known {
        None => Ok(None),
        Some((body, _, _)) if body != keyed.body => {
            Err(Refused::unprocessable("The idempotency key was used with another body"))
        }
        Some((_, status, body)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::ACCEPTED);
            Ok(Some(Answer { status, body, is_replay: true }))
        }
    }
}

fn find(db: &Transaction<'_>, kind: Kind, id: Uuid) -> Result<Option<Operation>, Refused> {
    type Row = (String, String, i64, String, i64, i64);
    let row: Option<Row> = db
        .query_row(
            "SELECT account_group_id, currency, minor_units, status, created, updated
             FROM operation WHERE id = ?1 AND kind = ?2",
            params![id.to_string(), kind.as_str()],
            |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
            },
        )
        .optional()?;
    row.map(|(group, currency, units, status, created, updated)| {
        let damaged = |_| Refused::internal("an operation in the state cannot be read");
        Ok(Operation {
            id,
            account_group_id: group.parse().map_err(damaged)?,
            amount: Amount::from_minor_units(units.unsigned_abs()).map_err(damaged)?,
            currency: Currency::from(currency.as_str()),
            status,
            created_at: Timestamp::from_unix_seconds(created).map_err(damaged)?,
            updated_at: Timestamp::from_unix_seconds(updated).map_err(damaged)?,
        })
    })
    .transpose()
}

fn set_status(db: &Transaction<'_>, id: &str, status: &str, at: i64) -> Result<(), Refused> {
    db.execute(
        "UPDATE operation SET status = ?2, updated = ?3 WHERE id = ?1",
        params![id, status, at],
    )?;
    Ok(())
}

fn balance(db: &Transaction<'_>, group: &str, currency: &str) -> Result<(i64, i64), Refused> {
    Ok(db.query_row(
        "SELECT coalesce(sum(minor_units), 0), count(*) FROM ledger
         WHERE account_group_id = ?1 AND currency = ?2",
        [group, currency],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?)
}

/// Moves all that waits as far as it goes: increases take effect, decreases take effect in the
/// order they came while the money lasts, and wait from the first that it does not suffice for.
fn settle(
    db: &Transaction<'_>,
    group: AccountGroupId,
    currency: &Currency,
    at: i64,
) -> Result<(), Refused> {
    let (group, currency) = (group.to_string(), currency.as_str());
    let (mut money, _) = balance(db, &group, currency)?;
    let mut statement = db.prepare(
        "SELECT id, kind, minor_units, status FROM operation
         WHERE account_group_id = ?1 AND currency = ?2 AND status IN ('ISSUED', 'QUEUED')
         ORDER BY kind = 'decrease', number",
    )?;
    let open: Vec<(String, String, i64, String)> = statement
        .query_map([&group, currency], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let mut is_blocked = false;
    for (id, kind, units, status) in open {
        let change = if kind == "decrease" { -units } else { units };
        is_blocked |= money + change < 0;
        if is_blocked {
            if status != "QUEUED" {
                set_status(db, &id, "QUEUED", at)?;
            }
            continue;
        }
        money += change;
        db.execute(
            "INSERT INTO ledger (operation, account_group_id, currency, minor_units) VALUES (?1, ?2, ?3, ?4)",
            params![id, group, currency, change],
        )?;
        set_status(db, &id, "CONFIRMED", at)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Answer, Keyed, Kind, Order, State};
    use upvest_core::{AccountGroupId, Currency, IdempotencyKey, Timestamp};
    use uuid::Uuid;

    struct Bank {
        state: State,
        group: AccountGroupId,
        now: Timestamp,
    }

    impl Bank {
        fn new() -> Self {
            Self {
                state: State::in_memory().unwrap(),
                group: Uuid::new_v4().into(),
                now: Timestamp::from_unix_seconds(1_000_000).unwrap(),
            }
        }

        fn order_with(&self, kind: Kind, amount: &str, key: IdempotencyKey) -> Answer {
            let order = Order {
                account_group_id: self.group,
                amount: amount.parse().unwrap(),
                currency: Currency::Eur,
            };
            let keyed = Keyed { key, endpoint: "x", body: amount.as_bytes() };
            self.state.order(kind, &keyed, &order, self.now).unwrap()
        }

        fn order(&self, kind: Kind, amount: &str) -> Uuid {
            id(&self.order_with(kind, amount, IdempotencyKey::random()))
        }

        fn status(&self, kind: Kind, id: Uuid) -> String {
            self.state.find(kind, id).unwrap().status
        }

        fn balance(&self) -> (i64, i64) {
            self.state.balance(self.group, &Currency::Eur)
        }
    }

    fn id(answer: &Answer) -> Uuid {
        let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(body["status"], "ISSUED");
        body["id"].as_str().unwrap().parse().unwrap()
    }

    #[test]
    fn a_decrease_waits_for_money_and_is_confirmed_when_it_comes() {
        let bank = Bank::new();
        let first = bank.order(Kind::Decrease, "50.00");
        let second = bank.order(Kind::Decrease, "10.00");
        assert_eq!(bank.status(Kind::Decrease, first), "QUEUED");
        bank.order(Kind::Increase, "20.00");
        // In the order they came: the second would be affordable, but is not first.
        assert_eq!(bank.status(Kind::Decrease, second), "QUEUED");
        bank.order(Kind::Increase, "40.00");
        assert_eq!(bank.status(Kind::Decrease, first), "CONFIRMED");
        assert_eq!(bank.status(Kind::Decrease, second), "CONFIRMED");
        assert_eq!(bank.balance(), (0, 4));
    }

    #[test]
    fn only_what_waits_can_be_cancelled_and_it_frees_what_waits_behind_it() {
        let bank = Bank::new();
        bank.order(Kind::Increase, "20.00");
        let large = bank.order(Kind::Decrease, "50.00");
        let small = bank.order(Kind::Decrease, "10.00");
        bank.state.cancel_decrease(&large.to_string(), bank.now).unwrap();
        assert_eq!(bank.status(Kind::Decrease, large), "CANCELLED");
        assert_eq!(bank.status(Kind::Decrease, small), "CONFIRMED");
        for (id, status) in [
            (large.to_string(), 422),
            (small.to_string(), 422),
            (Uuid::new_v4().to_string(), 404),
            ("x".into(), 404),
        ] {
            let refused = bank.state.cancel_decrease(&id, bank.now).unwrap_err();
            assert_eq!(refused.status.as_u16(), status, "{id}");
        }
        assert_eq!(bank.balance(), (1_000, 2));
    }

    #[test]
    fn a_key_takes_effect_once_within_the_window() {
        let mut bank = Bank::new();
        let key = IdempotencyKey::random();
        let first = bank.order_with(Kind::Increase, "1.00", key);
        let again = bank.order_with(Kind::Increase, "1.00", key);
        assert!(!first.is_replay && again.is_replay);
        assert_eq!(first.body, again.body);
        assert_eq!(bank.balance(), (100, 1));

        let other = Order {
            account_group_id: bank.group,
            amount: "2.00".parse().unwrap(),
            currency: Currency::Eur,
        };
        let keyed = Keyed { key, endpoint: "x", body: b"2.00" };
        let refused = bank.state.order(Kind::Increase, &keyed, &other, bank.now).err().unwrap();
        assert_eq!(refused.status.as_u16(), 422);

        bank.now = Timestamp::from_unix_seconds(1_000_000 + 24 * 60 * 60).unwrap();
        assert!(!bank.order_with(Kind::Increase, "1.00", key).is_replay);
        assert_eq!(bank.balance(), (200, 2));
    }
}
