//! A generic method.

use upvest_core::{Call, api};

#[api]
pub trait Things {
    #[endpoint(GET, "/things/{id}", signed)]
    fn get<T: ToString>(&self, id: T) -> Call<String>;
}

struct Fake;

impl Things for Fake {
    fn get<T: ToString>(&self, _: T) -> Call<String> { unimplemented!() }
}

fn main() {
    let _ = Fake.get(7);
}
