//! A trait that the macro implements already.

#![allow(dead_code)]

use upvest_core::events;

#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub struct User {}

events! {
    #[derive(Clone)] //~ ERROR
    pub enum UserEvent {
        Created(User) = "USER.CREATED",
    }
}

fn uses() {
    let _ = UserEvent::TYPES;
}

fn main() {}
