//! The body of a response.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use tokio::time::Instant;

use super::deadline::within;
use super::failure::TransportError;

/// Most bodies are shorter than this, in bytes.
const SHORT_BODY: usize = 16 * 1024;

/// The first capacity for a longer body, in bytes. It then doubles, because few bodies reach the
/// limit.
const STEP: usize = 1024 * 1024;

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
    #[doc(hidden)]
    pub async fn read(mut self, limit: usize, ends: Instant) -> (Bytes, Option<BodyError>) {
        let promised = usize::try_from(self.size_hint().lower()).unwrap_or(limit);
        // A hostile server can promise any length at no cost.
        let mut read = Vec::with_capacity(promised.min(limit).min(STEP));
        let broken = loop {
            let data = match within(ends, self.frame()).await {
                Ok(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
                Ok(Some(Err(error))) => break Some(BodyError::Broken(error.__into_cause())),
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
pub enum BodyError {
    /// It is longer than this many bytes.
    TooLong(usize),
    /// The deadline passed.
    OutOfTime,
    /// The connection broke.
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
