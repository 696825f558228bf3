//! `echoes` with a body that is no JSON.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(POST, "/auth/token", form, anonymous, signed, echoes = ["amount"])] //~ ERROR
    fn send(&self, body: &str) -> Call<String>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn send(&self, body: &str) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.send("x");
    let _ = Fake.send("x");
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
