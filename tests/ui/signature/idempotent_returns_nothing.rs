//! No return type, with a key.

#![allow(dead_code)]

use upvest_core::{Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(POST, "/things", idempotent, signed)]
    fn create(&self, body: &u8); //~ ERROR
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn create(&self, body: &u8) { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.create(&7);
    let _ = Fake.create(&7);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
