//! Webhook events: each is stored once, and together they tell the status of an operation.
//!
//! The status is not stored but derived from the events, so that it is the same in whatever order
//! events and responses are stored, and no two transactions can overwrite each other.

use std::collections::HashSet;

use serde_json::Value as Json;
use upvest_core::Timestamp;
use upvest_core::webhook::{Event, EventId};

use crate::database::{Backend, Database, execute, fetch};
use crate::error::{Error, Result};
use crate::outbox::Outbox;

/// The longest id or status that is stored, in bytes.
const LONGEST_TEXT: usize = 255;

/// Statuses that do not change any more.
const FINAL: [&str; 2] = ["CONFIRMED", "CANCELLED"];

impl<DB: Database> Outbox<DB> {
    /// Stores webhook events in your transaction, and returns those that are new, in their order.
    ///
    /// Apply the effects of the returned events in the same transaction. Then each takes effect once,
    /// even if several receivers get the same delivery. Respond to the webhook with a success after
    /// the commit; otherwise Upvest sends it again. `delivery` is a
    /// [`Delivery`](upvest_core::webhook::Delivery) or a slice of events.
    ///
    /// An event about the operation of a payment updates the status in
    /// [`Payment::operation`](crate::Payment::operation), even if it is received before the response
    /// is stored. Of an event, only its id, type and time are stored, and the id and status of its
    /// object.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Database`](crate::ErrorKind::Database) or
    /// [`ErrorKind::Schema`](crate::ErrorKind::Schema). Roll back, and respond with a failure: Upvest
    /// sends the webhook again.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use upvest_core::webhook::Delivery;
    /// # use upvest_outbox::Outbox;
    /// # async fn example(
    /// #     pool: sqlx::SqlitePool,
    /// #     outbox: Outbox<sqlx::Sqlite>,
    /// #     delivery: Delivery,
    /// # ) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    /// for event in outbox.apply(&mut tx, &delivery).await? {
    ///     // Book it, in the same transaction.
    ///     sqlx::query("INSERT INTO booking (event) VALUES ($1)")
    ///         .bind(event.id().to_string())
    ///         .execute(&mut *tx)
    ///         .await?;
    /// }
    /// tx.commit().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn apply(
        &self,
        transaction: &mut DB::Connection,
        delivery: impl AsRef<[Event]>,
    ) -> Result<Vec<Event>> {
        let events = delivery.as_ref();
        // In one order in all transactions, so that two receivers do not wait for each other.
        let mut sorted: Vec<&Event> = events.iter().collect();
        sorted.sort_by_key(|event| event.id());
        let mut new = HashSet::new();
        for event in sorted {
            if insert::<DB>(transaction, event).await? {
                new.insert(event.id());
            }
        }
        let is_new = |event: &&Event| new.remove(&event.id());
        Ok(events.iter().filter(is_new).cloned().collect())
    }
}

/// Stores an event; returns whether it is new.
async fn insert<DB: Backend>(connection: &mut DB::Connection, event: &Event) -> Result<bool> {
    let id: EventId = event.id();
    let object: Json = event.object().unwrap_or_default();
    let (operation, status) = (text_field(&object, "id"), text_field(&object, "status"));
    let happened = microseconds(event.created_at());
    let sql = "INSERT INTO upvest_event (id, type, operation_id, status, happened_at, received_at)
               VALUES ($1, $2, $3, $4, $5, {now}) ON CONFLICT (id) DO NOTHING";
    let values = vec![
        id.to_string().into(),
        event.event_type().into(),
        operation.into(),
        status.into(),
        happened.into(),
    ];
    let inserted = execute::<DB>(connection, sql, values)
        .await
        .map_err(|cause| Error::database::<DB>(format_args!("cannot store event {id}"), cause))?;
    Ok(inserted > 0)
}

/// Returns the latest status of an operation, from its events and from the response.
pub(crate) async fn status_of<DB: Backend>(
    connection: &mut DB::Connection,
    operation: &str,
    response: Option<&Json>,
) -> sqlx::Result<Option<String>> {
    let sql = "SELECT status, happened_at FROM upvest_event
               WHERE operation_id = $1 AND status IS NOT NULL";
    let mut statuses = Vec::new();
    if let Some(response) = response
        && let Some(status) = text_field(response, "status")
    {
        let updated = text_field(response, "updated_at").and_then(|at| at.parse().ok());
        statuses.push((status, updated.map_or(i64::MIN, microseconds)));
    }
    for row in fetch::<DB>(connection, sql, vec![operation.into()]).await? {
        if let (Some(status), Some(at)) =
            (DB::text(&row, "status")?, DB::integer(&row, "happened_at")?)
        {
            statuses.push((status, at));
        }
    }
    Ok(latest(statuses))
}

/// Returns the latest of some statuses with their times. A final one is later than any other; at the
/// same time, `ISSUED` is the earliest.
fn latest(statuses: Vec<(String, i64)>) -> Option<String> {
    let order = |(status, at): &(String, i64)| {
        (FINAL.contains(&status.as_str()), *at, status != "ISSUED", status.clone())
    };
    statuses.into_iter().max_by_key(order).map(|(status, _)| status)
}

/// Returns a text in JSON, unless no index can hold it.
pub(crate) fn text_field(json: &Json, name: &str) -> Option<String> {
    json.get(name)?.as_str().filter(|text| text.len() <= LONGEST_TEXT).map(str::to_owned)
}

fn microseconds(time: Timestamp) -> i64 {
    let microseconds = time.unix_nanos().div_euclid(1_000);
    microseconds.try_into().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::latest;

    #[test]
    fn the_latest_status_does_not_depend_on_the_order() {
        let times = [
            (&[("ISSUED", 1), ("CONFIRMED", 2)][..], "CONFIRMED"),
            (&[("ISSUED", 1), ("QUEUED", 1)], "QUEUED"),
            (&[("ISSUED", 1), ("QUEUED", 2), ("CANCELLED", 3)], "CANCELLED"),
            // The clock of the server was set back.
            (&[("CONFIRMED", 1), ("QUEUED", 2), ("ISSUED", 3)], "CONFIRMED"),
            (&[("ISSUED", i64::MIN)], "ISSUED"),
            (&[("NEW", 1), ("FILLED", 2)], "FILLED"),
            (&[("CONFIRMED", 1), ("CANCELLED", 1)], "CONFIRMED"),
        ];
        for (statuses, expected) in times {
            let mut statuses: Vec<_> =
                statuses.iter().map(|(status, at)| ((*status).to_owned(), *at)).collect();
            for _ in 0..statuses.len() {
                statuses.rotate_left(1);
                assert_eq!(latest(statuses.clone()).as_deref(), Some(expected));
            }
            statuses.reverse();
            assert_eq!(latest(statuses).as_deref(), Some(expected));
        }
        assert_eq!(latest(Vec::new()), None);
    }
}
