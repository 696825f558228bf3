//! A type that is not there, which the compiler says in its own words.

#![allow(unused)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(POST, "/things", signed)]
    fn create(&self, body: &Oder) -> Call<String>; //~ ERROR
}

struct Fake;

impl Things for Fake {
    fn create(&self, body: &u8) -> Call<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
