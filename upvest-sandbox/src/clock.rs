//! The clock of the sandbox, by which tokens, signatures, idempotency keys and statuses age.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use upvest_core::{Clock, Timestamp};

use crate::error::StartError;
use crate::problem::Refused;
use crate::store::{ClockSetting, Store};

/// The sandbox's clock, in whole seconds, which can be stopped and moved forward.
///
/// With a state file, it continues from where it was. A change that cannot be stored there is not
/// made, or only in part if it takes several steps, and the reason is logged.
///
/// # Examples
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
    /// Held while the clock is changed.
    changing: Mutex<()>,
}

/// The last second that [`Timestamp`] can hold is in the year 9999.
const LAST_SECOND: i64 = 253_402_207_200;

impl SandboxClock {
    pub(crate) fn new(source: Box<dyn Clock>, store: Arc<Store>) -> Result<Self, StartError> {
        let unreadable = |_| StartError::new("the state is damaged: its clock cannot be read");
        let setting = Mutex::new(store.clock().map_err(unreadable)?);
        Ok(Self(Arc::new(Inner { source, store, setting, changing: Mutex::new(()) })))
    }

    /// Returns the current time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let source = self.0.source.now();
        let seconds = self.setting().now(source.unix_seconds());
        Timestamp::from_unix_seconds(seconds).unwrap_or(source)
    }

    /// Returns how the clock was changed.
    #[must_use]
    pub fn setting(&self) -> ClockSetting {
        *self.0.setting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops the clock at the current time.
    pub fn freeze(&self) {
        self.change_or_log(ClockSetting::freeze);
    }

    /// Stops the clock at this time, which may be later or earlier.
    pub fn freeze_at(&self, time: Timestamp) {
        self.change_or_log(|setting, _| setting.freeze_at(time));
    }

    /// Resumes the clock from where it was stopped.
    pub fn resume(&self) {
        self.change_or_log(ClockSetting::resume);
    }

    /// Resets the clock to the one that the sandbox was started with.
    pub fn reset(&self) {
        self.change_or_log(|setting, _| *setting = ClockSetting::default());
    }

    /// Moves the clock forward, whether it is stopped or running.
    ///
    /// Fractions of a second are ignored. If more than about 1,000 operations become due, the clock
    /// moves in steps, and settles what is due at each of them: requests that are signed at an
    /// earlier step may have expired at the next.
    pub fn advance(&self, by: Duration) {
        self.change_or_log(|setting, _| setting.advance(by));
    }

    fn change_or_log(&self, change: impl FnOnce(&mut ClockSetting, i64)) {
        if let Err(refused) = self.change(change) {
            tracing::error!("the clock was not changed: {}", refused.reason);
        }
    }

    /// Changes the setting, unless the change cannot be stored. `change` gets the time of the
    /// original clock in seconds.
    ///
    /// If much becomes due until the new time, the clock first stops at times in between, so that
    /// others can use the state meanwhile. If such a step cannot be stored, the clock stays at the
    /// one before.
    pub(crate) fn change(
        &self,
        change: impl FnOnce(&mut ClockSetting, i64),
    ) -> Result<(), Refused> {
        let _changing = self.0.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let source = self.0.source.now().unix_seconds();
        let mut changed = self.setting();
        change(&mut changed, source);
        let end = changed.now(source);
        while let Some(stop) = self.0.store.next_stop(end)? {
            if stop > self.now().unix_seconds() {
                let mut between = changed;
                between.move_to(stop, self.0.source.now().unix_seconds());
                self.set(between)?;
            }
            self.0.store.settle_until(stop)?;
        }
        self.set(changed)
    }

    fn set(&self, changed: ClockSetting) -> Result<(), Refused> {
        let mut setting = self.0.setting.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.store.set_clock(changed)?;
        *setting = changed;
        Ok(())
    }
}

impl ClockSetting {
    fn now(self, source: i64) -> i64 {
        let running = source.saturating_add(self.ahead_seconds);
        self.frozen_at.unwrap_or(running).min(LAST_SECOND)
    }

    pub(crate) fn freeze(&mut self, source: i64) {
        self.frozen_at = Some(self.now(source));
    }

    pub(crate) fn freeze_at(&mut self, time: Timestamp) {
        self.frozen_at = Some(time.unix_seconds());
    }

    fn move_to(&mut self, time: i64, source: i64) {
        match &mut self.frozen_at {
            Some(frozen_at) => *frozen_at = time,
            None => self.ahead_seconds = time.saturating_sub(source),
        }
    }

    pub(crate) fn resume(&mut self, source: i64) {
        if let Some(frozen_at) = self.frozen_at.take() {
            self.ahead_seconds = frozen_at.saturating_sub(source);
        }
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        let by = i64::try_from(by.as_secs()).unwrap_or(i64::MAX);
        let moved = self.frozen_at.as_mut().unwrap_or(&mut self.ahead_seconds);
        *moved = moved.saturating_add(by).min(LAST_SECOND);
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
    fn it_stops_jumps_and_resumes() {
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
        clock.advance(Duration::from_secs(60));
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
        // After a restart, it is stopped at the same time.
        assert_eq!(SandboxClock::new(Box::new(source), store).unwrap().now().unix_seconds(), 5);
    }
}
