//! Virtual cash of the Upvest Investment API: raise or lower the balance that an account group can
//! trade with, without a bank payment.
//!
//! It is only for clients on single-account, post-trade settlement. A response says that the API
//! accepted the operation. Its result arrives by webhook, as a [`VirtualCashEvent`]; no endpoint
//! reads it.
//!
//! ```
//! use upvest_core::{Call, Error, IdempotentCall};
//! use upvest_virtual_cash::*;
//!
//! /// You can fake the trait: no server, no network.
//! struct Broke;
//!
//! impl VirtualCash for Broke {
//!     fn increase(&self, order: &CreateVirtualCashIncrease) -> IdempotentCall<VirtualCashIncrease> {
//!         Call::ready(Ok(VirtualCashIncrease::new(
//!             "6ffa6b16-2380-4e7a-88b2-ae625c8eef99".parse().expect("an id"),
//!             order.account_group_id,
//!             order.amount,
//!             order.currency.clone(),
//!             VirtualCashIncreaseStatus::Issued,
//!             Timestamp::now(),
//!         )))
//!     }
//!     fn decrease(&self, _: &CreateVirtualCashDecrease) -> IdempotentCall<VirtualCashDecrease> {
//!         Call::ready(Err(Error::from_problem(422, "unprocessable_entity")))
//!     }
//!     fn cancel_decrease(&self, _: VirtualCashDecreaseId) -> Call<()> {
//!         Call::ready(Ok(()))
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let order = CreateVirtualCashIncrease {
//!     account_group_id: "ac1c39e9-2101-46b8-a624-d10a9e351b6c".parse()?,
//!     amount: "200.00".parse()?,
//!     currency: Currency::Eur,
//! };
//! let increase = Broke.increase(&order).await?;
//! assert_eq!(increase.status, VirtualCashIncreaseStatus::Issued);
//!
//! let order = CreateVirtualCashDecrease {
//!     account_group_id: order.account_group_id,
//!     amount: order.amount,
//!     currency: order.currency,
//! };
//! let error = Broke.decrease(&order).await.unwrap_err();
//! assert_eq!(error.status().map(|status| status.as_u16()), Some(422));
//! # Ok(())
//! # }
//! ```

use serde::{Deserialize, Serialize};
pub use upvest_core::{AccountGroupId, Amount, Currency, Timestamp};
use upvest_core::{Call, IdempotentCall, api, events, id, open_enum};

/// The endpoints of virtual cash balances.
///
/// See [Upvest's reference](
/// https://docs.upvest.co/api/release/upvest-investment-api.v1-1/virtual-cash-balances).
///
/// # Errors
/// Fails as any [`Call`] does. The API responds with 400 if the body or the idempotency key is
/// wrong, 401 if the token or the signature is, 403 if the token lacks the scope, and 404 if the
/// account group or the decrease does not exist.
///
/// If the response has another account group, amount or currency than the request, the error is of
/// kind `Decode`, with the outcome `Unknown`.
#[api(scope = "virtual_cash_balances:admin")]
pub trait VirtualCash: Send + Sync {
    /// Raises the virtual cash balance of an account group.
    #[endpoint(
        POST,
        "/virtual_cash_balances/increases",
        idempotent,
        signed,
        echoes = ["account_group_id", "amount", "currency"],
    )]
    fn increase(&self, body: &CreateVirtualCashIncrease) -> IdempotentCall<VirtualCashIncrease>;

    /// Lowers the virtual cash balance of an account group.
    ///
    /// An amount above the balance is not rejected: the decrease is `QUEUED` until there is enough
    /// money.
    #[endpoint(
        POST,
        "/virtual_cash_balances/decreases",
        idempotent,
        signed,
        echoes = ["account_group_id", "amount", "currency"],
    )]
    fn decrease(&self, body: &CreateVirtualCashDecrease) -> IdempotentCall<VirtualCashDecrease>;

    /// Cancels a decrease that is still `ISSUED` or `QUEUED`; any other is a 422.
    ///
    /// Success means that the request was accepted. The decrease may still be confirmed before the
    /// cancellation takes effect. The webhook reports the result.
    ///
    /// Note: after a lost response, a 422 for another call does not say that nothing was cancelled.
    #[endpoint(DELETE, "/virtual_cash_balances/decreases/{virtual_cash_decrease_id}", signed)]
    fn cancel_decrease(&self, virtual_cash_decrease_id: VirtualCashDecreaseId) -> Call<()>;
}

