//! Code that creates an unknown value.

#![allow(dead_code)]

use upvest_core::open_enum;

open_enum! {
    pub enum State {
        New = "NEW",
    }
}

fn uses() {
    let _ = State::from("OLD") == State::Unknown("OLD".into()); //~ ERROR
}

fn main() {}
