//! A verb in lower case: the right one is named.

use upvest_core::{Call, Client, api};

#[api]
pub trait Things {
    #[endpoint(post, "/things", signed)]
    fn list(&self) -> Call<String>;
}

struct Fake;

impl Things for Fake {
    fn list(&self) -> Call<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.list();
    let _: Option<Box<dyn Things>> = None;
    let _ = Fake.list();
}

fn main() {}
