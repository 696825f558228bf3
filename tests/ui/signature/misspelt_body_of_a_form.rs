//! A form with its body misspelt.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(POST, "/auth/token", form, anonymous, signed)]
    fn create(&self, bodi: &u8) -> Call<String>; //~ ERROR
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn create(&self, bodi: &u8) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.create(&7);
    let _ = Fake.create(&7);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
