//! Traits, methods and parameters with names that the expansion might use itself.

use upvest_core::{Call, api};

macro_rules! traits {
    ($($module:ident: $name:ident,)+) => {
        $(
            mod $module {
                use upvest_core::api;

                #[api(scope = "things:admin")]
                pub trait $name: Send + Sync {
                    #[endpoint(GET, "/things/{id}", signed)]
                    fn get(&self, id: u32) -> upvest_core::Call<std::string::String>;
                }
            }
        )+

        #[tokio::test]
        async fn traits_can_have_any_name() {
            let client = super::echo().client();
            $(
                assert_eq!($module::$name::get(&client, 7).await.unwrap(), "/things/7");
                assert_eq!(<dyn $module::$name>::GET.path(), "/things/{id}");
                assert_eq!(<dyn $module::$name>::SCOPES, ["things:admin"]);
            )+
        }
    };
}

traits! {
    s: S,
    t: T,
    api_: Api,
    client: Client,
    call: Call,
    endpoint: Endpoint,
    request: Request,
    result: Result,
    string: String,
    boxed: Box,
    arc: Arc,
    send: Things,
    method: Method,
}

#[api(scope = "things:admin")]
trait Parameters: Send + Sync {
    #[endpoint(GET, "/{self_}/{client}/{request}/{endpoint}/{target}/{this}/{name}", signed)]
    #[expect(clippy::too_many_arguments)]
    fn get(
        &self,
        self_: u32,
        client: u32,
        request: u32,
        endpoint: u32,
        target: u32,
        this: u32,
        name: u32,
    ) -> Call<String>;

    #[endpoint(GET, "/{body}/{query}", signed)]
    fn body_and_query_in_the_path(&self, body: u32, query: u32) -> Call<String>;

    #[endpoint(GET, "/names/{placeholders}/{call}", signed)]
    fn names_of_the_expansion(&self, placeholders: u32, call: u32) -> Call<String>;

    #[endpoint(GET, "/methods/{id}", signed)]
    fn copied(&self, id: u32) -> Call<String>;

    #[endpoint(GET, "/others/{id}", signed)]
    fn placeholders(&self, id: u32) -> Call<String>;
}

/// The type parameter of the implementations for pointers must not shadow these names.
mod types {
    use upvest_core::{Call, api};

    pub(crate) type T = u32;
    pub(crate) type U = String;

    #[api(scope = "things:admin")]
    pub(crate) trait Typed: Send + Sync {
        #[endpoint(GET, "/things/{id}", signed)]
        fn get(&self, id: T) -> Call<U>;
    }
}

#[tokio::test]
async fn types_may_be_called_anything() {
    let typed: std::sync::Arc<dyn types::Typed> = std::sync::Arc::new(super::echo().client());
    assert_eq!(types::Typed::get(&typed, 7).await.unwrap(), "/things/7");
}

#[tokio::test]
async fn parameters_and_methods_can_have_any_name() {
    let client = super::echo().client();
    assert_eq!(client.get(1, 2, 3, 4, 5, 6, 7).await.unwrap(), "/1/2/3/4/5/6/7");
    assert_eq!(client.body_and_query_in_the_path(1, 2).await.unwrap(), "/1/2");
    assert_eq!(client.names_of_the_expansion(1, 2).await.unwrap(), "/names/1/2");
    assert_eq!(client.copied(7).await.unwrap(), "/methods/7");
    assert_eq!(client.placeholders(7).await.unwrap(), "/others/7");
}
