//! How requests are sent: an object-safe trait, and its implementation with reqwest.
//!
//! The examples of the items name `upvest_core::transport`; with this crate alone, write `upvest_transport`.
//!
//! # Features
//!
//! `reqwest` adds `ReqwestTransport` and its builder; it is off by default, and the feature `client`
//! of `upvest-core` turns it on.

use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;

mod body;
#[cfg(feature = "reqwest")]
mod builder;
#[cfg(feature = "reqwest")]
mod connecting;
mod deadline;
mod failure;
#[cfg(feature = "reqwest")]
mod handshake;
mod loopback;
#[cfg(feature = "reqwest")]
mod of_reqwest;
#[cfg(feature = "reqwest")]
mod over_reqwest;
#[cfg(feature = "reqwest")]
mod pools;
#[cfg(feature = "reqwest")]
mod setup;
#[cfg(feature = "reqwest")]
#[cfg(test)]
mod testing;
#[cfg(feature = "reqwest")]
mod tls;
#[cfg(feature = "reqwest")]
mod watch;

pub use body::Body;
#[cfg(feature = "reqwest")]
pub use builder::TransportBuilder;
pub use failure::TransportError;
#[cfg(feature = "reqwest")]
pub use over_reqwest::ReqwestTransport;
#[cfg(feature = "reqwest")]
pub use setup::SetupError;

/// What `upvest-core` uses besides the public API. It may change in any release.
#[doc(hidden)]
pub mod __core {
    pub use crate::body::BodyError;
    pub use crate::deadline::{AttemptEnds, Elapsed, after, within};
    pub use crate::failure::Failure;
    pub use crate::loopback::is_loopback;
}

/// A boxed future, as the object-safe traits of this crate return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

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
/// # mod upvest_core { pub use upvest_transport as transport; }
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
    /// Fails if no response arrives. The error says whether the request may have been sent, which
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
