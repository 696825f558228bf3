//! A body of many that cannot be written.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

pub struct Opaque;

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(POST, "/things", signed)]
    fn create(&self, body: &[Opaque]) -> Call<String>; //~ ERROR
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn create(&self, body: &[Opaque]) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.create(&[]);
    let _ = Fake.create(&[]);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
