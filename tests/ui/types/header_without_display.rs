//! A header that is no text.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

pub struct Opaque;

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", header = "accept-language", signed)]
    fn get(&self, id: u8, accept_language: Opaque) -> Call<String>; //~ ERROR
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn get(&self, id: u8, accept_language: Opaque) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.get(7, Opaque);
    let _ = Fake.get(7, Opaque);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
