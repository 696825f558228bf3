//! A key for what changes nothing.

#![allow(unused)]

use upvest_core::{Client, IdempotentCall, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", idempotent, signed)] //~ ERROR
    fn get(&self, id: u8) -> IdempotentCall<String>;
}

struct Fake;

impl Things for Fake {
    fn get(&self, id: u8) -> IdempotentCall<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.get(7);
    let _ = Fake.get(7);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
