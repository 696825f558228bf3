//! The core under another name: a renamed dependency, or a re-export by another crate.
//!
//! The unit tests of the macro check that no other name is used. Here all names resolve.

/// A third-party crate that re-exports the core.
pub mod sdk {
    pub use upvest_core as core;
}

mod handed_on {
    use super::sdk::core::{Call, api};

    #[api(scope = "things:admin", crate = crate::renamed_core::sdk::core)]
    pub trait Things: Send + Sync {
        #[endpoint(GET, "/things/{id}", signed)]
        fn get(&self, id: u32) -> Call<String>;
    }
}

mod renamed {
    use another_name::{Call, api};

    #[api(scope = "things:admin", crate = another_name)]
    pub trait Others: Send + Sync {
        #[endpoint(GET, "/others/{id}", signed)]
        fn find(&self, id: u32) -> Call<String>;
    }

    #[api(scope = "things:admin", crate = ::another_name)]
    pub trait Absolute: Send + Sync {
        #[endpoint(GET, "/absolute/{id}", signed)]
        fn look(&self, id: u32) -> Call<String>;
    }
}

#[tokio::test]
async fn it_works() {
    use handed_on::Things as _;
    use renamed::{Absolute as _, Others as _};

    let client = super::echo().client();
    assert_eq!(client.get(7).await.unwrap(), "/things/7");
    assert_eq!(client.find(7).await.unwrap(), "/others/7");
    assert_eq!(client.look(7).await.unwrap(), "/absolute/7");
}
