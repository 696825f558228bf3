//! A method with the name of a getter of the client.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things", signed)]
    fn base_url(&self) -> Call<String>; //~ ERROR
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn base_url(&self) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = Fake.base_url();
}

fn main() {}
