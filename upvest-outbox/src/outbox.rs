//! The outbox: what applications call besides enqueueing, events and workers.

use std::time::Duration;

use sqlx::Pool;
use tokio::sync::watch;
use upvest_core::webhook::Event;
use upvest_core::{Endpoint, IdempotentCall, Replay};

use crate::database::{Database, execute, fetch};
use crate::enqueue::Enqueue;
use crate::error::{Error, ErrorKind, Result};
use crate::payment::{Payment, PaymentState, find, in_state, payment_of};
use crate::resolution::Resolution;
use crate::seal::SealKey;
use crate::worker::Worker;

/// How many rows one statement deletes.
const MOST_DELETED: i64 = 1_000;

/// The shortest age of what is purged: a payment can be pending for almost a day.
const SHORTEST_AGE: Duration = Duration::from_hours(24);

/// Payments in your database that are sent by workers, each with one effect.
///
/// See the [crate's documentation](crate) for how it is used. Cheap to clone.
#[derive(Debug)]
pub struct Outbox<DB: Database> {
    pool: Pool<DB>,
    seal_key: Option<SealKey>,
    /// Accepted besides.
    other_seal_keys: Vec<SealKey>,
    /// Counts the payments that this process enqueues, to wake its workers.
    enqueued: watch::Sender<u64>,
}

