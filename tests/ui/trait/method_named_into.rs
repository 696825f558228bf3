//! A method with the name of one of a trait that every type implements.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things", signed)]
    fn into(&self) -> Call<String>; //~ ERROR
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn into(&self) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = Things::into(&Fake);
}

fn main() {}
