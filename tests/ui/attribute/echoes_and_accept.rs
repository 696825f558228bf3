//! `echoes` with a response that has no fields.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(POST, "/things", signed, accept = "application/pdf", echoes = ["amount"])] //~ ERROR
    fn send(&self, body: &str) -> Call<upvest_core::Bytes>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn send(&self, body: &str) -> Call<upvest_core::Bytes> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.send("x");
    let _ = Fake.send("x");
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
