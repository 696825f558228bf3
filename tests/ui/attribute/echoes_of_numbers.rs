//! Fields that are no texts.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(POST, "/things", signed, echoes = [1, 2])] //~ ERROR
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
