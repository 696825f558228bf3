//! The loop of a worker: stores results, claims, sends, and waits.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

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

/// How long it claims nothing for each payment in a row that it could not send, up to a minute.
const BREAK: Duration = Duration::from_secs(1);
const LONGEST_BREAK: Duration = Duration::from_mins(1);

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
    /// How many payments in a row it could not send at all, such as for its settings or its clock.
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
        let Ok(finished) = result else {
            let what = "panic while sending a payment";
            tracing::error!("{what}: it can be claimed again when its lease ends");
            return;
        };
        if finished.verdict.is_inability() {
            self.unable += 1;
            self.claims_from = Instant::now() + LONGEST_BREAK.min(BREAK * self.unable);
        } else {
            self.unable = 0;
            self.claims_from = Instant::now();
        }
        self.finished.push(finished);
    }

    /// Stores the results, and claims as many payments as there is room for.
    async fn exchange(&mut self) -> Result<()> {
        let free = self.free();
        if self.finished.is_empty() && free == 0 {
            return Ok(());
        }
        let claimed = match within(PATIENCE, self.in_one_transaction(free)).await {
            Err(error) if error.is_about_values::<DB>() && !self.finished.is_empty() => {
                within(PATIENCE, settle_singly(&self.outbox, &mut self.finished)).await?;
                within(PATIENCE, self.in_one_transaction(free)).await?
            }
            claimed => claimed?,
        };
        self.finished.clear();
        for payment in claimed {
            self.tasks.spawn(Arc::clone(&self.attempts).send(payment));
        }
        Ok(())
    }

    async fn in_one_transaction(&self, free: usize) -> Result<Vec<Claimed>> {
        let failed =
            |cause| Error::database::<DB>("cannot store results and claim payments", cause);
        let mut tx = self.outbox.pool().begin_with(DB::BEGIN).await.map_err(failed)?;
        settle::<DB>(&mut tx, &self.finished).await?;
        let claimed = claim::<DB>(&mut tx, free, self.attempts.lease()).await?;
        tx.commit().await.map_err(failed)?;
        Ok(claimed)
    }
}

/// Limits how long a silent database is waited for.
async fn within<T>(limit: Duration, work: impl Future<Output = Result<T>>) -> Result<T> {
    timeout(limit, work).await.unwrap_or_else(|_| {
        let message =
            "cannot store results and claim payments: the database did not respond in time";
        Err(Error::new(ErrorKind::Database, message))
    })
}
