//! Traits that a `macro_rules` macro writes, with parts that come from where it is called.

use upvest_core::{Call, IdempotentCall, api};

macro_rules! declare {
    ($name:ident, $path:literal, $method:ident($param:ident: $ty:ty) -> $answer:ty, $scope:literal) => {
        #[api(scope = $scope)]
        trait $name: Send + Sync {
            #[endpoint(GET, $path, signed)]
            fn $method(&self, $param: $ty) -> Call<$answer>;

            // The parameter is the macro's, and the path that names it is the caller's.
            #[endpoint(DELETE, $path, signed)]
            fn remove(&self, id: u32) -> Call<$answer>;

            // The other way round.
            #[endpoint(PUT, "/fixed/{id}", signed)]
            fn replace(&self, $param: $ty, body: &$ty) -> Call<$answer>;

            #[endpoint(POST, "/things", idempotent, signed)]
            fn create(&self, body: &$ty) -> IdempotentCall<$answer>;
        }
    };
}

declare!(Things, "/things/{id}", get(id: u32) -> String, "things:admin");

#[tokio::test]
async fn it_works() {
    let client = super::echo().client();
    assert_eq!(client.get(7).await.unwrap(), "/things/7");
    assert_eq!(client.remove(7).await.unwrap(), "/things/7");
    assert_eq!(client.replace(7, &8).await.unwrap(), "/fixed/7");
    assert_eq!(client.create(&7).await.unwrap(), "/things");
    assert_eq!(<dyn Things>::SCOPES, ["things:admin"]);
}
