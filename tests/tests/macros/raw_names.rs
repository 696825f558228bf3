//! Names that are Rust keywords: the path contains them as the API spells them.

use serde::Serialize;
use upvest_core::{Call, api};

#[derive(Serialize)]
struct Query {
    r#type: &'static str,
}

#[api(scope = "things:admin")]
trait r#Struct: Send + Sync {
    #[endpoint(GET, "/{type}/{for}", signed)]
    fn r#move(&self, r#type: u32, r#for: &str, query: &Query) -> Call<String>;
}

#[tokio::test]
async fn it_works() {
    let client = super::echo().client();
    let response = client.r#move(7, "x", &Query { r#type: "y" }).await;
    assert_eq!(response.unwrap(), "/7/x?type=y");
    assert_eq!(<dyn r#Struct>::MOVE.name(), "move");
}
