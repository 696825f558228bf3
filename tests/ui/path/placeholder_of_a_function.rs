//! A placeholder that is called as a function is.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

pub fn id() {}

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", signed)] //~ ERROR
    fn list(&self) -> Call<String>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn list(&self) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.list();
    let _ = Fake.list();
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
