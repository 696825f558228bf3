//! A constant instead of a text.

#![allow(dead_code)]

use upvest_core::open_enum;

const OLD: &str = "OLD";

open_enum! {
    pub enum State {
        New = "NEW",
        Old = OLD, //~ ERROR
    }
}

fn uses() {
    let _ = (State::New, State::Old);
}

fn main() {}
