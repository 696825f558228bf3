//! What becomes of a payment after an attempt: decided from values alone.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use upvest_core::{Error, ErrorSummary, Outcome};

use super::claim::Claimed;

const SHORTEST_WAIT: Duration = Duration::from_mins(1);
const LONGEST_WAIT: Duration = Duration::from_mins(30);

/// How long before the end of its window a payment is sent for the last time.
const LAST_ATTEMPT: Duration = Duration::from_mins(5);

/// Statuses that do not reject the payment itself: the token or the settings of the worker are refused,
/// or another request is under way.
const NOT_OF_THE_PAYMENT: [u16; 4] = [401, 403, 409, 431];

/// What becomes of a payment.
#[derive(Debug)]
pub(super) enum Verdict {
    Accepted(Acceptance),
    Rejected(Failure),
    Unresolved(Failure),
    /// It stays pending, and may be claimed again after this time.
    Retry {
        failure: Failure,
        after: Duration,
        /// Whether it is still certain that no request had an effect.
        is_unsent: bool,
        /// Whether the next wait is longer.
        counts: bool,
    },
    /// It stays pending. Nothing was sent, and nothing failed.
    Release,
}

/// What the response to an accepted payment says.
#[derive(Debug)]
pub(super) struct Acceptance {
    pub(super) operation_id: Option<String>,
    pub(super) response: String,
    pub(super) request_id: Option<String>,
}

/// Why an attempt failed.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) message: String,
    /// None if there was no call.
    pub(super) summary: Option<ErrorSummary>,
}

impl Verdict {
    /// The replay window is over, by the clock of the database.
    pub(super) fn expired(payment: &Claimed) -> Self {
        let known = if payment.is_unsent {
            "no attempt is known to have taken effect"
        } else {
            "an earlier attempt may have taken effect"
        };
        let message = format!(
            "payment `{}` is unresolved: its replay window is over, and {known} (find out whether \
             it took effect, then call `Outbox::resolve`)",
            payment.claim.id
        );
        Self::Unresolved(Failure { message, summary: None })
    }

    /// The row cannot be sent as it is. Nothing was sent, so what was known before still holds.
    pub(super) fn not_sent(payment: &Claimed, message: String) -> Self {
        let failure = Failure { message, summary: None };
        let after = wait(payment, back_off(payment.failures, random(payment)));
        Self::Retry { failure, after, is_unsent: payment.is_unsent, counts: true }
    }

    /// The response does not say what became of the request.
    pub(super) fn doubtful(payment: &Claimed, message: String) -> Self {
        let failure = Failure { message, summary: None };
        let after = wait(payment, back_off(payment.failures, random(payment)));
        Self::Retry { failure, after, is_unsent: false, counts: true }
    }

    /// The call failed, or was refused.
    ///
    /// An error that says that the window is over comes from the clock of this machine. The clock of
    /// the database decides, so the payment stays pending until then.
    pub(super) fn of(payment: &Claimed, error: &Error) -> Self {
        let failure = Failure { message: error.to_string(), summary: Some(error.summary()) };
        if payment.is_unsent && is_final(error) {
            return Self::Rejected(failure);
        }
        // If nothing was sent because of this worker, the payment is not to blame.
        let counts = error.attempts() > 0;
        let status = error.status().map(|status| status.as_u16());
        // A refused token may be that of a copy, which a proxy has made of a request that was accepted.
        let is_certain = error.outcome() == Outcome::NotSent || status == Some(429);
        let is_unsent = payment.is_unsent && (!counts || is_certain);
        let back_off = back_off(if counts { payment.failures } else { 0 }, random(payment));
        let asked = error.retry_after().unwrap_or_default();
        let after = wait(payment, back_off.saturating_add(asked));
        Self::Retry { failure, after, is_unsent, counts }
    }

    /// Whether nothing was sent because of this worker, such as for its settings or its clock.
    pub(super) fn is_inability(&self) -> bool {
        matches!(self, Self::Retry { counts: false, .. })
    }

    pub(super) fn log(&self) {
        match self {
            Self::Accepted(acceptance) => {
                let operation = acceptance.operation_id.as_deref();
                tracing::info!(operation, "the payment was accepted");
            }
            Self::Rejected(failure) => {
                tracing::warn!(error = failure.message, "the payment was rejected");
            }
            Self::Unresolved(failure) => {
                tracing::error!(error = failure.message, "the payment is unresolved");
            }
            Self::Retry { failure, after, .. } => {
                let seconds = after.as_secs();
                tracing::warn!(error = failure.message, seconds, "the payment will be retried");
            }
            Self::Release => tracing::debug!(
                "released without being sent: the worker shuts down, or no slot was free in time"
            ),
        }
    }
}

