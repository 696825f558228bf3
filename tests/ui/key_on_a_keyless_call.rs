//! An idempotency key for a call that takes none.

use upvest_core::{Call, Client, IdempotencyKey, api};

#[api]
pub trait Things {
    #[endpoint(DELETE, "/things/{id}", signed)]
    fn remove(&self, id: u8) -> Call<()>;
}

fn uses(client: &Client) {
    let _ = client.remove(7).idempotency_key(IdempotencyKey::random());
}

fn main() {}
