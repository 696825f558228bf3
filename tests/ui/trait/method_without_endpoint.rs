//! A method that nothing is known of.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", signed)]
    fn get(&self, id: u8) -> Call<String>;

    fn list(&self) -> Call<String>; //~ ERROR
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn get(&self, id: u8) -> Call<String> { unimplemented!() }
    fn list(&self) -> Call<String> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.get(7);
    let _ = Fake.get(7);
    let _ = client.list();
    let _ = Fake.list();
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
