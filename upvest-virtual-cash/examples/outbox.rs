//! Pays out from a database. Each payout takes effect once, even if the program or the database is
//! killed at any moment. Webhook events with the final statuses are stored in the same database.
//!
//! ```text
//! cargo run --example outbox -- --database sqlite://payouts.db --workers 2 --payouts 1000
//! cargo run --example outbox -- --database postgres://user@host/payouts --payouts 1000
//! ```
//!
//! With `--database`, you can stop the program at any time and start it again, or run it several times.
//! Without it, the payouts are in memory and end with the program. Without settings, so does the
//! sandbox: for a restart, run `upvest-sandbox` in another shell, and use the settings that
//! `--write-env` writes.

mod shared;
#[path = "shared/subscribe.rs"]
mod subscribe;
#[path = "shared/target.rs"]
mod target;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use bytes::Bytes;
use clap::Parser;
use http::StatusCode;
use http::request::Parts;
use shared::{Failure, end};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{Pool, SqlitePool};
use subscribe::{is_this_machine, subscribe};
use target::{refuse_live, target};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;
use upvest_core::Client;
use upvest_core::webhook::{WebhookId, WebhookVerifier, Webhooks};
use upvest_outbox::{Database, Outbox, PaymentState};
use upvest_sandbox::Sandbox;
use upvest_virtual_cash::{AccountGroupId, CreateVirtualCashIncrease, Currency, VirtualCash};
use uuid::Uuid;

/// How long to wait for the last events, or for payouts that failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// Pays out from a database, and can be killed at any moment.
#[derive(Parser)]
struct Arguments {
    /// `sqlite://FILE` or `postgres://…`; in memory if not given.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// How many workers to run in this process.
    #[arg(long, default_value_t = 1)]
    workers: u32,
    /// How many new payouts to enqueue, in addition to the pending ones.
    #[arg(long, default_value_t = 3)]
    payouts: u32,
    /// The account group that is paid; a new one if not given.
    #[arg(long, value_name = "ID")]
    account_group: Option<AccountGroupId>,
}

#[tokio::main]
async fn main() -> ExitCode {
    end(run(Arguments::parse()).await)
}

async fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.database.as_deref() {
        Some(url) if url.starts_with("postgres") => {
            let pool = PgPoolOptions::new().max_connections(8).connect(url).await?;
            pay_out::<sqlx::Postgres>(pool, &arguments).await
        }
        url => pay_out::<sqlx::Sqlite>(sqlite(url).await?, &arguments).await,
    }
}

async fn sqlite(url: Option<&str>) -> Result<SqlitePool, Failure> {
    let Some(url) = url else {
        // The database lives as long as its connection.
        let one = SqlitePoolOptions::new().max_connections(1).max_lifetime(None).idle_timeout(None);
        return Ok(one.connect("sqlite::memory:").await?);
    };
    let options: SqliteConnectOptions = url.parse()?;
    let options = options.create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
    Ok(SqlitePoolOptions::new().max_connections(8).connect_with(options).await?)
}

async fn pay_out<DB: Database>(pool: Pool<DB>, arguments: &Arguments) -> Result<(), Failure> {
    let (sandbox, builder) = target().await?;
    let builder = builder.scopes(<dyn VirtualCash>::SCOPES).scopes(<dyn Webhooks>::SCOPES);
    let client = builder.build()?;
    refuse_live(client.base_url())?;
    let outbox = Outbox::new(pool.clone());
    outbox.migrate().await?;
    let receiver = Receiver::start(&client, &pool, &outbox).await?;

    let mut workers = JoinSet::new();
    let (stop, stopped) = watch::channel(());
    for _ in 0..arguments.workers {
        let worker = outbox.worker(client.clone(), <dyn VirtualCash>::ENDPOINTS);
        let mut stopped = stopped.clone();
        workers.spawn(worker.run_until(async move { stopped.changed().await }));
    }
    let group = arguments.account_group.unwrap_or_else(|| Uuid::new_v4().into());
    let mut payouts = Vec::new();
    for _ in 0..arguments.payouts {
        let order = CreateVirtualCashIncrease {
            account_group_id: group,
            amount: "1.00".parse()?,
            currency: Currency::Eur,
        };
        // An application takes the id from what it pays, such as an invoice, and changes its own rows
        // in the same transaction.
        let id = format!("payout-{}", Uuid::new_v4());
        let mut tx = pool.begin().await?;
        outbox.enqueue(&mut tx, &id, &client.increase(&order)).await?;
        tx.commit().await?;
        payouts.push(id);
    }

    let finished = finish(&outbox, &payouts, receiver.is_some(), &mut workers).await;
    drop(stop);
    while let Some(worker) = workers.join_next().await {
        worker??;
    }
    if let Some(receiver) = receiver {
        receiver.stop(&client).await?;
    }
    finished?;
    report(&outbox, &payouts, sandbox.as_ref(), group).await
}

