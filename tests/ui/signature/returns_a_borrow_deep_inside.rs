//! A response with a borrowed part.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", signed)]
    fn get(&self, id: u8) -> Call<(&str, u8)>; //~ ERROR
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn get(&self, id: u8) -> Call<(&str, u8)> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.get(7);
    let _ = Fake.get(7);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
