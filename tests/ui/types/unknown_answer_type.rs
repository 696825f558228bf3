//! A response type that is not there, which the compiler says of the trait and of its implementation.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", signed)]
    fn get(&self, id: u8) -> Call<Nope>; //~ ERROR //~ ERROR
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn get(&self, id: u8) -> Call<u8> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
