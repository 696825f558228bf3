//! An option that `#[api]` does not know.

use upvest_core::{Call, Client, api};

#[api(scopes = "things:read")]
pub trait Things {
    #[endpoint(GET, "/things", signed)]
    fn list(&self) -> Call<String>;
}

struct Fake;

impl Things for Fake {
    fn list(&self) -> Call<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.list();
    let _ = <dyn Things>::SCOPES;
    let _ = Fake.list();
}

fn main() {}
