//! The attribute on a thing that is no trait.

#![allow(dead_code)]

use upvest_core::{Call, api};

pub struct Things;

#[api]
impl Things { //~ ERROR
    #[endpoint(GET, "/things/{id}", signed)]
    pub fn get(&self, _: u8) -> Call<String> { unimplemented!() }
}

fn uses(things: &Things) {
    let _ = things.get(7);
}

fn main() {}
