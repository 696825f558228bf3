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
//! signature is made last and made anew. [`Call::max_attempts`] says what is sent again, and when.
//!
//! # When something fails
//!
//! [`Error::outcome`] says what is known of the money, [`Error::is_retryable`] whether to try again,
//! and [`Error::problem`] what the API said. [`Call::record`], stored before the call is
//! awaited, and [`Client::replay`] find out what became of it: [`guide::exactly_once`] shows how, and
//! says what happens when a future is dropped.
//!
//! # What became of it
//!
//! An answer may say no more than that a request was accepted. The rest comes by webhook:
//! [`webhook::WebhookVerifier`] checks and reads what Upvest sends, and [`guide::webhooks`] shows a
//! receiver.
//!
//! # Seeing it
//!
//! Each attempt is a [`tracing`] span named `request`, at level INFO, with the stable names of
//! OpenTelemetry's HTTP client conventions: `http.request.method`, `http.request.resend_count`,
//! `http.response.status_code`, `url.template` (never the path itself, for ids stand in it),
//! `server.address`, `server.port`, `error.type`; and `upvest.request_id` and `upvest.outcome`. Each
//! sending again is an event, with its reason. No body, token or key is ever shown.

#[doc(hidden)]
pub mod __private;
#[doc(hidden)]
pub mod __sandbox;
mod auth;
mod builder;
mod call;
mod client;
mod deadline;
mod endpoint;
mod environment;
mod error;
pub mod guide;
mod headers;
mod json;
mod response;
mod settings;
pub mod signature;
mod single_flight;
mod source;
mod telemetry;
mod text;
pub mod transport;
mod types;
pub mod webhook;

pub use builder::ClientBuilder;
pub use bytes::Bytes;
pub use call::{
    Call, CallKind, CallRecord, Idempotent, IdempotentCall, Items, Keyless, Page, PageMeta, Pages,
};
pub use client::Client;
pub use endpoint::{BodyKind, Endpoint, Method, ResponseKind};
pub use environment::Environment;
pub use error::{Error, ErrorKind, Outcome, Problem, Result};
pub use json::null_as_default;
pub use response::{Redirect, Response};
pub use signature::{Signer, SigningKey};
pub use source::{Clock, Randomness};
pub use transport::BoxFuture;
pub use types::{
    AccountGroupId, Amount, CommaSeparated, Currency, Date, IdempotencyKey, InvalidValue, Timestamp,
};

/// Turns each method of a trait into a call of the API.
///
/// ```text
/// #[api]
/// #[api(scope = "users:admin")]
/// #[api(scope = ["users:read", "users:admin"], crate = my_sdk::upvest_core)]
/// ```
///
/// | option | meaning |
/// | --- | --- |
/// | `scope` | the scope that a token needs for these endpoints; of several in brackets, any one does |
/// | `crate` | where this crate is found, if not under its own name |
///
/// Every method is marked [`#[endpoint]`](macro@endpoint) and returns [`Call<T>`](Call) or
/// [`IdempotentCall<T>`](IdempotentCall). The trait stays as it is written, but for its docs: they
/// list the endpoints, and say of each method what it sends. Beside it the macro emits:
///
/// - its implementation for [`Client`], and forwarding ones for `&T`, `Box<T>` and `Arc<T>`;
/// - constants on the trait object: `<dyn Trait>::ENDPOINTS`, the table of its [`Endpoint`]s,
///   `<dyn Trait>::SCOPES`, the scopes to ask for (as few as do for all of its endpoints), and one
///   named after each method, in capitals.
///
/// `#[cfg]`, `#[deprecated]`, `#[doc(hidden)]`, levels of lints and the visibility of the trait hold
/// for all of that. A method may have a body: it is what a fake that does not know the method gets,
/// so that a trait can gain endpoints. The client never runs it.
///
/// The trait is dyn-compatible. Write `trait Name: Send + Sync`, so that `Arc<dyn Name>` can move
/// to another task.
///
/// [`guide::add_an_endpoint`] takes you there step by step, and [`guide::testing`] shows how such a
/// trait is tested. With `mockall`, put `#[api]` above `#[automock]`.
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
/// | `idempotent` | sends an `idempotency-key`; the method returns [`IdempotentCall`]; not for `GET` |
/// | `signed` | carries an HTTP message signature, as all of the API's endpoints want, and all but `GET` must |
/// | `anonymous` | needs no access token; only the token endpoint |
/// | `form` | sends `body` as a form instead of JSON; only the token endpoint |
/// | `accept = "application/pdf"` | asks for this instead of JSON; the method returns `Call<`[`Bytes`]`>` |
/// | `redirect` | is answered by a place to go; the method returns `Call<`[`Redirect`]`>` |
/// | `echoes = ["amount", "currency"]` | fields of the JSON body that the answer repeats; see below |
/// | `header = "accept"` | sends this header, with what the parameter of the same name says |
/// | `scope = "users:admin"` | the scope of this endpoint, instead of that of the trait; or several in brackets |
///
/// The name of a parameter says where it goes:
///
/// | parameter | goes | its type has |
/// | --- | --- | --- |
/// | as a placeholder, `{user_id}` | into that segment of the path; letters, digits and `-._~:`, anything else is refused before it is sent | `Display` |
/// | `query` | behind the path, as `name=value`; a struct whose members are values, or `Option`s of them, which are left out; see [`Date`], [`Timestamp`] and [`CommaSeparated`] | `Serialize` |
/// | as the header, with `_` for `-` | into that header; printable ASCII | `Display` |
/// | `body` | into the body | `Serialize` |
///
/// The answer is read from JSON, so its type has `Deserialize`; `Call<()>` reads none. A list that is
/// given out in pages is a [`Page`].
///
/// With `echoes`, each field that it names is compared with the field of this name in the answer. If
/// they differ, the answer belongs to another request: the call fails with [`ErrorKind::Decode`] and
/// [`Outcome::Unknown`], the error shows both values, and nothing is sent again. Two texts that are
/// decimal numbers are compared by value, UUIDs without regard to case; a field that is absent or
/// `null` in either differs from nothing. Name what the API repeats as it was sent.
///
/// It needs no import: [`#[api]`](macro@api) reads it.
pub use upvest_macros::endpoint;
