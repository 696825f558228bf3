//! A trait that is marked twice.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
#[api(scope = "things:read")] //~ ERROR
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", signed)]
    fn get(&self, id: u8) -> Call<String>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn get(&self, id: u8) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.get(7);
}

fn main() {}
