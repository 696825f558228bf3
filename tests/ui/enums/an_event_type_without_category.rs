//! An event type without its category.

#![allow(dead_code)]

use upvest_core::events;
use upvest_core::webhook::Event;

#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub struct User {}

events! {
    pub enum UserEvent {
        Created(User) = "USER.CREATED",
        Left(User) = "LEFT", //~ ERROR
    }
}

fn uses(event: &Event) {
    let _ = (UserEvent::TYPES, UserEvent::categories(), UserEvent::try_from(event));
}

fn main() {}
