//! A request without a token that is not for one.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", anonymous, signed)] //~ ERROR
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
