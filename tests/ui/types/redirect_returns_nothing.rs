//! A place to go that is thrown away.

#![allow(unused)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", redirect, signed)]
    fn get(&self, id: u8) -> Call<()>; //~ ERROR
}

struct Fake;

impl Things for Fake {
    fn get(&self, id: u8) -> Call<()> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.get(7);
    let _ = Fake.get(7);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
