//! The constant of a method that is deprecated.

#![allow(dead_code)]
#![deny(deprecated, unused_must_use)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[deprecated = "use `find`"]
    #[endpoint(GET, "/things/{id}", signed)]
    fn get(&self, id: u8) -> Call<String>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn get(&self, id: u8) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    #[allow(deprecated)]
    let _ = Fake.get(7);
    let _ = <dyn Things>::GET; //~ ERROR
}

fn main() {}
