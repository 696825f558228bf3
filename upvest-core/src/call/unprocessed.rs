//! How often requests that the server declares unprocessed are retried at once.
//!
//! A healthy HTTP/2 server closes a connection from time to time, and does not process the requests
//! that came too late (GOAWAY, RFC 9113, section 6.8). That is not a sign of overload, so it costs
//! no retry budget. But a server that refuses everything must not get a multiple of its load.

use std::sync::atomic::{AtomicU32, Ordering};

/// How often one call is retried for this reason.
pub(crate) const MOST_PER_CALL: u32 = 10;

/// What the clones of a client may retry at once before the next success: as many requests as may
/// be in flight, because a closed connection can affect all of them.
pub(crate) struct FreeRetries {
    left: AtomicU32,
    most: u32,
}

impl FreeRetries {
    pub(crate) fn new(max_in_flight: usize) -> Self {
        let most = u32::try_from(max_in_flight).unwrap_or(u32::MAX).max(1);
        Self { left: AtomicU32::new(most), most }
    }

    /// Takes one if there is one left; returns whether it did.
    pub(crate) fn take(&self) -> bool {
        let take = |left: u32| left.checked_sub(1);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    /// After the success of a call that took `taken`: gives them back, and one more.
    pub(crate) fn give_back(&self, taken: u32) {
        let give = |left: u32| Some(left.saturating_add(taken).saturating_add(1).min(self.most));
        // The closure never returns `None`, so this never fails.
        let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, give);
    }
}

#[cfg(test)]
mod tests {
    use super::FreeRetries;

    #[test]
    fn they_are_as_many_as_may_be_in_flight_until_something_succeeds() {
        for (max_in_flight, most) in [(0, 1), (1, 1), (256, 256)] {
            let free = FreeRetries::new(max_in_flight);
            assert_eq!((0..1_000).filter(|_| free.take()).count(), most);
            free.give_back(0);
            assert!(free.take() && !free.take());
            free.give_back(u32::MAX);
            assert_eq!((0..1_000).filter(|_| free.take()).count(), most);
        }
    }
}
