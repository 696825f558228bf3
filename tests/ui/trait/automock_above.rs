//! A mock above the attribute instead of below.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[mockall::automock] //~ ERROR //~ ERROR
#[api(scope = "things:admin")] //~ ERROR //~ ERROR
pub trait Things: Send + Sync {
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
    let _ = client.get(7);
}

fn main() {}
