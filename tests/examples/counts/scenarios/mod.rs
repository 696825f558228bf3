//! What is counted.

mod calls;
mod generators;
mod outbox;
mod sandbox;
mod signing;
mod webhooks;

use tokio::runtime::{Builder, Runtime};
use upvest_core::Timestamp;

use crate::batch::NOON;

/// Some work that is done again and again.
pub type Work = Box<dyn FnMut()>;

pub struct Scenario {
    /// Its name in the file of pins.
    pub name: &'static str,
    /// How many times it is done, after the first time.
    pub times: u32,
    /// Prepares the work. `None` if it needs a file that is not part of the repository.
    pub prepare: fn() -> Option<Work>,
}

pub const SCENARIOS: &[Scenario] = &[
    Scenario { name: "signing an increase, P-521", times: 20, prepare: signing::p521 },
    Scenario { name: "signing an increase, Ed25519", times: 20, prepare: signing::ed25519 },
    Scenario { name: "the signature base", times: 20, prepare: signing::base },
    Scenario { name: "an increase in memory", times: 20, prepare: calls::increase },
    Scenario { name: "a webhook of nine events, V6", times: 20, prepare: webhooks::v6 },
    Scenario { name: "a webhook of nine events, V15", times: 20, prepare: webhooks::v15 },
    Scenario { name: "a request to the sandbox", times: 60, prepare: sandbox::request },
    Scenario { name: "a payment through the outbox", times: 100, prepare: outbox::payment },
    Scenario { name: "a trait of 100 endpoints", times: 2, prepare: generators::expansion },
    Scenario { name: "a description of bicycles", times: 2, prepare: generators::bicycles },
    Scenario { name: "Upvest's description", times: 1, prepare: generators::upvest },
];

/// The time of all clocks.
fn noon() -> Timestamp {
    Timestamp::from_unix_seconds(NOON).expect("a time")
}

/// One thread, so that the same happens in the same order.
fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}
