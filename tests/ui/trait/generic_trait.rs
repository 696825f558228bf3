//! A trait with a type parameter.

#![allow(dead_code)]

use upvest_core::{Call, api};

#[api]
pub trait Things<T>: Send + Sync { //~ ERROR
    #[endpoint(GET, "/things/{id}", signed)]
    fn get(&self, id: u8) -> Call<String>;
}

struct Fake;

#[allow(unused_variables)]
impl Things<u8> for Fake {
    fn get(&self, id: u8) -> Call<String> { unimplemented!() }
}

fn uses() {
    let _ = Fake.get(7);
}

fn main() {}
