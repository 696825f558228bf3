//! A variant without its text.

#![allow(dead_code)]

use upvest_core::open_enum;

open_enum! {
    pub enum State {
        New = "NEW",
        Confirmed, //~ ERROR
        Old = "OLD",
    }
}

fn uses() {
    let _ = (State::New, State::Confirmed, State::Old);
}

fn main() {}
