//! A word with a letter wrong.

#![allow(dead_code)]

use upvest_core::{Client, IdempotentCall, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(POST, "/things", idempotant, signed)] //~ ERROR
    fn create(&self, body: &u8) -> IdempotentCall<String>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn create(&self, body: &u8) -> IdempotentCall<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.create(&7);
    let _ = Fake.create(&7);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
