//! Enqueueing: the record of a call, stored in the application's transaction.

use std::any::TypeId;
use std::fmt;

use serde_json::Value as Json;
use upvest_core::{BoxFuture, CallRecord, IdempotentCall};

use crate::database::{Backend, Database, execute, fetch};
use crate::error::{Error, ErrorKind, Result};
use crate::outbox::Outbox;
use crate::payment::{Payment, find};
use crate::seal::Sealed;

/// The longest id, in bytes.
const LONGEST_ID: usize = 255;

/// A payment that is not stored yet; await it. Returned by [`Outbox::enqueue`].
#[must_use = "nothing is stored until it is awaited"]
pub struct Enqueue<'a, DB: Database> {
    outbox: &'a Outbox<DB>,
    transaction: &'a mut DB::Connection,
    id: &'a str,
    record: CallRecord,
    has_new_key: bool,
    has_response: bool,
    ordered_by: Option<String>,
}

impl<'a, DB: Database> Enqueue<'a, DB> {
    pub(crate) fn new<T: 'static>(
        outbox: &'a Outbox<DB>,
        transaction: &'a mut DB::Connection,
        id: &'a str,
        call: &IdempotentCall<T>,
    ) -> Self {
        let (record, has_new_key) = (call.record(), call.is_unsent());
        let has_response = TypeId::of::<T>() != TypeId::of::<()>();
        Self { outbox, transaction, id, record, has_new_key, has_response, ordered_by: None }
    }

    /// Sends the payments with the same ordering key one at a time, in the order of enqueueing.
    ///
    /// Use it if a decrease must not overtake an increase: `.ordered_by(account_group_id)`. A payment
    /// is sent when the one before is accepted or rejected; accepted does not mean confirmed. Payments
    /// without this key are not affected. Those of two transactions that enqueue at the same time may be
    /// sent in any order, and at the same time.
    ///
    /// Note: a pending or unresolved payment blocks all later ones with its key. One that is still
    /// blocked 23 hours after it was made becomes unresolved without being sent. Each claim looks at the
    /// blocked ones, so thousands of them slow all workers down.
    pub fn ordered_by(mut self, key: impl fmt::Display) -> Self {
        self.ordered_by = Some(key.to_string());
        self
    }

    async fn store(self) -> Result<Payment> {
        let Self { outbox, transaction, id, record, has_new_key, has_response, ordered_by } = self;
        check_text("payment id", id)?;
        ordered_by.iter().try_for_each(|key| check_text("ordering key", key))?;
        let what = format!("cannot enqueue payment `{id}`");
        let failed = |cause| Error::database::<DB>(&what, cause);
        let refused = |kind, why: &str| Error::new(kind, format!("{what}: {why}"));
        if !has_response {
            let why = "its endpoint returns no body, so nothing would tell that it was accepted \
                       (declare the response)";
            return Err(refused(ErrorKind::Request, why));
        }
        let (Some(_), Some(key), Some(made), Some(until)) = (
            record.method(),
            record.idempotency_key(),
            record.made_at(),
            record.replayable_until(),
        ) else {
            let why = "the call contains no request (a fake makes none: enqueue calls of a client, \
                       which sends nothing before it is awaited; if this is one, it could not be built)";
            return Err(refused(ErrorKind::Request, why));
        };
        let json = serde_json::to_string(&record)
            .map_err(|_| refused(ErrorKind::Request, "the record cannot be encoded"))?;
        let sealed = Sealed { id, record: &json, ordered_by: ordered_by.as_deref(), has_new_key };
        let seal = outbox.seal_key().map(|key| key.seal(&sealed));
        // -1: no claim precedes it, so no rejection is ever certain.
        let unsent_claim = if has_new_key { 0 } else { -1 };
        // The window ends by the clock of the database too: that of this machine may be ahead.
        let sql = "INSERT INTO upvest_payment (id, idempotency_key, record, seal, ordered_by,
                       unsent_claim, replayable_until, due, created_at)
                   VALUES ($1, $2, $3, $4, $5, $6,
                       CASE WHEN $7 < {now} + $8 THEN $7 ELSE {now} + $8 END, {now}, {now})
                   ON CONFLICT DO NOTHING";
        let window = until.unix_millis().saturating_sub(made.unix_millis());
        let values = vec![
            id.into(),
            key.to_string().into(),
            json.into(),
            seal.into(),
            ordered_by.clone().into(),
            unsent_claim.into(),
            until.unix_millis().into(),
            window.into(),
        ];
        let inserted = execute::<DB>(transaction, sql, values).await.map_err(failed)?;
        let stored = find::<DB>(transaction, id).await?;
        let Some(payment) = stored else {
            let why = match id_of_key::<DB>(transaction, &key.to_string()).await.map_err(failed)? {
                Some(other) => format!(
                    "its idempotency key belongs to payment `{other}` (make a new call: each payment \
                     needs its own key)"
                ),
                None => "a row with its id or key was removed at the same time (try again)".into(),
            };
            return Err(refused(ErrorKind::Conflict, &why));
        };
        if inserted == 0 {
            check_same(payment.record(), &record).map_err(|(kind, why)| refused(kind, why))?;
            if payment.ordered_by() != ordered_by.as_deref() {
                let why = "it was enqueued with a different ordering key (use the first one)";
                return Err(refused(ErrorKind::Conflict, why));
            }
            return Ok(payment);
        }
        outbox.wake_workers(transaction).await.map_err(failed)?;
        Ok(payment)
    }
}

impl<'a, DB: Database> IntoFuture for Enqueue<'a, DB> {
    type Output = Result<Payment>;
    type IntoFuture = BoxFuture<'a, Result<Payment>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.store())
    }
}

/// Checks that a payment that was enqueued before has the same request.
fn check_same(
    first: Option<&CallRecord>,
    again: &CallRecord,
) -> std::result::Result<(), (ErrorKind, &'static str)> {
    let Some(first) = first.filter(|first| first.method().is_some()) else {
        let why = "there is a payment with this id whose record cannot be read (was it edited, or \
                   stored by a newer version?)";
        return Err((ErrorKind::Edited, why));
    };
    if first.is_same_request(again) {
        return Ok(());
    }
    let parts = |record: &CallRecord| {
        let body = record.body().and_then(|body| serde_json::from_str::<Json>(body).ok());
        (record.method().map(str::to_owned), record.path().map(str::to_owned), body)
    };
    let why = if parts(first) == parts(again) {
        "there is a payment with this id and the same request of another client id or base URL (it \
         may have taken effect: find out, and do not pay again)"
    } else {
        "there is a payment with this id and a different request (use a different id)"
    };
    Err((ErrorKind::Conflict, why))
}

async fn id_of_key<DB: Backend>(
    connection: &mut DB::Connection,
    key: &str,
) -> sqlx::Result<Option<String>> {
    let sql = "SELECT id FROM upvest_payment WHERE idempotency_key = $1";
    let rows = fetch::<DB>(connection, sql, vec![key.into()]).await?;
    rows.first().map_or(Ok(None), |row| DB::text(row, "id"))
}

fn check_text(what: &str, text: &str) -> Result<()> {
    let why = if text.is_empty() {
        format!("empty (use 1 to {LONGEST_ID} bytes)")
    } else if text.len() > LONGEST_ID {
        format!("{} bytes (use at most {LONGEST_ID})", text.len())
    } else if text.contains(char::is_control) {
        "contains a control character (remove it)".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorKind::Invalid, format!("invalid {what}: {why}")))
}
