//! A header in capitals.

#![allow(unused)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", header = "Accept-Language", signed)] //~ ERROR
    fn get(&self, id: u8, accept_language: &str) -> Call<String>;
}

struct Fake;

impl Things for Fake {
    fn get(&self, id: u8, accept_language: &str) -> Call<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.get(7, "de");
    let _ = Fake.get(7, "de");
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
