//! A variant with named fields.

#![allow(dead_code)]

use upvest_core::open_enum;

open_enum! {
    pub enum State {
        New = "NEW",
        Old { since: u8 }, //~ ERROR
    }
}

fn uses() {
    let _ = (State::New, State::from("NEW").as_str().len(), State::KNOWN);
}

fn main() {}
