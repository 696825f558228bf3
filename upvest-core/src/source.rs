//! The sources of time and randomness, which tests can replace.

use std::io;

use upvest_types::Timestamp;

/// Tells the time of day.
///
/// It is used for signatures and for the age of keys; waiting uses tokio's clock.
///
/// # Examples
///
/// A closure is a clock:
///
/// ```
/// use upvest_core::{Clock, Timestamp};
///
/// let noon: Timestamp = "2026-11-22T12:00:00Z".parse()?;
/// let frozen = move || noon;
/// assert_eq!(frozen.now(), noon);
/// # Ok::<(), upvest_core::InvalidValue>(())
/// ```
pub trait Clock: Send + Sync {
    /// Returns the current time.
    fn now(&self) -> Timestamp;
}

impl<F: Fn() -> Timestamp + Send + Sync> Clock for F {
    fn now(&self) -> Timestamp {
        self()
    }
}

/// Provides random bytes, for nonces and idempotency keys. Closures implement it.
pub trait Randomness: Send + Sync {
    /// Returns sixteen unpredictable bytes.
    ///
    /// # Errors
    /// Fails if the system cannot provide any.
    fn bytes(&self) -> io::Result<[u8; 16]>;
}

impl<F: Fn() -> io::Result<[u8; 16]> + Send + Sync> Randomness for F {
    fn bytes(&self) -> io::Result<[u8; 16]> {
        self()
    }
}

/// Returns random bytes from the system.
pub(crate) fn system_randomness() -> io::Result<[u8; 16]> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| io::Error::other("the system's random generator failed"))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::system_randomness;

    #[test]
    fn f61_a_million_nonces_differ() {
        let nonces: HashSet<_> = (0..1_000_000).map(|_| system_randomness().unwrap()).collect();
        assert_eq!(nonces.len(), 1_000_000);
    }
}
