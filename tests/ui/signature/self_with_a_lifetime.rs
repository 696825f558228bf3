//! A reference that lives for ever.

#![allow(unused)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", signed)]
    fn get(&'static self, id: u8) -> Call<String>; //~ ERROR
}

struct Fake;

impl Things for Fake {
    fn get(&'static self, id: u8) -> Call<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
