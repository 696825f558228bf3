//! Users, their checks and taxes.

use serde_json::Value;
use upvest_core::{Call, IdempotentCall, Page, api};
use uuid::Uuid;

use super::{Paging, UserId};

/// Users and their identifiers.
#[api(scope = "users:admin")]
pub trait Users: Send + Sync {
    #[endpoint(GET, "/users", signed, scope = ["users:read", "users:admin"])]
    fn list_users(&self, query: &Paging) -> Call<Page<Value>>;

    #[endpoint(POST, "/users", idempotent, signed)]
    fn create_user(&self, body: &Value) -> IdempotentCall<Value>;

    #[endpoint(GET, "/users/{user_id}", signed, scope = ["users:read", "users:admin"])]
    fn get_user(&self, user_id: UserId) -> Call<Value>;

    #[endpoint(DELETE, "/users/{user_id}", signed)]
    fn offboard_user(&self, user_id: UserId) -> Call<()>;

    #[endpoint(POST, "/users/{user_id}/data_change_requests", signed)]
    fn request_data_change(&self, user_id: UserId, body: &Value) -> Call<()>;

    #[endpoint(GET, "/users/{user_id}/identifiers", signed, scope = ["users:read", "users:admin"])]
    fn list_identifiers(&self, user_id: UserId) -> Call<Value>;

    #[endpoint(POST, "/users/{user_id}/identifiers", signed)]
    fn create_identifier(&self, user_id: UserId, body: &Value) -> Call<Value>;

    #[endpoint(GET, "/users/{user_id}/identifiers/{identifier_id}", signed, scope = ["users:read", "users:admin"])]
    fn get_identifier(&self, user_id: UserId, identifier_id: Uuid) -> Call<Value>;

    #[endpoint(PATCH, "/users/{user_id}/identifiers/{identifier_id}", signed)]
    fn update_identifier(&self, user_id: UserId, identifier_id: Uuid, body: &Value) -> Call<Value>;
}

/// Checks that a user has to pass.
#[api(scope = "checks:admin")]
pub trait Checks: Send + Sync {
    #[endpoint(GET, "/users/{user_id}/checks", signed, scope = ["checks:read", "checks:admin"])]
    fn list_checks(&self, user_id: UserId) -> Call<Value>;

    #[endpoint(POST, "/users/{user_id}/checks", signed)]
    fn create_check(&self, user_id: UserId, body: &Value) -> Call<Value>;

    #[endpoint(GET, "/users/{user_id}/checks/{check_id}", signed, scope = ["checks:read", "checks:admin"])]
    fn get_check(&self, user_id: UserId, check_id: Uuid) -> Call<Value>;
}

/// Tax residencies of a user.
#[api(scope = "taxes:admin")]
pub trait Taxes: Send + Sync {
    #[endpoint(GET, "/users/{user_id}/tax_residencies", signed, scope = ["taxes:read", "taxes:admin"])]
    fn list_tax_residencies(&self, user_id: UserId) -> Call<Value>;

    #[endpoint(POST, "/users/{user_id}/tax_residencies", idempotent, signed)]
    fn set_tax_residencies(&self, user_id: UserId, body: &Value) -> IdempotentCall<Value>;
}
