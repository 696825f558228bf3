//! A number instead of a text.

#![allow(dead_code)]

use upvest_core::open_enum;

open_enum! {
    pub enum State {
        New = "NEW",
        Old = 7, //~ ERROR
    }
}

fn uses() {
    let _ = (State::New, State::Old);
}

fn main() {}
