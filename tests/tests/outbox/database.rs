//! A fresh outbox for each test, on either database.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, Pool, Postgres, Row as _, Sqlite};
use tempfile::TempDir;
use upvest_core::{Client, ClientBuilder, Endpoint};
use upvest_outbox::{Database, Outbox, Payment, PaymentState, Worker};
use upvest_tests::in_memory::{Reply, Server, Things, reply};
use uuid::Uuid;

pub(crate) const ENDPOINTS: &[Endpoint] = <dyn Things>::ENDPOINTS;

/// An outbox in a database that only one test uses.
pub(crate) struct Fixture<DB: TestDatabase> {
    pub(crate) pool: Pool<DB>,
    pub(crate) outbox: Outbox<DB>,
    /// For another process.
    pub(crate) address: String,
    schema: String,
    _folder: Option<TempDir>,
}

pub(crate) struct Empty<DB: TestDatabase> {
    pool: Pool<DB>,
    address: String,
    folder: Option<TempDir>,
}

pub(crate) trait TestDatabase: Database {
    /// Returns an empty database; none without a server.
    fn empty(schema: &str) -> impl Future<Output = Option<Empty<Self>>> + Send;

    fn run(pool: &Pool<Self>, sql: String) -> impl Future<Output = u64> + Send;

    /// Returns statements that make the database refuse rows of a table.
    fn refuse(table: &str, rows: &str) -> Vec<String>;

    fn execute_in(
        connection: &mut Self::Connection,
        sql: String,
    ) -> impl Future<Output = ()> + Send;

    /// Returns the first column of the first row, as a text.
    fn first_text(pool: &Pool<Self>, sql: String) -> impl Future<Output = String> + Send;

    fn drop_schema(pool: &Pool<Self>, schema: &str) -> impl Future<Output = ()> + Send;
}

impl TestDatabase for Sqlite {
    async fn empty(_: &str) -> Option<Empty<Self>> {
        let folder = TempDir::new().unwrap();
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("payments.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal);
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await.unwrap();
        let address = format!("sqlite://{}", folder.path().join("payments.db").display());
        Some(Empty { pool, address, folder: Some(folder) })
    }

    async fn run(pool: &Pool<Self>, sql: String) -> u64 {
        sqlx::query(AssertSqlSafe(sql)).execute(pool).await.unwrap().rows_affected()
    }

    fn refuse(table: &str, rows: &str) -> Vec<String> {
        let trigger = format!(
            "CREATE TRIGGER refuse BEFORE UPDATE ON {table} WHEN {rows}
             BEGIN SELECT RAISE(ABORT, 'refused'); END"
        );
        vec![trigger]
    }

    async fn execute_in(connection: &mut Self::Connection, sql: String) {
        sqlx::query(AssertSqlSafe(sql)).execute(connection).await.unwrap();
    }

    async fn first_text(pool: &Pool<Self>, sql: String) -> String {
        sqlx::query(AssertSqlSafe(sql)).fetch_one(pool).await.unwrap().get(0)
    }

    async fn drop_schema(_: &Pool<Self>, _: &str) {}
}

impl TestDatabase for Postgres {
    async fn empty(schema: &str) -> Option<Empty<Self>> {
        let url = std::env::var("UPVEST_TEST_POSTGRES").ok()?;
        let options: PgConnectOptions = url.parse().unwrap();
        let options = options.options([("search_path", schema)]);
        let pool = PgPoolOptions::new().max_connections(6).connect_with(options).await.unwrap();
        Self::run(&pool, format!("CREATE SCHEMA {schema}")).await;
        let address = format!("{url}?options[search_path]={schema}");
        Some(Empty { pool, address, folder: None })
    }

    async fn run(pool: &Pool<Self>, sql: String) -> u64 {
        sqlx::query(AssertSqlSafe(sql)).execute(pool).await.unwrap().rows_affected()
    }

    fn refuse(table: &str, rows: &str) -> Vec<String> {
        let function = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                        $$ BEGIN RAISE EXCEPTION 'refused'; END $$";
        let trigger = format!(
            "CREATE TRIGGER refuse BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({rows})
             EXECUTE FUNCTION refuse()"
        );
        vec![function.to_owned(), trigger]
    }

    async fn execute_in(connection: &mut Self::Connection, sql: String) {
        sqlx::query(AssertSqlSafe(sql)).execute(connection).await.unwrap();
    }

    async fn first_text(pool: &Pool<Self>, sql: String) -> String {
        sqlx::query(AssertSqlSafe(sql)).fetch_one(pool).await.unwrap().get(0)
    }

