//! A client for the [Upvest Investment API](https://docs.upvest.co), declared by traits.
//!
//! A trait marked [`#[api]`](api) says what an endpoint is; the macro implements it for [`Client`],
//! which authenticates, signs and sends. Each method returns a [`Call`]: a request that is fixed
//! but not yet sent, with its idempotency key chosen.
//!
//! ```
//! use upvest_core::{Call, IdempotentCall, api, id};
//! use serde::{Deserialize, Serialize};
//!
//! id! {
//!     /// Names a webhook.
//!     pub struct WebhookId;
//! }
//!
//! #[derive(Serialize)]
//! pub struct Order {
//!     pub instrument: String,
//! }
//!
//! #[derive(Deserialize)]
//! pub struct Placed {
//!     pub status: String,
//! }
//!
//! #[api(scope = "orders:admin")]
//! pub trait Orders: Send + Sync {
//!     /// Places an order.
//!     #[endpoint(POST, "/orders", idempotent, signed)]
//!     fn place(&self, body: &Order) -> IdempotentCall<Placed>;
//!
//!     /// Removes a webhook.
//!     #[endpoint(DELETE, "/webhooks/{webhook_id}", signed)]
//!     fn remove_webhook(&self, webhook_id: WebhookId) -> Call<()>;
//! }
//! ```
//!
//! # The life of a call
//!
//! The method fills the path, encodes the body and fixes the key: no I/O, and a mistake here means
//! [`Outcome::NotSent`]. Awaiting the call then does, for each attempt: budget, deadline, token,
//! signature, sending, classifying. The key and the body bytes are the same in every attempt; the
//! signature is made last and made anew. [`Call::attempts`] says what is sent again, and when.
//!
//! # When something fails
//!
//! [`Error::outcome`] says what is known of the money, [`Error::is_retryable`] whether to try again,
//! and [`Error::problem_document`] what the API said. [`Call::record`], stored before the call is
//! awaited, and [`Client::replay`] find out what became of it: [`guide::exactly_once`] shows how, and
//! says what happens when a future is dropped.
//!
//! # Seeing it
//!
//! Each attempt is a [`tracing`] span named `request`, at level INFO, with the stable names of
//! OpenTelemetry's HTTP client conventions: `http.request.method`, `http.request.resend_count`,
//! `http.response.status_code`, `url.template` (never the path itself, for ids stand in it),
//! `server.address`, `server.port`, `error.type`; and `upvest.request_id` and `upvest.outcome`. Each
//! sending again is an event, with its reason. No body, token or key is ever shown.

mod answer;
pub mod auth;
mod call;
mod client;
#[doc(hidden)]
pub mod declare;
mod endpoint;
mod env;
mod environment;
mod error;
pub mod guide;
pub mod headers;
mod idempotency;
mod lenient;
mod money;
mod outcome;
mod page;
mod problem;
mod record;
mod redirect;
mod request;
mod retry;
mod send;
pub mod signature;
mod source;
mod telemetry;
mod tokens;
pub mod transport;
mod types;

use std::pin::Pin;

pub use answer::Response;
pub use bytes::Bytes;
pub use call::{Call, CallKind, Idempotent, IdempotentCall, Keyless};
pub use client::{Client, ClientBuilder};
pub use endpoint::{AnswerKind, BodyKind, Endpoint, Verb};
pub use environment::Environment;
pub use error::{Error, ErrorKind, Result};
pub use idempotency::IdempotencyKey;
pub use money::{Amount, Currency};
pub use outcome::Outcome;
pub use page::{Items, Page, PageMeta, Pages};
pub use problem::Problem;
pub use record::CallRecord;
pub use redirect::Redirect;
pub use signature::{Signer, SigningKey};
pub use source::{Clock, Randomness};
pub use types::{AccountGroupId, CommaSeparated, Date, InvalidValue, Timestamp};

/// Turns each method of a trait into a call of the API.
///
/// ```text
/// #[api]
/// #[api(scope = "users:admin")]
/// ```
///
/// Every method is marked [`#[endpoint]`](macro@endpoint) and returns [`Call<T>`](Call) or
/// [`IdempotentCall<T>`](IdempotentCall). The trait stays as it is written; beside it the macro
/// emits:
///
/// - its implementation for [`Client`], and forwarding ones for `&T`, `Box<T>` and `Arc<T>`;
/// - constants on the trait object: `<dyn Trait>::ENDPOINTS`, the table of its [`Endpoint`]s,
///   `<dyn Trait>::SCOPES`, and one named after each method, in capitals.
///
/// The trait is dyn-compatible. Write `trait Name: Send + Sync`, so that `Arc<dyn Name>` can move
/// to another task.
///
/// With `mockall`, put `#[api]` above `#[automock]`.
pub use upvest_macros::api;

/// Declares what one method of an [`#[api]`](macro@api) trait sends.
///
/// ```text
/// #[endpoint(VERB, "/path/{id}", words…)]
/// ```
///
/// `VERB` is `GET`, `POST`, `PUT`, `PATCH` or `DELETE`. The words:
///
/// | word | meaning |
/// | --- | --- |
/// | `idempotent` | sends an `idempotency-key`; the method returns [`IdempotentCall`] |
/// | `signed` | carries an HTTP message signature, as all of the API's endpoints want |
/// | `anonymous` | needs no access token; only the token endpoint |
/// | `form` | sends `body` as a form instead of JSON; only the token endpoint |
///
/// A parameter whose name stands in the path fills that segment: any type with `Display`, whose
/// text may hold letters, digits and `-._~:`. One named `body` is sent as JSON, one named `query`
/// as the query string. A `Call<()>` reads no answer.
///
/// It needs no import: [`#[api]`](macro@api) reads it.
pub use upvest_macros::endpoint;

/// A boxed future, as the object-safe traits of this crate return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
