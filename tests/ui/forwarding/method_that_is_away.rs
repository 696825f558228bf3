//! A method that is configured away.

#![allow(dead_code)]
#![deny(deprecated, unused_must_use)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[cfg(any())]
    #[endpoint(GET, "/things/{id}", signed)]
    fn get(&self, id: u8) -> Call<String>;

    #[endpoint(GET, "/things", signed)]
    fn list(&self) -> Call<String>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn list(&self) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = Fake.list();
    let _ = client.get(7); //~ ERROR
}

fn main() {}
