//! Deadlines that hold while the runtime is busy.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::LazyLock;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::time::{Instant, Sleep, sleep, timeout_at};

/// Returns when `timeout` will have passed, at most a year from now, which is practically never.
#[must_use]
pub fn after(timeout: Duration) -> Instant {
    Instant::now() + timeout.min(Duration::from_secs(365 * 24 * 60 * 60))
}

/// The deadline of the attempt; in the extensions of a request.
#[derive(Debug, Clone, Copy)]
pub struct AttemptEnds(pub Instant);

/// The deadline has passed.
pub struct Elapsed;

/// Returns the output of `future`, unless `deadline` passes first.
///
/// tokio notices that a timer has expired only when a worker polls for events. A worker that parses
/// a flood of informational responses does that after dozens of polls, each of which takes long,
/// while an idle one may not poll for events at all. So another thread wakes the task too.
///
/// # Errors
/// Fails if the deadline passes first.
pub async fn within<F: Future>(deadline: Instant, future: F) -> Result<F::Output, Elapsed> {
    let mut timed = pin!(timeout_at(deadline, future));
    let mut alarm = pin!(None);
    poll_fn(|context| {
        if let Poll::Ready(result) = timed.as_mut().poll(context) {
            return Poll::Ready(result.map_err(|_| Elapsed));
        }
        let now = Instant::now();
        if now >= deadline {
            return Poll::Ready(Err(Elapsed));
        }
        // Not needed for futures that are ready at once.
        if alarm.is_none() {
            alarm.set(alarm_after(deadline - now));
        }
        if let Some(alarm) = alarm.as_mut().as_pin_mut() {
            let _ = alarm.poll(context);
        }
        Poll::Pending
    })
    .await
}

/// Uses real time even if a test pauses the clock: the alarm is then late and does nothing.
fn alarm_after(time: Duration) -> Option<Sleep> {
    let _guard = ALARMS.as_ref()?.enter();
    Some(sleep(time))
}

/// The runtime of a thread that only waits. Without it, tokio alone enforces deadlines.
static ALARMS: LazyLock<Option<Handle>> = LazyLock::new(|| {
    /// An alarm that is due later than this need not wake the thread when it is set.
    const TICK: Duration = Duration::from_secs(1);
    let runtime = Builder::new_current_thread().enable_time().build().ok()?;
    let handle = runtime.handle().clone();
    let ticking = move || {
        runtime.block_on(async {
            loop {
                sleep(TICK).await;
            }
        });
    };
    thread::Builder::new().name("upvest-deadlines".to_owned()).spawn(ticking).ok()?;
    Some(handle)
});
