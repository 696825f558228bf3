//! What wakes a worker: a payment that was enqueued here or elsewhere, or the time.

use std::time::Duration;

use sqlx::Pool;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::database::Database;
use crate::outbox::Outbox;

pub(super) struct WakeUps {
    here: watch::Receiver<u64>,
    elsewhere: watch::Receiver<u64>,
    interval: Duration,
    /// Ends with the worker.
    _listening: JoinSet<()>,
}

impl WakeUps {
    pub(super) fn new<DB: Database>(outbox: &Outbox<DB>, interval: Duration) -> Self {
        let (sender, elsewhere) = watch::channel(0);
        let mut listening = JoinSet::new();
        listening.spawn(listen(outbox.pool().clone(), sender, interval));
        let here = outbox.enqueued().subscribe();
        Self { here, elsewhere, interval, _listening: listening }
    }

    /// Waits for the next wake-up. If the database cannot be listened to, the time is enough.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            Ok(()) = self.here.changed() => {}
            Ok(()) = self.elsewhere.changed() => {}
            () = sleep(self.interval) => {}
        }
    }
}

/// Passes on the wake-ups of the database, if it sends any.
async fn listen<DB: Database>(pool: Pool<DB>, wake: watch::Sender<u64>, interval: Duration) {
    loop {
        match DB::listen(&pool).await {
            Ok(None) => return,
            Ok(Some(mut listener)) => loop {
                // Also once it listens: what was enqueued before then sent no wake-up.
                wake.send_modify(|count| *count = count.wrapping_add(1));
                if DB::notified(&mut listener).await.is_err() {
                    break;
                }
            },
            Err(error) => tracing::debug!(%error, "cannot listen for payments of other processes"),
        }
        sleep(interval).await;
    }
}
