//! What an operator calls: numbers, lists, resolutions, retries and deletions.

use std::time::Duration;

use crate::database::{Database, execute, fetch};
use crate::error::{Error, ErrorKind, Result};
use crate::outbox::{Outbox, milliseconds, missing};
use crate::payment::{Payment, PaymentState, find, in_state};
use crate::resolution::Resolution;

/// How many rows one statement deletes.
const MOST_DELETED: i64 = 1_000;

/// The shortest age of what is purged: a payment can be pending for almost a day.
const SHORTEST_AGE: Duration = Duration::from_hours(24);

/// The numbers of payments in each state, and how far the workers have got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Pending payments.
    pub pending: u64,
    /// Accepted payments.
    pub accepted: u64,
    /// Rejected payments.
    pub rejected: u64,
    /// Payments that wait for [`Outbox::resolve`].
    pub unresolved: u64,
    /// Pending payments that are due, including those that wait for an earlier one.
    pub due: u64,
    /// Pending payments under a lease, including those of a worker that died.
    pub leased: u64,
    /// The time since the oldest pending payment was enqueued, by the clock of the database.
    pub oldest_pending: Option<Duration>,
}

impl<DB: Database> Outbox<DB> {
    /// Returns the oldest payments in a state, at most `most`.
    ///
    /// Such as those that are unresolved.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Edited`] if a row cannot be read, or if the database fails.
    pub async fn payments(&self, state: PaymentState, most: u32) -> Result<Vec<Payment>> {
        let failed = |cause| Error::database::<DB>("cannot read payments", cause);
        let mut connection = self.pool().acquire().await.map_err(failed)?;
        in_state::<DB>(&mut connection, state, most).await
    }

    /// Settles an unresolved payment, and stores who says so and why.
    ///
    /// The same resolution again changes nothing.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::State`] if it is not [`Unresolved`](PaymentState::Unresolved), with
    /// [`ErrorKind::NotFound`] if no payment has this id, with [`ErrorKind::Invalid`] if who
    /// or why is empty, or if the database fails.
    pub async fn resolve(&self, id: &str, resolution: &Resolution) -> Result<()> {
        let what = format!("cannot resolve payment `{id}`");
        let connection = self.pool().acquire().await;
        let mut connection = connection.map_err(|cause| Error::database::<DB>(&what, cause))?;
        self.resolve_in(&mut connection, id, resolution).await
    }

    /// Settles an unresolved payment in your transaction, as [`resolve`](Self::resolve) does.
    ///
    /// # Errors
    /// Fails as [`resolve`](Self::resolve) does.
    pub async fn resolve_in(
        &self,
        transaction: &mut DB::Connection,
        id: &str,
        resolution: &Resolution,
    ) -> Result<()> {
        let what = format!("cannot resolve payment `{id}`");
        let failed = |cause| Error::database::<DB>(&what, cause);
        if resolution.who().trim().is_empty() || resolution.why().trim().is_empty() {
            let why = "who and why are empty (say who decided, and from what)";
            return Err(Error::new(ErrorKind::Invalid, format!("{what}: {why}")));
        }
        let state =
            if resolution.is_effect() { PaymentState::Accepted } else { PaymentState::Rejected };
        let json = serde_json::to_string(resolution)
            .map_err(|_| Error::new(ErrorKind::Invalid, format!("{what}: it cannot be encoded")))?;
        let sql = "UPDATE upvest_payment SET state = $2, operation_id = $3, resolution = $4,
                   settled_at = {now} WHERE id = $1 AND state = 'unresolved'";
        let values =
            vec![id.into(), state.as_str().into(), resolution.operation_id().into(), json.into()];
        if execute::<DB>(transaction, sql, values).await.map_err(failed)? > 0 {
            return Ok(());
        }
        let payment = find::<DB>(transaction, id).await?.ok_or_else(|| missing(&what))?;
        if payment.resolution() == Some(resolution) {
            return Ok(());
        }
        let why = format!("it is {} (only an unresolved payment can be resolved)", payment.state());
        Err(Error::new(ErrorKind::State, format!("{what}: {why}")))
    }

