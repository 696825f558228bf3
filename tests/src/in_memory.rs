//! A server that is a closure: no sockets are used, and tokio's paused time advances automatically.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use upvest_core::signature::SigningKey;
use upvest_core::transport::{Body, Transport, TransportError};
use upvest_core::{BoxFuture, Call, Client, ClientBuilder, Environment, IdempotentCall, api};

use crate::{CLIENT_SECRET, data, watch_logs};

/// A query.
#[derive(Serialize)]
pub struct Paging {
    /// The number of items in a page.
    pub limit: Option<u8>,
    /// Any text.
    pub note: Option<&'static str>,
}

/// A response.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Thing {
    /// The id of the thing.
    pub id: u8,
}

/// An API with one endpoint of each kind that the retry loop distinguishes.
#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    /// Reads: always safe to retry.
    #[endpoint(GET, "/things/{id}", signed)]
    fn get(&self, id: &str, query: &Paging) -> Call<Thing>;

    /// Writes with an idempotency key.
    #[endpoint(POST, "/things", idempotent, signed)]
    fn create(&self, body: &str) -> IdempotentCall<Thing>;

    /// Writes without an idempotency key.
    #[endpoint(POST, "/things/{id}/notes", signed)]
    fn note(&self, id: u8, body: &str) -> Call<Thing>;

    /// Removes: idempotent without a key.
    #[endpoint(DELETE, "/things/{id}", signed)]
    fn remove(&self, id: u8) -> Call<()>;
}

/// The result of a transport.
pub type Reply = Result<http::Response<Body>, TransportError>;

type Replies = Arc<dyn Fn(usize, http::Request<Bytes>) -> BoxFuture<'static, Reply> + Send + Sync>;

/// A server in memory: issues tokens, counts requests, and responds to all others by a closure.
#[derive(Clone)]
pub struct Server {
    replies: Replies,
    tokens: Replies,
    token_requests: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<http::Request<Bytes>>>>,
}

impl Server {
    /// Responds at once; the closure receives the number of the request, counted from 0.
    pub fn new(
        replies: impl Fn(usize, &http::Request<Bytes>) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::slow(move |number, request| {
            let reply = replies(number, &request);
            Box::pin(async move { reply })
        })
    }

    /// Responds when the future of the closure completes.
    pub fn slow(
        replies: impl Fn(usize, http::Request<Bytes>) -> BoxFuture<'static, Reply>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self {
            replies: Arc::new(replies),
            tokens: Arc::new(|number, _| {
                Box::pin(async move {
                    // Long enough for concurrent callers to wait for the same token.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    reply(200, "application/json", &token(number, 1800))
                })
            }),
            token_requests: Arc::default(),
            requests: Arc::default(),
        }
    }

    /// Responds to token requests with this closure instead.
    #[must_use]
    pub fn with_tokens(
        mut self,
        tokens: impl Fn(usize) -> BoxFuture<'static, Reply> + Send + Sync + 'static,
    ) -> Self {
        self.tokens = Arc::new(move |number, _| tokens(number));
        self
    }

    /// Builds a client of this server.
    pub fn client(&self) -> Client {
        self.builder().build().expect("a client")
    }

    /// Returns a builder for a client of this server. It retries without a delay unless configured
    /// otherwise.
    pub fn builder(&self) -> ClientBuilder {
        watch_logs(CLIENT_SECRET);
        self.unwatched()
    }

    /// Like [`builder`](Self::builder), but does not watch the logs for secrets.
    pub fn unwatched(&self) -> ClientBuilder {
        Client::builder(Environment::Sandbox)
            .credentials("5ec16164-6173-461d-b90d-116d68f55b40", CLIENT_SECRET)
            .signing_key(signing_key())
            .scopes(<dyn Things>::SCOPES)
            .randomness(counting())
            .transport(self.clone())
    }

    /// Returns the requests received so far, token requests excluded.
    pub fn sent(&self) -> Vec<http::Request<Bytes>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the number of token requests.
    pub fn token_requests(&self) -> usize {
        self.token_requests.load(Ordering::SeqCst)
    }
}

impl Transport for Server {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Reply> {
        if request.uri().path() == "/auth/token" {
            let number = self.token_requests.fetch_add(1, Ordering::SeqCst);
            return (self.tokens)(number, request);
        }
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.push(request.clone());
        (self.replies)(requests.len() - 1, request)
    }
}

/// The body of a token response.
pub fn token(number: usize, expires_in: i64) -> String {
    format!(
        r#"{{"access_token":"ory_at_{number}","token_type":"bearer","expires_in":{expires_in},"scope":"x"}}"#
    )
}

/// A response with the headers that Upvest sets.
pub fn reply(status: u16, content_type: &str, body: &str) -> Reply {
    Ok(http::Response::builder()
        .status(status)
        .header("content-type", content_type)
        .header("upvest-request-id", "the-request-id")
        .body(Body::from(body.to_owned()))
        .expect("a response"))
}

/// A response with a problem document.
pub fn problem(status: u16, code: &str) -> Reply {
    reply(status, "application/problem+json", &format!(r#"{{"type":"https://x/{code}"}}"#))
}

/// A successful response for [`Things`].
pub fn thing() -> Reply {
    reply(200, "application/json", r#"{"id":7}"#)
}

/// Returns a key that signs quickly.
pub fn signing_key() -> SigningKey {
    let pem = std::fs::read(data("keys/ed25519_plain.pem")).expect("a key file");
    SigningKey::from_pem("the-key-id", pem, None).expect("a key")
}

/// Randomness that never repeats. Its first half, which determines the delays, is zero.
pub fn counting() -> impl Fn() -> io::Result<[u8; 16]> + Send + Sync + 'static {
    let count = AtomicU64::new(1);
    move || Ok(u128::from(count.fetch_add(1, Ordering::Relaxed)).to_be_bytes())
}

/// A body that never yields a frame.
pub struct Stalled;

impl http_body::Body for Stalled {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        Poll::Pending
    }
}
