//! A trait in a function body, with local names in scope.

use upvest_core::{Call, api};

#[tokio::test]
async fn it_works() {
    /// A local id type.
    #[derive(Debug)]
    struct ThingId(u32);

    impl std::fmt::Display for ThingId {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.0.fmt(f)
        }
    }

    let id = ThingId(7);

    #[api(scope = "things:admin")]
    trait Things: Send + Sync {
        #[endpoint(GET, "/things/{id}", signed)]
        fn get(&self, id: &ThingId) -> Call<String>;
    }

    assert_eq!(super::echo().client().get(&id).await.unwrap(), "/things/7");
    assert_eq!(<dyn Things>::ENDPOINTS.len(), 1);
    if <dyn Things>::GET.is_signed() {
        #[api(scope = "things:admin")]
        trait Things: Send + Sync {
            #[endpoint(GET, "/inner/{id}", signed)]
            fn get(&self, id: &ThingId) -> Call<String>;
        }
        let client = super::echo().client();
        assert_eq!(Things::get(&client, &id).await.unwrap(), "/inner/7");
    }
}
