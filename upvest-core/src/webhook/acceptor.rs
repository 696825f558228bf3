//! The endpoints of Upvest's acceptor: it receives webhooks, and a client fetches them from there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use upvest_macros::api;

use crate::call::Call;

/// The endpoints of Upvest's acceptor, which receives webhooks in place of a host of your own.
///
/// They are not documented: Upvest's own signing proxy uses them. Use an
/// [`EventTunnel`](super::EventTunnel), which calls them, and only for development and tests.
///
/// # Errors
/// Fails as any [`Call`] does. Upvest's proxy takes a 404, a 502 or a 503 of
/// [`acceptor_health`](Self::acceptor_health) to mean that the host has no acceptor.
#[api(scope = "webhooks:admin", crate = crate)]
pub trait EventAcceptor: Send + Sync {
    /// Asks whether the host has an acceptor.
    #[endpoint(GET, "/events-acceptor-service/health", signed)]
    fn acceptor_health(&self) -> Call<()>;

    /// Opens an acceptor at a new URL.
    ///
    /// The body is an empty text: Upvest's proxy sends that.
    #[endpoint(POST, "/events-acceptor-service/endpoints", signed)]
    fn open_acceptor(&self, body: &str) -> Call<Acceptor>;

    /// Fetches what the acceptor has received since the last call.
    ///
    /// The host may wait a while before it responds with an empty list.
    #[endpoint(GET, "/events-acceptor-service/endpoints/{acceptor_id}", signed)]
    fn accepted_webhooks(&self, acceptor_id: &str) -> Call<Vec<AcceptedWebhook>>;

    /// Closes an acceptor.
    #[endpoint(DELETE, "/events-acceptor-service/endpoints/{acceptor_id}", signed)]
    fn close_acceptor(&self, acceptor_id: &str) -> Call<()>;
}

/// An open acceptor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Acceptor {
    /// Identifies it.
    pub id: String,
    /// The URL to subscribe with.
    pub url: String,
}

impl Acceptor {
    /// Creates an acceptor, for fakes and tests.
    #[must_use]
    pub fn new(id: impl Into<String>, url: impl Into<String>) -> Self {
        Self { id: id.into(), url: url.into() }
    }
}

/// A webhook as the acceptor received it.
///
/// When it was received is left out: the form of that field is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AcceptedWebhook {
    /// Its headers, each with its values.
    pub headers: BTreeMap<String, Vec<String>>,
    /// Its body, byte for byte.
    pub payload: String,
}

impl AcceptedWebhook {
    /// Creates a webhook, for fakes and tests.
    #[must_use]
    pub fn new(headers: BTreeMap<String, Vec<String>>, payload: impl Into<String>) -> Self {
        Self { headers, payload: payload.into() }
    }
}
