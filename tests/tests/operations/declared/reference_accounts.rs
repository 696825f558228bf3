//! `Reference Accounts`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use upvest_core::{Call, IdempotentCall, Page, Timestamp, api, id, open_enum};

use super::{SortOrder, UserId};

/// The endpoints of `Reference Accounts`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = ["reference_accounts:admin", "reference_accounts:read"])]
pub trait ReferenceAccounts: Send + Sync {
    /// Calls the operation `list_reference_accounts`. The status of a success is 200.
    #[endpoint(GET, "/users/{user_id}/payments/reference_accounts", signed)]
    fn list_reference_accounts(
        &self,
        user_id: UserId,
        query: &ListReferenceAccounts,
    ) -> Call<Page<ReferenceAccount>>;

    /// Calls the operation `create_reference_account`. The status of a success is 200.
    #[endpoint(
        POST,
        "/payments/reference_accounts",
        idempotent,
        signed,
        scope = "reference_accounts:admin"
    )]
    fn create_reference_account(
        &self,
        body: &CreateReferenceAccount,
    ) -> IdempotentCall<ReferenceAccount>;

    /// Calls the operation `retrieve_reference_account`. The status of a success is 200.
    #[endpoint(GET, "/payments/reference_accounts/{reference_account_id}", signed)]
    fn retrieve_reference_account(
        &self,
        reference_account_id: ReferenceAccountId,
    ) -> Call<ReferenceAccount>;

    /// Calls the operation `delete_reference_account`. The status of a success is 204.
    #[endpoint(
        DELETE,
        "/payments/reference_accounts/{reference_account_id}",
        signed,
        scope = "reference_accounts:admin"
    )]
    fn delete_reference_account(&self, reference_account_id: ReferenceAccountId) -> Call<()>;
}

/// The query of `list_reference_accounts`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListReferenceAccounts {
    /// `id` or `created_at`. Default: `created_at`. Example: `id`.
    pub sort: Option<SortByCreatedAtOrId>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
}

/// An item of a response of `list_reference_accounts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReferenceAccount {
    /// A UUID.
    pub id: ReferenceAccountId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A UUID.
    pub user_id: UserId,
    /// A text of at most 140 characters.
    pub account_owner: String,
    /// A text of at most 100 characters.
    pub name: String,
    /// A text, `^[A-Z]{2}[0-9]{2}[A-Z0-9]{2}\*{10}[A-Z0-9]{4}$`.
    pub iban: String,
    /// A text, `^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$`.
    pub bic: String,
    /// A date and time (RFC 3339).
    pub confirmed_at: Timestamp,
}

impl ReferenceAccount {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub fn new(
        id: ReferenceAccountId,
        created_at: Timestamp,
        updated_at: Timestamp,
        user_id: UserId,
        account_owner: impl Into<String>,
        name: impl Into<String>,
        iban: impl Into<String>,
        bic: impl Into<String>,
        confirmed_at: Timestamp,
    ) -> Self {
        Self {
            id,
            created_at,
            updated_at,
            user_id,
            account_owner: account_owner.into(),
            name: name.into(),
            iban: iban.into(),
            bic: bic.into(),
            confirmed_at,
        }
    }
}

/// The request body of `create_reference_account`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateReferenceAccount {
    /// A UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// A text of at most 140 characters.
    pub account_owner: String,
    /// A text of at most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A text, `^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,26}$`.
    pub iban: String,
    /// A text, `^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$`.
    pub bic: String,
    /// A date and time (RFC 3339).
    pub confirmed_at: Timestamp,
}

impl CreateReferenceAccount {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub fn new(
        account_owner: impl Into<String>,
        iban: impl Into<String>,
        bic: impl Into<String>,
        confirmed_at: Timestamp,
    ) -> Self {
        Self {
            user_id: None,
            account_owner: account_owner.into(),
            name: None,
            iban: iban.into(),
            bic: bic.into(),
            confirmed_at,
        }
    }
}

open_enum! {
    /// The parameter `sort` of `list_reference_accounts`.
    pub enum SortByCreatedAtOrId {
        /// `id`.
        Id = "id",
        /// `created_at`.
        CreatedAt = "created_at",
    }
}

id! {
    /// Identifies a reference account.
    pub struct ReferenceAccountId;
}
