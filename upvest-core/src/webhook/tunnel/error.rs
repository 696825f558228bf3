//! Why a tunnel fails.

use std::error::Error as StdError;
use std::fmt;

use crate::error::Error;
use crate::webhook::WebhookError;

/// Why a tunnel could not be opened, or returned no delivery.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum TunnelError {
    /// The host has no tunnels. Upvest's sandbox has them, and the local sandbox.
    Unavailable(Error),
    /// A call of the tunnel failed.
    Failed(Error),
    /// A delivery was rejected.
    Delivery(WebhookError),
}

impl From<Error> for TunnelError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl fmt::Display for TunnelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(error) => {
                write!(f, "cannot open a tunnel, because the host seems to have none: {error}")
            }
            Self::Failed(error) => write!(f, "tunnel failed: {error}"),
            Self::Delivery(error) => write!(f, "webhook rejected: {error}"),
        }
    }
}

impl StdError for TunnelError {
    // `Display` already includes the message of what it contains.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Unavailable(error) | Self::Failed(error) => error.source(),
            Self::Delivery(error) => error.source(),
        }
    }
}
