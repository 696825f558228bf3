//! No `&self`.

use upvest_core::{Call, api};

#[api]
pub trait Things {
    #[endpoint(GET, "/things", signed)]
    fn list() -> Call<String>;
}

struct Fake;

impl Things for Fake {
    fn list() -> Call<String> { unimplemented!() }
}

fn main() {
    let _ = <Fake as Things>::list();
}
