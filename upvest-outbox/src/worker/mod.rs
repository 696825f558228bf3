//! The worker: claims what is due, sends it, and stores the results.

mod attempt;
mod claim;
mod settle;
mod verdict;
mod wake;

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;
use upvest_core::{Endpoint, Replay};

use attempt::Attempts;
use claim::claim;
use settle::{Finished, settle};
use wake::WakeUps;

use crate::database::Database;
use crate::error::{Error, ErrorKind, Result};
use crate::outbox::Outbox;
use crate::schema;

/// How long it waits after the database failed.
const PAUSE: Duration = Duration::from_secs(1);

/// How often it tries to store the last results, if the database fails while it shuts down.
const MOST_FAILURES_AT_THE_END: u32 = 5;

/// Sends the payments of an outbox. Returned by [`Outbox::worker`].
///
/// Any number of workers may run, in any number of processes and on any number of machines. A worker
/// claims a payment by a lease: until the lease ends, no other worker sends it. The lease ends by the
/// clock of the database, and always after the deadline of the request, so there is one request per
/// idempotency key at a time. If a worker dies, its payments are sent again when their leases end, with
/// the same key and the same bytes. A worker that was paused beyond its lease cannot change a payment
/// that another one has claimed since.
///
/// A payment is sent with one request. If that fails without a final result, it is sent again after a
/// minute, then after two minutes, four, up to half an hour, each with up to a half of that at random
/// in addition, and in addition to what the server asks for. 23 hours after its key was made, it
/// becomes [`Unresolved`](crate::PaymentState::Unresolved).
///
/// A failure leaves a payment pending, unless it is certain that the payment had no effect and never
/// will: a status 4xx of the API other than 401, 403, 408, 425, 429 and 431, to a request whose key
/// cannot have had an effect before.
///
/// Its telemetry is that of [`tracing`]: a span `payment` around each request, with `id` and `claim`,
/// and an event for each result.
pub struct Worker<DB: Database> {
    outbox: Outbox<DB>,
    client: Arc<dyn Replay>,
    endpoints: Vec<Endpoint>,
    concurrency: usize,
    timeout: Duration,
    poll_interval: Duration,
}

impl<DB: Database> Worker<DB> {
    pub(crate) fn new(
        outbox: Outbox<DB>,
        client: impl Replay + 'static,
        endpoints: &[Endpoint],
    ) -> Self {
        Self {
            outbox,
            client: Arc::new(client),
            endpoints: endpoints.to_vec(),
            concurrency: 16,
            timeout: Duration::from_secs(30),
            poll_interval: Duration::from_secs(1),
        }
    }

