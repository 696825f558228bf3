//! How long to wait before a retry, and how many retries the clones of a client may make.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use http::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use upvest_types::Timestamp;

use crate::error::Error;

/// How many requests a call sends at most, unless it or the client sets another number.
pub(crate) const MAX_ATTEMPTS: u32 = 3;

const SHORTEST_CEILING: Duration = Duration::from_millis(200);
const LONGEST_CEILING: Duration = Duration::from_secs(10);

/// A clock that is synchronised by NTP is within a second; one this far off explains a 401.
const FAR: i64 = 10;

/// Returns how long to wait before retry number `resend`.
///
/// It is anything up to a ceiling that doubles each time ("full jitter"), so that clients that
/// failed together do not retry together. `random` covers its whole range.
pub(crate) fn back_off(resend: u32, random: u64) -> Duration {
    let doublings = resend.saturating_sub(1).min(16);
    let ceiling = SHORTEST_CEILING.saturating_mul(1 << doublings).min(LONGEST_CEILING);
    let nanoseconds = (ceiling.as_nanos() * u128::from(random)) >> 64;
    Duration::from_nanos(nanoseconds.try_into().unwrap_or(u64::MAX))
}

/// Returns how long the server asks to wait, in seconds or as a date. Anything but one such value
/// is ignored; a date in the past means no wait.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let mut values = headers.get_all(RETRY_AFTER).iter();
    let (value, None) = (values.next()?.to_str().ok()?.trim(), values.next()) else {
        return None;
    };
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    // Measured by the server's own clock, if it sends the time: the local clock may be off.
    let now = date(headers, &DATE).unwrap_or(now.unix_seconds());
    let at = seconds(value)?;
    Some(Duration::from_secs(at.saturating_sub(now).try_into().unwrap_or(0)))
}

/// Returns by how many seconds the server's clock is ahead of the local one, if that is far.
pub(crate) fn clock_offset(headers: &HeaderMap, now: Timestamp) -> Option<i64> {
    let offset = date(headers, &DATE)?.saturating_sub(now.unix_seconds());
    (offset.abs() >= FAR).then_some(offset)
}

fn date(headers: &HeaderMap, name: &HeaderName) -> Option<i64> {
    seconds(headers.get(name)?.to_str().ok()?)
}

fn seconds(http_date: &str) -> Option<i64> {
    let at = httpdate::parse_http_date(http_date).ok()?.duration_since(UNIX_EPOCH).ok()?;
    at.as_secs().try_into().ok()
}

/// What the clones of a client may spend on retries, so that a server that is down does not get
/// three times its load.
pub(crate) struct Budget(AtomicU32);

impl Budget {
    const FULL: u32 = 100;
    const COST: u32 = 10;
    /// A server that responds with 429 is healthy, and says so.
    const COST_WHEN_THROTTLED: u32 = 5;

