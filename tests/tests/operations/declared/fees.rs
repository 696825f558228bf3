//! `Fees`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use upvest_core::{
    AccountGroupId, Amount, Call, Currency, Date, IdempotentCall, Page, Timestamp, api, events, id,
    open_enum,
};

use super::{AccountId, SortOrder};

/// The endpoints of `Fees`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = ["fees:read", "fees:admin"])]
pub trait Fees: Send + Sync {
    /// Calls the operation `list_fee_collections`. The status of a success is 200.
    #[endpoint(GET, "/fees/collections", signed)]
    fn list_fee_collections(&self, query: &ListFeeCollections) -> Call<Page<FeeCollection>>;

    /// Calls the operation `create_fee_collection`. The status of a success is 200.
    #[endpoint(POST, "/fees/collections", idempotent, signed, scope = "fees:admin")]
    fn create_fee_collection(&self, body: &CreateFeeCollection) -> IdempotentCall<FeeCollection>;

    /// Calls the operation `retrieve_fee_collection`. The status of a success is 200.
    #[endpoint(GET, "/fees/collections/{fee_collection_id}", signed)]
    fn retrieve_fee_collection(&self, fee_collection_id: FeeCollectionId) -> Call<FeeCollection>;
}

/// The query of `list_fee_collections`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListFeeCollections {
    /// A UUID.
    pub account_id: AccountId,
    /// A UUID.
    pub account_group_id: AccountGroupId,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
}

impl ListFeeCollections {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub const fn new(account_id: AccountId, account_group_id: AccountGroupId) -> Self {
        Self { account_id, account_group_id, order: None, offset: None, limit: None }
    }
}

/// An item of a response of `list_fee_collections`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FeeCollection {
    /// A UUID.
    pub id: FeeCollectionId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A UUID.
    pub account_id: AccountId,
    /// A UUID.
    pub account_group_id: AccountGroupId,
    /// `SERVICE_FEE` or `SERVICE_FEE_LIQUIDATION`.
    pub r#type: FeeCollectionType,
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    pub collection_amount: Amount,
    /// See [`FeeCollectionProcessedAmount`].
    pub processed_amount: FeeCollectionProcessedAmount,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
    /// `PROCESSING`, `FINALISED` or `CANCELLED`.
    pub status: FeeCollectionStatus,
    /// A date, `YYYY-MM-DD`.
    pub period_start: Date,
    /// A date, `YYYY-MM-DD`.
    pub period_end: Date,
}

impl FeeCollection {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub const fn new(
        id: FeeCollectionId,
        created_at: Timestamp,
        updated_at: Timestamp,
        account_id: AccountId,
        account_group_id: AccountGroupId,
        r#type: FeeCollectionType,
        collection_amount: Amount,
        processed_amount: FeeCollectionProcessedAmount,
        currency: Currency,
        status: FeeCollectionStatus,
        period_start: Date,
        period_end: Date,
    ) -> Self {
        Self {
            id,
            created_at,
            updated_at,
            account_id,
            account_group_id,
            r#type,
            collection_amount,
            processed_amount,
            currency,
            status,
            period_start,
            period_end,
        }
    }
}

/// The field `processed_amount` of [`FeeCollection`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FeeCollectionProcessedAmount {
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cash_balance: Option<Amount>,
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sell_to_cover: Option<Amount>,
}

/// The request body of `create_fee_collection`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateFeeCollection {
    /// A UUID.
    pub account_id: AccountId,
    /// `SERVICE_FEE` or `SERVICE_FEE_LIQUIDATION`.
    pub r#type: FeeCollectionType,
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    pub collection_amount: Amount,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
    /// A date, `YYYY-MM-DD`.
    pub period_start: Date,
    /// A date, `YYYY-MM-DD`.
    pub period_end: Date,
}

impl CreateFeeCollection {
    /// Creates a value from all fields.
    #[must_use]
    pub const fn new(
        account_id: AccountId,
        r#type: FeeCollectionType,
        collection_amount: Amount,
        currency: Currency,
        period_start: Date,
        period_end: Date,
    ) -> Self {
        Self { account_id, r#type, collection_amount, currency, period_start, period_end }
    }
}

open_enum! {
    /// The field `type` of [`FeeCollection`].
    pub enum FeeCollectionType {
        /// `SERVICE_FEE`.
        ServiceFee = "SERVICE_FEE",
        /// `SERVICE_FEE_LIQUIDATION`.
        ServiceFeeLiquidation = "SERVICE_FEE_LIQUIDATION",
    }
}

open_enum! {
    /// The field `status` of [`FeeCollection`].
    pub enum FeeCollectionStatus {
        /// `PROCESSING`.
        Processing = "PROCESSING",
        /// `FINALISED`.
        Finalised = "FINALISED",
        /// `CANCELLED`.
        Cancelled = "CANCELLED",
    }
}

events! {
    /// The events of `Fees`, as sent by webhook.
    pub enum FeeEvent {
        /// `FEE_COLLECTION.CREATED`.
        Created(FeeCollection) = "FEE_COLLECTION.CREATED",
        /// `FEE_COLLECTION.FINALISED`.
        Finalised(FeeCollection) = "FEE_COLLECTION.FINALISED",
        /// `FEE_COLLECTION.CANCELLED`.
        Cancelled(FeeCollection) = "FEE_COLLECTION.CANCELLED",
    }
}

id! {
    /// Identifies a fee collection.
    pub struct FeeCollectionId;
}
