//! The table of a trait that others cannot see.

#![allow(dead_code)]
#![deny(deprecated, unused_must_use)]

mod inner {
    use upvest_core::{Call, api};

    #[api(scope = "things:admin")]
    trait Things: Send + Sync {
        #[endpoint(GET, "/things/{id}", signed)]
        fn get(&self, id: u8) -> Call<String>;
    }

    struct Fake;

    impl Things for Fake {
        fn get(&self, _: u8) -> Call<String> { unimplemented!() }
    }

    fn uses() {
        let _ = Fake.get(7);
    }
}

fn uses() {
    let _ = <dyn inner::Things>::ENDPOINTS; //~ ERROR //~ ERROR
}

fn main() {}