    pub(crate) fn full() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }

    pub(crate) fn cost(error: &Error) -> u32 {
        let is_throttled = error.status().is_some_and(|status| status.as_u16() == 429);
        if is_throttled { Self::COST_WHEN_THROTTLED } else { Self::COST }
    }

    /// Spends `cost` if there is enough left; returns whether it did.
    pub(crate) fn spend(&self, cost: u32) -> bool {
        let spend = |left: u32| left.checked_sub(cost);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend).is_ok()
    }

    /// After the success of a call: returns what it `spent` to the budget, and one more.
    pub(crate) fn earn(&self, spent: u32) {
        let earn = |left: u32| Some(left.saturating_add(spent).saturating_add(1).min(Self::FULL));
        // The closure never returns `None`, so this never fails.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, earn);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};
    use upvest_types::Timestamp;

    use super::{Budget, back_off, clock_offset, retry_after};
    use crate::error::Outcome;
    use crate::error::{Error, ErrorKind};

    #[test]
    fn the_wait_doubles_up_to_ten_seconds_and_is_anything_below() {
        for (resend, ceiling) in [
            (1, 200),
            (2, 400),
            (3, 800),
            (6, 6_400),
            (7, 10_000),
            (60, 10_000),
            (u32::MAX, 10_000),
        ] {
            let ceiling = Duration::from_millis(ceiling);
            assert_eq!(back_off(resend, 0), Duration::ZERO);
            assert_eq!(back_off(resend, 1 << 63), ceiling / 2);
            let longest = back_off(resend, u64::MAX);
            assert!(longest < ceiling && longest + Duration::from_nanos(10) > ceiling, "{resend}");
        }
    }

    fn headers(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(RETRY_AFTER, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_nothing_else() {
        // Sun, 06 Nov 1994 08:49:37 GMT
        let now = Timestamp::from_unix_seconds(784_111_777).unwrap();
        for (values, expected) in [
            (&["0"][..], Some(0)),
            (&["7"], Some(7)),
            (&[" 7 "], Some(7)),
            (&["86400"], Some(86_400)),
            (&["99999999999999999999999"], Some(u64::MAX)),
            (&["Sun, 06 Nov 1994 08:49:47 GMT"], Some(10)),
            (&["Sunday, 06-Nov-94 08:49:47 GMT"], Some(10)),
            (&["Sun Nov  6 08:49:47 1994"], Some(10)),
            (&["Sun, 06 Nov 1994 08:49:27 GMT"], Some(0)),
            (&["Thu, 01 Jan 2099 00:00:00 GMT"], Some(3_286_797_023)),
            (&["-1"], None),
            (&["1.5"], None),
            (&["abc"], None),
            (&[""], None),
            (&["+1"], None),
            (&["1, 2"], None),
            (&["1", "2"], None),
            (&[], None),
        ] {
            let wait = retry_after(&headers(values), now);
            assert_eq!(wait, expected.map(Duration::from_secs), "{values:?}");
        }
        let mut obscure = HeaderMap::new();
        obscure.insert(RETRY_AFTER, HeaderValue::from_bytes(b"\xff").unwrap());
        assert_eq!(retry_after(&obscure, now), None);
    }

    #[test]
    fn a_date_is_measured_by_the_clock_of_the_server() {
        let local = Timestamp::from_unix_seconds(1_000_000_000).unwrap();
        let mut headers = headers(&["Sun, 06 Nov 1994 08:49:47 GMT"]);
        headers.insert(DATE, HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT"));
        assert_eq!(retry_after(&headers, local), Some(Duration::from_secs(10)));
    }

    #[test]
    fn a_clock_that_is_far_off_is_noticed() {
        let server = 784_111_777;
        let mut headers = HeaderMap::new();
        headers.insert(DATE, HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT"));
        for (local, expected) in [
            (server, None),
            (server + 9, None),
            (server - 9, None),
            (server + 10, Some(-10)),
            (server - 600, Some(600)),
        ] {
            let local = Timestamp::from_unix_seconds(local).unwrap();
            assert_eq!(clock_offset(&headers, local), expected);
        }
        headers.insert(DATE, HeaderValue::from_static("yesterday"));
        assert_eq!(clock_offset(&headers, Timestamp::from_unix_seconds(0).unwrap()), None);
    }

    #[test]
    fn the_budget_is_spent_by_failures_and_earned_by_successes() {
        let budget = Budget::full();
        let dead = Error::new(ErrorKind::Connect, Outcome::NotSent, "x");
        assert_eq!((0..100).filter(|_| budget.spend(Budget::cost(&dead))).count(), 10);
        (0..9).for_each(|_| budget.earn(0));
        assert!(!budget.spend(10));
        budget.earn(0);
        assert!(budget.spend(10));

        let budget = Budget::full();
        let throttled = Error::from_problem(429, "too_many_requests");
        assert_eq!((0..100).filter(|_| budget.spend(Budget::cost(&throttled))).count(), 20);
        // The cost of a success is given back.
        budget.earn(20);
        assert!(budget.spend(20) && !budget.spend(5));
        (0..1_000).for_each(|_| budget.earn(u32::MAX));
        assert_eq!((0..100).filter(|_| budget.spend(10)).count(), 10, "never more than full");
    }
}
