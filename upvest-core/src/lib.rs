//! A client for the [Upvest Investment API](https://docs.upvest.co).
//!
//! You declare endpoints as methods of a trait marked [`#[api]`](api). The macro implements the
//! trait for [`Client`], which authenticates, signs and sends the requests. Each method returns a
//! [`Call`]: a request that is complete but not yet sent, with its idempotency key already chosen.
//!
//! ```
//! use upvest_core::{Call, IdempotentCall, api, id};
//! use serde::{Deserialize, Serialize};
//!
//! id! {
//!     /// The id of a webhook.
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
//! The method fills the path, encodes the body and fixes the key. It does no I/O, and an error here
//! means [`Outcome::NotSent`]. Awaiting the call then does, for each attempt: deadline, token,
//! signature, sending, classifying. Every attempt sends the same key and body bytes. The
//! signature is made last, and again for each attempt. [`Call::max_attempts`] describes what is
//! retried, and when.
//!
//! # When something fails
//!
//! [`Error::outcome`] says whether the request took effect, [`Error::is_retryable`] whether to try
//! again, and [`Error::problem`] what the API said. Store [`Call::record`] before you await the
//! call: [`Client::replay`] can then find out what happened. [`guide::exactly_once`] shows how, and
//! describes what happens when a future is dropped.
//!
//! # The final result
//!
//! A response may say only that a request was accepted. The result follows by webhook:
//! [`webhook::WebhookVerifier`] verifies and parses what Upvest sends, and [`guide::webhooks`]
//! shows a receiver.
//!
//! # Tracing
//!
//! Each attempt is a [`tracing`](https://docs.rs/tracing) span named `request`, at level INFO. Its
//! fields have the stable names of OpenTelemetry's HTTP client conventions: `http.request.method`,
//! `http.request.resend_count`, `http.response.status_code`, `url.template` (never the path itself,
//! because it contains ids), `server.address`, `server.port`, `error.type`; and `upvest.request_id`,
//! `upvest.idempotency_key` and `upvest.outcome` (`success`, or the [`Outcome`] of the error). Each
//! retry is an event, with its reason. Bodies, tokens and signing keys are never shown.
//!
//! For metrics and logs in another form, set an [`Observer`].
//!
//! # Features
//!
//! | feature | what it adds |
//! | --- | --- |
//! | `client` (default) | [`ReqwestTransport`](transport::ReqwestTransport), which sends the requests; without it, a client needs your own [`Transport`](transport::Transport), and neither reqwest nor rustls is built |
//! | `webhooks` (default) | the module [`webhook`], and [`events!`] |
//! | `chrono`, `time` | conversions of [`Timestamp`] and [`Date`] from and to the types of these crates |
//!
//! A crate that only declares endpoints turns the default features off, and one that only receives
//! webhooks turns `webhooks` on again. A crate that needs only the types depends on `upvest-types`.

#[doc(hidden)]
pub mod __private;
#[doc(hidden)]
pub mod __sandbox;
mod auth;
mod builder;
mod call;
mod client;
mod endpoint;
mod environment;
mod error;
pub mod guide;
mod headers;
mod json;
mod observer;
mod one_of;
mod response;
mod settings;
mod single_flight;
mod source;
mod telemetry;
#[cfg(feature = "webhooks")]
pub mod webhook;

pub use builder::ClientBuilder;
pub use bytes::Bytes;
pub use call::{
    Call, CallKind, CallRecord, Idempotent, IdempotentCall, Items, Keyless, Page, PageMeta, Pages,
    Replay,
};
pub use client::Client;
pub use endpoint::{BodyKind, Endpoint, Method, ResponseKind};
pub use environment::Environment;
pub use error::{Error, ErrorKind, ErrorSummary, Outcome, Problem, Result};
pub use json::{empty_as_none, null_as_default, null_as_some};
pub use observer::{Attempt, CompletedCall, Observer};
pub use response::{Redirect, Response};
pub use source::{Clock, Randomness};
#[doc(inline)]
pub use upvest_signature as signature;
#[doc(inline)]
pub use upvest_signature::{Signer, SigningKey};
#[doc(inline)]
pub use upvest_transport as transport;
#[doc(inline)]
pub use upvest_transport::BoxFuture;
#[doc(inline)]
pub use upvest_types::{
    AccountGroupId, Amount, CommaSeparated, CountryCode, Currency, Date, Decimal, IdempotencyKey,
    InvalidValue, Isin, Timestamp, UnknownText, Uuid, id, open_enum,
};

