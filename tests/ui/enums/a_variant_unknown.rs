//! A variant with the name of the one for everything else.

#![allow(dead_code)]

use upvest_core::open_enum;

open_enum! {
    pub enum State {
        New = "NEW",
        Unknown = "UNKNOWN", //~ ERROR
    }
}

fn uses() {
    let _ = (State::New, State::from("NEW").as_str().len(), State::KNOWN);
}

fn main() {}
