//! The attribute on a thing that is no trait.

#![allow(dead_code)]

use upvest_core::api;

#[api]
fn things() -> u8 { //~ ERROR
    7
}

fn uses() {
    let _ = things();
}

fn main() {}
