//! A key for a call that takes none.

#![allow(dead_code)]

use upvest_core::{Call, Client, IdempotencyKey, Timestamp, api};

#[api(scope = "things:admin")]
pub trait Things: Send + Sync {
    #[endpoint(DELETE, "/things/{id}", signed)]
    fn remove(&self, id: u8) -> Call<()>;
}

struct Fake;

#[allow(unused_variables)]
impl Things for Fake {
    fn remove(&self, id: u8) -> Call<()> { unimplemented!() }
}

#[allow(unused_variables)]
fn uses(client: &Client) {
    let _ = Fake.remove(7);
    let _ = client.remove(7).idempotency_key(IdempotencyKey::random(), Timestamp::now()); //~ ERROR
}

fn main() {}
