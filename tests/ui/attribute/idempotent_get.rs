//! A key for what changes nothing.

#![allow(dead_code)]

use upvest_core::{Client, IdempotentCall, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", idempotent, signed)] //~ ERROR
    fn get(&self, id: u8) -> IdempotentCall<String>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn get(&self, id: u8) -> IdempotentCall<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.get(7);
    let _ = Fake.get(7);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
