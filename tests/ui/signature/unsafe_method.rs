//! A method that is unsafe.

#![allow(unused)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", signed)]
    unsafe fn get(&self, id: u8) -> Call<String>; //~ ERROR
}

struct Fake;

impl Things for Fake {
    unsafe fn get(&self, id: u8) -> Call<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
