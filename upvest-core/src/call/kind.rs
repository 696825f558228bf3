//! Whether a call carries an idempotency key.

use upvest_types::{IdempotencyKey, Timestamp};

use super::window::Window;
use crate::error::{Error, Outcome};

/// Marks a [`Call`](crate::Call) that carries no idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Keyless(());

/// Marks a [`Call`](crate::Call) that carries an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Idempotent {
    pub(crate) key: IdempotencyKey,
    /// Counts from when the intent was made: the call, the call that it replays, or what the caller
    /// says. Its record may have been stored then, and replayed elsewhere.
    pub(crate) window: Window,
    pub(crate) origin: Origin,
    /// Whether the caller knows that nothing was sent with it before.
    pub(super) is_known_unsent: bool,
}

/// Where a key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// It was made with the call, so nothing was sent with it before.
    Call,
    /// The caller passed it, and may have sent it before.
    Caller,
    /// It is in the record of an earlier call, whose outcome is not known.
    Record,
}

impl Idempotent {
    pub(crate) fn new(key: IdempotencyKey, now: Timestamp) -> Self {
        Self { key, window: Window::new(now, now), origin: Origin::Call, is_known_unsent: false }
    }

    /// Whether nothing was sent with its key before the call.
    pub(super) fn is_unsent(&self) -> bool {
        self.origin == Origin::Call || self.is_known_unsent
    }

    /// Returns what is known of the requests with this key before the call.
    pub(super) fn earlier(&self) -> Outcome {
        if self.is_unsent() { Outcome::NotSent } else { Outcome::Unknown }
    }

    /// Adds the key to the error of its call, and what is known of earlier requests with it.
    pub(super) fn explain(&self, error: Error) -> Error {
        error
            .with_idempotency_key(Some(self.key))
            .at_least(self.earlier(), "an earlier call with its key may have taken effect")
    }
}

impl Default for Idempotent {
    fn default() -> Self {
        Self::new(IdempotencyKey::random(), Timestamp::now())
    }
}

/// Whether a [`Call`](crate::Call) carries an idempotency key: [`Keyless`] or [`Idempotent`].
pub trait CallKind: sealed::Sealed + Send + 'static {
    /// Returns the key, if it carries one.
    fn idempotency_key(&self) -> Option<IdempotencyKey>;
}

impl CallKind for Keyless {
    fn idempotency_key(&self) -> Option<IdempotencyKey> {
        None
    }
}

impl CallKind for Idempotent {
    fn idempotency_key(&self) -> Option<IdempotencyKey> {
        Some(self.key)
    }
}

pub(super) mod sealed {
    use super::{Idempotent, Keyless, Origin};

    pub trait Sealed: Copy {
        fn idempotent(&self) -> Option<Idempotent>;

        /// Notes that another call may have sent the key before.
        fn may_be_sent(&mut self);
    }

    impl Sealed for Keyless {
        fn idempotent(&self) -> Option<Idempotent> {
            None
        }

        fn may_be_sent(&mut self) {}
    }

    impl Sealed for Idempotent {
        fn idempotent(&self) -> Option<Idempotent> {
            Some(*self)
        }

        fn may_be_sent(&mut self) {
            self.origin = self.origin.max(Origin::Caller);
            self.is_known_unsent = false;
        }
    }
}
