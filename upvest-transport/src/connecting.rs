//! Prevents requests from opening a connection each where one is enough.
//!
//! With ALPN, hyper-util's pool learns only from a finished handshake that the peer speaks HTTP/2. Until
//! then each waiting request opens a connection, and finishes it in the background even if another one
//! has served the request (`one_connection_for` in hyper-util's `client/legacy/client.rs`). When a server
//! sends GOAWAY, that is one connection for every request in flight.

use std::error::Error as StdError;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task;
use tower_layer::Layer;
use tower_service::Service;

/// More than one, so that a single lost packet does not delay all requests.
const AT_ONCE: usize = 4;

type BoxError = Box<dyn StdError + Send + Sync>;

/// Limits how many connections to one origin are opened at once, unless it speaks HTTP/1.1, where
/// each request in flight needs its own.
#[derive(Debug, Clone)]
pub(super) struct FewAtOnce(Arc<Mutex<Arc<Semaphore>>>);

impl FewAtOnce {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Arc::new(Semaphore::new(AT_ONCE)))))
    }

    /// Waits for a turn, which lasts until the permit is dropped.
    async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        let turns = Arc::clone(&self.turns());
        // Closed for HTTP/1.1.
        turns.acquire_owned().await.ok()
    }

    fn learn(&self, is_http2: bool) {
        let mut turns = self.turns();
        if !is_http2 {
            turns.close();
        } else if turns.is_closed() {
            *turns = Arc::new(Semaphore::new(AT_ONCE));
        }
    }

    fn turns(&self) -> std::sync::MutexGuard<'_, Arc<Semaphore>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S> Layer<S> for FewAtOnce {
    type Service = Connector<S>;

    fn layer(&self, inner: S) -> Connector<S> {
        Connector { inner: Arc::new(inner), limit: self.clone() }
    }
}

/// Opens connections through `inner`.
///
/// `inner` is shared: reqwest clones the connector for each request, and few requests open a connection.
#[derive(Debug, Clone)]
pub(super) struct Connector<S> {
    inner: Arc<S>,
    limit: FewAtOnce,
}

impl<S, R> Service<R> for Connector<S>
where
    S: Service<R, Error = BoxError> + Clone + Send + Sync + 'static,
    S::Response: Connection,
    S::Future: Send,
    R: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, prepared: R) -> Self::Future {
        let mut inner = S::clone(&self.inner);
        let limit = self.limit.clone();
        let asked_by = task::try_id();
        Box::pin(async move {
            let _turn = limit.turn().await;
            // hyper-util moves an attempt that it no longer needs to a background task.
            if task::try_id() != asked_by {
                return Err("another connection serves the request".into());
            }
            // Tower requires that a service is ready before it is called, and this one is a new clone.
            poll_fn(|context| inner.poll_ready(context)).await?;
            let connection = inner.call(prepared).await?;
            limit.learn(connection.connected().is_negotiated_h2());
            Ok(connection)
        })
    }
}