/// The request body of an increase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateVirtualCashIncrease {
    /// The account group, not the account, whose balance changes.
    pub account_group_id: AccountGroupId,
    /// The amount.
    pub amount: Amount,
    /// The currency of the amount.
    pub currency: Currency,
}

/// The request body of a decrease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateVirtualCashDecrease {
    /// The account group, not the account, whose balance changes.
    pub account_group_id: AccountGroupId,
    /// The amount.
    pub amount: Amount,
    /// The currency of the amount.
    pub currency: Currency,
}

/// An increase, as returned by the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VirtualCashIncrease {
    /// Its id.
    pub id: VirtualCashIncreaseId,
    /// The account group whose balance changes.
    pub account_group_id: AccountGroupId,
    /// The amount.
    pub amount: Amount,
    /// The currency of the amount.
    pub currency: Currency,
    /// Its status.
    pub status: VirtualCashIncreaseStatus,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When its status last changed.
    pub updated_at: Timestamp,
}

impl VirtualCashIncrease {
    /// Creates an increase, for fakes and tests; `updated_at` is `created_at`.
    ///
    /// Set other fields afterwards.
    #[must_use]
    pub const fn new(
        id: VirtualCashIncreaseId,
        account_group_id: AccountGroupId,
        amount: Amount,
        currency: Currency,
        status: VirtualCashIncreaseStatus,
        created_at: Timestamp,
    ) -> Self {
        let updated_at = created_at;
        Self { id, account_group_id, amount, currency, status, created_at, updated_at }
    }
}

/// A decrease, as returned by the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VirtualCashDecrease {
    /// Its id.
    pub id: VirtualCashDecreaseId,
    /// The account group whose balance changes.
    pub account_group_id: AccountGroupId,
    /// The amount.
    pub amount: Amount,
    /// The currency of the amount.
    pub currency: Currency,
    /// Its status.
    pub status: VirtualCashDecreaseStatus,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When its status last changed.
    pub updated_at: Timestamp,
}

impl VirtualCashDecrease {
    /// Creates a decrease, for fakes and tests; `updated_at` is `created_at`.
    ///
    /// Set other fields afterwards.
    #[must_use]
    pub const fn new(
        id: VirtualCashDecreaseId,
        account_group_id: AccountGroupId,
        amount: Amount,
        currency: Currency,
        status: VirtualCashDecreaseStatus,
        created_at: Timestamp,
    ) -> Self {
        let updated_at = created_at;
        Self { id, account_group_id, amount, currency, status, created_at, updated_at }
    }
}

open_enum! {
    /// The status of an increase.
    pub enum VirtualCashIncreaseStatus {
        /// Accepted, not yet in effect.
        Issued = "ISSUED",
        /// The money can be traded with.
        Confirmed = "CONFIRMED",
        /// Cancelled by Upvest.
        Cancelled = "CANCELLED",
    }
}

open_enum! {
    /// The status of a decrease.
    pub enum VirtualCashDecreaseStatus {
        /// Accepted, not yet in effect.
        Issued = "ISSUED",
        /// Waiting for money.
        Queued = "QUEUED",
        /// The money has been withdrawn.
        Confirmed = "CONFIRMED",
        /// Cancelled by you.
        Cancelled = "CANCELLED",
    }
}

events! {
    /// The events of increases and decreases, as sent by webhook.
    pub enum VirtualCashEvent {
        /// An increase was accepted.
        IncreaseIssued(VirtualCashIncrease) = "VIRTUAL_CASH_INCREASE.ISSUED",
        /// The money of an increase can be traded with.
        IncreaseConfirmed(VirtualCashIncrease) = "VIRTUAL_CASH_INCREASE.CONFIRMED",
        /// Upvest cancelled an increase.
        IncreaseCancelled(VirtualCashIncrease) = "VIRTUAL_CASH_INCREASE.CANCELLED",
        /// A decrease was accepted.
        DecreaseIssued(VirtualCashDecrease) = "VIRTUAL_CASH_DECREASE.ISSUED",
        /// A decrease waits for money.
        DecreaseQueued(VirtualCashDecrease) = "VIRTUAL_CASH_DECREASE.QUEUED",
        /// The money of a decrease has been withdrawn.
        DecreaseConfirmed(VirtualCashDecrease) = "VIRTUAL_CASH_DECREASE.CONFIRMED",
        /// A decrease was cancelled.
        DecreaseCancelled(VirtualCashDecrease) = "VIRTUAL_CASH_DECREASE.CANCELLED",
    }
}

id! {
    /// Identifies an increase.
    pub struct VirtualCashIncreaseId;
}

id! {
    /// Identifies a decrease.
    pub struct VirtualCashDecreaseId;
}