    /// Sets how many requests may be in flight at a time; 16 by default, at least 1.
    #[must_use]
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.concurrency = requests.clamp(1, 10_000);
        self
    }

    /// Sets how long one payment may take, including the wait for a token.
    ///
    /// 30 seconds by default, at least 1 second, at most 10 minutes. The lease is twice as long plus 5 seconds. If a worker dies, that is how long its payments
    /// wait.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.clamp(Duration::from_secs(1), Duration::from_mins(10));
        self
    }

    /// Sets how often it looks for payments if nothing wakes it.
    ///
    /// Every second by default, at most every 10 milliseconds. On Postgres, enqueueing wakes all workers, if their pool has at least two connections. On
    /// SQLite, it wakes those in the same process. Retries are found by polling.
    #[must_use]
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval.max(Duration::from_millis(10));
        self
    }

    /// Sends payments until `shutdown` completes.
    ///
    /// Then it claims no more, waits for the requests in flight, stores their results and returns. If
    /// the database fails meanwhile, it logs a warning and tries again.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Schema`] if the tables do not exist or have another version, and with
    /// [`ErrorKind::Database`] if the database cannot be reached at the start, or if it still fails
    /// when the last results are to be stored. Payments are pending then.
    ///
    /// # Panics
    /// Panics inside tokio, if its runtime was built without `enable_all`.
    ///
    /// # Cancel safety
    /// If it is dropped, its requests are dropped as well. The payments stay pending, and are sent
    /// again when their leases end.
    pub async fn run_until(self, shutdown: impl Future) -> Result<()> {
        self.run(shutdown, false).await
    }

    /// Sends the payments that are due, and returns when none is due and none is in flight.
    ///
    /// For programs that are started from time to time, and for tests. Payments that other workers
    /// hold, and those that wait for a retry, are not waited for.
    ///
    /// # Errors
    /// Fails as [`run_until`](Self::run_until) does, and if the database fails at any time.
    ///
    /// # Panics
    /// As for [`run_until`](Self::run_until).
    ///
    /// # Cancel safety
    /// As for [`run_until`](Self::run_until).
    pub async fn run_until_idle(self) -> Result<()> {
        self.run(std::future::pending::<()>(), true).await
    }

    async fn run(self, shutdown: impl Future, until_idle: bool) -> Result<()> {
        let Self { outbox, client, endpoints, concurrency, timeout, poll_interval } = self;
        let failed = |cause| Error::database::<DB>("cannot start the worker", cause);
        let mut connection = outbox.pool().acquire().await.map_err(failed)?;
        schema::check::<DB>(&mut connection).await?;
        drop(connection);

        let attempts = Attempts::new(client, endpoints, outbox.seal_keys(), concurrency, timeout);
        let attempts = Arc::new(attempts);
        // More than are sent at a time, so that the next request need not wait for the database.
        let most = concurrency + concurrency / 2;
        let mut wake_ups = WakeUps::new(&outbox, poll_interval);
        let mut shutdown = pin!(shutdown);
        let (mut tasks, mut finished) = (JoinSet::new(), Vec::new());
        let (mut is_stopping, mut failures) = (false, 0);
        loop {
            let free = if is_stopping { 0 } else { most.saturating_sub(tasks.len()) };
            let stored = async {
                settle(&outbox, &mut finished).await?;
                claim(&outbox, free, attempts.lease()).await
            };
            match stored.await {
                Ok(claimed) => {
                    failures = 0;
                    for payment in claimed {
                        tasks.spawn(Arc::clone(&attempts).send(payment));
                    }
                }
                Err(error) => {
                    failures += 1;
                    let is_last = is_stopping && failures >= MOST_FAILURES_AT_THE_END;
                    if until_idle || is_last || error.kind() != ErrorKind::Database {
                        return Err(error);
                    }
                    tracing::warn!(%error, "the outbox waits for its database");
                    tokio::select! {
                        () = sleep(PAUSE) => {}
                        _ = &mut shutdown, if !is_stopping => {
                            is_stopping = true;
                            attempts.let_go();
                        }
                    }
                    continue;
                }
            }
            if tasks.is_empty() && (is_stopping || until_idle) {
                return Ok(());
            }
            tokio::select! {
                Some(result) = tasks.join_next() => {
                    finished.extend(completed(result));
                    while let Some(result) = tasks.try_join_next() {
                        finished.extend(completed(result));
                    }
                }
                () = wake_ups.next(), if !is_stopping && !until_idle => {}
                _ = &mut shutdown, if !is_stopping => {
                    is_stopping = true;
                    attempts.let_go();
                }
            }
        }
    }
}

/// Returns the result of a task, unless the transport or the signer of the application panicked.
fn completed(result: std::result::Result<Finished, tokio::task::JoinError>) -> Option<Finished> {
    result
        .inspect_err(|_| {
            tracing::error!("sending a payment panicked: it stays pending until its lease ends");
        })
        .ok()
}

impl<DB: Database> fmt::Debug for Worker<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("concurrency", &self.concurrency)
            .field("timeout", &self.timeout)
            .field("poll_interval", &self.poll_interval)
            .finish_non_exhaustive()
    }
}