/// Turns each method of a trait into a call to the API.
///
/// ```text
/// #[api(scope = "users:admin")]
/// #[api(scope = ["users:read", "users:admin"], crate = my_sdk::upvest_core)]
/// ```
///
/// | option | meaning |
/// | --- | --- |
/// | `scope` | the scope that a token needs for these endpoints; of several in brackets, any one is enough; `[]` if they need none |
/// | `crate` | the path of this crate, if it is not available under its own name |
///
/// Every method is marked [`#[endpoint]`](macro@endpoint) and returns [`Call<T>`](Call) or
/// [`IdempotentCall<T>`](IdempotentCall). The trait itself stays unchanged, except for its docs:
/// they list the endpoints, and say what each method sends. In addition, the macro emits:
///
/// - the implementation for [`Client`], and forwarding ones for `&T`, `Box<T>` and `Arc<T>`;
/// - constants on the trait object: `<dyn Trait>::ENDPOINTS`, the table of its [`Endpoint`]s,
///   `<dyn Trait>::SCOPES`, the scopes to request (one for each endpoint, shared where possible),
///   and one named after each method, in capitals.
///
/// `#[cfg]`, `#[deprecated]`, `#[doc(hidden)]`, lint levels and the visibility of the trait apply
/// to all of these. A method may have a default body. Fakes that do not implement the method use
/// it, so a trait can gain endpoints. The client never runs it.
///
/// The trait is dyn-compatible. Write `trait Name: Send + Sync`, so that `Arc<dyn Name>` can move
/// to another task.
///
/// [`guide::add_an_endpoint`] shows this step by step, and [`guide::testing`] shows how to test
/// such a trait. With `mockall`, put `#[api]` above `#[automock]`.
pub use upvest_macros::api;

/// Declares what one method of an [`#[api]`](macro@api) trait sends.
///
/// ```text
/// #[endpoint(METHOD, "/path/{id}", options…)]
/// ```
///
/// `METHOD` is `GET`, `POST`, `PUT`, `PATCH` or `DELETE`. The options:
///
/// | option | meaning |
/// | --- | --- |
/// | `idempotent` | sends an `idempotency-key`; the method returns [`IdempotentCall`]; not for `GET` |
/// | `signed` | sends an HTTP message signature; all endpoints of the API expect one, and it is required for all but `GET` |
/// | `anonymous` | needs no access token; only for the token endpoint |
/// | `form` | sends `body` as a form instead of JSON; only for the token endpoint |
/// | `accept = "application/pdf"` | requests this type instead of JSON; the method returns `Call<`[`Bytes`]`>` |
/// | `redirect` | the response is a redirect; the method returns `Call<`[`Redirect`]`>` |
/// | `echoes = ["amount", "currency"]` | fields of the JSON body that the response repeats; see below |
/// | `header = "accept"` | sends this header, with the value of the parameter of the same name |
/// | `scope = "users:admin"` | the scope of this endpoint, instead of the trait's; or several in brackets |
///
/// The name of a parameter says where it goes:
///
/// | parameter | where it is sent | its type implements |
/// | --- | --- | --- |
/// | named like a placeholder, `{user_id}` | in that segment of the path; only letters, digits and `-._~:`, anything else is rejected before it is sent | `Display` |
/// | `query` | after the path, as `name=value`; a struct whose fields are values, or `Option`s of them, of which `None` is left out; see [`Date`], [`Timestamp`] and [`CommaSeparated`] | `Serialize` |
/// | named like the header, with `_` for `-` | in that header; printable ASCII | `Display` |
/// | `body` | in the body | `Serialize` |
///
/// The response is read from JSON, so its type implements `Deserialize`; `Call<()>` reads no body.
/// A list that the API returns in pages is a [`Page`].
///
/// With `echoes`, each named field is compared with the field of the same name in the response. If
/// they differ, the response belongs to another request: the call fails with [`ErrorKind::Decode`]
/// and [`Outcome::Unknown`], the error shows both values, and nothing is retried. Two strings that
/// are decimal numbers are compared by value, UUIDs without regard to case. A field that is absent
/// or `null` in either is not compared. Name the fields that the API repeats as they were sent.
/// Note that a misspelt name is such an absent field: nothing is compared then. The sandbox's log has
/// a hint if it serves the endpoint.
///
/// You need not import it: [`#[api]`](macro@api) reads it.
pub use upvest_macros::endpoint;
