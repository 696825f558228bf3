//! The loop of a worker: stores results, claims, sends, and waits.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use sqlx::Pool;
use sqlx::pool::PoolConnection;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep, timeout};

use super::attempt::Attempts;
use super::claim::{Claimed, claim};
use super::settle::{Finished, settle, settle_singly};
use super::wake::WakeUps;
use crate::database::Database;
use crate::error::{Error, ErrorKind, Result};
use crate::outbox::Outbox;

/// How long it waits after the first failure of the database; then twice as long, up to 32 times.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);

/// How long it claims nothing for each time in a row that it could send nothing.
const BREAK: Duration = Duration::from_secs(1);
const LONGEST_BREAK: Duration = Duration::from_secs(10);

/// How many results it stores in one transaction.
const MOST_STORED: usize = 250;

/// How long it waits for the database to respond.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often the database may fail in a row before a worker that is about to end gives up.
const MOST_FAILURES_AT_THE_END: u32 = 5;

/// A worker at work.
pub(super) struct Running<DB: Database> {
    outbox: Outbox<DB>,
    attempts: Arc<Attempts>,
    /// How many payments it holds at most: more than it sends at a time, so that the next request need
    /// not wait for the database.
    most: usize,
    tasks: JoinSet<Finished>,
    /// The results that are not stored yet.
    finished: Vec<Finished>,
    is_stopping: bool,
    until_idle: bool,
    /// How often in a row it could send nothing at all, such as for its settings or its clock.
    unable: u32,
    /// When it claims again. A worker that cannot send leaves the payments to others.
    claims_from: Instant,
}

impl<DB: Database> Running<DB> {
    pub(super) fn new(
        outbox: Outbox<DB>,
        attempts: Attempts,
        concurrency: usize,
        until_idle: bool,
    ) -> Self {
        Self {
            outbox,
            attempts: Arc::new(attempts),
            most: concurrency + concurrency / 2,
            tasks: JoinSet::new(),
            finished: Vec::new(),
            is_stopping: false,
            until_idle,
            unable: 0,
            claims_from: Instant::now(),
        }
    }

    pub(super) async fn run(&mut self, mut wake_ups: WakeUps, shutdown: impl Future) -> Result<()> {
        let mut shutdown = pin!(shutdown);
        let mut failures: u32 = 0;
        loop {
            let mut pause = None;
            match self.exchange().await {
                Ok(()) => failures = 0,
                Err(error) => {
                    failures += 1;
                    let gives_up = (self.until_idle || self.is_stopping)
                        && failures >= MOST_FAILURES_AT_THE_END
                        && self.tasks.is_empty();
                    if gives_up || error.kind() != ErrorKind::Database {
                        return Err(error);
                    }
                    tracing::warn!(%error, "the database failed, and is tried again");
                    pause = Some(SHORTEST_PAUSE * 2_u32.pow(failures.min(6) - 1));
                }
            }
            let has_ended = self.tasks.is_empty() && (self.is_stopping || self.until_idle);
            if has_ended && pause.is_none() {
                return Ok(());
            }
            tokio::select! {
                Some(result) = self.tasks.join_next(), if pause.is_none() => {
                    self.note(result);
                }
                () = sleep(pause.unwrap_or_default()), if pause.is_some() => {}
                () = wake_ups.next(), if pause.is_none() && !self.is_stopping && !self.until_idle => {}
                _ = &mut shutdown, if !self.is_stopping => {
                    self.is_stopping = true;
                    self.attempts.release();
                    failures = 0;
                }
            }
            while let Some(result) = self.tasks.try_join_next() {
                self.note(result);
            }
        }
    }

    fn free(&self) -> usize {
        let has_break = Instant::now() < self.claims_from && !self.until_idle;
        if self.is_stopping || has_break {
            return 0;
        }
        self.most.saturating_sub(self.tasks.len())
    }

    /// Notes the result of a task, unless the transport or the signer of the application panicked.
    fn note(&mut self, result: std::result::Result<Finished, JoinError>) {
        if let Ok(finished) = result {
            self.finished.push(finished);
        } else {
            let what = "panic while sending a payment";
            tracing::error!("{what}: it can be claimed again when its lease ends");
        }
    }

    /// Stores the results, and claims as many payments as there is room for.
    async fn exchange(&mut self) -> Result<()> {
        self.take_break();
        let mut free = self.free();
        while !self.finished.is_empty() || free > 0 {
            let stored = self.finished.len().min(MOST_STORED);
            // Claims come with the last results.
            let most = if stored < self.finished.len() { 0 } else { free };
            match self.in_one_transaction(stored, most).await {
                Err(error) if error.is_about_values::<DB>() && stored > 0 => {
                    let singly = settle_singly(&self.outbox, &mut self.finished);
                    timeout(PATIENCE, singly).await.unwrap_or_else(|_| Err(silent()))?;
                }
                claimed => {
                    for payment in claimed? {
                        self.tasks.spawn(Arc::clone(&self.attempts).send(payment));
                    }
                    self.finished.drain(..stored);
                    if most == free {
                        free = 0;
                    }
                }
            }
        }
        Ok(())
    }

    /// After results that say only that this worker cannot send: claims nothing for a while.
    fn take_break(&mut self) {
        if self.finished.is_empty() {
            return;
        }
        if self.finished.iter().all(|one| one.verdict.is_inability()) {
            self.unable += 1;
            self.claims_from = Instant::now() + LONGEST_BREAK.min(BREAK * self.unable);
        } else {
            self.unable = 0;
            self.claims_from = Instant::now();
        }
    }

    /// Stores the first of the results, and claims payments.
    async fn in_one_transaction(&self, stored: usize, most: usize) -> Result<Vec<Claimed>> {
        let failed = |cause| Error::database::<DB>(WHAT, cause);
        let mut held = Held::acquire(self.outbox.pool()).await.map_err(failed)?;
        let work = async {
            let mut tx = DB::begin(&mut held.connection).await.map_err(failed)?;
            settle::<DB>(&mut tx, self.finished.get(..stored).unwrap_or_default()).await?;
            let claimed = claim::<DB>(&mut tx, most, self.attempts.lease()).await?;
            tx.commit().await.map_err(failed)?;
            Ok(claimed)
        };
        let worked = timeout(PATIENCE, work).await.map_err(|_| silent())?;
        held.release();
        worked
    }
}

const WHAT: &str = "cannot store results and claim payments";

fn silent() -> Error {
    Error::new(ErrorKind::Database, format!("{WHAT}: the database did not respond in time"))
}

/// A connection of the pool that is closed if its work is cut off.
///
/// Postgres may still be about to begin a transaction then: the next user of the connection would write
/// into it without a commit. A connection to SQLite stays, because a database in memory ends with it.
struct Held<DB: Database> {
    connection: PoolConnection<DB>,
    is_done: bool,
}

impl<DB: Database> Held<DB> {
    async fn acquire(pool: &Pool<DB>) -> sqlx::Result<Self> {
        Ok(Self { connection: pool.acquire().await?, is_done: false })
    }

    fn release(mut self) {
        self.is_done = true;
    }
}

impl<DB: Database> Drop for Held<DB> {
    fn drop(&mut self) {
        if !self.is_done && DB::MAY_BEGIN_LATE {
            self.connection.close_on_drop();
        }
    }
}