/// Waits until each payout is settled and its final status is known.
async fn finish<DB: Database>(
    outbox: &Outbox<DB>,
    payouts: &[String],
    has_webhooks: bool,
    workers: &mut JoinSet<upvest_outbox::Result<()>>,
) -> Result<(), Failure> {
    let (mut shown, mut active, mut settled) = (Instant::now(), Instant::now(), None);
    loop {
        let stats = outbox.stats().await?;
        if stats.due + stats.leased > 0 {
            active = Instant::now();
        } else if stats.pending > 0 && active.elapsed() > PATIENCE {
            // The next attempts follow after minutes.
            return Ok(());
        }
        if shown.elapsed() > Duration::from_secs(2) {
            let oldest = stats.oldest_pending.unwrap_or_default().as_secs();
            println!("{} pending, the oldest for {oldest} s", stats.pending);
            shown = Instant::now();
        }
        if stats.pending == 0 {
            let since = *settled.get_or_insert_with(Instant::now);
            if !has_webhooks || are_final(outbox, payouts).await? || since.elapsed() > PATIENCE {
                return Ok(());
            }
        }
        tokio::select! {
            () = sleep(Duration::from_millis(250)) => {}
            Some(worker) = workers.join_next() => return Ok(worker??),
            ended = tokio::signal::ctrl_c() => return Ok(ended?),
        }
    }
}

async fn are_final<DB: Database>(outbox: &Outbox<DB>, payouts: &[String]) -> Result<bool, Failure> {
    for id in payouts {
        let payment = outbox.payment(id).await?;
        let status = payment.operation().and_then(|operation| operation.status.as_deref());
        let is_final = matches!(status, Some("CONFIRMED" | "CANCELLED"));
        if payment.state() == PaymentState::Accepted && !is_final {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Prints the payouts and the totals; fails if any payout of the database is not settled.
async fn report<DB: Database>(
    outbox: &Outbox<DB>,
    payouts: &[String],
    sandbox: Option<&Sandbox>,
    group: AccountGroupId,
) -> Result<(), Failure> {
    for id in payouts.iter().take(20) {
        let payment = outbox.payment(id).await?;
        print!("{id}: {}", payment.state());
        if let Some(operation) = payment.operation() {
            let status = operation.status.as_deref().unwrap_or("of unknown status");
            print!(", increase {} is {status}", operation.id);
        }
        if let Some(error) = payment.error() {
            print!(", {error}");
        }
        println!();
    }
    let stats = outbox.stats().await?;
    println!(
        "{} accepted, {} rejected, {} unresolved, {} pending",
        stats.accepted, stats.rejected, stats.unresolved, stats.pending
    );
    if let Some(sandbox) = sandbox {
        let entries = sandbox.state().ledger_entries(group, &Currency::Eur);
        println!("the sandbox has {entries} ledger entries of this account group");
    }
    match (stats.pending, stats.unresolved) {
        (0, 0) => Ok(()),
        (pending, unresolved) => Err(format!(
            "{pending} payouts are pending and {unresolved} are unresolved (run this again for the \
             former, and resolve the latter)"
        )
        .into()),
    }
}

/// Receives webhooks on this machine, if the host can reach it.
struct Receiver {
    webhook: WebhookId,
    is_new: bool,
}

impl Receiver {
    async fn start<DB: Database>(
        client: &Client,
        pool: &Pool<DB>,
        outbox: &Outbox<DB>,
    ) -> Result<Option<Self>, Failure> {
        if !is_this_machine(client) {
            println!("This host cannot reach this machine: the final status is not waited for.");
            return Ok(None);
        }
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/webhooks", listener.local_addr()?);
        let (webhook, is_new) = subscribe(client, &url).await?;
        let verifier = WebhookVerifier::new(client.clone(), [webhook]);
        let app = App { verifier, pool: pool.clone(), outbox: outbox.clone() };
        let router = Router::new().fallback(post(receive::<DB>)).with_state(Arc::new(app));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Some(Self { webhook, is_new }))
    }

    /// Ends the subscription: the port is another one next time.
    async fn stop(self, client: &Client) -> Result<(), Failure> {
        if self.is_new {
            client.delete_webhook(self.webhook).await?;
        }
        Ok(())
    }
}

struct App<DB: Database> {
    verifier: WebhookVerifier,
    pool: Pool<DB>,
    outbox: Outbox<DB>,
}

async fn receive<DB: Database>(
    State(app): State<Arc<App<DB>>>,
    head: Parts,
    body: Bytes,
) -> StatusCode {
    let delivery = match app.verifier.verify(&head, &body).await {
        Ok(delivery) => delivery,
        Err(error) => {
            eprintln!("webhook rejected: {error}");
            return error.status();
        }
    };
    let applied = async {
        let mut tx = app.pool.begin().await?;
        // An application applies the returned events in the same transaction.
        app.outbox.apply(&mut tx, &delivery).await?;
        tx.commit().await?;
        Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    };
    match applied.await {
        Ok(()) => StatusCode::OK,
        // Upvest sends it again.
        Err(error) => {
            eprintln!("webhook not stored: {error}");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}