/// Returns how long to wait before the next attempt, after so many failures before this one.
///
/// `random` covers its whole range, so that payments that failed together are not sent together.
fn back_off(failures: u32, random: u64) -> Duration {
    let wait = SHORTEST_WAIT.saturating_mul(1 << failures.min(10)).min(LONGEST_WAIT);
    let jitter = (wait.as_nanos() / 2 * u128::from(random)) >> 64;
    wait + Duration::from_nanos(jitter.try_into().unwrap_or_default())
}

/// Whether the API refused the payment itself. A refusal without a request id and without a problem
/// document may come from a proxy.
fn is_final(error: &Error) -> bool {
    let is_of_the_api = error.request_id().is_some() || error.problem().is_some();
    let is_of_the_payment =
        error.status().is_some_and(|status| !NOT_OF_THE_PAYMENT.contains(&status.as_u16()));
    error.outcome() == Outcome::Rejected
        && !error.is_retryable()
        && is_of_the_api
        && is_of_the_payment
}

/// Returns the wait, unless the window ends before: then until shortly before its end, or until then.
fn wait(payment: &Claimed, wait: Duration) -> Duration {
    let left = payment.replayable_for.saturating_sub(payment.at.elapsed());
    let last = left.checked_sub(LAST_ATTEMPT).filter(|last| !last.is_zero()).unwrap_or(left);
    wait.min(last)
}

/// Spreads payments that failed together, the same way each time.
fn random(payment: &Claimed) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&payment.claim.id, payment.claim.number).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use upvest_core::Error;

    use super::super::claim::{Claim, Claimed, Moment};
    use super::{Verdict, back_off};

    fn payment(is_unsent: bool) -> Claimed {
        Claimed {
            claim: Claim { sequence: 1, id: "1".to_owned(), number: 1 },
            idempotency_key: String::new(),
            record: String::new(),
            seal: None,
            ordered_by: None,
            has_new_key: true,
            is_unsent,
            replayable_for: Duration::from_hours(1),
            failures: 0,
            at: Moment::now(),
        }
    }

    #[test]
    fn the_wait_is_in_minutes_and_grows_to_half_an_hour() {
        for (failures, minutes) in [(0, 1), (1, 2), (2, 4), (3, 8), (4, 16), (5, 30), (900, 30)] {
            let wait = Duration::from_secs(minutes * 60);
            assert_eq!(back_off(failures, 0), wait);
            let longest = back_off(failures, u64::MAX);
            assert!(longest > wait * 149 / 100 && longest < wait * 3 / 2, "{longest:?}");
        }
    }

    #[test]
    fn the_last_attempt_is_shortly_before_the_end_of_the_window() {
        let error = Error::from_problem(503, "unavailable");
        // A part of a second has passed since the claim.
        let second = Duration::from_secs(1);
        for (left, expected) in [(25, 20), (6, 1), (3, 3)] {
            let replayable_for = Duration::from_mins(left);
            let payment = Claimed { replayable_for, failures: 900, ..payment(true) };
            let Verdict::Retry { after, .. } = Verdict::of(&payment, &error) else {
                panic!("{left}")
            };
            let expected = Duration::from_mins(expected);
            assert!(after <= expected && after + second > expected, "{after:?}");
        }
    }

    #[test]
    fn only_a_certain_refusal_of_the_payment_is_final() {
        for (status, is_final) in [
            (400, true),
            (404, true),
            (405, true),
            (422, true),
            (401, false),
            (403, false),
            (409, false),
            (407, false),
            (408, false),
            (425, false),
            (429, false),
            (431, false),
            (500, false),
            (501, false),
            (503, false),
        ] {
            let error = Error::from_problem(status, "x");
            let verdict = |is_unsent| Verdict::of(&payment(is_unsent), &error);
            assert_eq!(matches!(verdict(true), Verdict::Rejected(_)), is_final, "{status}");
            // Whatever the call says: an earlier claim may have had an effect.
            assert!(matches!(verdict(false), Verdict::Retry { is_unsent: false, .. }), "{status}");
        }
    }

    #[test]
    fn a_possible_effect_makes_later_rejections_uncertain() {
        for (status, unsent) in
            [(429, true), (401, false), (403, false), (409, false), (503, false)]
        {
            let error = Error::from_problem(status, "x");
            for before in [true, false] {
                let Verdict::Retry { is_unsent, .. } = Verdict::of(&payment(before), &error) else {
                    panic!("{status}")
                };
                assert_eq!(is_unsent, before && unsent, "{status}");
            }
        }
    }
}
