//! The attribute on a thing that is no trait.

#![allow(unused)]

use upvest_core::{Call, api};

#[api]
pub struct Things { //~ ERROR
    id: u8,
}

fn uses(things: &Things) {
    let _ = things.id;
}

fn main() {}
