//! A header that a word brings along.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(POST, "/things", header = "idempotency-key", signed)] //~ ERROR
    fn create(&self, idempotency_key: &str) -> Call<String>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn create(&self, idempotency_key: &str) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.create("x");
    let _ = Fake.create("x");
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
