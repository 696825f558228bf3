//! A generic enum.

#![allow(dead_code)]

use upvest_core::open_enum;

open_enum! {
    pub enum State<T> { //~ ERROR
        New = "NEW",
    }
}

fn uses() {
    let _ = State::New;
}

fn main() {}
