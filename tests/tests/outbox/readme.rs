//! The code of the READMEs.

use std::error::Error;

use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use upvest_core::webhook::Event;
use upvest_core::{IdempotentCall, api};
use upvest_outbox::PaymentState;
use upvest_tests::in_memory::{Server, reply};

#[derive(Serialize)]
pub struct Order {
    amount: &'static str,
}

#[derive(Deserialize)]
pub struct Payout {}

#[api(scope = "payouts:admin")]
pub trait Payouts: Send + Sync {
    /// Pays.
    #[endpoint(POST, "/payouts", idempotent, signed)]
    fn pay(&self, body: &Order) -> IdempotentCall<Payout>;
}

/// Returns the URL of a database in this folder.
fn in_folder(folder: &TempDir) -> String {
    format!("sqlite://{}?mode=rwc", folder.path().join("payments.db").display())
}

#[tokio::test]
async fn of_the_crate() -> Result<(), Box<dyn Error>> {
    use sqlx::SqlitePool;
    use upvest_outbox::Outbox;

    let folder = TempDir::new()?;
    let pool = SqlitePool::connect(&in_folder(&folder)).await?;
    sqlx::query("CREATE TABLE invoice (id INTEGER PRIMARY KEY, state TEXT)").execute(&pool).await?;
    sqlx::query("INSERT INTO invoice VALUES (4711, 'new')").execute(&pool).await?;
    let server =
        Server::new(|_, _| reply(202, "application/json", r#"{"id":"p","status":"ISSUED"}"#));
    let (client, order) = (crate::database::client(&server), Order { amount: "200.00" });
    let delivery: [Event; 1] =
        [r#"{"id": "8962b496-8d42-4560-bfab-10c8d1a3b5c7", "type": "PAYOUT.CONFIRMED",
        "created_at": "2021-07-21T14:10:00Z", "webhook_id": "a8eb3540-5a84-40f9-b2bb-7f99f282fc5a",
        "object": {"id": "p", "status": "CONFIRMED"}}"#
            .parse()?];
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (sent, shutdown) = (server.clone(), stopped);
    tokio::spawn(async move {
        while sent.sent().is_empty() {
            tokio::task::yield_now().await;
        }
        drop(stop);
    });

    let outbox = Outbox::new(pool.clone()); // an SqlitePool or a PgPool
    outbox.migrate().await?;

    // The intent and the payment: both are stored, or neither. The same id again is the same payment.
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("UPDATE invoice SET state = 'due' WHERE id = 4711").execute(&mut *tx).await?;
    outbox.enqueue(&mut tx, "invoice-4711", &client.pay(&order)).await?;
    tx.commit().await?;

    // In any number of processes.
    let worker = outbox.worker(client, <dyn Payouts>::ENDPOINTS).concurrency(16);
    worker.run_until(shutdown).await?;

    // In the receiver of webhooks.
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    for event in outbox.apply(&mut tx, &delivery).await? {
        println!("{}", event.event_type()); // new: apply its effect in this transaction
    }
    tx.commit().await?;

    // Anywhere.
    let payment = outbox.payment("invoice-4711").await?;
    match payment.state() {
        PaymentState::Accepted => println!("{:?}", payment.operation()), // id and latest status
        PaymentState::Rejected => println!("{:?}", payment.error()),
        PaymentState::Unresolved => println!("a person must find out what became of it"),
        _ => println!("still pending"),
    }

    assert_eq!(payment.state(), PaymentState::Accepted);
    assert_eq!(payment.operation().unwrap().status.as_deref(), Some("CONFIRMED"));
    Ok(())
}

#[tokio::test]
async fn of_the_project() -> Result<(), Box<dyn Error>> {
    let folder = TempDir::new()?;
    let database = in_folder(&folder);

    use sqlx::SqlitePool;
    use upvest_outbox::Outbox;
    use upvest_sandbox::Sandbox;
    use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash};

    let sandbox = Sandbox::start().await?;
    let client = sandbox.client_builder().scopes(<dyn VirtualCash>::SCOPES).build()?;

    let order = CreateVirtualCashIncrease {
        account_group_id: "ac1c39e9-2101-46b8-a624-d10a9e351b6c".parse()?,
        amount: "200.00".parse()?,
        currency: Currency::Eur,
    };

    // The short form. Calling it again makes another payment, even after an error.
    let increase = client.increase(&order).await?;
    println!("{}: {}", increase.id, increase.status);

    // The durable form: stored in your transaction under your own id, and paid once even after a crash.
    let pool = SqlitePool::connect(&database).await?; // "sqlite://payments.db?mode=rwc"
    let outbox = Outbox::new(pool.clone());
    outbox.migrate().await?;
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    outbox.enqueue(&mut tx, "invoice-4711", &client.increase(&order)).await?;
    tx.commit().await?;

    // A worker sends it, in this process or in others.
    outbox.worker(client, <dyn VirtualCash>::ENDPOINTS).run_until_idle().await?;
    println!("invoice-4711: {}", outbox.payment("invoice-4711").await?.state()); // accepted

    assert_eq!(outbox.payment("invoice-4711").await?.state(), PaymentState::Accepted);
    assert_eq!(sandbox.state().ledger_entries(order.account_group_id, &order.currency), 2);
    Ok(())
}
