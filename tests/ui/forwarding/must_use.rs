//! A method whose call must be used, and why.

#![allow(dead_code)]
#![deny(deprecated, unused_must_use)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[must_use = "it costs money"]
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
    let _ = Fake.get(7).max_attempts(1);
    client.get(7); //~ ERROR //~ ERROR
}

fn main() {}
