//! A header and a parameter with different names are one mistake.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", header = "accept-language", signed)] //~ ERROR
    fn get(&self, id: u8, language: &str) -> Call<String>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn get(&self, id: u8, language: &str) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.get(7, "x");
    let _ = Fake.get(7, "x");
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
