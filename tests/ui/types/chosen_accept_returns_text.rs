//! An answer of a type that the caller chooses, as JSON.

#![allow(unused)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", header = "accept", signed)]
    fn get(&self, id: u8, accept: &str) -> Call<String>; //~ ERROR
}

struct Fake;

impl Things for Fake {
    fn get(&self, id: u8, accept: &str) -> Call<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.get(7, "text/csv");
    let _ = Fake.get(7, "text/csv");
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
