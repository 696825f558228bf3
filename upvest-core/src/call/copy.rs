//! A copy of a call, which must not be paid for twice.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{Call, CallKind, State};
use crate::endpoint::Method;
use crate::error::{Error, ErrorKind, Outcome};

/// A copy of a [`ready`](Call::ready) call gives the same result.
///
/// Any other copy is sent separately. With an idempotency key, it has the same key: together they
/// take effect once. Either may be sent first, so if one fails, its outcome is at least
/// [`Outcome::Unknown`]. A copy of a call that writes without a key fails when it is awaited, and
/// is not sent: together they could take effect twice.
impl<T: Clone, K: CallKind> Clone for Call<T, K> {
    fn clone(&self) -> Self {
        let is_keyless = self.key.idempotency_key().is_none();
        let mut has_copies = false;
        let state = match &self.state {
            State::Ready(result) => State::Ready(result.clone()),
            State::Fixed { prepared, .. } if is_keyless && prepared.method != Method::Get => {
                let message = format!(
                    "{prepared} was not sent: a copy of a call without an idempotency key could \
                     take effect twice (make the call again instead)"
                );
                State::Ready(Err(Error::new(ErrorKind::Request, Outcome::NotSent, message)))
            }
            State::Fixed { client, prepared, decode } => {
                has_copies = true;
                self.has_copies.store(true, Ordering::Relaxed);
                let (client, prepared) = (client.clone(), prepared.clone());
                State::Fixed { client, prepared, decode: *decode }
            }
        };
        Self {
            state,
            key: self.key,
            limit: self.limit,
            max_attempts: self.max_attempts,
            has_copies: AtomicBool::new(has_copies),
        }
    }
}
