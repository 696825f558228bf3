//! `echoes` where nothing is sent.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(POST, "/things", signed, echoes = ["amount"])] //~ ERROR
    fn send(&self) -> Call<String>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn send(&self) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.send();
    let _ = Fake.send();
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
