//! Deadlines that hold while the runtime is busy.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;

use futures_timer::Delay;
use tokio::time::{Instant, timeout_at};

/// The deadline has passed.
pub(crate) struct Elapsed;

/// What `future` gives, if it does before `deadline`.
///
/// tokio notices that a time has come only when a worker looks for events. One that parses a flood of
/// informational responses does that after dozens of polls, each of which takes long, while an idle one
/// may not look for events at all. So another thread wakes the task too. Not for each of many pieces,
/// such as those of a body: that thread forgets an alarm later than it is dropped.
pub(crate) async fn within<F: Future>(deadline: Instant, future: F) -> Result<F::Output, Elapsed> {
    let mut timed = pin!(timeout_at(deadline, future));
    let mut alarm = None;
    poll_fn(|context| {
        if let Poll::Ready(result) = timed.as_mut().poll(context) {
            return Poll::Ready(result.map_err(|_| Elapsed));
        }
        let now = Instant::now();
        if now >= deadline {
            return Poll::Ready(Err(Elapsed));
        }
        // Only for what waits at all. It counts real time: where a test stops the clock, it is late.
        let alarm = alarm.get_or_insert_with(|| Delay::new(deadline - now));
        let _ = Pin::new(alarm).poll(context);
        Poll::Pending
    })
    .await
}
