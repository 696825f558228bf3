//! How requests are sent: an object-safe trait, and its implementation with reqwest.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use tokio::time::Instant;

use crate::deadline::within;

mod builder;
mod connecting;
pub(crate) mod failure;
#[cfg(test)]
mod flood;
mod handshake;
#[cfg(test)]
mod over_http2;
mod over_reqwest;
#[cfg(test)]
mod over_tls;
mod pools;
#[cfg(test)]
mod testing;
mod tls;
mod watch;

pub use builder::TransportBuilder;
pub use failure::TransportError;
pub use over_reqwest::ReqwestTransport;
pub(crate) use watch::AttemptEnds;

/// A boxed future, as the object-safe traits of this crate return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Most bodies are shorter than this, in bytes.
const SHORT_BODY: usize = 16 * 1024;

/// The first capacity for a longer body, in bytes. It then doubles, because few bodies reach the
/// limit.
const STEP: usize = 1024 * 1024;

/// Sends one finished, signed request once, and returns the response.
///
/// An implementation must not change the request, follow redirects, retry, or decompress: each of
/// these would break the signature or the promise about the money. It does not set a timeout for
/// the attempt: the client does.
///
/// # Examples
///
/// For tests, a closure is a transport:
///
/// ```
/// use upvest_core::transport::{Body, Transport, TransportError};
///
/// let offline = |_request: http::Request<bytes::Bytes>| async {
///     Err::<http::Response<Body>, _>(TransportError::not_sent("no network in this test"))
/// };
/// # fn takes(_: impl Transport) {}
/// takes(offline);
/// ```
pub trait Transport: Send + Sync {
    /// Sends `request`. Completes when the headers of the response have arrived.
    ///
    /// # Errors
    /// Fails if there is no response. The error says whether the request may have been sent, which
    /// decides what the caller learns about its money. If in doubt, say that it may.
    ///
    /// # Cancel safety
    /// The future is dropped when the deadline of the attempt passes. The request may have been
    /// sent by then.
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, std::result::Result<http::Response<Body>, TransportError>>;
}

impl<F, A> Transport for F
where
    F: Fn(http::Request<Bytes>) -> A + Send + Sync,
    A: Future<Output = std::result::Result<http::Response<Body>, TransportError>> + Send + 'static,
{
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, std::result::Result<http::Response<Body>, TransportError>> {
        Box::pin(self(request))
    }
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, std::result::Result<http::Response<Body>, TransportError>> {
        T::send(self, request)
    }
}

/// The body of a response, read piece by piece up to a limit.
pub struct Body(UnsyncBoxBody<Bytes, TransportError>);

impl Body {
    /// Wraps any body.
    pub fn new<B>(body: B) -> Self
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        Self(body.map_err(TransportError::maybe_sent).boxed_unsync())
    }

    /// Reads it until `ends`, at most `limit` bytes. Also returns why it is incomplete, if it is.
    pub(crate) async fn read(mut self, limit: usize, ends: Instant) -> (Bytes, Option<BodyError>) {
        let promised = usize::try_from(self.size_hint().lower()).unwrap_or(limit);
        // A hostile server can promise any length at no cost.
        let mut read = Vec::with_capacity(promised.min(limit).min(STEP));
        let broken = loop {
            let data = match within(ends, self.frame()).await {
                Ok(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
                Ok(Some(Err(error))) => break Some(BodyError::Broken(error.into_cause())),
                Ok(None) => break None,
                Err(_) => break Some(BodyError::OutOfTime),
            };
            // A body that is never pending never lets the timeout fire.
            if Instant::now() >= ends {
                break Some(BodyError::OutOfTime);
            }
            let room = limit.saturating_sub(read.len());
            let fits = data.get(..room).unwrap_or(&data);
            let needed = read.len() + fits.len();
            if needed > SHORT_BODY && needed > read.capacity() {
                // In few steps: growing needs the old and the new buffer.
                let capacity = needed.next_power_of_two().max(STEP).min(limit);
                read.reserve_exact(capacity.saturating_sub(read.len()));
            }
            read.extend_from_slice(fits);
            if data.len() > room {
                break Some(BodyError::TooLong(limit));
            }
        };
        (read.into(), broken)
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, TransportError>>> {
        Pin::new(&mut self.0).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl<B: Into<Bytes>> From<B> for Body {
    fn from(bytes: B) -> Self {
        Self::new(Full::new(bytes.into()))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}

/// Why a body could not be read.
#[derive(Debug)]
pub(crate) enum BodyError {
    TooLong(usize),
    OutOfTime,
    Broken(Box<dyn StdError + Send + Sync>),
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong(limit) => write!(f, "the body is longer than {limit} bytes"),
            Self::OutOfTime => f.write_str("the deadline passed while reading the body"),
            Self::Broken(_) => f.write_str("the body was cut off"),
        }
    }
}

impl StdError for BodyError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::TooLong(_) | Self::OutOfTime => None,
            Self::Broken(source) => Some(source.as_ref()),
        }
    }
}
