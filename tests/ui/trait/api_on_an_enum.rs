//! The attribute on a thing that is no trait.

#![allow(dead_code)]

use upvest_core::api;

#[api]
pub enum Things { //~ ERROR
    One,
}

fn uses() {
    let _ = Things::One;
}

fn main() {}
