//! `#[endpoint]` in a trait that has no `#[api]`.

use upvest_core::{Call, endpoint};

pub trait Things {
    #[endpoint(GET, "/things", signed)]
    fn list(&self) -> Call<String>;
}

struct Fake;

impl Things for Fake {
    fn list(&self) -> Call<String> { unimplemented!() }
}

fn main() {
    let _ = Fake.list();
}
