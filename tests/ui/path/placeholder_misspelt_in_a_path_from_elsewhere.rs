//! A path that a macro was given, and parameters that it writes itself.

#![allow(dead_code)]

use upvest_core::{Call, Client, api};

macro_rules! declare {
    ($path:literal) => {
        #[api(scope = "things:admin")]
        pub trait Things: Send + Sync {
            #[endpoint(GET, $path, signed)]
            fn get(&self, id: u8, part: u8) -> Call<String>;
        }
    };
}

declare!("/things/{id}/parts/{parts}"); //~ ERROR

struct Fake;

impl Things for Fake {
    fn get(&self, _: u8, _: u8) -> Call<String> { unimplemented!() }
}

fn uses(client: &Client) {
    let _ = client.get(7, 7);
    let _ = Fake.get(7, 7);
}

fn main() {}
