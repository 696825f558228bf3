//! `&mut self`.

use upvest_core::{Call, api};

#[api]
pub trait Things {
    #[endpoint(GET, "/things", signed)]
    fn list(&mut self) -> Call<String>;
}

struct Fake;

impl Things for Fake {
    fn list(&mut self) -> Call<String> { unimplemented!() }
}

fn main() {
    let _ = Fake.list();
}
