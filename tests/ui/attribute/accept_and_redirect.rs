//! An answer of two kinds.

#![allow(unused)]

use upvest_core::{Call, Client, Redirect, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", accept = "text/csv", redirect, signed)] //~ ERROR
    fn get(&self, id: u8) -> Call<Redirect>;
}

struct Fake;

impl Things for Fake {
    fn get(&self, id: u8) -> Call<Redirect> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.get(7);
    let _ = Fake.get(7);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
