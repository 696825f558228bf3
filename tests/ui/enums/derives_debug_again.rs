//! A trait that the macro implements already.

#![allow(dead_code)]

use upvest_core::open_enum;

open_enum! {
    #[derive(Debug, Default)] //~ ERROR
    pub enum State {
        #[default]
        New = "NEW",
    }
}

fn uses() {
    let _ = State::New;
}

fn main() {}
