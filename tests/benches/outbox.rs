//! Measures the outbox: payments beside calls of the bare client, with many settled payments beside
//! few, and with payments that wait for another one.
//!
//! On SQLite in a file, and on the Postgres in `UPVEST_TEST_POSTGRES` if it is set. Each ratio is of
//! two figures in the same run.

#[allow(dead_code, reason = "other benchmarks use the rest")]
mod shared;

use std::sync::Arc;
use std::time::{Duration, Instant};

use shared::{is_trial, median};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, Pool, Postgres, Sqlite};
use tempfile::TempDir;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use upvest_core::Client;
use upvest_outbox::{Database, Outbox};
use upvest_tests::in_memory::{Server, Things, reply};
use uuid::Uuid;

const IN_FLIGHT: usize = 64;

/// A server that takes this long to respond.
fn client(delay: Duration) -> Client {
    let server = Server::slow(move |_, _| {
        Box::pin(async move {
            if !delay.is_zero() {
                tokio::time::sleep(delay).await;
            }
            reply(202, "application/json", r#"{"id":"1","status":"ISSUED"}"#)
        })
    });
    let client = server.unwatched().randomness(|| Ok(rand::random()));
    client.max_in_flight(IN_FLIGHT).build().expect("a client")
}

/// Returns how long the bare client takes for this many calls.
async fn bare(client: &Client, calls: usize) -> Duration {
    let slots = Arc::new(Semaphore::new(IN_FLIGHT));
    let (mut tasks, began) = (JoinSet::new(), Instant::now());
    for _ in 0..calls {
        let (client, slots) = (client.clone(), Arc::clone(&slots));
        tasks.spawn(async move {
            let _slot = slots.acquire().await;
            let call: upvest_core::IdempotentCall<_> = client.create("x");
            // The response has no number as its id, which does not matter here.
            let _ = call.await;
        });
    }
    tasks.join_all().await;
    began.elapsed()
}

/// Returns how long it takes to enqueue this many payments, and to send them.
async fn through<DB: Database>(
    pool: &Pool<DB>,
    client: &Client,
    payments: usize,
) -> (Duration, Duration) {
    let outbox = Outbox::new(pool.clone());
    let began = Instant::now();
    for _ in 0..payments {
        let mut tx = pool.begin().await.expect("a transaction");
        let (id, call) = (Uuid::new_v4().to_string(), client.create("x"));
        outbox.enqueue(&mut tx, &id, &call).await.expect("a payment");
        tx.commit().await.expect("a commit");
    }
    let (enqueued, began) = (began.elapsed(), Instant::now());
    let worker = outbox.worker(client.clone(), <dyn Things>::ENDPOINTS).concurrency(IN_FLIGHT);
    worker.run_until_idle().await.expect("a run");
    (enqueued, began.elapsed())
}

/// Compares payments with calls of the bare client.
async fn compare<DB: Database>(name: &str, pool: &Pool<DB>) {
    let rounds = if is_trial() { 1 } else { 5 };
    for (delay, calls, mark) in [
        (50, if is_trial() { 64 } else { 3_200 }, "0.95 on Postgres, 0.9 on SQLite"),
        (0, 2_000, "none"),
    ] {
        let client = client(Duration::from_millis(delay));
        bare(&client, 64).await;
        let (mut ratios, mut rates) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            let alone = bare(&client, calls).await.as_secs_f64();
            let (_, sent) = through(pool, &client, calls).await;
            ratios.push(alone / sent.as_secs_f64());
            rates.push(calls as f64 / sent.as_secs_f64());
        }
        let ratio = median(ratios);
        println!(
            "{name}, response after {delay} ms, {IN_FLIGHT} in flight: {:.0} payments/s, {ratio:.3} of \
             the bare client (mark: {mark}); the database's share of the time is {:.0} %",
            median(rates),
            (1.0 - ratio) * 100.0
        );
    }
}

/// Compares enqueueing and sending beside many settled payments with beside few.
async fn scale<DB: Filled>(name: &str, few: &Pool<DB>, many: &Pool<DB>) {
    let rows = if is_trial() { 2_000 } else { 1_000_000 };
    fill(few, 1_000).await;
    fill(many, rows).await;
    let client = client(Duration::ZERO);
    let (mut enqueue, mut send) = (Vec::new(), Vec::new());
    for round in 0..if is_trial() { 1 } else { 15 } {
        let (a, b) = (through(few, &client, 400).await, through(many, &client, 400).await);
        // The first round fills the caches.
        if round > 0 || is_trial() {
            enqueue.push(b.0.as_secs_f64() / a.0.as_secs_f64());
            send.push(b.1.as_secs_f64() / a.1.as_secs_f64());
        }
    }
    println!(
        "{name}, {rows} settled payments to 1000: enqueueing {:.2}, claiming and settling {:.2} \
         (mark: 1.2 each)",
        median(enqueue),
        median(send)
    );
}

