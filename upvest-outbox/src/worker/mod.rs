//! The worker, as an application configures and starts it.

mod attempt;
mod claim;
mod running;
mod settle;
mod verdict;
mod wake;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use upvest_core::{Endpoint, Replay};

use attempt::Attempts;
use running::Running;
use wake::WakeUps;

use crate::database::Database;
use crate::error::{Error, ErrorKind, Result};
use crate::outbox::Outbox;
use crate::schema;

/// Sends the payments of an outbox. Returned by [`Outbox::worker`].
///
/// Any number of workers may run, in any number of processes and on any number of machines. A worker
/// leases a payment before it sends it. Until the lease ends, by the clock of the database, no other
/// worker sends it. A request ends before its lease does, unless the machine is suspended meanwhile, so
/// there is one request per idempotency key at a time. If a worker dies, others send its payments when their leases end, with the same key and
/// the same bytes. A worker cannot change a payment that another one has claimed since.
///
/// A claim sends at most one request, apart from those that an HTTP/2 server declares unprocessed. After a failure without a final result, the next follows after 1
/// minute, then 2, 4 and so on, up to 30. Up to half of that is added at random, and what the server
/// asks for in `retry-after`. A payment that is claimed 23 hours or more after its key was made becomes
/// [`Unresolved`](crate::PaymentState::Unresolved), and is not sent.
///
/// A payment is rejected only if it certainly had no effect and never will: Upvest responds with a 4xx
/// other than 401, 403, 407, 408, 409, 425, 429 and 431, and no earlier request with its key can have
/// had an effect. After any other failure it stays pending.
///
/// Give all workers of one database the same endpoints, client id and base URL. A worker learns only
/// after the claim that it cannot send a payment, and each such claim delays it by a minute or more; it
/// then claims less often, and leaves the payments to others. The clock of a worker ends no lease and no
/// window, but one that is wrong may refuse to send.
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

    /// Sets how many requests may be in flight at a time.
    ///
    /// 16 by default, between 1 and 10,000. Keep it at or below the client's `max_in_flight`.
    #[must_use]
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.concurrency = requests.clamp(1, 10_000);
        self
    }

    /// Sets how long one request may take, including the wait for a token.
    ///
    /// 30 seconds by default, between 1 second and 10 minutes. A lease is twice as long plus 5 seconds:
    /// that is how long the payments of a worker that died wait at most.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.clamp(Duration::from_secs(1), Duration::from_mins(10));
        self
    }

    /// Sets how often it looks for payments if nothing wakes it.
    ///
    /// 1 second by default, at least 10 milliseconds. On Postgres, a commit that enqueues wakes all
    /// workers; on SQLite, only those of clones of the same outbox. Retries are found by polling.
    ///
    /// On Postgres, each worker opens one connection besides those of the pool, to be woken.
    #[must_use]
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.poll_interval = interval.max(Duration::from_millis(10));
        self
    }

    /// Sends payments until `shutdown` completes.
    ///
    /// It then stops claiming, releases what it has not sent, waits for the requests in flight (at most
    /// the timeout), stores their results and returns. If the database fails, it logs a warning and
    /// tries again after at most 3.2 seconds; after `shutdown`, it gives up after five failures in a
    /// row, once no request is in flight.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Schema`] if the tables do not exist or have another version, with
    /// [`ErrorKind::Invalid`] if no endpoint takes an idempotency key, and with
    /// [`ErrorKind::Database`] if the database cannot be reached at the start, or if it still fails
    /// when the last results are to be stored. Payments whose results were not stored stay pending, and
    /// are sent again with the same key.
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

    /// Sends what can be claimed now, and returns when nothing more can be and none is in flight.
    ///
    /// For programs that are started from time to time, and for tests. Payments that other workers
    /// hold, and those that wait for a retry, are not waited for.
    ///
    /// # Errors
    /// Fails as [`run_until`](Self::run_until) does, and if the database fails five times in a row.
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
        if !endpoints.iter().any(Endpoint::is_idempotent) {
            let message = "cannot start the worker: no endpoint takes an idempotency key (pass \
                           `<dyn Trait>::ENDPOINTS` of the trait that declares the payments)";
            return Err(Error::new(ErrorKind::Invalid, message));
        }
        let wake_ups = WakeUps::new(&outbox, poll_interval);
        let attempts = Attempts::new(client, endpoints, outbox.seal_keys(), concurrency, timeout);
        let mut running = Running::new(outbox, attempts, concurrency, until_idle);
        running.run(wake_ups, shutdown).await
    }
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