    async fn drop_schema(pool: &Pool<Self>, schema: &str) {
        let drop = format!("DROP SCHEMA {schema} CASCADE");
        let _ = sqlx::query(AssertSqlSafe(drop)).execute(pool).await;
    }
}

impl<DB: TestDatabase> Fixture<DB> {
    /// Returns an outbox without tables; none without a server.
    pub(crate) async fn without_tables() -> Option<Self> {
        let schema = format!("upvest_test_{}", Uuid::new_v4().simple());
        let Empty { pool, address, folder } = DB::empty(&schema).await?;
        let outbox = Outbox::new(pool.clone());
        Some(Self { pool, outbox, address, schema, _folder: folder })
    }

    /// Returns an empty outbox; none without a server.
    pub(crate) async fn new() -> Option<Self> {
        let fixture = Self::without_tables().await?;
        fixture.outbox.migrate().await.unwrap();
        Some(fixture)
    }

    pub(crate) async fn end(self) {
        DB::drop_schema(&self.pool, &self.schema).await;
    }

    /// Enqueues a payment in its own transaction.
    pub(crate) async fn enqueue(&self, client: &Client, id: &str, body: &str) {
        self.enqueue_after(client, id, body, None).await;
    }

    pub(crate) async fn enqueue_after(
        &self,
        client: &Client,
        id: &str,
        body: &str,
        order: Option<&str>,
    ) {
        let mut tx = self.pool.begin().await.unwrap();
        let call = client.create(body);
        let enqueue = self.outbox.enqueue(&mut tx, id, &call);
        match order {
            Some(order) => enqueue.ordered_by(order).await.unwrap(),
            None => enqueue.await.unwrap(),
        };
        tx.commit().await.unwrap();
    }

    pub(crate) fn worker(&self, client: &Client) -> Worker<DB> {
        self.outbox.worker(client.clone(), ENDPOINTS)
    }

    /// Sends what is due.
    pub(crate) async fn send(&self, client: &Client) {
        self.worker(client).run_until_idle().await.unwrap();
    }

    pub(crate) async fn payment(&self, id: &str) -> Payment {
        self.outbox.payment(id).await.unwrap()
    }

    pub(crate) async fn state(&self, id: &str) -> PaymentState {
        self.payment(id).await.state()
    }

    pub(crate) async fn run(&self, sql: impl Into<String>) -> u64 {
        DB::run(&self.pool, sql.into()).await
    }

    pub(crate) async fn text(&self, sql: impl Into<String>) -> String {
        DB::first_text(&self.pool, sql.into()).await
    }

    /// Moves all times in the database to the past, as if its clock had advanced.
    pub(crate) async fn advance(&self, by: Duration) {
        let by = by.as_millis();
        self.run(format!(
            "UPDATE upvest_payment SET due = due - {by}, lease_until = lease_until - {by},
             replayable_until = replayable_until - {by}, created_at = created_at - {by},
             settled_at = settled_at - {by}"
        ))
        .await;
        self.run(format!("UPDATE upvest_event SET received_at = received_at - {by}")).await;
    }
}

/// Declares tests that run on both databases.
macro_rules! on_each_database {
    ($($test:ident,)+) => {
        mod on_sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    let fixture = crate::database::Fixture::<sqlx::Sqlite>::new().await;
                    super::$test(fixture.as_ref().unwrap()).await;
                }
            )+
        }

        mod on_postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    let fixture = crate::database::Fixture::<sqlx::Postgres>::new().await;
                    let Some(fixture) = fixture else { return };
                    super::$test(&fixture).await;
                    fixture.end().await;
                }
            )+
        }
    };
}
pub(crate) use on_each_database;

/// A server that accepts everything; operation `op-N` for request N, the same for the same key.
pub(crate) fn accepting() -> Server {
    let keys: Arc<std::sync::Mutex<Vec<String>>> = Arc::default();
    Server::new(move |_, request| {
        let key = key_of(request);
        let mut keys = keys.lock().unwrap();
        let number = keys.iter().position(|known| *known == key).unwrap_or_else(|| {
            keys.push(key);
            keys.len() - 1
        });
        accepted(&format!("op-{number}"))
    })
}

pub(crate) fn accepted(operation: &str) -> Reply {
    let body = json!({
        "id": operation, "status": "ISSUED", "updated_at": "2026-11-25T10:00:00Z",
    });
    reply(202, "application/json", &body.to_string())
}

pub(crate) fn key_of<B>(request: &http::Request<B>) -> String {
    request.headers()["idempotency-key"].to_str().unwrap().to_owned()
}

/// Returns a client whose keys no other client makes.
pub(crate) fn client(server: &Server) -> Client {
    builder(server).build().unwrap()
}

pub(crate) fn builder(server: &Server) -> ClientBuilder {
    server.builder().randomness(|| Ok(rand::random()))
}
