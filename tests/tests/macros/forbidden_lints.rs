//! The macros work in a crate that forbids lints, where nothing may allow them again.

#![forbid(warnings, unused, dead_code, unexpected_cfgs, missing_docs, nonstandard_style)]

use upvest_core::{Call, IdempotentCall, api, events, id, open_enum};

use super::allowed_lints::Thing;

/// An API that nothing uses.
#[api(scope = "things:admin")]
trait Things: Send + Sync {
    /// Reads.
    #[endpoint(GET, "/things/{id}/parts/{part}", signed)]
    fn get(&self, id: &str, part: u32) -> Call<String>;

    /// Creates.
    #[endpoint(POST, "/things", idempotent, signed, echoes = ["name"])]
    fn create(&self, body: &Thing) -> IdempotentCall<String>;
}

open_enum! {
    /// A state.
    enum State {
        /// New.
        New = "NEW",
    }
}

events! {
    /// The events of a thing.
    enum ThingEvent {
        /// It was created.
        Created(Thing) = "THING.CREATED",
    }
}

id! {
    /// Identifies a thing.
    struct ThingId;
}

#[test]
fn it_works() {
    let works = async {
        let client = super::echo().client();
        assert_eq!(client.get("a", 7).await.unwrap(), "/things/a/parts/7");
        let thing = Thing { name: "x".to_owned() };
        assert_ne!(client.create(&thing).key(), client.create(&thing).key());
    };
    tokio::runtime::Runtime::new().unwrap().block_on(works);
    assert_eq!(State::from("OLD").as_str(), "OLD");
    assert_eq!(ThingEvent::TYPES, ["THING.CREATED"]);
    assert!("x".parse::<ThingId>().is_err());
}
