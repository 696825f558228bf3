//! A payment, as the database has it.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use upvest_core::webhook::Event;
use upvest_core::{CallRecord, ErrorSummary, Timestamp};

use crate::database::{Backend, Value, fetch};
use crate::error::{Error, ErrorKind, Result};
use crate::events::{status_of, text_field};
use crate::resolution::Resolution;

/// A payment in the outbox, as it was when it was read.
#[derive(Clone)]
pub struct Payment {
    id: String,
    state: PaymentState,
    record: Option<CallRecord>,
    ordered_by: Option<String>,
    operation: Option<Operation>,
    response: Option<Json>,
    request_id: Option<String>,
    claims: u64,
    failures: u64,
    due_at: Option<Timestamp>,
    error: Option<String>,
    error_summary: Option<ErrorSummary>,
    resolution: Option<Resolution>,
    created_at: Timestamp,
    settled_at: Option<Timestamp>,
}

/// What is known of a payment.
///
/// `Accepted` and `Rejected` are final. `Unresolved` ends with
/// [`Outbox::resolve`](crate::Outbox::resolve).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PaymentState {
    /// A worker sends it, or sends it again. It may have taken effect already.
    Pending,
    /// Upvest accepted it, or it was resolved as such.
    ///
    /// Accepted does not mean confirmed: see [`Payment::operation`].
    Accepted,
    /// Upvest rejected it, or it was resolved as such: no money was moved.
    ///
    /// A corrected payment needs a different id.
    Rejected,
    /// It is not known whether it took effect, and its key must not be sent any more.
    ///
    /// Find out from a webhook, the statement of the account or Upvest, then
    /// [`resolve`](crate::Outbox::resolve) it.
    Unresolved,
}

/// What became of an accepted payment at Upvest.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The id in the response of Upvest.
    pub id: String,
    /// Its latest status, such as `ISSUED`, `QUEUED`, `CONFIRMED` or `CANCELLED`.
    ///
    /// It is the one with the latest time, from the events and the response. No other status replaces
    /// `CONFIRMED` or `CANCELLED`. None if neither has a status.
    pub status: Option<String>,
}

impl PaymentState {
    /// Returns its name in lower case, as in the column `state`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Unresolved => "unresolved",
        }
    }

    fn of(name: &str) -> Option<Self> {
        let all = [Self::Pending, Self::Accepted, Self::Rejected, Self::Unresolved];
        all.into_iter().find(|state| state.as_str() == name)
    }
}

impl fmt::Display for PaymentState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Payment {
    /// Returns the id under which the application enqueued it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns what is known of it.
    #[must_use]
    pub fn state(&self) -> PaymentState {
        self.state
    }

    /// Returns the record of its call; none if someone edited the row and it cannot be read.
    #[must_use]
    pub fn record(&self) -> Option<&CallRecord> {
        self.record.as_ref()
    }

    /// Returns its ordering key, if it was enqueued with [`ordered_by`](crate::Enqueue::ordered_by).
    #[must_use]
    pub fn ordered_by(&self) -> Option<&str> {
        self.ordered_by.as_deref()
    }

    /// Returns the operation that Upvest made of it, once it is accepted.
    ///
    /// None if the response has no `id`, or if it was resolved without one.
    #[must_use]
    pub fn operation(&self) -> Option<&Operation> {
        self.operation.as_ref()
    }

    /// Returns the response of Upvest, once it is accepted; none if it was resolved.
    #[must_use]
    pub fn response(&self) -> Option<&Json> {
        self.response.as_ref()
    }

    /// Returns the request id of the last response, for Upvest's support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Returns how often a worker has claimed it; each claim sends at most one request.
    #[must_use]
    pub fn claims(&self) -> u64 {
        self.claims
    }

    /// Returns how often a request failed. The wait before the next attempt grows with it.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failures
    }

    /// Returns when a worker may claim it next, if it is pending.
    ///
    /// During a lease, that is its end. An earlier payment with the same ordering key may delay it
    /// further.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        self.due_at
    }

    /// Returns why the last attempt failed or was not made, as one sentence.
    ///
    /// After the end of the replay window it says so too, and it stays after
    /// [`resolve`](crate::Outbox::resolve).
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// Returns the details of the last failed call, such as its problem document.
    ///
    /// None if no call failed.
    #[must_use]
    pub fn error_summary(&self) -> Option<&ErrorSummary> {
        self.error_summary.as_ref()
    }

    /// Returns who resolved it and why, if someone did.
    #[must_use]
    pub fn resolution(&self) -> Option<&Resolution> {
        self.resolution.as_ref()
    }

    /// Returns when it was enqueued, by the clock of the database.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// Returns when it was accepted, rejected, given up or resolved, by the clock of the database.
    #[must_use]
    pub fn settled_at(&self) -> Option<Timestamp> {
        self.settled_at
    }
}

