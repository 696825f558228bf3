//! Why a transport cannot be built.

use std::error::Error as StdError;
use std::fmt;

use super::failure::TransportError;

/// Why a transport cannot be built.
///
/// A certificate, a key or the URL of a proxy is invalid, or no certificate authority is
/// trusted. Its message is one sentence, without their contents.
#[derive(Debug)]
pub struct SetupError {
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl SetupError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None }
    }

    pub(super) fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// A failure to load the authorities or the client certificate.
    pub(super) fn of(error: TransportError) -> Self {
        Self::new(error.why().unwrap_or("cannot set up TLS")).because(error.__into_cause())
    }

    #[doc(hidden)]
    #[must_use]
    pub fn __into_parts(self) -> (String, Option<Box<dyn StdError + Send + Sync>>) {
        (self.message, self.source)
    }
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for SetupError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
