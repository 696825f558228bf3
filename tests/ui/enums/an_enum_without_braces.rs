//! An enum without variants in braces.

#![allow(dead_code)]

use upvest_core::open_enum;

open_enum! {
    pub enum State; //~ ERROR
}

fn uses() {
    let _ = State::KNOWN;
}

fn main() {}
