//! Notices that a connection is silent, so that the next attempt uses another one.
//!
//! An HTTP/2 connection that no longer delivers responses stays in the pool: the peer may acknowledge
//! TCP segments and PING frames all the while. Only the waiting time of a request shows it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Instant;

use super::deadline::AttemptEnds;
use super::pools::{Pool, Pools};

/// A request in flight. If it is dropped before [`end`](Self::end), it was abandoned: its deadline
/// passed, or the caller dropped it.
pub(super) struct Watch {
    pools: Arc<Pools>,
    pool: Arc<Pool>,
    /// Since when nothing was received.
    silent_since: Instant,
    ends: Option<Instant>,
    has_ended: bool,
}

impl Watch {
    pub(super) fn new(pools: &Arc<Pools>, pool: &Arc<Pool>, ends: Option<AttemptEnds>) -> Self {
        Self {
            pools: Arc::clone(pools),
            pool: Arc::clone(pool),
            silent_since: Instant::now(),
            ends: ends.map(|AttemptEnds(ends)| ends),
            has_ended: false,
        }
    }

    /// Records that something was received.
    pub(super) fn record_activity(&mut self) {
        self.silent_since = Instant::now();
        self.pool.record_activity();
    }

    /// Records that the response is complete, or that an error says what happened.
    pub(super) fn end(&mut self) {
        self.has_ended = true;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if self.has_ended {
            return;
        }
        let now = Instant::now();
        let is_out_of_time = self.ends.is_some_and(|ends| now >= ends);
        if self.pool.is_silent(self.silent_since, now) || is_out_of_time {
            self.pools.retire(&self.pool);
        }
    }
}

/// The body of a response, watched to its end.
pub(super) struct Watched<B> {
    body: B,
    watch: Watch,
}

impl<B: Body> Watched<B> {
    pub(super) fn new(body: B, mut watch: Watch) -> Self {
        watch.record_activity();
        if body.is_end_stream() {
            watch.end();
        }
        Self { body, watch }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Watched<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Ready(Some(Ok(_))) if !self.body.is_end_stream() => self.watch.record_activity(),
            Poll::Ready(_) => self.watch.end(),
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
