//! `form`, but nothing to send.

use upvest_core::{Call, Client, api};

#[api]
pub trait Things {
    #[endpoint(POST, "/things", form, signed)]
    fn create(&self) -> Call<String>;
}

struct Fake;

impl Things for Fake {
    fn create(&self) -> Call<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.create();
    let _: Option<Box<dyn Things>> = None;
    let _ = Fake.create();
}

fn main() {}
