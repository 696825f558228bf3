//! A trait of serde that the macro implements already.

#![allow(dead_code)]

use upvest_core::open_enum;

open_enum! {
    #[derive(serde::Serialize)] //~ ERROR
    pub enum State {
        New = "NEW",
    }
}

fn uses() {
    let _ = State::New;
}

fn main() {}
