//! An operation that was added after version 1.9.0, for a shape that no older one has.

use serde_json::Value;
use upvest_core::{Call, Redirect, api};

use super::File;

/// Files to fetch.
#[api(scope = "reports:read")]
pub trait Files: Send + Sync {
    #[endpoint(GET, "/files/{folder}/{file_name}", signed)]
    fn get_file(&self, folder: &str, file_name: &str) -> Call<Value>;

    #[endpoint(GET, "/files/{folder}/{file_name}", redirect, signed)]
    fn find_file(&self, folder: &str, file_name: &str, query: &File) -> Call<Redirect>;
}
