//! The attribute on a thing that is no trait.

#![allow(unused)]

use upvest_core::{Call, api};

#[api]
fn things() -> u8 { //~ ERROR
    7
}

fn uses() {
    let _ = things();
}

fn main() {}
