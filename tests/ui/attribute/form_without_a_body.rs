//! A form with nothing in it.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(POST, "/auth/token", form, anonymous, signed)] //~ ERROR
    fn create(&self) -> Call<String>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn create(&self) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.create();
    let _ = Fake.create();
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
