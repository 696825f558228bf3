//! A match on the text of an unknown value.

#![allow(dead_code)]

use upvest_core::open_enum;

open_enum! {
    pub enum State {
        New = "NEW",
    }
}

fn uses() {
    let _ = matches!(State::from("OLD"), State::Unknown("OLD")); //~ ERROR
}

fn main() {}
