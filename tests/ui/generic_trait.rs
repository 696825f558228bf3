//! A trait with a generic parameter.

use upvest_core::{Call, api};

#[api]
pub trait Things<T> {
    #[endpoint(GET, "/things", signed)]
    fn list(&self, query: &T) -> Call<String>;
}

struct Fake;

impl Things<u8> for Fake {
    fn list(&self, _: &u8) -> Call<String> { unimplemented!() }
}

fn main() {
    let _ = Fake.list(&7);
}
