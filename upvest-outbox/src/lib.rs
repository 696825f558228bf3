//! Payments that survive crashes: a transactional outbox in your own database.
//!
//! A payment is stored in your transaction, together with what it is for. A worker sends it after the
//! commit, in this process or in another one, until Upvest accepts or rejects it. Each attempt has the
//! same idempotency key and the same bytes. If a process or the database is killed at any moment, no
//! payment is lost, and none is made twice. Webhook events update its status in the same database.
//!
//! It uses [sqlx](https://docs.rs/sqlx) 0.9, with your own pool and your own transactions: SQLite on
//! one machine, or Postgres for many.
//!
//! ```no_run
//! # use serde::Deserialize;
//! use sqlx::SqlitePool;
//! use upvest_core::{ClientBuilder, IdempotentCall, api};
//! use upvest_outbox::{Outbox, PaymentState};
//!
//! # #[derive(Deserialize)]
//! # pub struct Payout {}
//! # #[derive(serde::Serialize)]
//! # pub struct Order { amount: upvest_core::Amount }
//! #[api(scope = "payouts:admin")]
//! pub trait Payouts: Send + Sync {
//!     #[endpoint(POST, "/payouts", idempotent, signed)]
//!     fn pay(&self, body: &Order) -> IdempotentCall<Payout>;
//! }
//!
//! # async fn example(order: Order) -> Result<(), Box<dyn std::error::Error>> {
//! let pool = SqlitePool::connect("sqlite://payments.db?mode=rwc").await?;
//! let client = ClientBuilder::from_env()?.scopes(<dyn Payouts>::SCOPES).build()?;
//! let outbox = Outbox::new(pool.clone());
//! outbox.migrate().await?;
//!
//! // The intent and the payment: both are stored, or neither.
//! let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
//! sqlx::query("UPDATE invoice SET state = 'due' WHERE id = 4711").execute(&mut *tx).await?;
//! outbox.enqueue(&mut tx, "invoice-4711", &client.pay(&order)).await?;
//! tx.commit().await?;
//!
//! // In any number of processes:
//! let worker = outbox.worker(client, <dyn Payouts>::ENDPOINTS);
//! worker.concurrency(16).run_until(tokio::signal::ctrl_c()).await?;
//!
//! // Elsewhere:
//! let payment = outbox.payment("invoice-4711").await?;
//! match payment.state() {
//!     PaymentState::Accepted => println!("{:?}", payment.operation()),
//!     PaymentState::Rejected => println!("{:?}", payment.error()),
//!     PaymentState::Unresolved => println!("find out what became of it, then `resolve` it"),
//!     _ => println!("still pending"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What happens to a payment
//!
//! | state | what is known | what follows |
//! | --- | --- | --- |
//! | [`Pending`](PaymentState::Pending) | it was not sent yet, or its effect is not known | workers send it, always with the same key |
//! | [`Accepted`](PaymentState::Accepted) | Upvest accepted it | events update [`Payment::operation`] |
//! | [`Rejected`](PaymentState::Rejected) | Upvest rejected it, and no money was moved | [`Payment::error`] says why; a corrected one needs a different id |
//! | [`Unresolved`](PaymentState::Unresolved) | it may have taken effect, and its key is too old to be sent again | [`Outbox::resolve`] |
//!
//! The outbox never makes a new key, and never sends one later than 23 hours after it was made. A
//! *claim* leases a payment to one worker, an *attempt* is the request that it sends, and a payment is
//! *settled* when it is accepted or rejected.
//!
//! # Webhook events
//!
//! [`Outbox::apply`] stores events in your transaction, each once, and returns the new ones.
//! [`Outbox::payment_of`] returns the payment that an event is about, if its response is stored. An
//! event can be received before, and it is new only once. So an effect that needs the payment has two
//! sides:
//!
//! ```no_run
//! # use sqlx::{Sqlite, SqliteConnection};
//! # use upvest_core::webhook::Delivery;
//! # use upvest_outbox::{Outbox, Payment};
//! # type Failure = Box<dyn std::error::Error>;
//! # struct App { pool: sqlx::SqlitePool, outbox: Outbox<Sqlite> }
//! # impl App {
//! # fn waiting_invoices(&self) -> Vec<String> { Vec::new() }
//! async fn receive(&self, delivery: &Delivery) -> Result<(), Failure> {
//!     let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
//!     for event in self.outbox.apply(&mut tx, delivery).await? {
//!         if let Some(payment) = self.outbox.payment_of(&mut tx, &event).await? {
//!             book(&mut tx, &payment).await?;
//!         }
//!     }
//!     tx.commit().await?;
//!     Ok(())
//! }
//!
//! /// From time to time: for rejections, which have no event, and for early events.
//! async fn sweep(&self) -> Result<(), Failure> {
//!     for id in self.waiting_invoices() {
//!         let mut tx = self.pool.begin_with("BEGIN IMMEDIATE").await?;
//!         let payment = self.outbox.payment_in(&mut tx, &id).await?;
//!         book(&mut tx, &payment).await?;
//!         tx.commit().await?;
//!     }
//!     Ok(())
//! }
//! # }
//!
//! /// Brings the invoice to the state of its payment; the same state again changes nothing.
//! async fn book(tx: &mut SqliteConnection, payment: &Payment) -> Result<(), Failure> {
//!     let status = payment.operation().and_then(|operation| operation.status.as_deref());
//!     sqlx::query("UPDATE invoice SET payment = $1, status = $2 WHERE id = $3")
//!         .bind(payment.state().as_str())
//!         .bind(status)
//!         .bind(payment.id())
//!         .execute(tx)
//!         .await?;
//!     Ok(())
//! }
//! ```
//!
//! The guide [`webhooks`](upvest_core::guide::webhooks) shows how to subscribe: a new subscription is
//! disabled.
//!
//! # Tests
//!
//! A client sends nothing before a call is awaited, so a test enqueues calls of a client for any host,
//! or of a sandbox. A fake of the trait makes no request that could be stored. The worker takes a fake of
//! [`Replay`](upvest_core::Replay), which has an example, instead of a client, and
//! [`run_until_idle`](Worker::run_until_idle) returns when everything is sent. An
//! [`Event`](upvest_core::webhook::Event) is parsed from JSON.
//!
//! # Who can write to the database
//!
//! Without a seal, anyone who can write to the table `upvest_payment` can make the workers send any
//! request to the endpoints that they are given. [`Outbox::sealed_by`] prevents that.
//!
//! # What an operator can look at
//!
//! [`Outbox::stats`] returns the numbers for an alert. This query shows what is stuck, on either
//! database:
//!
//! ```sql
//! SELECT id, state, claim, failures, error, request_id FROM upvest_payment
//!  WHERE state = 'unresolved' OR state = 'pending' AND (failures > 0 OR claim > 1)
//!  ORDER BY sequence LIMIT 100;
//! ```
//!
//! Times are milliseconds since 1970: `to_timestamp(due / 1000.0)` on Postgres,
//! `datetime(due / 1000, 'unixepoch')` on SQLite. Only `happened_at` is in microseconds. Do not edit rows: to settle a payment, use
//! [`Outbox::resolve`].
//!
//! # Features
//!
//! `sqlite` is on by default. `postgres` adds Postgres; without `default-features`, SQLite is not
//! built.

// `enqueue.rs` stores payments, `worker/` sends them, and `events.rs` stores what Upvest reports about
// them. `database/` has all that differs between SQLite and Postgres.

mod database;
mod enqueue;
mod error;
mod events;
mod outbox;
mod payment;
mod resolution;
mod schema;
mod seal;
mod upkeep;
mod worker;

pub use database::Database;
pub use enqueue::Enqueue;
pub use error::{Error, ErrorKind, Result};
pub use outbox::Outbox;
pub use payment::{Operation, Payment, PaymentState};
pub use resolution::{Evidence, Resolution};
pub use seal::SealKey;
pub use upkeep::Stats;
pub use worker::Worker;
