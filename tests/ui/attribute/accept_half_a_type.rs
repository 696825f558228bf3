//! `accept` with half a media type.

#![allow(dead_code)]

use upvest_core::{Bytes, Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", accept = "pdf", signed)] //~ ERROR
    fn get(&self, id: u8) -> Call<Bytes>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn get(&self, id: u8) -> Call<Bytes> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.get(7);
    let _ = Fake.get(7);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
