//! Bytes for a response that may have to be read from a record.

#![allow(dead_code)]

use upvest_core::{Bytes, Client, IdempotentCall, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(POST, "/things", accept = "text/csv", idempotent, signed)] //~ ERROR
    fn create(&self, body: &u8) -> IdempotentCall<Bytes>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn create(&self, body: &u8) -> IdempotentCall<Bytes> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.create(&7);
    let _ = Fake.create(&7);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
