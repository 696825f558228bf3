//! A worker process for the tests that kill it. Sends the payments of the database in
//! `UPVEST_TEST_DATABASE` until it is killed, or until none is due if `UPVEST_TEST_ONCE` is set.
//!
//! With `UPVEST_TEST_NEW_KEYS`, it makes a new key for each attempt, to show that the tests notice.

use std::error::Error;
use std::future::pending;
use std::time::Duration;

use serde_json::Value;
use sqlx::Pool;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;
use upvest_core::{CallRecord, Client, ClientBuilder, Endpoint, IdempotentCall, Replay, Result};
use upvest_outbox::{Database, Outbox};
use upvest_virtual_cash::VirtualCash;

/// Pays with a new key each time.
struct NewKeys(Client);

impl Replay for NewKeys {
    fn replay_untyped(
        &self,
        endpoints: &[Endpoint],
        record: CallRecord,
    ) -> Result<IdempotentCall<Value>> {
        let order = record.body().and_then(|body| serde_json::from_str(body).ok());
        let record = order.map_or(record, |order| self.0.increase(&order).record());
        self.0.replay_untyped(endpoints, record)
    }
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some()
}

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn Error>> {
    let database = std::env::var("UPVEST_TEST_DATABASE")?;
    let wait = Duration::from_secs(5);
    if database.starts_with("sqlite") {
        let pool = SqlitePoolOptions::new().max_connections(2).acquire_timeout(wait);
        work(pool.connect(&database).await?).await
    } else {
        let pool = PgPoolOptions::new().max_connections(3).acquire_timeout(wait);
        work(pool.connect(&database).await?).await
    }
}

async fn work<DB: Database>(pool: Pool<DB>) -> std::result::Result<(), Box<dyn Error>> {
    let client = ClientBuilder::from_env()?.scopes(<dyn VirtualCash>::SCOPES).build()?;
    let (outbox, endpoints) = (Outbox::new(pool), <dyn VirtualCash>::ENDPOINTS);
    let worker = if is_set("UPVEST_TEST_NEW_KEYS") {
        outbox.worker(NewKeys(client), endpoints)
    } else {
        outbox.worker(client, endpoints)
    };
    let worker = worker.concurrency(8).timeout(Duration::from_secs(1));
    if is_set("UPVEST_TEST_ONCE") {
        worker.run_until_idle().await?;
    } else {
        worker.run_until(pending::<()>()).await?;
    }
    Ok(())
}
