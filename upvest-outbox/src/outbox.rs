//! The outbox: how it is made, and where its parts begin.

use std::time::Duration;

use sqlx::Pool;
use tokio::sync::watch;
use upvest_core::webhook::Event;
use upvest_core::{Endpoint, IdempotentCall, Replay};

use crate::database::{Database, fetch};
use crate::enqueue::Enqueue;
use crate::error::{Error, ErrorKind, Result};
use crate::payment::{Payment, find, payment_of};
use crate::seal::SealKey;
use crate::worker::Worker;

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

    /// Wakes the workers of this process, and those of others when the transaction is committed.
    ///
    /// On SQLite, a worker that claims now waits for the transaction.
    pub(crate) async fn wake_workers(&self, transaction: &mut DB::Connection) -> sqlx::Result<()> {
        if let Some(notify) = DB::NOTIFY {
            fetch::<DB>(transaction, notify, Vec::new()).await?;
        }
        self.enqueued.send_modify(|count| *count = count.wrapping_add(1));
        Ok(())
    }
}

pub(crate) fn missing(what: &str) -> Error {
    let why = "no payment has this id (was its transaction committed?)";
    Error::new(ErrorKind::NotFound, format!("{what}: {why}"))
}

pub(crate) fn milliseconds(duration: Duration) -> i64 {
    // Far from the limits, so that sums with the time of the clock do not overflow.
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX).min(i64::MAX / 4)
}
