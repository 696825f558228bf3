//! `crate` without a path.

#![allow(unused)]

use upvest_core::{Call, Client, api};

#[api(crate)] //~ ERROR
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", signed)]
    fn get(&self, id: u8) -> Call<String>;
}

struct Fake;

impl Things for Fake {
    fn get(&self, id: u8) -> Call<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.get(7);
    let _ = Fake.get(7);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
