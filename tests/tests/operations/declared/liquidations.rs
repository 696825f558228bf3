//! `Liquidations`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use upvest_core::{
    Call, Currency, Decimal, IdempotentCall, Page, Timestamp, api, events, id, null_as_default,
    open_enum,
};

use super::{AccountId, OrderId, OrderStatus, SortById, SortOrder, UserId};

/// The endpoints of `Liquidations`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = ["account_liquidations:read", "account_liquidations:admin"])]
pub trait Liquidations: Send + Sync {
    /// Calls the operation `list_accounts_liquidations`. The status of a success is 200.
    #[endpoint(GET, "/accounts/{account_id}/liquidations", signed)]
    fn list_accounts_liquidations(
        &self,
        account_id: AccountId,
        query: &ListAccountsLiquidations,
    ) -> Call<Page<AccountLiquidation>>;

    /// Calls the operation `create_account_liquidation`. The status of a success is 202.
    #[endpoint(
        POST,
        "/accounts/{account_id}/liquidations",
        idempotent,
        signed,
        scope = "account_liquidations:admin"
    )]
    fn create_account_liquidation(
        &self,
        account_id: AccountId,
        body: &CreateAccountLiquidation,
    ) -> IdempotentCall<AccountLiquidation>;

    /// Calls the operation `retrieve_account_liquidation`. The status of a success is 200.
    #[endpoint(GET, "/accounts/{account_id}/liquidations/{account_liquidation_id}", signed)]
    fn retrieve_account_liquidation(
        &self,
        account_id: AccountId,
        account_liquidation_id: AccountLiquidationId,
    ) -> Call<AccountLiquidation>;

    /// Calls the operation `cancel_account_liquidation`. The status of a success is 204.
    #[endpoint(
        DELETE,
        "/accounts/{account_id}/liquidations/{account_liquidation_id}",
        signed,
        scope = "account_liquidations:admin"
    )]
    fn cancel_account_liquidation(
        &self,
        account_id: AccountId,
        account_liquidation_id: AccountLiquidationId,
    ) -> Call<()>;
}

/// The query of `list_accounts_liquidations`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListAccountsLiquidations {
    /// `id`. Default: `id`.
    pub sort: Option<SortById>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
    /// A date and time (RFC 3339). Example: `2022-10-14T00:00:00Z`.
    pub start_date: Option<Timestamp>,
    /// A date and time (RFC 3339). Example: `2022-10-14T00:00:00Z`.
    pub end_date: Option<Timestamp>,
}

/// An item of a response of `list_accounts_liquidations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AccountLiquidation {
    /// A UUID.
    pub id: AccountLiquidationId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// A UUID.
    pub account_id: AccountId,
    /// A decimal number, `^[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub cash_amount: Decimal,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
    /// One of the values of [`AccountLiquidationStatus`].
    pub status: AccountLiquidationStatus,
    /// A list; each item: see [`AccountLiquidationOrder`].
    #[serde(deserialize_with = "null_as_default")]
    pub orders: Vec<AccountLiquidationOrder>,
}

impl AccountLiquidation {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub const fn new(
        id: AccountLiquidationId,
        created_at: Timestamp,
        updated_at: Timestamp,
        account_id: AccountId,
        cash_amount: Decimal,
        currency: Currency,
        status: AccountLiquidationStatus,
        orders: Vec<AccountLiquidationOrder>,
    ) -> Self {
        Self {
            id,
            created_at,
            updated_at,
            user_id: None,
            account_id,
            cash_amount,
            currency,
            status,
            orders,
        }
    }
}

/// An item of the field `orders` of [`AccountLiquidation`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AccountLiquidationOrder {
    /// A UUID.
    pub id: OrderId,
    /// A text. Default: `SELL`.
    pub side: String,
    /// `NEW`, `PROCESSING`, `FILLED` or `CANCELLED`.
    pub status: OrderStatus,
}

impl AccountLiquidationOrder {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub fn new(id: OrderId, side: impl Into<String>, status: OrderStatus) -> Self {
        Self { id, side: side.into(), status }
    }
}

/// The request body of `create_account_liquidation`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateAccountLiquidation {
    /// A UUID.
    pub user_id: UserId,
}

impl CreateAccountLiquidation {
    /// Creates a value from all fields.
    #[must_use]
    pub const fn new(user_id: UserId) -> Self {
        Self { user_id }
    }
}

open_enum! {
    /// The field `status` of [`AccountLiquidation`].
    pub enum AccountLiquidationStatus {
        /// `NEW`.
        New = "NEW",
        /// `PROCESSING`.
        Processing = "PROCESSING",
        /// `FILLED`.
        Filled = "FILLED",
        /// `CANCELLED`.
        Cancelled = "CANCELLED",
        /// `SETTLED`.
        Settled = "SETTLED",
    }
}

events! {
    /// The events of `Liquidations`, as sent by webhook.
    pub enum LiquidationEvent {
        /// `ACCOUNT_LIQUIDATION.NEW`.
        New(AccountLiquidation) = "ACCOUNT_LIQUIDATION.NEW",
        /// `ACCOUNT_LIQUIDATION.PROCESSING`.
        Processing(AccountLiquidation) = "ACCOUNT_LIQUIDATION.PROCESSING",
        /// `ACCOUNT_LIQUIDATION.FILLED`.
        Filled(AccountLiquidation) = "ACCOUNT_LIQUIDATION.FILLED",
        /// `ACCOUNT_LIQUIDATION.CANCELLED`.
        Cancelled(AccountLiquidation) = "ACCOUNT_LIQUIDATION.CANCELLED",
        /// `ACCOUNT_LIQUIDATION.SETTLED`.
        Settled(AccountLiquidation) = "ACCOUNT_LIQUIDATION.SETTLED",
    }
}

id! {
    /// Identifies an account liquidation.
    pub struct AccountLiquidationId;
}
