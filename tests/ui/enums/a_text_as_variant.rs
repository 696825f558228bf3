//! A text where a variant should be.

#![allow(dead_code)]

use upvest_core::open_enum;

open_enum! {
    pub enum State {
        New = "NEW",
        "OLD", //~ ERROR
    }
}

fn uses() {
    let _ = (State::New, State::from("NEW").as_str().len(), State::KNOWN);
}

fn main() {}
