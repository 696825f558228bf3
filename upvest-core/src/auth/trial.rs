//! Whether the server accepts a new token: after a refusal, one call tries it and the others wait.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use upvest_transport::__core::{after, within};

/// What is known about a token. Clones share it.
#[derive(Clone)]
pub(crate) struct Trial(watch::Sender<Verdict>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Open,
    /// A call tries it. If there is no verdict by this time, another call tries it.
    Tried(Instant),
    Accepted,
    Refused,
}

/// What a call whose last token was refused may do with this one.
pub(crate) enum Entry {
    /// Send: the server accepts it.
    Accepted,
    /// Send: this call tries it.
    Probe(Probe),
    /// Do not send: the server does not accept it.
    Refused,
    /// Wait, and ask again.
    Wait(Wait),
}

impl Trial {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(Verdict::Open))
    }

    /// Returns what a caller may do: the first one tries the token, and has `time` to do so.
    pub(crate) fn enter(&self, time: Duration) -> Entry {
        let now = Instant::now();
        let own = Verdict::Tried(after(time));
        let mut changes = self.0.subscribe();
        let is_probe = self.0.send_if_modified(|verdict| {
            let is_free = match *verdict {
                Verdict::Open => true,
                Verdict::Tried(until) => now >= until,
                Verdict::Accepted | Verdict::Refused => false,
            };
            if is_free {
                *verdict = own;
            }
            is_free
        });
        if is_probe {
            return Entry::Probe(Probe { trial: self.clone(), own });
        }
        let verdict = *changes.borrow_and_update();
        match verdict {
            Verdict::Accepted => Entry::Accepted,
            Verdict::Refused => Entry::Refused,
            Verdict::Tried(until) => Entry::Wait(Wait { changes, until }),
            // The probe has just ended without a verdict.
            Verdict::Open => Entry::Wait(Wait { changes, until: now }),
        }
    }

    /// Records that the server responded to a request with this token, and did not refuse it.
    pub(crate) fn report_accepted(&self) {
        if *self.0.borrow() != Verdict::Accepted {
            self.0.send_replace(Verdict::Accepted);
        }
    }
}

/// The call that tries a token. If it is dropped without a verdict, another call tries the token.
pub(crate) struct Probe {
    trial: Trial,
    own: Verdict,
}

impl Probe {
    /// Records that the server refused the token, unless it has accepted it from another call.
    pub(crate) fn report_refused(&self) {
        self.replace(|verdict| verdict != Verdict::Accepted, Verdict::Refused);
    }

    fn replace(&self, old: impl FnOnce(Verdict) -> bool, new: Verdict) {
        self.trial.0.send_if_modified(|verdict| {
            let is_old = old(*verdict);
            if is_old {
                *verdict = new;
            }
            is_old
        });
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.replace(|verdict| verdict == self.own, Verdict::Open);
    }
}

/// The wait for a verdict.
pub(crate) struct Wait {
    changes: watch::Receiver<Verdict>,
    until: Instant,
}

impl Wait {
    /// Waits until it is time to ask again. Returns false if the deadline passed.
    pub(crate) async fn ends_before(mut self, deadline: Instant) -> bool {
        let _ = within(deadline.min(self.until), self.changes.changed()).await;
        Instant::now() < deadline
    }
}
