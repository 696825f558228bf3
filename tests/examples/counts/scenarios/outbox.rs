//! A payment through the outbox on SQLite: enqueued, claimed, sent and settled.

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use tempfile::TempDir;
use upvest_outbox::Outbox;
use upvest_tests::in_memory::{Server, Things, thing};

use super::{Work, runtime};

pub fn payment() -> Option<Work> {
    let folder = TempDir::new().expect("a folder");
    let runtime = runtime();
    let file = folder.path().join("outbox.db");
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options);
    let pool = runtime.block_on(pool).expect("a database");
    let outbox = Outbox::new(pool.clone());
    runtime.block_on(outbox.migrate()).expect("tables");
    let client = Server::new(|_, _| thing()).unwatched().build().expect("a client");
    let mut number = 0;
    Some(Box::new(move || {
        let _folder = &folder;
        number += 1;
        runtime.block_on(async {
            let mut transaction = pool.begin().await.expect("a transaction");
            let (id, call) = (format!("payout-{number}"), client.create("x"));
            outbox.enqueue(&mut transaction, &id, &call).await.expect("a payment");
            transaction.commit().await.expect("a commit");
            let worker = outbox.worker(client.clone(), <dyn Things>::ENDPOINTS);
            worker.run_until_idle().await.expect("a run");
        });
    }))
}