impl<DB: Database> Clone for Outbox<DB> {
    fn clone(&self) -> Self {
        let Self { pool, seal_key, other_seal_keys, enqueued } = self;
        Self {
            pool: pool.clone(),
            seal_key: seal_key.clone(),
            other_seal_keys: other_seal_keys.clone(),
            enqueued: enqueued.clone(),
        }
    }
}

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
    /// Returns the outbox in the database of `pool`, an `SqlitePool` or a `PgPool`.
    ///
    /// Create one per process and clone it: clones wake the workers of each other.
    ///
    /// For an SQLite file, switch on write-ahead logging
    /// (`SqliteConnectOptions::journal_mode(SqliteJournalMode::Wal)`), so that readers do not wait for
    /// writers. Leave `synchronous` at its default, `FULL`: with `NORMAL`, a power failure can lose
    /// the claim of a payment that was sent. Begin transactions that read before they write with
    /// `BEGIN IMMEDIATE`; otherwise the write can fail. Limit the pool of a database in memory to one
    /// connection that does not time out.
    ///
    /// On Postgres, leave `synchronous_commit` on, and fail over to a synchronous replica: a claim that
    /// is lost after its payment was sent may let another worker report a wrong rejection. After a
    /// restore from a backup, run `UPDATE upvest_payment SET claim = claim + 1 WHERE state = 'pending'`
    /// before any worker starts. Connect directly, or through a pooler that keeps sessions.
    #[must_use]
    pub fn new(pool: Pool<DB>) -> Self {
        let enqueued = watch::Sender::new(0);
        Self { pool, seal_key: None, other_seal_keys: Vec::new(), enqueued }
    }

    /// Seals each payment with this key, and sends none whose seal does not fit.
    ///
    /// The seal covers the id, the ordering key, whether the idempotency key was new, and the record:
    /// idempotency key, time, client id, base URL, method, path and body. So anyone who can write to
    /// the database, but does not have the key, cannot redirect, change or add a payment.
    ///
    /// It does not cover the state, nor the events. Anyone who can write to the database can still
    /// delete, delay or reorder payments, restore a deleted one within its window, forge events, or make
    /// payments look accepted or rejected. Your application may then pay again, with a new key.
    ///
    /// **Without a seal, anyone who can write to the database can make the worker send any request to
    /// the endpoints that are passed to [`worker`](Self::worker).**
    ///
    /// Note: set the first key when no payment is pending. Payments that were stored without a seal are
    /// not sent, and become unresolved after 23 hours. To change a key, first run all processes with
    /// the old one here and the new one in [`also_sealed_by`](Self::also_sealed_by), then the other way
    /// round. Drop the old one when it sealed no pending payment any more.
    #[must_use]
    pub fn sealed_by(mut self, key: SealKey) -> Self {
        self.seal_key = Some(key);
        self
    }

    /// Accepts payments that were sealed with this key, and seals none with it.
    #[must_use]
    pub fn also_sealed_by(mut self, key: SealKey) -> Self {
        self.other_seal_keys.push(key);
        self
    }

    /// Stores a payment in your transaction; a worker sends it after the commit.
    ///
    /// `id` is your own id of what is paid, such as that of an invoice. Awaiting this returns the
    /// [`Payment`]. A connection that is in no transaction stores it at once.
    ///
    /// If there is a payment with this id and the same request, nothing is stored, and that payment is
    /// returned with its first key, in whatever state it is. Check its [`state`](Payment::state): a
    /// rejected payment is not sent again. Two requests are the same if client id, base URL, endpoint,
    /// path and JSON body are. So a timestamp or a random value in the body makes them different.
    ///
    /// **Do not await the call or a clone of it, and do not replay its record: the worker sends it.**
    /// Otherwise two requests with one key may be sent at the same time, and a payment that took effect
    /// may be reported as rejected.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Conflict`] if the id belongs to a payment with a different request or
    /// ordering key, or the key of the call to a different id. Fails with [`ErrorKind::Request`] if the
    /// call contains no request, because it is a fake or could not be built. Fails with
    /// [`ErrorKind::Invalid`] if the id or the ordering key is empty, longer than 255 bytes or contains
    /// control characters. Your transaction can go on after these. Fails with [`ErrorKind::Schema`] or
    /// [`ErrorKind::Database`] if the database fails: then roll back.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use sqlx::SqlitePool;
    /// # use upvest_core::{IdempotentCall, api};
    /// # use upvest_outbox::Outbox;
    /// # #[derive(serde::Deserialize)]
    /// # pub struct Payout {}
    /// # #[api(scope = "payouts:admin")]
    /// # pub trait Payouts: Send + Sync {
    /// #     #[endpoint(POST, "/payouts", idempotent, signed)]
    /// #     fn pay(&self, body: &str) -> IdempotentCall<Payout>;
    /// # }
    /// # async fn example(
    /// #     pool: SqlitePool, outbox: Outbox<sqlx::Sqlite>, client: &dyn Payouts, order: &str,
    /// # ) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    /// sqlx::query("UPDATE invoice SET state = 'due' WHERE id = 4711").execute(&mut *tx).await?;
    /// outbox.enqueue(&mut tx, "invoice-4711", &client.pay(order)).await?;
    /// tx.commit().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn enqueue<'a, T: 'static>(
        &'a self,
        transaction: &'a mut DB::Connection,
        id: &'a str,
        call: &IdempotentCall<T>,
    ) -> Enqueue<'a, DB> {
        Enqueue::new(self, transaction, id, call)
    }

    /// Returns a worker that sends the payments with `client`.
    ///
    /// `endpoints` are those that payments may call: `<dyn Trait>::ENDPOINTS`, or for several traits
    /// `[<dyn One>::ENDPOINTS, <dyn Two>::ENDPOINTS].concat()`. A payment for another endpoint is not
    /// sent. `client` is a [`Client`](upvest_core::Client), or a fake of [`Replay`] in tests.
    ///
    /// Run any number of workers, in any number of processes. See [`Worker`].
    #[must_use]
    pub fn worker(
        &self,
        client: impl Replay + 'static,
        endpoints: impl AsRef<[Endpoint]>,
    ) -> Worker<DB> {
        Worker::new(self.clone(), client, endpoints.as_ref())
    }

    /// Returns the payment with this id.
    ///
    /// It uses the pool, so it does not see what your transaction has not committed.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::NotFound`] if there is none, with [`ErrorKind::Edited`] if its row cannot
    /// be read, or if the database fails.
    pub async fn payment(&self, id: &str) -> Result<Payment> {
        let what = format!("cannot read payment `{id}`");
        let connection = self.pool.acquire().await;
        let mut connection = connection.map_err(|cause| Error::database::<DB>(&what, cause))?;
        self.payment_in(&mut connection, id).await
    }

    /// Returns the payment with this id as your transaction sees it.
    ///
    /// # Errors
    /// Fails as [`payment`](Self::payment) does.
    pub async fn payment_in(&self, transaction: &mut DB::Connection, id: &str) -> Result<Payment> {
        let found = find::<DB>(transaction, id).await?;
        found.ok_or_else(|| missing(&format!("cannot read payment `{id}`")))
    }

    /// Returns the payment whose operation an event is about, if there is one.
    ///
    /// Call it in the transaction in which the events are applied.
    ///
    /// Note: an event may be received before the response, and then its payment is not known yet. It is
    /// new only once. So take an effect that needs the payment from both sides: here, and for your rows
    /// that wait for it, from [`Payment::operation`] from time to time.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Edited`] if its row cannot be read, or if the database fails.
    pub async fn payment_of(
        &self,
        transaction: &mut DB::Connection,
        event: &Event,
    ) -> Result<Option<Payment>> {
        payment_of::<DB>(transaction, event).await
    }

    /// Returns the oldest payments in a state, at most `most`.
    ///
    /// Such as those that are unresolved.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Edited`] if a row cannot be read, or if the database fails.
    pub async fn payments(&self, state: PaymentState, most: u32) -> Result<Vec<Payment>> {
        let failed = |cause| Error::database::<DB>("cannot read payments", cause);
        let mut connection = self.pool.acquire().await.map_err(failed)?;
        in_state::<DB>(&mut connection, state, most).await
    }

    /// Settles an unresolved payment, and stores who says so and why.
    ///
    /// The same resolution again changes nothing.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::State`] if it is not [`Unresolved`](PaymentState::Unresolved), with
    /// [`ErrorKind::NotFound`] if there is no payment with this id, with [`ErrorKind::Invalid`] if who
    /// or why is empty, or if the database fails.
    pub async fn resolve(&self, id: &str, resolution: &Resolution) -> Result<()> {
        let what = format!("cannot resolve payment `{id}`");
        let connection = self.pool.acquire().await;
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
        let mut connection = self.pool.acquire().await.map_err(failed)?;
        let sql = "UPDATE upvest_payment SET due = {now}
                   WHERE state = 'pending' AND lease_until IS NULL AND due > {now}";
        let due = execute::<DB>(&mut connection, sql, Vec::new()).await.map_err(failed)?;
        if let Some(notify) = DB::NOTIFY {
            fetch::<DB>(&mut connection, notify, Vec::new()).await.map_err(failed)?;
        }
        self.enqueued.send_modify(|count| *count = count.wrapping_add(1));
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
        let mut connection = self.pool.acquire().await.map_err(failed)?;
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
            let mut connection = self.pool.acquire().await.map_err(failed)?;
            let values = vec![age.into(), MOST_DELETED.into()];
            match execute::<DB>(&mut connection, sql, values).await.map_err(failed)? {
                0 => return Ok(all),
                deleted => all += deleted,
            }
        }
    }

    pub(crate) fn pool(&self) -> &Pool<DB> {
        &self.pool
    }

    pub(crate) fn seal_key(&self) -> Option<&SealKey> {
        self.seal_key.as_ref()
    }

    /// Returns all keys whose seals are accepted.
    pub(crate) fn seal_keys(&self) -> Vec<SealKey> {
        self.seal_key.iter().chain(&self.other_seal_keys).cloned().collect()
    }

    pub(crate) fn enqueued(&self) -> &watch::Sender<u64> {
        &self.enqueued
    }
}

fn missing(what: &str) -> Error {
    let why = "there is no payment with this id (was its transaction committed?)";
    Error::new(ErrorKind::NotFound, format!("{what}: {why}"))
}

pub(crate) fn milliseconds(duration: Duration) -> i64 {
    // Far from the limits, so that sums with the time of the clock do not overflow.
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX).min(i64::MAX / 4)
}
