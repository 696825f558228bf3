//! Only fully qualified names are in scope.

#![no_implicit_prelude]

#[::upvest_core::api(scope = "things:admin")]
pub trait Things: ::core::marker::Send + ::core::marker::Sync {
    /// Reads a thing.
    #[endpoint(GET, "/things/{id}", signed)]
    fn get(&self, id: u32) -> ::upvest_core::Call<::std::string::String>;

    /// Creates a thing.
    #[endpoint(POST, "/things", idempotent, signed)]
    fn create(&self, body: &u32) -> ::upvest_core::IdempotentCall<::std::string::String>;
}

pub async fn it_works(client: ::upvest_core::Client) {
    let things: &dyn Things = &client;
    ::std::assert_eq!(things.get(7).await.unwrap(), "/things/7");
    ::std::assert_eq!(things.create(&7).await.unwrap(), "/things");
    ::std::assert_eq!(<dyn Things>::SCOPES, ["things:admin"]);
}
