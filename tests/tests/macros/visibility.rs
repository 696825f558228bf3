//! The constants of a trait are as visible as the trait.

#![deny(warnings, unreachable_pub)]

mod inner {
    use upvest_core::{Call, api};

    #[api(scope = "things:admin")]
    pub(super) trait ForTheParent: Send + Sync {
        #[endpoint(GET, "/parent", signed)]
        fn parent(&self) -> Call<String>;
    }

    #[api(scope = "things:admin")]
    pub(crate) trait ForTheCrate: Send + Sync {
        #[endpoint(GET, "/crate", signed)]
        fn of_the_crate(&self) -> Call<String>;
    }

    #[api(scope = "things:admin")]
    trait ForNobodyElse: Send + Sync {
        #[endpoint(GET, "/private", signed)]
        fn private(&self) -> Call<String>;
    }

    pub(super) async fn private(client: &upvest_core::Client) -> String {
        assert_eq!(<dyn ForNobodyElse>::PRIVATE.path(), "/private");
        client.private().await.unwrap()
    }
}

#[tokio::test]
async fn it_works() {
    use inner::{ForTheCrate, ForTheParent};

    let client = super::echo().client();
    assert_eq!(<dyn ForTheParent>::PARENT.path(), "/parent");
    assert_eq!(client.parent().await.unwrap(), "/parent");
    assert_eq!(<dyn ForTheCrate>::ENDPOINTS.len(), 1);
    assert_eq!(<dyn ForTheCrate>::SCOPES, ["things:admin"]);
    assert_eq!(client.of_the_crate().await.unwrap(), "/crate");
    assert_eq!(inner::private(&client).await, "/private");
}
