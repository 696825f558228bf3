//! An object whose type does not exist.

#![allow(dead_code)]

use upvest_core::events;
use upvest_core::webhook::Event;

#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub struct User {}

events! {
    pub enum UserEvent {
        Created(Usr) = "USER.CREATED", //~ ERROR
    }
}

fn uses(event: &Event) {
    let _ = (UserEvent::TYPES, UserEvent::categories(), UserEvent::try_from(event));
}

fn main() {}
