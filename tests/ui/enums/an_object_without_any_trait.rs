//! An object that implements nothing.

#![allow(dead_code)]

use upvest_core::events;
use upvest_core::webhook::Event;

pub struct User {}

events! {
    pub enum UserEvent {
        Created(User) = "USER.CREATED", //~ ERROR
    }
}

fn uses(event: &Event) {
    let _ = (UserEvent::TYPES, UserEvent::categories(), UserEvent::try_from(event));
}

fn main() {}
