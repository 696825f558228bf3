//! A response that cannot be read, with a key.

#![allow(dead_code)]

use upvest_core::{Client, IdempotentCall, api};

pub struct Opaque;

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(POST, "/things", idempotent, signed)]
    fn create(&self, body: &u8) -> IdempotentCall<Opaque>; //~ ERROR
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn create(&self, body: &u8) -> IdempotentCall<Opaque> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.create(&7);
    let _ = Fake.create(&7);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
