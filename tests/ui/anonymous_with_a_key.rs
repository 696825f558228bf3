//! A key of nobody.

use upvest_core::{Client, IdempotentCall, api};

#[api]
pub trait Things {
    #[endpoint(POST, "/things", anonymous, idempotent, signed)]
    fn create(&self, body: &str) -> IdempotentCall<String>;
}

struct Fake;

impl Things for Fake {
    fn create(&self, _: &str) -> IdempotentCall<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.create("x");
    let _: Option<Box<dyn Things>> = None;
    let _ = Fake.create("x");
}

fn main() {}
