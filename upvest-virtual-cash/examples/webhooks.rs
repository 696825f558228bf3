//! Receives webhooks, and books them. Each event counts once, even if it arrives several times or
//! this program is killed; but a tunnel brings each only once, so it is for tries alone.
//!
//! ```text
//! cargo run -p upvest-sandbox -- --write-env sandbox.env   # in one shell
//! set -a; . ./sandbox.env; set +a                          # in two others
//! cargo run --example webhooks
//! cargo run --example virtual_cash
//! ```
//!
//! The settings of `ClientBuilder::from_env` say who sends the webhooks: to the URL of this program,
//! or, from another machine and without `--url`, through a tunnel. The books are an SQLite file. An
//! event is applied in the transaction that stores its id.

mod shared;
#[path = "shared/subscribe.rs"]
mod subscribe;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use bytes::Bytes;
use clap::Parser;
use http::StatusCode;
use http::request::Parts;
use rusqlite::{Connection, Transaction};
use shared::{Failure, end};
use subscribe::{is_this_machine, subscribe};
use tokio::net::TcpListener;
use upvest_core::webhook::{Event, EventTunnel, WebhookVerifier, Webhooks};
use upvest_core::{Amount, Client, ClientBuilder};
use upvest_virtual_cash::VirtualCashEvent;

#[derive(Clone)]
struct App {
    verifier: WebhookVerifier,
    books: Books,
}

#[derive(Clone)]
struct Books(Arc<Mutex<Connection>>);

/// Verifies, stores and responds. Do slow work elsewhere, because Upvest waits for the response.
async fn receive(State(app): State<App>, head: Parts, body: Bytes) -> StatusCode {
    let delivery = match app.verifier.verify(&head, &body).await {
        Ok(delivery) => delivery,
        Err(error) => return refuse(&error, error.status()),
    };
    match app.books.write(&delivery.events) {
        Ok(()) => StatusCode::OK,
        // Upvest sends it again, and holds back later events until then.
        Err(error) => refuse(&*error, StatusCode::INTERNAL_SERVER_ERROR),
    }
}

impl Books {
    fn open(file: &Path) -> Result<Self, Failure> {
        let books = Connection::open(file)?;
        books.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE IF NOT EXISTS seen (event TEXT PRIMARY KEY) STRICT;
             CREATE TABLE IF NOT EXISTS balance (
                 account_group TEXT, currency TEXT, minor_units INTEGER NOT NULL,
                 PRIMARY KEY (account_group, currency)
             ) STRICT;",
        )?;
        Ok(Self(Arc::new(Mutex::new(books))))
    }

    /// Stores all of the events, or none.
    fn write(&self, events: &[Event]) -> Result<(), Failure> {
        let mut books = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = books.transaction()?;
        for event in events {
            let id = event.id().to_string();
            if transaction.execute("INSERT OR IGNORE INTO seen VALUES (?1)", [id])? == 1 {
                take_effect(&transaction, event)?;
            }
        }
        Ok(transaction.commit()?)
    }
}

/// The reason is for the logs only.
fn refuse(error: &dyn std::error::Error, status: StatusCode) -> StatusCode {
    eprintln!("webhook rejected: {error}");
    status
}

/// Applies an event: here, to books of the confirmed operations.
fn take_effect(books: &Transaction<'_>, event: &Event) -> Result<(), Failure> {
    let (group, currency, change) = match VirtualCashEvent::try_from(event)? {
        VirtualCashEvent::IncreaseConfirmed(it) => {
            (it.account_group_id, it.currency, minor_units(it.amount)?)
        }
        VirtualCashEvent::DecreaseConfirmed(it) => {
            (it.account_group_id, it.currency, -minor_units(it.amount)?)
        }
        // Events may overtake each other: only confirmed operations change the books.
        _ => return Ok(()),
    };
    let add = "INSERT INTO balance VALUES (?1, ?2, ?3)
               ON CONFLICT DO UPDATE SET minor_units = minor_units + excluded.minor_units";
    books.execute(add, (group.to_string(), currency.as_str(), change))?;
    println!("{} {group} {change:+} {currency}", event.event_type());
    Ok(())
}

fn minor_units(amount: Amount) -> Result<i64, Failure> {
    Ok(amount.minor().try_into()?)
}

#[tokio::main]
async fn main() -> ExitCode {
    end(serve().await)
}

async fn serve() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let client: Client = ClientBuilder::from_env()?.scopes(<dyn Webhooks>::SCOPES).build()?;
    let books = Books::open(&arguments.books)?;
    let can_be_reached = arguments.url.is_some() || is_this_machine(&client);
    if arguments.tunnel || !can_be_reached {
        return fetch(&client, &books).await;
    }
    let listener = TcpListener::bind(arguments.listen).await?;
    let here = format!("http://{}/webhooks", listener.local_addr()?);
    let url = arguments.url.unwrap_or(here);
    let (webhook, _) = subscribe(&client, &url).await?;
    println!("Webhooks are sent to {url}.");
    let app = App { verifier: WebhookVerifier::new(client, [webhook]), books };
    let router = Router::new().fallback(post(receive)).with_state(app);
    Ok(axum::serve(listener, router).await?)
}

/// Fetches webhooks through a tunnel, until Ctrl-C.
async fn fetch(client: &Client, books: &Books) -> Result<(), Failure> {
    let mut tunnel = EventTunnel::open(client).await?;
    println!("Webhooks come through a tunnel, by {}.", tunnel.url());
    let written = tokio::select! {
        written = write_all(&mut tunnel, books) => written,
        ended = tokio::signal::ctrl_c() => Ok(ended?),
    };
    let closed = tunnel.close().await;
    written?;
    Ok(closed?)
}

async fn write_all(tunnel: &mut EventTunnel, books: &Books) -> Result<(), Failure> {
    while let Some(delivery) = tunnel.next().await {
        match delivery {
            // A tunnel brings a delivery once, so one that is not stored ends the program.
            Ok(delivery) => books.write(&delivery.events)?,
            Err(error) => eprintln!("{error}"),
        }
    }
    Err("the tunnel has ended".into())
}

/// Receives webhooks, and keeps books of the confirmed operations.
#[derive(Parser)]
struct Arguments {
    /// The books, an SQLite file.
    #[arg(long, value_name = "FILE", default_value = "webhooks.sqlite")]
    books: PathBuf,
    /// The address to listen at.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// The URL under which the sender of the webhooks can reach that address.
    #[arg(long)]
    url: Option<String>,
    /// Receives webhooks through a tunnel; the default on another machine without `--url`.
    #[arg(long, conflicts_with = "url")]
    tunnel: bool,
}
