//! A return type that is no call.

use upvest_core::{Client, api};

#[api]
pub trait Things {
    #[endpoint(POST, "/things", signed)]
    fn create(&self, body: &u8) -> Result<String, u8>;
}

struct Fake;

impl Things for Fake {
    fn create(&self, _: &u8) -> Result<String, u8> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.create(&7);
    let _: Option<Box<dyn Things>> = None;
    let _ = Fake.create(&7);
}

fn main() {}
