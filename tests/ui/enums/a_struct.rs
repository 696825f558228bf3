//! A struct instead of an enum.

#![allow(dead_code)]

use upvest_core::open_enum;

open_enum! {
    pub struct State { //~ ERROR
        text: String,
    }
}

fn uses() {
    let _ = 7;
}

fn main() {}
