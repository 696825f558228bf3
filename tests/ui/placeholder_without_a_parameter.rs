//! A placeholder that no parameter fills.

use upvest_core::{Call, Client, api};

#[api]
pub trait Things {
    #[endpoint(GET, "/things/{id}", signed)]
    fn get(&self) -> Call<String>;
}

struct Fake;

impl Things for Fake {
    fn get(&self) -> Call<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.get();
    let _: Option<Box<dyn Things>> = None;
    let _ = Fake.get();
}

fn main() {}
