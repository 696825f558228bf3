//! A lifetime that goes from the client to the response.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", signed)]
    fn get<'a>(&self, id: &'a str) -> Call<&'a str>; //~ ERROR
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn get<'a>(&self, id: &'a str) -> Call<&'a str> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.get("7");
    let _ = Fake.get("7");
}

fn main() {}
