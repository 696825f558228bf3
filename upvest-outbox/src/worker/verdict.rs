//! What becomes of a payment after an attempt: decided from values alone.

use std::time::Duration;

use aws_lc_rs::digest;
use upvest_core::{Error, ErrorSummary, Outcome};

use super::claim::Claimed;

const SHORTEST_WAIT: Duration = Duration::from_mins(1);
const LONGEST_WAIT: Duration = Duration::from_mins(30);

/// Statuses that say something about the worker's token or settings, not about the payment.
const OF_THE_CLIENT: [u16; 3] = [401, 403, 431];

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
        is_unsent: bool,
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

    /// The row cannot be sent as it is.
    pub(super) fn not_sent(payment: &Claimed, message: String) -> Self {
        Self::Retry {
            failure: Failure { message, summary: None },
            after: back_off(payment.failures, random(payment)),
            is_unsent: payment.is_unsent,
        }
    }

    /// The call failed, or was refused.
    ///
    /// An error that says that the window is over comes from the clock of this machine. The clock of
    /// the database decides, so the payment stays pending until then.
    pub(super) fn of(payment: &Claimed, error: &Error) -> Self {
        let failure = Failure { message: error.to_string(), summary: Some(error.summary()) };
        let is_of_the_client =
            error.status().is_some_and(|status| OF_THE_CLIENT.contains(&status.as_u16()));
        if error.outcome() == Outcome::Rejected && !error.is_retryable() && !is_of_the_client {
            return Self::Rejected(failure);
        }
        let is_unsent = match error.outcome() {
            // Nothing was sent now, so what was known before still holds.
            _ if error.attempts() == 0 => payment.is_unsent,
            Outcome::NotSent | Outcome::Rejected => payment.is_unsent,
            _ => false,
        };
        let wait = back_off(payment.failures, random(payment));
        let after = wait.saturating_add(error.retry_after().unwrap_or_default());
        Self::Retry { failure, after, is_unsent }
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

/// Spreads payments evenly, the same way each time: their keys are random.
fn random(payment: &Claimed) -> u64 {
    let text = format!("{} {}", payment.claim.number, payment.record);
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    let mut first = [0; 8];
    hash.as_ref().iter().zip(&mut first).for_each(|(byte, slot)| *slot = *byte);
    u64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;
    use upvest_core::Error;

    use super::super::claim::{Claim, Claimed};
    use super::{Verdict, back_off};

    fn payment(is_unsent: bool) -> Claimed {
        Claimed {
            claim: Claim { sequence: 1, id: "1".to_owned(), number: 1 },
            record: String::new(),
            seal: None,
            ordered_by: None,
            has_new_key: true,
            is_unsent,
            is_expired: false,
            failures: 0,
            at: Instant::now(),
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
    fn only_a_certain_refusal_of_the_payment_is_final() {
        for (status, is_final) in [
            (400, true),
            (404, true),
            (405, true),
            (409, true),
            (422, true),
            (401, false),
            (403, false),
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
            let verdict = Verdict::of(&payment(true), &error);
            assert_eq!(matches!(verdict, Verdict::Rejected(_)), is_final, "{status}");
        }
    }

    #[test]
    fn a_possible_effect_makes_later_rejections_uncertain() {
        for (status, unsent) in [(429, true), (401, true), (500, false), (503, false)] {
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
