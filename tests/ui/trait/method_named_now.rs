//! A method with the name of the client's clock.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things", signed)]
    fn now(&self) -> Call<String>; //~ ERROR
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn now(&self) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = Fake.now();
}

fn main() {}
