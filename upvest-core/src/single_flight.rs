//! Work that concurrent callers share: it runs once, in its own task, and all of them wait for it.
//! A caller that is dropped does not stop it.

use tokio::runtime::{self, Handle};
use tokio::sync::watch;
use tokio::time::Instant;
use upvest_transport::__core::within;

/// The flights in progress, at most one for each runtime. A runtime may not be driven, so nothing
/// on another one can wait for its flight.
#[derive(Default)]
pub(crate) struct SingleFlight(Vec<Flight>);

/// Work that was started.
#[derive(Clone)]
pub(crate) struct Flight {
    /// The runtime that drives it.
    runtime: runtime::Id,
    /// Closed when the work has ended, in whichever way.
    ended: watch::Receiver<()>,
    /// When it counts as ended at the latest.
    latest_end: Instant,
}

impl SingleFlight {
    /// Returns the flight in progress on the current runtime.
    pub(crate) fn here(&self) -> Option<&Flight> {
        self.on(Handle::current().id())
    }

    /// Returns the flight in progress on this runtime.
    pub(crate) fn on(&self, runtime: runtime::Id) -> Option<&Flight> {
        self.0.iter().find(|flight| flight.runtime == runtime && flight.is_in_flight())
    }

    /// Starts `work` on the current runtime. If it panics, `on_panic` runs before it counts as
    /// ended.
    pub(crate) fn begin(
        &mut self,
        latest_end: Instant,
        work: impl Future<Output = ()> + Send + 'static,
        on_panic: impl FnOnce() + Send + 'static,
    ) -> Flight {
        let (sender, ended) = watch::channel(());
        let flight = Flight { runtime: Handle::current().id(), ended, latest_end };
        self.0.retain(Flight::is_in_flight);
        self.0.push(flight.clone());
        let landing = Landing { on_panic: Some(on_panic), _sender: sender };
        let flying = async move {
            let _landing = landing;
            work.await;
        };
        tokio::spawn(flying);
        flight
    }
}

impl Flight {
    fn is_in_flight(&self) -> bool {
        self.ended.has_changed().is_ok() && Instant::now() < self.latest_end
    }

    /// Waits until it has ended, or until the deadline.
    pub(crate) async fn ended(mut self, deadline: Instant) {
        // Always an error: nothing is ever sent, and the channel closes when the sender is dropped.
        let _ = within(deadline.min(self.latest_end), self.ended.changed()).await;
    }
}

/// Ends a flight when it is dropped.
struct Landing<F: FnOnce()> {
    on_panic: Option<F>,
    _sender: watch::Sender<()>,
}

impl<F: FnOnce()> Drop for Landing<F> {
    fn drop(&mut self) {
        // A panic comes from what the user supplies: a signer, a transport, a clock.
        if std::thread::panicking()
            && let Some(on_panic) = self.on_panic.take()
        {
            on_panic();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use tokio::sync::oneshot;
    use tokio::time::Instant;

    use super::SingleFlight;

    fn later() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    #[tokio::test]
    async fn it_is_in_flight_until_its_work_has_ended() {
        let mut flights = SingleFlight::default();
        assert!(flights.here().is_none());
        let (end, ends) = oneshot::channel::<()>();
        let work = async move { ends.await.unwrap() };
        let flight = flights.begin(later(), work, || unreachable!("it does not panic"));
        assert!(flights.here().is_some());
        end.send(()).unwrap();
        flight.ended(later()).await;
        assert!(flights.here().is_none());
    }

    #[tokio::test]
    async fn a_panic_is_reported_before_it_counts_as_ended() {
        let mut flights = SingleFlight::default();
        let has_panicked = Arc::new(AtomicBool::new(false));
        let reported = Arc::clone(&has_panicked);
        let on_panic = move || reported.store(true, Ordering::SeqCst);
        let flight = flights.begin(later(), async { panic!("on purpose") }, on_panic);
        flight.ended(later()).await;
        assert!(has_panicked.load(Ordering::SeqCst));
        assert!(flights.here().is_none());
    }

    #[tokio::test]
    async fn a_flight_that_does_not_end_in_time_is_not_waited_for() {
        let mut flights = SingleFlight::default();
        let flight = flights.begin(Instant::now(), std::future::pending(), || ());
        assert!(flights.here().is_none());
        flight.ended(later()).await;
    }
}
