//! A path value that is no text.

#![allow(unused)]

use upvest_core::{Call, Client, api};

pub struct Opaque;

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", signed)]
    fn get(&self, id: Opaque) -> Call<String>; //~ ERROR
}

struct Fake;

impl Things for Fake {
    fn get(&self, id: Opaque) -> Call<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.get(Opaque);
    let _ = Fake.get(Opaque);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
