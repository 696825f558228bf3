//! An enum without a name.

#![allow(dead_code)]

use upvest_core::open_enum;

open_enum! {
    pub enum { //~ ERROR
        New = "NEW",
    }
}

fn uses() {
    let _ = 7;
}

fn main() {}
