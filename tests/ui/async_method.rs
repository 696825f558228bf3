//! An `async fn`: a call is awaited, not the method.

use upvest_core::{Call, api};

#[api]
pub trait Things {
    #[endpoint(GET, "/things", signed)]
    async fn list(&self) -> Call<String>;
}

struct Fake;

impl Things for Fake {
    async fn list(&self) -> Call<String> { unimplemented!() }
}

fn main() {
    let _ = Fake.list();
}
