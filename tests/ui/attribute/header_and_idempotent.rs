//! A header that a record has no place for.

#![allow(dead_code)]

use upvest_core::{Client, IdempotentCall, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(POST, "/things", header = "accept-language", idempotent, signed)] //~ ERROR
    fn create(&self, accept_language: &str) -> IdempotentCall<String>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn create(&self, accept_language: &str) -> IdempotentCall<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.create("de");
    let _ = Fake.create("de");
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
