//! Whether the server takes a new token: after a refusal, one call finds out for all that wait.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::deadline::{after, within};

/// What is known of a token. Shared by all who hold it.
#[derive(Clone)]
pub(crate) struct Trial(watch::Sender<Verdict>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Open,
    /// A call tries it. If it has no verdict at this time, another one does.
    Tried(Instant),
    Accepted,
    Refused,
}

/// What a call whose last token was refused may do with this one.
pub(crate) enum Entry {
    /// Send: the server takes it.
    Accepted,
    /// Send: it is this call that tries it.
    Probe(Probe),
    /// Not send: the server does not take it.
    Refused,
    /// Wait, and ask again.
    Wait(Wait),
}

impl Trial {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(Verdict::Open))
    }

    /// The first to ask tries it, and has `time` to do so.
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

    /// The server has answered a request with this token, with anything but a refusal.
    pub(crate) fn report_accepted(&self) {
        if *self.0.borrow() != Verdict::Accepted {
            self.0.send_replace(Verdict::Accepted);
        }
    }
}

/// The call that tries a token. Dropped without a verdict, it leaves that to another one.
pub(crate) struct Probe {
    trial: Trial,
    own: Verdict,
}

impl Probe {
    /// The server has refused the token, unless it has taken it from another call meanwhile.
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
    /// Whether it is time to ask again, before the deadline.
    pub(crate) async fn ends_before(mut self, deadline: Instant) -> bool {
        let _ = within(deadline.min(self.until), self.changes.changed()).await;
        Instant::now() < deadline
    }
}
