//! A `GET` with a body.

use upvest_core::{Call, Client, api};

#[api]
pub trait Things {
    #[endpoint(GET, "/things", signed)]
    fn list(&self, body: &u8) -> Call<String>;
}

struct Fake;

impl Things for Fake {
    fn list(&self, _: &u8) -> Call<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.list(&7);
    let _: Option<Box<dyn Things>> = None;
    let _ = Fake.list(&7);
}

fn main() {}
