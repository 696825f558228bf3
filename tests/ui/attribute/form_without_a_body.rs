//! A form with nothing in it.

#![allow(unused)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(POST, "/things", form, anonymous, signed)] //~ ERROR
    fn create(&self) -> Call<String>;
}

struct Fake;

impl Things for Fake {
    fn create(&self) -> Call<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.create();
    let _ = Fake.create();
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
