//! Two variants without a comma between them.

#![allow(dead_code)]

use upvest_core::open_enum;

open_enum! {
    pub enum State {
        New = "NEW"
        Old = "OLD", //~ ERROR
    }
}

fn uses() {
    let _ = State::New;
}

fn main() {}
