//! A removal without a signature.

#![allow(unused)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(DELETE, "/things/{id}")] //~ ERROR
    fn remove(&self, id: u8) -> Call<()>;
}

struct Fake;

impl Things for Fake {
    fn remove(&self, id: u8) -> Call<()> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.remove(7);
    let _ = Fake.remove(7);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
