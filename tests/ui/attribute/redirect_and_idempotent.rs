//! A redirect that may have to be read from a record.

#![allow(dead_code)]

use upvest_core::{Client, IdempotentCall, Redirect, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(POST, "/things", redirect, idempotent, signed)] //~ ERROR
    fn create(&self, body: &u8) -> IdempotentCall<Redirect>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn create(&self, body: &u8) -> IdempotentCall<Redirect> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.create(&7);
    let _ = Fake.create(&7);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
