//! The attribute on a thing that is no trait.

#![allow(dead_code)]

use upvest_core::api;

#[api]
pub struct Things { //~ ERROR
    id: u8,
}

fn uses(things: &Things) {
    let _ = things.id;
}

fn main() {}
