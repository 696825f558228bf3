//! A form that cannot be written.

#![allow(unused)]

use upvest_core::{Call, Client, api};

pub struct Opaque;

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(POST, "/things", form, anonymous, signed)]
    fn create(&self, body: &Opaque) -> Call<String>; //~ ERROR
}

struct Fake;

impl Things for Fake {
    fn create(&self, body: &Opaque) -> Call<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.create(&Opaque);
    let _ = Fake.create(&Opaque);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
