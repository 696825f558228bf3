//! Whether a call carries an idempotency key.

use super::window::Window;
use crate::types::{IdempotencyKey, Timestamp};

/// Marks a [`Call`](crate::Call) that carries no idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Keyless(());

/// Marks a [`Call`](crate::Call) that carries an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Idempotent {
    pub(crate) key: IdempotencyKey,
    /// Counts from when the call was made, or the call that it replays: its record may have been
    /// stored then, and replayed elsewhere.
    pub(crate) window: Window,
    /// Whether it replays an earlier call, whose outcome is not known.
    pub(crate) is_replay: bool,
}

impl Idempotent {
    pub(crate) fn new(key: IdempotencyKey, now: Timestamp) -> Self {
        Self { key, window: Window::new(now, now), is_replay: false }
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
    use super::{Idempotent, Keyless};

    pub trait Sealed {
        fn idempotent(&self) -> Option<Idempotent>;
    }

    impl Sealed for Keyless {
        fn idempotent(&self) -> Option<Idempotent> {
            None
        }
    }

    impl Sealed for Idempotent {
        fn idempotent(&self) -> Option<Idempotent> {
            Some(*self)
        }
    }
}
