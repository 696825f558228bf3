//! A trait that cannot be an object.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Clone + Send + Sync { //~ ERROR
    #[endpoint(GET, "/things/{id}", signed)]
    fn get(&self, id: u8) -> Call<String>;
}

#[derive(Clone)]
struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn get(&self, id: u8) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.get(7);
    let _ = Fake.get(7);
}

fn main() {}
