//! A trait that is unsafe.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api]
pub unsafe trait Things: Send + Sync { //~ ERROR
    #[endpoint(GET, "/things/{id}", signed)]
    fn get(&self, id: u8) -> Call<String>;
}

struct Fake;

#[allow(unused_variables)]
unsafe impl Things for Fake {
    fn get(&self, id: u8) -> Call<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.get(7);
    let _ = Fake.get(7);
}

fn main() {}
