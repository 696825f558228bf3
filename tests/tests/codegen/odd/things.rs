//! `Things`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use upvest_core::events;

use super::ThingId;

/// The object of `things_event`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ThingsEventObject {
    /// A UUID.
    pub thing_id: ThingId,
}

impl ThingsEventObject {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(thing_id: ThingId) -> Self {
        Self { thing_id }
    }
}

events! {
    /// The events of `Things`, as sent by webhook.
    pub enum ThingEvent {
        /// `THING.CREATED`.
        ThingCreated(ThingsEventObject) = "THING.CREATED",
        /// `THING.OTHER`.
        ThingOther(ThingsEventObject) = "THING.OTHER",
        /// `THING.a-b`.
        ThingAB(ThingsEventObject) = "THING.a-b",
        /// `THING.a_b`.
        ThingAB2(ThingsEventObject) = "THING.a_b",
        /// `ANY.THING`.
        AnyThing(Value) = "ANY.THING",
    }
}
