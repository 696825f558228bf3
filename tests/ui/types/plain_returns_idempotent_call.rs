//! No key, and a call that has one.

#![allow(unused)]

use upvest_core::{Client, IdempotentCall, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(POST, "/things", signed)]
    fn create(&self, body: &u8) -> IdempotentCall<String>; //~ ERROR
}

struct Fake;

impl Things for Fake {
    fn create(&self, body: &u8) -> IdempotentCall<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.create(&7);
    let _ = Fake.create(&7);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
