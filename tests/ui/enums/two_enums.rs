//! Two enums in one macro.

#![allow(dead_code)]

use upvest_core::open_enum;

open_enum! {
    pub enum State {
        New = "NEW",
    }
    pub enum Side { //~ ERROR
        Buy = "BUY",
    }
}

fn uses() {
    let _ = State::New;
}

fn main() {}
