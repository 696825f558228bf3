//! The replay window: how long an idempotency key may be sent.

use std::time::Duration;

use tokio::time::Instant;
use upvest_types::Timestamp;

/// How long a key may be sent: the 24 hours that Upvest promises to remember it, less one for
/// clocks that differ and requests in flight.
const REPLAY_WINDOW: Duration = Duration::from_secs(23 * 60 * 60);

/// The clocks of two machines may differ by this many seconds. A time further in the future comes
/// from a wrong clock, and then an age means nothing.
const FUTURE: i64 = 5 * 60;

/// Returns when a key that was fixed at `since` must no longer be sent.
pub(crate) fn window_end(since: Timestamp) -> Timestamp {
    let seconds = REPLAY_WINDOW.as_secs().try_into().unwrap_or(i64::MAX);
    let end = since.unix_seconds().saturating_add(seconds);
    Timestamp::from_unix_seconds(end).unwrap_or(since)
}

/// When a key was fixed, and until when it may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    since: Timestamp,
    /// The same end on the monotonic clock. That clock stops while the machine sleeps, and the wall
    /// clock can be set back: each catches what the other one misses.
    ends: Instant,
}

/// Whether a key may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Age {
    InTime,
    TooOld,
    /// It was fixed in the future, so a clock is or was wrong.
    NotKnown,
}

impl Window {
    /// Returns the window of a key that was fixed at `since`; the time is `now`.
    pub(crate) fn new(since: Timestamp, now: Timestamp) -> Self {
        let left = window_end(since).unix_seconds().saturating_sub(now.unix_seconds());
        let left = Duration::from_secs(left.try_into().unwrap_or(0)).min(REPLAY_WINDOW);
        Self { since, ends: Instant::now() + left }
    }

    /// Returns the window of a key that was also fixed at `since`: the earlier one.
    ///
    /// If one of the two times is in the future, a clock is or was wrong, and the age stays unknown.
    pub(crate) fn also_since(self, since: Timestamp, now: Timestamp) -> Self {
        let other = Self::new(since, now);
        let since = match (self.age(now), other.age(now)) {
            (Age::NotKnown, _) => self.since,
            (_, Age::NotKnown) => other.since,
            _ => self.since.min(other.since),
        };
        Self { since, ends: self.ends.min(other.ends) }
    }

    pub(crate) fn since(&self) -> Timestamp {
        self.since
    }

    pub(crate) fn age(&self, now: Timestamp) -> Age {
        // The monotonic clock goes first: it cannot be set back.
        if Instant::now() >= self.ends {
            Age::TooOld
        } else if now.unix_seconds().saturating_sub(self.since.unix_seconds()) < -FUTURE {
            Age::NotKnown
        } else if now >= window_end(self.since) {
            Age::TooOld
        } else {
            Age::InTime
        }
    }
}

/// Says why the age of a key or record that was made at `made_at` is not known.
pub(crate) fn from_the_future(made_at: Timestamp, now: Timestamp) -> String {
    format!(
        "it was made at {made_at}, but the time is {now}, so one of the clocks is wrong and its \
         age is not known (correct the clock first)"
    )
}
