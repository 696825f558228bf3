//! What the sandbox remembers, in SQLite: tokens, nonces, keys, operations and the ledger.
//!
//! An operation, its ledger entry and its idempotency record are one transaction. Money is stored
//! in minor units, as integers.

use std::sync::{Mutex, PoisonError};

use http::StatusCode;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use serde::Serialize;
use upvest_core::{AccountGroupId, Amount, Currency, IdempotencyKey, Timestamp};
use uuid::Uuid;

use crate::problem::Refused;

/// How long a key is remembered. The API promises at least this.
const REPLAY_WINDOW_SECONDS: i64 = 24 * 60 * 60;

const SCHEMA: &str = "
    CREATE TABLE token (token TEXT PRIMARY KEY, scopes TEXT NOT NULL, expires INTEGER NOT NULL) STRICT;
    CREATE TABLE nonce (key_id TEXT, nonce TEXT, expires INTEGER NOT NULL, PRIMARY KEY (key_id, nonce)) STRICT;
    CREATE TABLE idempotency (
        key TEXT, endpoint TEXT, body BLOB NOT NULL, created INTEGER NOT NULL,
        status INTEGER NOT NULL, answer TEXT NOT NULL,
        PRIMARY KEY (key, endpoint)
    ) STRICT;
    CREATE TABLE operation (
        number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL,
        account_group_id TEXT NOT NULL, currency TEXT NOT NULL, minor_units INTEGER NOT NULL,
        status TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE ledger (
        number INTEGER PRIMARY KEY, operation TEXT UNIQUE NOT NULL REFERENCES operation (id),
        account_group_id TEXT NOT NULL, currency TEXT NOT NULL, minor_units INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX ledger_by_group ON ledger (account_group_id, currency);
    CREATE INDEX queue ON operation (account_group_id, currency, kind, status);
";

pub(crate) struct State(Mutex<Connection>);

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
    pub(crate) fn in_memory() -> rusqlite::Result<Self> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Mutex::new(connection)))
    }

    fn with<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        // A panic inside a transaction has rolled it back: the connection is still good.
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction()?;
        let result = work(&transaction)?;
        transaction.commit()?;
        Ok(result)
    }

    pub(crate) fn add_token(&self, token: &str, scopes: &str, expires: i64) -> Result<(), Refused> {
        self.with(|db| {
            db.execute("INSERT INTO token VALUES (?1, ?2, ?3)", params![token, scopes, expires])?;
            Ok(())
        })
    }

    /// The scopes of a token that is known and has not expired.
    pub(crate) fn scopes(&self, token: &str, now: i64) -> Result<Option<String>, Refused> {
        self.with(|db| {
            let query = "SELECT scopes FROM token WHERE token = ?1 AND expires > ?2";
            Ok(db.query_row(query, params![token, now], |row| row.get(0)).optional()?)
        })
    }

    /// Whether this nonce is new for this key; remembers it until `expires`.
    pub(crate) fn take_nonce(
        &self,
        key_id: &str,
        nonce: &str,
        expires: i64,
        now: i64,
    ) -> Result<bool, Refused> {
        self.with(|db| {
            db.execute("DELETE FROM nonce WHERE expires < ?1", [now])?;
            let insert = "INSERT OR IGNORE INTO nonce VALUES (?1, ?2, ?3)";
            Ok(db.execute(insert, params![key_id, nonce, expires])? == 1)
        })
    }

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

    #[test]
    fn a_nonce_is_taken_once_for_each_key() {
        let state = State::in_memory().unwrap();
        assert!(state.take_nonce("a", "n", 100, 0).unwrap());
        assert!(!state.take_nonce("a", "n", 100, 50).unwrap());
        assert!(state.take_nonce("b", "n", 100, 50).unwrap());
        assert!(state.take_nonce("a", "n", 300, 101).unwrap());
    }
}
