//! An associated constant in the trait.

use upvest_core::{Call, api};

#[api]
pub trait Things {
    const VERSION: u8;
    #[endpoint(GET, "/things", signed)]
    fn list(&self) -> Call<String>;
}

struct Fake;

impl Things for Fake {
    const VERSION: u8 = 1;
    fn list(&self) -> Call<String> { unimplemented!() }
}

fn main() {
    let _ = (Fake.list(), Fake::VERSION);
}
