//! A trait without the scope that its endpoints need.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api]
pub trait Things: Send + Sync { //~ ERROR
    #[endpoint(GET, "/things/{id}", signed)]
    fn get(&self, id: u8) -> Call<String>;

    #[endpoint(GET, "/things", signed, scope = "things:read")]
    fn list(&self) -> Call<String>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn get(&self, id: u8) -> Call<String> { unimplemented!() }
    fn list(&self) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.get(7);
    let _ = Fake.list();
}

fn main() {}
