//! A key service that fails: the call waits for it within its deadline, and nothing is sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::time::Instant;
use upvest_core::signature::{SignError, Signer, SigningKey};
use upvest_core::transport::Transport;
use upvest_core::{BoxFuture, ErrorKind, Outcome};
use upvest_tests::in_memory::{Server, Things as _, signing_key, thing};

/// A key service that is throttled for the first calls.
struct Throttled {
    key: SigningKey,
    failures: AtomicU32,
    error: SignError,
}

impl Throttled {
    fn new(failures: u32, error: SignError) -> Arc<Self> {
        Arc::new(Self { key: signing_key(), failures: AtomicU32::new(failures), error })
    }
}

impl Signer for Throttled {
    fn key_id(&self) -> &str {
        self.key.key_id()
    }

    fn sign<'a>(&'a self, base: &'a [u8]) -> BoxFuture<'a, Result<Vec<u8>, SignError>> {
        let more = |failures: u32| failures.checked_sub(1);
        if self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more).is_ok() {
            let error = self.error.clone();
            return Box::pin(async { Err(error) });
        }
        self.key.sign(base)
    }
}

#[tokio::test(start_paused = true)]
async fn a_throttled_signer_is_asked_again() {
    let server = Server::new(|_, _| thing());
    let signer = Throttled::new(9, SignError::transient("throttled"));
    // Handles as an application has them.
    let signer: Arc<dyn Signer> = signer;
    let transport: Arc<dyn Transport> = Arc::new(server.clone());
    let client = server.builder().signing_key(signer).transport(transport).build().unwrap();
    client.create("x").await.unwrap();
    assert_eq!((server.sent().len(), server.token_requests()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_signer_that_stays_throttled_ends_as_a_retryable_error_of_the_signer() {
    for has_token in [false, true] {
        let server = Server::new(|_, _| thing());
        let signer = Throttled::new(0, SignError::transient("throttled"));
        let client = server.builder().signing_key(Arc::clone(&signer)).build().unwrap();
        if has_token {
            client.create("x").await.unwrap();
        }
        let sent = server.sent().len();
        signer.failures.store(u32::MAX, Ordering::SeqCst);
        let error = client.create("x").await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Sign, Outcome::NotSent), "{error}");
        assert!(error.is_retryable() && error.attempts() == 0, "{error}");
        let what = if has_token { "POST /things" } else { "no access token: POST /auth/token" };
        assert!(error.to_string().starts_with(what), "{error}");
        let asked = u32::MAX - signer.failures.load(Ordering::SeqCst);
        assert_eq!((server.sent().len() - sent, asked), (0, 10));
    }
}

#[tokio::test(start_paused = true)]
async fn a_signer_that_is_wrong_is_asked_once() {
    let server = Server::new(|_, _| thing());
    let signer = Throttled::new(u32::MAX, SignError::new("no such key"));
    let client = server.builder().signing_key(Arc::clone(&signer)).build().unwrap();
    let error = client.create("x").await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Sign, false));
    assert_eq!(signer.failures.load(Ordering::SeqCst), u32::MAX - 1);
    assert!(server.sent().is_empty() && server.token_requests() == 0);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_signer_ends_with_the_deadline() {
    let server = Server::new(|_, _| thing());
    let signer = Throttled::new(0, SignError::transient("throttled"));
    // The longest waits.
    let builder = server.builder().randomness(|| Ok([0xff; 16]));
    let client = builder.signing_key(Arc::clone(&signer)).build().unwrap();
    client.create("x").await.unwrap();
    signer.failures.store(u32::MAX, Ordering::SeqCst);
    let started = Instant::now();
    let error = client.create("x").timeout(Duration::from_secs(1)).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Sign, true), "{error}");
    // After 0.2 and 0.4 seconds; the next wait would be 0.8.
    let waited = started.elapsed();
    assert!(waited < Duration::from_secs(1) && waited > Duration::from_millis(500), "{waited:?}");
}
