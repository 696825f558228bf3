//! Where time and randomness come from: replaceable, so that tests can fix them.

use std::io;

use crate::types::Timestamp;

/// Tells the time of day. Used for signatures, and for how old a key is; waiting uses tokio's clock.
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
    /// Now.
    fn now(&self) -> Timestamp;
}

impl<F: Fn() -> Timestamp + Send + Sync> Clock for F {
    fn now(&self) -> Timestamp {
        self()
    }
}

/// Gives random bytes, for nonces and idempotency keys. A closure is one.
pub trait Randomness: Send + Sync {
    /// Sixteen bytes that nobody can guess.
    ///
    /// # Errors
    /// If the system has none to give.
    fn bytes(&self) -> io::Result<[u8; 16]>;
}

impl<F: Fn() -> io::Result<[u8; 16]> + Send + Sync> Randomness for F {
    fn bytes(&self) -> io::Result<[u8; 16]> {
        self()
    }
}

/// The randomness of the system.
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
