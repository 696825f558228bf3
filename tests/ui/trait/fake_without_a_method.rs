//! A fake that leaves a method out, which the compiler says in its own words.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", signed)]
    fn get(&self, id: u8) -> Call<String>;

    #[endpoint(GET, "/things", signed)]
    fn list(&self) -> Call<String>;
}

struct Fake;

impl Things for Fake { //~ ERROR
    fn get(&self, _: u8) -> Call<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.get(7);
    let _ = Fake.list();
}

fn main() {}
