//! A body for a removal.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(DELETE, "/things/{id}", signed)]
    fn remove(&self, id: u8, body: &u8) -> Call<()>; //~ ERROR
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn remove(&self, id: u8, body: &u8) -> Call<()> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.remove(7, &7);
    let _ = Fake.remove(7, &7);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
