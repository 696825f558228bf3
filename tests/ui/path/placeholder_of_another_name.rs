//! A placeholder and a parameter with different names are one mistake.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{thing}/parts/{part}", signed)] //~ ERROR
    fn get(&self, thing: u8, component: u8) -> Call<String>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn get(&self, thing: u8, component: u8) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.get(7, 7);
    let _ = Fake.get(7, 7);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
