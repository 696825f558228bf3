//! One method, two endpoints.

use upvest_core::{Call, Client, api};

#[api]
pub trait Things {
    #[endpoint(GET, "/things", signed)]
    #[endpoint(GET, "/other_things", signed)]
    fn list(&self) -> Call<String>;
}

struct Fake;

impl Things for Fake {
    fn list(&self) -> Call<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.list();
    let _ = Fake.list();
}

fn main() {}
