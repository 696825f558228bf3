//! A response of two kinds.

#![allow(dead_code)]

use upvest_core::{Call, Client, Redirect, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", accept = "text/csv", redirect, signed)] //~ ERROR
    fn get(&self, id: u8) -> Call<Redirect>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn get(&self, id: u8) -> Call<Redirect> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.get(7);
    let _ = Fake.get(7);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
