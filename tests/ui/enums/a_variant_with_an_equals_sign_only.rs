//! A variant whose text is missing after the equals sign.

#![allow(dead_code)]

use upvest_core::open_enum;

open_enum! {
    pub enum State {
        New = "NEW",
        Confirmed =, //~ ERROR
    }
}

fn uses() {
    let _ = (State::New, State::Confirmed);
}

fn main() {}
