//! Accounts and account groups.

use serde_json::Value;
use upvest_core::{AccountGroupId, Call, IdempotentCall, Page, api};
use uuid::Uuid;

use super::{AccountId, ListFeeCollections, Paging, Period, UserId};

/// Account groups.
#[api(scope = "accounts:admin")]
pub trait AccountGroups: Send + Sync {
    #[endpoint(GET, "/users/{user_id}/account_groups", signed, scope = ["accounts:read", "accounts:admin"])]
    fn list_account_groups_of_user(&self, user_id: UserId, query: &Paging) -> Call<Page<Value>>;

    #[endpoint(GET, "/account_groups/{account_group_id}", signed, scope = ["accounts:read", "accounts:admin"])]
    fn get_account_group(&self, account_group_id: AccountGroupId) -> Call<Value>;

    #[endpoint(DELETE, "/account_groups/{account_group_id}", signed)]
    fn close_account_group(&self, account_group_id: AccountGroupId) -> Call<()>;

    #[endpoint(GET, "/account_groups", signed, scope = ["accounts:read", "accounts:admin"])]
    fn list_account_groups(&self, query: &Paging) -> Call<Page<Value>>;

    #[endpoint(POST, "/account_groups", idempotent, signed)]
    fn create_account_group(&self, body: &Value) -> IdempotentCall<Value>;
}

/// Accounts.
#[api(scope = "accounts:admin")]
pub trait Accounts: Send + Sync {
    #[endpoint(GET, "/users/{user_id}/accounts", signed, scope = ["accounts:read", "accounts:admin"])]
    fn list_accounts_of_user(&self, user_id: UserId, query: &Paging) -> Call<Page<Value>>;

    #[endpoint(GET, "/accounts/{account_id}", signed, scope = ["accounts:read", "accounts:admin"])]
    fn get_account(&self, account_id: AccountId) -> Call<Value>;

    #[endpoint(PATCH, "/accounts/{account_id}", signed)]
    fn update_account(&self, account_id: AccountId, body: &Value) -> Call<Value>;

    #[endpoint(DELETE, "/accounts/{account_id}", signed)]
    fn close_account(&self, account_id: AccountId) -> Call<()>;

    #[endpoint(GET, "/accounts", signed, scope = ["accounts:read", "accounts:admin"])]
    fn list_accounts(&self, query: &Paging) -> Call<Page<Value>>;

    #[endpoint(POST, "/accounts", idempotent, signed)]
    fn create_account(&self, body: &Value) -> IdempotentCall<Value>;
}

/// Account liquidations.
#[api(scope = "account_liquidations:admin")]
pub trait Liquidations: Send + Sync {
    #[endpoint(GET, "/accounts/{account_id}/liquidations", signed, scope = ["account_liquidations:read", "account_liquidations:admin"])]
    fn list_liquidations(&self, account_id: AccountId, query: &Period) -> Call<Page<Value>>;

    #[endpoint(POST, "/accounts/{account_id}/liquidations", idempotent, signed)]
    fn liquidate_account(&self, account_id: AccountId, body: &Value) -> IdempotentCall<Value>;

    #[endpoint(GET, "/accounts/{account_id}/liquidations/{account_liquidation_id}", signed, scope = ["account_liquidations:read", "account_liquidations:admin"])]
    fn get_liquidation(&self, account_id: AccountId, account_liquidation_id: Uuid) -> Call<Value>;

    #[endpoint(DELETE, "/accounts/{account_id}/liquidations/{account_liquidation_id}", signed)]
    fn cancel_liquidation(&self, account_id: AccountId, account_liquidation_id: Uuid) -> Call<()>;
}

/// Fee collections from accounts.
#[api(scope = "fees:admin")]
pub trait Fees: Send + Sync {
    #[endpoint(GET, "/fees/collections", signed, scope = ["fees:read", "fees:admin"])]
    fn list_fee_collections(&self, query: &ListFeeCollections) -> Call<Page<Value>>;

    #[endpoint(POST, "/fees/collections", idempotent, signed)]
    fn create_fee_collection(&self, body: &Value) -> IdempotentCall<Value>;

    #[endpoint(GET, "/fees/collections/{fee_collection_id}", signed, scope = ["fees:read", "fees:admin"])]
    fn get_fee_collection(&self, fee_collection_id: Uuid) -> Call<Value>;
}
