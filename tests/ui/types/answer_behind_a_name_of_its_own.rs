//! A response that cannot be read, in a call behind a type alias.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

pub struct Opaque;

pub type Answered = Call<Opaque>;

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", signed)]
    fn get(&self, id: u8) -> Answered; //~ ERROR
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn get(&self, id: u8) -> Answered { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = client.get(7);
    let _ = Fake.get(7);
    let _ = <dyn Things>::ENDPOINTS;
}

fn main() {}