/// Compares sending beside many payments that wait for one before them with beside none.
async fn blocked<DB: Filled>(name: &str, pool: &Pool<DB>) {
    let rows = if is_trial() { 100 } else { 10_000 };
    let client = client(Duration::ZERO);
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for round in 0..if is_trial() { 1 } else { 5 } {
        alone.push(through(pool, &client, 400).await.1.as_secs_f64());
        let numbers = DB::numbers(rows);
        let insert = format!(
            "INSERT INTO upvest_payment (id, idempotency_key, record, ordered_by, due, unsent_claim,
                 replayable_until, created_at)
             SELECT '{round}-' || n, '{round}-' || n, 'x', '{round}',
                 CASE WHEN n = 1 THEN {FAR} ELSE 0 END, 0, {FAR}, 0
             FROM ({numbers}) AS numbers"
        );
        DB::run(pool, insert).await;
        beside.push(through(pool, &client, 400).await.1.as_secs_f64());
        DB::run(pool, "DELETE FROM upvest_payment WHERE state = 'pending'".to_owned()).await;
    }
    println!(
        "{name}, {rows} payments blocked by one of their order: sending others takes {:.1} times as \
         long (mark: none)",
        median(beside) / median(alone)
    );
}

/// Milliseconds since 1970, in the year 2286.
const FAR: i64 = 10_000_000_000_000;

trait Filled: Database {
    /// A query for the numbers up to this one.
    fn numbers(rows: u32) -> String;

    fn run(pool: &Pool<Self>, sql: String) -> impl Future<Output = ()>;
}

/// Adds settled payments.
async fn fill<DB: Filled>(pool: &Pool<DB>, rows: u32) {
    let numbers = DB::numbers(rows);
    let insert = format!(
        "INSERT INTO upvest_payment (id, idempotency_key, record, state, due, unsent_claim,
             replayable_until, operation_id, response, created_at, settled_at)
         SELECT 'old-' || n, 'key-' || n, '{record}', 'accepted', 0, 0, 0, 'op-' || n, '{{}}', 0, 0
         FROM ({numbers}) AS numbers",
        record = "x".repeat(500),
    );
    DB::run(pool, insert).await;
    DB::run(pool, "ANALYZE".to_owned()).await;
}

impl Filled for Sqlite {
    fn numbers(rows: u32) -> String {
        format!(
            "WITH RECURSIVE count (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < {rows})
             SELECT n FROM count"
        )
    }

    async fn run(pool: &Pool<Self>, sql: String) {
        sqlx::query(AssertSqlSafe(sql)).execute(pool).await.expect("SQL");
    }
}

impl Filled for Postgres {
    fn numbers(rows: u32) -> String {
        format!("SELECT n FROM generate_series(1, {rows}) AS series (n)")
    }

    async fn run(pool: &Pool<Self>, sql: String) {
        sqlx::query(AssertSqlSafe(sql)).execute(pool).await.expect("SQL");
    }
}

async fn sqlite(folder: &TempDir) -> Pool<Sqlite> {
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join(format!("{}.db", Uuid::new_v4())))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal);
    let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await;
    let pool = pool.expect("a database");
    Outbox::new(pool.clone()).migrate().await.expect("tables");
    pool
}

async fn postgres(url: &str) -> Pool<Postgres> {
    let schema = format!("upvest_bench_{}", Uuid::new_v4().simple());
    let options: PgConnectOptions = url.parse().expect("a URL");
    let options = options.options([("search_path", &schema)]);
    let pool = PgPoolOptions::new().max_connections(8).connect_with(options).await;
    let pool = pool.expect("a database");
    Postgres::run(&pool, format!("CREATE SCHEMA {schema}")).await;
    Outbox::new(pool.clone()).migrate().await.expect("tables");
    pool
}

#[tokio::main]
async fn main() {
    let folder = TempDir::new().expect("a folder");
    compare("SQLite", &sqlite(&folder).await).await;
    scale("SQLite", &sqlite(&folder).await, &sqlite(&folder).await).await;
    blocked("SQLite", &sqlite(&folder).await).await;
    if let Ok(url) = std::env::var("UPVEST_TEST_POSTGRES") {
        compare("Postgres", &postgres(&url).await).await;
        scale("Postgres", &postgres(&url).await, &postgres(&url).await).await;
        blocked("Postgres", &postgres(&url).await).await;
    }
}
