//! What wakes a worker: a payment that was enqueued here or elsewhere, or the time.

use std::time::Duration;

use sqlx::Pool;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::database::Database;
use crate::outbox::Outbox;

pub(super) struct WakeUps<DB: Database> {
    pool: Pool<DB>,
    enqueued: watch::Receiver<u64>,
    listener: Option<DB::Listener>,
    interval: Duration,
}

impl<DB: Database> WakeUps<DB> {
    pub(super) fn new(outbox: &Outbox<DB>, interval: Duration) -> Self {
        let (pool, enqueued) = (outbox.pool().clone(), outbox.enqueued().subscribe());
        Self { pool, enqueued, listener: None, interval }
    }

    /// Waits for the next wake-up. If the database cannot be listened to, the time is enough.
    pub(super) async fn next(&mut self) {
        let Self { pool, enqueued, listener, interval } = self;
        let elsewhere = async {
            if listener.is_none() {
                *listener = DB::listen(pool).await.unwrap_or_else(|error| {
                    tracing::debug!(%error, "cannot listen for payments of other processes");
                    None
                });
            }
            let Some(known) = listener else { return std::future::pending().await };
            if DB::notified(known).await.is_err() {
                *listener = None;
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            // It cannot fail: the worker has the outbox, which has the sender.
            _ = enqueued.changed() => {}
            () = elsewhere => {}
            () = sleep(*interval) => {}
        }
    }
}
