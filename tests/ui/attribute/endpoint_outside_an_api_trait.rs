//! No `#[api]` on the trait.

#![allow(dead_code)]

use upvest_core::{Call, endpoint};

pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", signed)] //~ ERROR
    fn get(&self, id: u8) -> Call<String>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn get(&self, id: u8) -> Call<String> { unimplemented!() }
}

fn uses() {
    let _ = Fake.get(7);
}

fn main() {}
