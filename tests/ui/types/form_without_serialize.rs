//! A form that cannot be written.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

pub struct Opaque;

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(POST, "/auth/token", form, anonymous, signed)]
    fn create(&self, body: &Opaque) -> Call<String>; //~ ERROR
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn create(&self, body: &Opaque) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.create(&Opaque);
    let _ = Fake.create(&Opaque);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
