//! A response of a type that the caller chooses, as JSON.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", header = "accept", signed)]
    fn get(&self, id: u8, accept: &str) -> Call<String>; //~ ERROR
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn get(&self, id: u8, accept: &str) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.get(7, "text/csv");
    let _ = Fake.get(7, "text/csv");
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
