//! `Accounts`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use upvest_core::{AccountGroupId, Call, IdempotentCall, Page, api, events};

use super::{
    Account, AccountGroup, AccountGroupType, AccountId, AccountType, SortByCreatedAt, SortOrder,
    UserId,
};

/// The endpoints of `Accounts`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "accounts:admin")]
pub trait Accounts: Send + Sync {
    /// Calls the operation `retrieve_account_group`. The status of a success is 200.
    #[endpoint(
        GET,
        "/account_groups/{account_group_id}",
        signed,
        scope = ["accounts:read", "accounts:admin"],
    )]
    fn retrieve_account_group(&self, account_group_id: AccountGroupId) -> Call<AccountGroup>;

    /// Calls the operation `account_group_closure`. The status of a success is 202.
    #[endpoint(DELETE, "/account_groups/{account_group_id}", signed)]
    fn account_group_closure(&self, account_group_id: AccountGroupId) -> Call<()>;

    /// Calls the operation `retrieve_account`. The status of a success is 200.
    #[endpoint(GET, "/accounts/{account_id}", signed, scope = ["accounts:read", "accounts:admin"])]
    fn retrieve_account(&self, account_id: AccountId) -> Call<Account>;

    /// Calls the operation `update_account`. The status of a success is 200.
    #[endpoint(PATCH, "/accounts/{account_id}", signed)]
    fn update_account(&self, account_id: AccountId, body: &UpdateAccount) -> Call<Account>;

    /// Calls the operation `account_closure`. The status of a success is 202.
    #[endpoint(DELETE, "/accounts/{account_id}", signed)]
    fn account_closure(&self, account_id: AccountId) -> Call<()>;

    /// Calls the operation `list_account_groups`. The status of a success is 200.
    #[endpoint(GET, "/account_groups", signed, scope = ["accounts:read", "accounts:admin"])]
    fn list_account_groups(&self, query: &ListAccountGroups) -> Call<Page<AccountGroup>>;

    /// Calls the operation `create_account_group`. The status of a success is 200.
    #[endpoint(POST, "/account_groups", idempotent, signed)]
    fn create_account_group(&self, body: &CreateAccountGroup) -> IdempotentCall<AccountGroup>;

    /// Calls the operation `list_accounts`. The status of a success is 200.
    #[endpoint(GET, "/accounts", signed, scope = ["accounts:read", "accounts:admin"])]
    fn list_accounts(&self, query: &ListAccounts) -> Call<Page<Account>>;

    /// Calls the operation `create_account`. The status of a success is 200.
    #[endpoint(POST, "/accounts", idempotent, signed)]
    fn create_account(&self, body: &CreateAccount) -> IdempotentCall<Account>;
}

/// The query of `list_account_groups`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListAccountGroups {
    /// `created_at`. Default: `created_at`.
    pub sort: Option<SortByCreatedAt>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
}

/// The query of `list_accounts`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListAccounts {
    /// `created_at`. Default: `created_at`.
    pub sort: Option<SortByCreatedAt>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
}

/// The request body of `update_account`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateAccount {
    /// A text of at most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// The request body of `create_account_group`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateAccountGroup {
    /// A UUID.
    pub user_id: UserId,
    /// `PERSONAL` or `LEGAL_ENTITY`.
    pub r#type: AccountGroupType,
}

impl CreateAccountGroup {
    /// Creates a value from all fields.
    #[must_use]
    pub const fn new(user_id: UserId, r#type: AccountGroupType) -> Self {
        Self { user_id, r#type }
    }
}

/// The request body of `create_account`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateAccount {
    /// A UUID.
    pub user_id: UserId,
    /// A UUID.
    pub account_group_id: AccountGroupId,
    /// `TRADING` or `PORTFOLIO`.
    pub r#type: AccountType,
    /// A text of at most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl CreateAccount {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub const fn new(
        user_id: UserId,
        account_group_id: AccountGroupId,
        r#type: AccountType,
    ) -> Self {
        Self { user_id, account_group_id, r#type, name: None }
    }
}

events! {
    /// The events of `Accounts`, as sent by webhook.
    pub enum AccountEvent {
        /// `ACCOUNT.CREATED`.
        Created(Account) = "ACCOUNT.CREATED",
        /// `ACCOUNT.ACTIVATED`.
        Activated(Account) = "ACCOUNT.ACTIVATED",
        /// `ACCOUNT.CLOSING_INITIATED`.
        ClosingInitiated(Account) = "ACCOUNT.CLOSING_INITIATED",
        /// `ACCOUNT.CLOSED`.
        Closed(Account) = "ACCOUNT.CLOSED",
        /// `ACCOUNT.LOCKED`.
        Locked(Account) = "ACCOUNT.LOCKED",
        /// `ACCOUNT.UPDATED`.
        Updated(Account) = "ACCOUNT.UPDATED",
    }
}
