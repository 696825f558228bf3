//! The attribute on a thing that is no trait.

#![allow(unused)]

use upvest_core::{Call, api};

#[api]
pub enum Things { //~ ERROR
    One,
}

fn uses() {
    let _ = Things::One;
}

fn main() {}