    /// Makes the payments due that wait for a retry; returns how many.
    ///
    /// For an operator who has corrected the cause. They are sent as fast as the workers can, even if the
    /// server has asked to wait. A worker that could not send anything begins within 10 seconds.
    ///
    /// # Errors
    /// Fails if the database does.
    pub async fn retry_now(&self) -> Result<u64> {
        let failed = |cause| Error::database::<DB>("cannot make payments due", cause);
        let mut connection = self.pool().acquire().await.map_err(failed)?;
        let sql = "UPDATE upvest_payment SET due = {now}
                   WHERE state = 'pending' AND lease_until IS NULL AND due > {now}";
        let due = execute::<DB>(&mut connection, sql, Vec::new()).await.map_err(failed)?;
        self.wake_workers(&mut connection).await.map_err(failed)?;
        Ok(due)
    }

    /// Counts the payments.
    ///
    /// It reads the whole table, so call it every minute rather than every second.
    ///
    /// # Errors
    /// Fails if the database does.
    pub async fn stats(&self) -> Result<Stats> {
        let failed = |cause| Error::database::<DB>("cannot count payments", cause);
        let mut connection = self.pool().acquire().await.map_err(failed)?;
        let sql = "SELECT
                count(*) FILTER (WHERE state = 'pending') AS pending,
                count(*) FILTER (WHERE state = 'accepted') AS accepted,
                count(*) FILTER (WHERE state = 'rejected') AS rejected,
                count(*) FILTER (WHERE state = 'unresolved') AS unresolved,
                count(*) FILTER (WHERE state = 'pending' AND due <= {now}) AS due,
                count(*) FILTER (WHERE state = 'pending' AND lease_until > {now}) AS leased,
                {now} - min(created_at) FILTER (WHERE state = 'pending') AS age
            FROM upvest_payment";
        let rows = fetch::<DB>(&mut connection, sql, Vec::new()).await.map_err(failed)?;
        let number = |column| {
            let value = rows.first().map(|row| DB::integer(row, column)).transpose();
            value.map(|value| value.flatten().map(|value| u64::try_from(value).unwrap_or(0)))
        };
        let count = |column| number(column).map(Option::unwrap_or_default).map_err(failed);
        Ok(Stats {
            pending: count("pending")?,
            accepted: count("accepted")?,
            rejected: count("rejected")?,
            unresolved: count("unresolved")?,
            due: count("due")?,
            leased: count("leased")?,
            oldest_pending: number("age").map_err(failed)?.map(Duration::from_millis),
        })
    }

    /// Deletes payments that were accepted or rejected longer ago than this; returns how many.
    ///
    /// Events that were received before and belong to no payment are deleted too, but not counted.
    ///
    /// Note: enqueueing a deleted id pays again, and a deleted event that is delivered again counts as
    /// new. Keep both for longer than your application may repeat an id, and Upvest a webhook: weeks
    /// rather than days. Less than a day counts as a day.
    ///
    /// # Errors
    /// Fails if the database does. It deletes 1,000 rows at a time, and what is deleted stays deleted.
    pub async fn purge(&self, older_than: Duration) -> Result<u64> {
        let age = milliseconds(older_than.max(SHORTEST_AGE));
        let purged = self
            .delete(
                "DELETE FROM upvest_payment WHERE sequence IN (
                     SELECT sequence FROM upvest_payment
                     WHERE state IN ('accepted', 'rejected') AND settled_at < {now} - $1
                     LIMIT $2)",
                age,
            )
            .await?;
        self.delete(
            "DELETE FROM upvest_event WHERE id IN (
                 SELECT id FROM upvest_event WHERE received_at < {now} - $1 AND NOT EXISTS (
                     SELECT 1 FROM upvest_payment
                     WHERE upvest_payment.operation_id = upvest_event.operation_id)
                 LIMIT $2)",
            age,
        )
        .await?;
        Ok(purged)
    }

    /// Repeats a deletion until nothing is left, so that no transaction is long.
    async fn delete(&self, sql: &str, age: i64) -> Result<u64> {
        let failed = |cause| Error::database::<DB>("cannot purge payments", cause);
        let mut all = 0;
        loop {
            let mut connection = self.pool().acquire().await.map_err(failed)?;
            let values = vec![age.into(), MOST_DELETED.into()];
            match execute::<DB>(&mut connection, sql, values).await.map_err(failed)? {
                0 => return Ok(all),
                deleted => all += deleted,
            }
        }
    }
}
