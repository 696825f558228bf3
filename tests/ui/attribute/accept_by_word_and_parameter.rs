//! A type of answer that the caller says as well.

#![allow(dead_code)]

use upvest_core::{Bytes, Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", accept = "text/csv", header = "accept", signed)] //~ ERROR
    fn get(&self, id: u8, accept: &str) -> Call<Bytes>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn get(&self, id: u8, accept: &str) -> Call<Bytes> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.get(7, "text/csv");
    let _ = Fake.get(7, "text/csv");
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
