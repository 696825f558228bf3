//! The clock of the sandbox: tokens, signatures, idempotency keys and statuses grow old by it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use upvest_core::{Clock, Timestamp};

use crate::StartError;
use crate::store::Store;

/// Tells the sandbox's time in whole seconds, can be stopped, and can be put forward. With a state file
/// it goes on from where it was.
///
/// ```
/// use std::time::Duration;
/// use upvest_sandbox::Sandbox;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = Sandbox::start().await?;
/// let clock = sandbox.clock();
/// clock.freeze();
/// let before = clock.now();
/// clock.advance(Duration::from_secs(3600)); // every access token has expired now
/// assert_eq!(clock.now().unix_seconds(), before.unix_seconds() + 3600);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SandboxClock(Arc<Inner>);

struct Inner {
    source: Box<dyn Clock>,
    store: Arc<Store>,
    setting: Mutex<ClockSetting>,
}

/// What was done to the clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ClockSetting {
    /// The time at which it stands still, in Unix seconds, if it does.
    pub frozen_at: Option<i64>,
    /// By how many seconds it is ahead of the clock that it was started with.
    pub ahead_seconds: i64,
}

/// The last second that [`Timestamp`] can hold is in the year 9999.
const LAST_SECOND: i64 = 253_402_207_200;

impl SandboxClock {
    pub(crate) fn new(source: Box<dyn Clock>, store: Arc<Store>) -> Result<Self, StartError> {
        let unreadable = |_| StartError::new("the state is damaged: its clock cannot be read");
        let setting = Mutex::new(store.clock().map_err(unreadable)?);
        Ok(Self(Arc::new(Inner { source, store, setting })))
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let source = self.0.source.now();
        let setting = self.setting();
        let running = source.unix_seconds().saturating_add(setting.ahead_seconds);
        let seconds = setting.frozen_at.unwrap_or(running).min(LAST_SECOND);
        Timestamp::from_unix_seconds(seconds).unwrap_or(source)
    }

    /// What was done to it.
    #[must_use]
    pub fn setting(&self) -> ClockSetting {
        *self.0.setting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops it where it is.
    pub fn freeze(&self) {
        let now = self.now().unix_seconds();
        self.change(|setting| setting.frozen_at = setting.frozen_at.or(Some(now)));
    }

    /// Stops it at a time, be that later or earlier.
    pub fn freeze_at(&self, time: Timestamp) {
        self.change(|setting| setting.frozen_at = Some(time.unix_seconds()));
    }

    /// Lets it run again, from where it was stopped.
    pub fn resume(&self) {
        let source = self.0.source.now().unix_seconds();
        self.change(|setting| {
            if let Some(frozen_at) = setting.frozen_at.take() {
                setting.ahead_seconds = frozen_at.saturating_sub(source);
            }
        });
    }

    /// Lets it tell the time that it was started with.
    pub fn reset(&self) {
        self.change(|setting| *setting = ClockSetting::default());
    }

    /// Puts it forward, whether it stands or runs. Parts of a second are left out.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
        self.change(|setting| match &mut setting.frozen_at {
            Some(frozen_at) => *frozen_at = frozen_at.saturating_add(by).min(LAST_SECOND),
            None => {
                setting.ahead_seconds = setting.ahead_seconds.saturating_add(by).min(LAST_SECOND);
            }
        });
    }

    fn change(&self, change: impl FnOnce(&mut ClockSetting)) {
        let mut setting = self.0.setting.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut setting);
        if let Err(refused) = self.0.store.set_clock(*setting) {
            tracing::error!("the clock could not be stored: {}", refused.reason);
        }
    }
}

impl Clock for SandboxClock {
    fn now(&self) -> Timestamp {
        self.now()
    }
}

impl std::fmt::Debug for SandboxClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SandboxClock").field("setting", &self.setting()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};
    use std::time::Duration;

    use super::SandboxClock;
    use crate::store::Store;
    use upvest_core::Timestamp;

    #[test]
    fn it_stops_jumps_and_goes_on() {
        let time = Arc::new(AtomicI64::new(1_000));
        let reading = Arc::clone(&time);
        let source = move || Timestamp::from_unix_seconds(reading.load(Ordering::SeqCst)).unwrap();
        let store = Arc::new(Store::open(None, None).unwrap());
        let clock = SandboxClock::new(Box::new(source.clone()), Arc::clone(&store)).unwrap();
        let now = || clock.now().unix_seconds();
        clock.freeze();
        time.store(1_500, Ordering::SeqCst);
        clock.freeze();
        assert_eq!(now(), 1_000);
        clock.advance(Duration::from_mins(1));
        assert_eq!(now(), 1_060);
        clock.resume();
        assert_eq!(now(), 1_060);
        time.store(1_510, Ordering::SeqCst);
        assert_eq!(now(), 1_070);
        clock.resume();
        clock.advance(Duration::from_millis(2_900));
        assert_eq!(now(), 1_072);
        clock.advance(Duration::MAX);
        clock.advance(Duration::MAX);
        assert!(now() > 253_000_000_000);
        clock.freeze();
        clock.advance(Duration::MAX);
        assert!(now() > 253_000_000_000);
        clock.freeze_at(Timestamp::from_unix_seconds(5).unwrap());
        assert_eq!(now(), 5);
        clock.reset();
        assert_eq!(now(), 1_510);
        clock.freeze_at(Timestamp::from_unix_seconds(5).unwrap());
        // Taken up again, it stands where it stood.
        assert_eq!(SandboxClock::new(Box::new(source), store).unwrap().now().unix_seconds(), 5);
    }
}
