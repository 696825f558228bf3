//! The names of the prelude are shadowed.

#![allow(dead_code, non_camel_case_types, unused_macros)]

use upvest_core::{Call, api};

struct Result;
struct Option;
struct Some;
struct None;
struct Ok;
struct Err;
struct Vec;
struct Box;
struct ToString;
struct Into;
struct From;
struct Default;
struct Clone;
struct Iterator;
struct Drop;
struct Fn;
struct Sized;
struct str;
struct u8;

macro_rules! format_args {
    ($($any:tt)*) => {
        compile_error!("this macro is a decoy")
    };
}

macro_rules! unimplemented {
    ($($any:tt)*) => {
        compile_error!("this macro is a decoy")
    };
}

#[api(scope = ["things:read", "things:admin"])]
pub trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", signed)]
    fn get(&self, id: u32, query: &[(&'static std::primitive::str, u32)]) -> Call<String>;
}

#[tokio::test]
async fn it_works() {
    let client = super::echo().client();
    let response = client.get(7, &[("limit", 3)]).await;
    assert!(matches!(response.as_deref(), std::result::Result::Ok("/things/7?limit=3")));
    assert_eq!(<dyn Things>::SCOPES, ["things:read"]);
}
