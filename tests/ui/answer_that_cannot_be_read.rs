//! An answer type without `Deserialize`.

use upvest_core::{Call, Client, api};

pub struct Opaque;

#[api]
pub trait Things {
    #[endpoint(GET, "/things", signed)]
    fn list(&self) -> Call<Opaque>;
}

struct Fake;

impl Things for Fake {
    fn list(&self) -> Call<Opaque> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.list();
    let _ = Fake.list();
}

fn main() {}
