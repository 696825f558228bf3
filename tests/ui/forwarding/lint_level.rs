//! A lint that is an error for one method.

#![allow(dead_code)]
#![deny(deprecated, unused_must_use)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[deny(non_snake_case)]
    #[endpoint(GET, "/things/{thingId}", signed)]
    fn get(&self, thingId: u8) -> Call<String>; //~ ERROR
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn get(&self, thing_id: u8) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.get(7);
    let _ = Fake.get(7);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
