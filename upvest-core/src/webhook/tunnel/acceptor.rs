//! The endpoints of Upvest's acceptor: it receives webhooks, and a client fetches them from there.
//!
//! Upvest does not document them, so they are not public.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use upvest_macros::api;

use crate::call::Call;
use crate::json::items::Items;

/// The endpoints of Upvest's acceptor, which receives webhooks in place of your own host.
///
/// Upvest's own signing proxy uses them. It takes a 404, a 502 or a 503 of
/// [`acceptor_health`](Self::acceptor_health) to mean that the host has no acceptor.
///
/// # Errors
/// Fails as any [`Call`] does.
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
    fn accepted_webhooks(&self, acceptor_id: &str) -> Call<AcceptedWebhooks>;

    /// Closes an acceptor.
    #[endpoint(DELETE, "/events-acceptor-service/endpoints/{acceptor_id}", signed)]
    fn close_acceptor(&self, acceptor_id: &str) -> Call<()>;
}

/// An open acceptor.
#[derive(Clone, Serialize, Deserialize)]
pub struct Acceptor {
    /// Identifies it.
    pub id: String,
    /// The URL to subscribe with.
    pub url: String,
}

/// What an acceptor has received.
pub struct AcceptedWebhooks {
    /// The webhooks, in order of arrival.
    pub webhooks: Vec<AcceptedWebhook>,
    /// How many others could not be read.
    pub unreadable: u64,
}

impl<'de> Deserialize<'de> for AcceptedWebhooks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The host hands each webhook out once, so one that is unreadable must not cost the others.
        let Items { items, ignored } = Items::read(deserializer, usize::MAX)?;
        Ok(Self { webhooks: items, unreadable: ignored })
    }
}

/// A webhook as the acceptor received it.
///
/// When it was received is left out: the form of that field is not known.
#[derive(Deserialize)]
pub struct AcceptedWebhook {
    /// Its headers, each with its values.
    #[serde(default)]
    pub headers: BTreeMap<String, Vec<String>>,
    /// Its body, byte for byte.
    pub payload: String,
}
