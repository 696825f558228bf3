//! `Virtual Cash Balances`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use upvest_core::{
    AccountGroupId, Amount, Call, Currency, IdempotentCall, Timestamp, api, events, id, open_enum,
};

/// The endpoints of `Virtual Cash Balances`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "virtual_cash_balances:admin")]
pub trait VirtualCashBalances: Send + Sync {
    /// Calls the operation `create_virtual_cash_increase`. The status of a success is 200.
    #[endpoint(
        POST,
        "/virtual_cash_balances/increases",
        idempotent,
        signed,
        echoes = ["account_group_id", "amount", "currency"],
    )]
    fn create_virtual_cash_increase(
        &self,
        body: &CreateVirtualCashIncrease,
    ) -> IdempotentCall<VirtualCashIncrease>;

    /// Calls the operation `create_virtual_cash_decrease`. The status of a success is 200.
    #[endpoint(
        POST,
        "/virtual_cash_balances/decreases",
        idempotent,
        signed,
        echoes = ["account_group_id", "amount", "currency"],
    )]
    fn create_virtual_cash_decrease(
        &self,
        body: &CreateVirtualCashDecrease,
    ) -> IdempotentCall<VirtualCashDecrease>;

    /// Calls the operation `cancel_virtual_cash_decrease`. The status of a success is 204.
    #[endpoint(DELETE, "/virtual_cash_balances/decreases/{virtual_cash_decrease_id}", signed)]
    fn cancel_virtual_cash_decrease(
        &self,
        virtual_cash_decrease_id: VirtualCashDecreaseId,
    ) -> Call<()>;
}

/// The request body of `create_virtual_cash_increase`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateVirtualCashIncrease {
    /// A UUID.
    pub account_group_id: AccountGroupId,
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    pub amount: Amount,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
}

impl CreateVirtualCashIncrease {
    /// Creates a value from all fields.
    #[must_use]
    pub const fn new(account_group_id: AccountGroupId, amount: Amount, currency: Currency) -> Self {
        Self { account_group_id, amount, currency }
    }
}

/// A response of `create_virtual_cash_increase`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VirtualCashIncrease {
    /// A UUID.
    pub id: VirtualCashIncreaseId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A UUID.
    pub account_group_id: AccountGroupId,
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    pub amount: Amount,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
    /// `ISSUED` or `CONFIRMED`.
    pub status: VirtualCashIncreaseStatus,
}

impl VirtualCashIncrease {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(
        id: VirtualCashIncreaseId,
        created_at: Timestamp,
        updated_at: Timestamp,
        account_group_id: AccountGroupId,
        amount: Amount,
        currency: Currency,
        status: VirtualCashIncreaseStatus,
    ) -> Self {
        Self { id, created_at, updated_at, account_group_id, amount, currency, status }
    }
}

/// The request body of `create_virtual_cash_decrease`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateVirtualCashDecrease {
    /// A UUID.
    pub account_group_id: AccountGroupId,
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    pub amount: Amount,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
}

impl CreateVirtualCashDecrease {
    /// Creates a value from all fields.
    #[must_use]
    pub const fn new(account_group_id: AccountGroupId, amount: Amount, currency: Currency) -> Self {
        Self { account_group_id, amount, currency }
    }
}

/// A response of `create_virtual_cash_decrease`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VirtualCashDecrease {
    /// A UUID.
    pub id: VirtualCashDecreaseId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A UUID.
    pub account_group_id: AccountGroupId,
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    pub amount: Amount,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
    /// `ISSUED`, `CONFIRMED`, `QUEUED` or `CANCELLED`.
    pub status: VirtualCashDecreaseStatus,
}

impl VirtualCashDecrease {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(
        id: VirtualCashDecreaseId,
        created_at: Timestamp,
        updated_at: Timestamp,
        account_group_id: AccountGroupId,
        amount: Amount,
        currency: Currency,
        status: VirtualCashDecreaseStatus,
    ) -> Self {
        Self { id, created_at, updated_at, account_group_id, amount, currency, status }
    }
}

open_enum! {
    /// The field `status` of [`VirtualCashIncrease`].
    pub enum VirtualCashIncreaseStatus {
        /// `ISSUED`.
        Issued = "ISSUED",
        /// `CONFIRMED`.
        Confirmed = "CONFIRMED",
    }
}

open_enum! {
    /// The field `status` of [`VirtualCashDecrease`].
    pub enum VirtualCashDecreaseStatus {
        /// `ISSUED`.
        Issued = "ISSUED",
        /// `CONFIRMED`.
        Confirmed = "CONFIRMED",
        /// `QUEUED`.
        Queued = "QUEUED",
        /// `CANCELLED`.
        Cancelled = "CANCELLED",
    }
}

events! {
    /// The events of `Virtual Cash Balances`, as sent by webhook.
    pub enum VirtualCashBalanceEvent {
        /// `VIRTUAL_CASH_INCREASE.ISSUED`.
        IncreaseIssued(VirtualCashIncrease) = "VIRTUAL_CASH_INCREASE.ISSUED",
        /// `VIRTUAL_CASH_INCREASE.CONFIRMED`.
        IncreaseConfirmed(VirtualCashIncrease) = "VIRTUAL_CASH_INCREASE.CONFIRMED",
        /// `VIRTUAL_CASH_DECREASE.ISSUED`.
        DecreaseIssued(VirtualCashDecrease) = "VIRTUAL_CASH_DECREASE.ISSUED",
        /// `VIRTUAL_CASH_DECREASE.CONFIRMED`.
        DecreaseConfirmed(VirtualCashDecrease) = "VIRTUAL_CASH_DECREASE.CONFIRMED",
        /// `VIRTUAL_CASH_DECREASE.QUEUED`.
        DecreaseQueued(VirtualCashDecrease) = "VIRTUAL_CASH_DECREASE.QUEUED",
        /// `VIRTUAL_CASH_DECREASE.CANCELLED`.
        DecreaseCancelled(VirtualCashDecrease) = "VIRTUAL_CASH_DECREASE.CANCELLED",
    }
}

id! {
    /// Identifies a virtual cash decrease.
    pub struct VirtualCashDecreaseId;
}

id! {
    /// Identifies a virtual cash increase.
    pub struct VirtualCashIncreaseId;
}
