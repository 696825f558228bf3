//! A form without a token that is not for one.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(POST, "/things", form, anonymous, signed)] //~ ERROR
    fn get(&self, body: &str) -> Call<String>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn get(&self, body: &str) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.get("x");
}

fn main() {}
