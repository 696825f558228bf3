//! A body that may be left out.

#![allow(unused)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(POST, "/things", signed)]
    fn create(&self, body: &Option<u8>) -> Call<String>; //~ ERROR
}

struct Fake;

impl Things for Fake {
    fn create(&self, body: &Option<u8>) -> Call<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.create(&None);
    let _ = Fake.create(&None);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