/// The response, errors and resolution are left out: they may contain personal data.
impl fmt::Debug for Payment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payment")
            .field("id", &self.id)
            .field("state", &self.state)
            .field("record", &self.record)
            .field("operation", &self.operation)
            .field("claims", &self.claims)
            .field("failures", &self.failures)
            .field("due_at", &self.due_at)
            .finish_non_exhaustive()
    }
}

/// What is read of a row. Not `*`: a statement that is cached would fail when a column is added.
const COLUMNS: &str = "id, state, record, ordered_by, operation_id, response, request_id, claim,
    failures, due, error, error_summary, resolution, created_at, settled_at";

/// Returns the payment with this id, if there is one.
pub(crate) async fn find<DB: Backend>(
    connection: &mut DB::Connection,
    id: &str,
) -> Result<Option<Payment>> {
    let what = format!("cannot read payment `{id}`");
    let found = select::<DB>(connection, &what, "id = $1", vec![id.into()]).await?;
    Ok(found.into_iter().next())
}

/// Returns the payment whose operation an event is about, if there is one.
pub(crate) async fn payment_of<DB: Backend>(
    connection: &mut DB::Connection,
    event: &Event,
) -> Result<Option<Payment>> {
    let object: Json = event.object().unwrap_or_default();
    let Some(operation) = text_field(&object, "id") else { return Ok(None) };
    let what = format!("cannot read the payment of event {}", event.id());
    let found =
        select::<DB>(connection, &what, "operation_id = $1", vec![operation.into()]).await?;
    Ok(found.into_iter().next())
}

/// Returns the oldest payments in a state.
pub(crate) async fn in_state<DB: Backend>(
    connection: &mut DB::Connection,
    state: PaymentState,
    most: u32,
) -> Result<Vec<Payment>> {
    let filter = "state = $1 ORDER BY sequence LIMIT $2";
    let values = vec![state.as_str().into(), i64::from(most).into()];
    select::<DB>(connection, "cannot read payments", filter, values).await
}

async fn select<DB: Backend>(
    connection: &mut DB::Connection,
    what: &str,
    filter: &str,
    values: Vec<Value>,
) -> Result<Vec<Payment>> {
    let failed = |cause| Error::database::<DB>(what, cause);
    let sql = format!("SELECT {COLUMNS} FROM upvest_payment WHERE {filter}");
    let mut payments = Vec::new();
    for row in fetch::<DB>(connection, &sql, values).await.map_err(failed)? {
        let mut payment = read::<DB>(&row)
            .map_err(failed)?
            .map_err(|why| Error::new(ErrorKind::Edited, format!("{what}: {why}")))?;
        if let Some(operation) = &mut payment.operation {
            let response = payment.response.as_ref();
            let status = status_of::<DB>(connection, &operation.id, response).await;
            operation.status = status.map_err(failed)?;
        }
        payments.push(payment);
    }
    Ok(payments)
}

/// Reads a row, without the events of its operation.
fn read<DB: Backend>(row: &DB::Row) -> sqlx::Result<std::result::Result<Payment, &'static str>> {
    let row = Columns::<DB>(row);
    let state = row.text("state")?.and_then(|name| PaymentState::of(&name));
    let (Some(state), Some(created_at)) = (state, row.time("created_at")?) else {
        return Ok(Err("its state or its time has an unexpected value (was the row edited?)"));
    };
    Ok(Ok(Payment {
        id: row.text("id")?.unwrap_or_default(),
        state,
        record: row.json("record")?,
        ordered_by: row.text("ordered_by")?,
        operation: row.text("operation_id")?.map(|id| Operation { id, status: None }),
        response: row.json("response")?,
        request_id: row.text("request_id")?,
        claims: row.count("claim")?,
        failures: row.count("failures")?,
        due_at: row.time("due")?.filter(|_| state == PaymentState::Pending),
        error: row.text("error")?,
        error_summary: row.json("error_summary")?,
        resolution: row.json("resolution")?,
        created_at,
        settled_at: row.time("settled_at")?,
    }))
}

struct Columns<'r, DB: Backend>(&'r DB::Row);

impl<DB: Backend> Columns<'_, DB> {
    fn text(&self, column: &str) -> sqlx::Result<Option<String>> {
        DB::text(self.0, column)
    }

    fn integer(&self, column: &str) -> sqlx::Result<Option<i64>> {
        DB::integer(self.0, column)
    }

    fn count(&self, column: &str) -> sqlx::Result<u64> {
        Ok(self.integer(column)?.and_then(|count| count.try_into().ok()).unwrap_or_default())
    }

    fn time(&self, column: &str) -> sqlx::Result<Option<Timestamp>> {
        let milliseconds = self.integer(column)?;
        Ok(milliseconds.and_then(|time| Timestamp::from_unix_millis(time).ok()))
    }

    /// None if it is not the expected JSON.
    fn json<T: DeserializeOwned>(&self, column: &str) -> sqlx::Result<Option<T>> {
        Ok(self.text(column)?.and_then(|text| serde_json::from_str(&text).ok()))
    }
}
