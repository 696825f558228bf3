//! A word that means nothing here.

use upvest_core::{Call, Client, api};

#[api]
pub trait Things {
    #[endpoint(POST, "/things", cached, signed)]
    fn create(&self, body: &u8) -> Call<String>;
}

struct Fake;

impl Things for Fake {
    fn create(&self, _: &u8) -> Call<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.create(&7);
    let _: Option<Box<dyn Things>> = None;
    let _ = Fake.create(&7);
}

fn main() {}
