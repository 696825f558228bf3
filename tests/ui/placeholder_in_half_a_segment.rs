//! A placeholder that does not fill its segment.

use upvest_core::{Call, Client, api};

#[api]
pub trait Things {
    #[endpoint(GET, "/things/x-{id}", signed)]
    fn get(&self, id: u8) -> Call<String>;
}

struct Fake;

impl Things for Fake {
    fn get(&self, _: u8) -> Call<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.get(7);
    let _: Option<Box<dyn Things>> = None;
    let _ = Fake.get(7);
}

fn main() {}
