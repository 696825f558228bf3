//! A method with the name of a table.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", signed)]
    fn endpoints(&self, id: u8) -> Call<String>; //~ ERROR
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn endpoints(&self, id: u8) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.endpoints(7);
    let _ = Fake.endpoints(7);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
