//! A variant with a field.

#![allow(dead_code)]

use upvest_core::open_enum;

open_enum! {
    pub enum State {
        New = "NEW",
        Old(u8) = "OLD", //~ ERROR
    }
}

fn uses() {
    let _ = (State::New, State::from("NEW").as_str().len(), State::KNOWN);
}

fn main() {}
