//! An optional parameter that goes nowhere is one mistake.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things", signed)]
    fn list(&self, limit: Option<u8>) -> Call<String>; //~ ERROR
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn list(&self, limit: Option<u8>) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.list(None);
    let _ = Fake.list(None);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
