//! A `DELETE` with a body.

use upvest_core::{Call, Client, api};

#[api]
pub trait Things {
    #[endpoint(DELETE, "/things", signed)]
    fn remove(&self, body: &u8) -> Call<()>;
}

struct Fake;

impl Things for Fake {
    fn remove(&self, _: &u8) -> Call<()> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.remove(&7);
    let _: Option<Box<dyn Things>> = None;
    let _ = Fake.remove(&7);
}

fn main() {}
