//! A removal without a signature.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(DELETE, "/things/{id}")] //~ ERROR
    fn remove(&self, id: u8) -> Call<()>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn remove(&self, id: u8) -> Call<()> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.remove(7);
    let _ = Fake.remove(7);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
