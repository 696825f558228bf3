//! Tests of the macro. `compile_fail` checks its diagnostics and `declared_trait` the use of a
//! trait. Each other file covers a place, or names in scope, where the expansion must work.

// How a renamed dependency is resolved.
extern crate upvest_core as another_name;

mod attributes;
mod borrowed;
mod cfg;
mod compile_fail;
mod declared_trait;
mod evolution;
/// What serde's derive emits allows some lints.
mod allowed_lints {
    #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
    pub struct Thing {
        pub name: String,
    }
}
mod forbidden_lints;
mod from_a_macro;
mod in_a_function;
mod lints;
mod names;
mod no_prelude;
mod objects;
mod raw_names;
mod renamed_core;
mod shadowed_core;
mod shadowed_prelude;
mod visibility;

use upvest_tests::in_memory::{Server, reply};

/// A server that responds to every request with its path and query, as a JSON string.
fn echo() -> Server {
    Server::new(|_, request| {
        let path = request.uri().path_and_query().map(ToString::to_string);
        reply(200, "application/json", &serde_json::json!(path).to_string())
    })
}

/// The test attribute itself needs the prelude.
#[tokio::test]
async fn without_a_prelude() {
    no_prelude::it_works(echo().client()).await;
}
