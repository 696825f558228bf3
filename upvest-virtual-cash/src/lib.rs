//! Virtual cash of the Upvest Investment API: raise or lower the balance that an account group may
//! trade with, without a bank payment.
//!
//! For clients on single-account, post-trade settlement alone. An answer says that the API has
//! accepted the operation; what became of it arrives by webhook, as a [`VirtualCashEvent`], and there is
//! no endpoint to read it.
//!
//! ```
//! use upvest_core::{Call, Error, IdempotentCall};
//! use upvest_virtual_cash::*;
//!
//! /// The trait is yours to fake: no server, no network.
//! struct Broke;
//!
//! impl VirtualCash for Broke {
//!     fn increase(&self, order: &CreateVirtualCashIncrease) -> IdempotentCall<VirtualCashIncrease> {
//!         // Answers may gain members, so they are made from JSON.
//!         let increase = serde_json::json!({
//!             "id": "6ffa6b16-2380-4e7a-88b2-ae625c8eef99",
//!             "account_group_id": order.account_group_id,
//!             "amount": order.amount,
//!             "currency": order.currency,
//!             "status": "ISSUED",
//!             "created_at": "2020-08-24T14:15:22Z",
//!             "updated_at": "2020-08-24T14:15:22Z",
//!         });
//!         Call::ready(Ok(serde_json::from_value(increase).expect("an increase")))
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

/// The endpoints of virtual cash, as in [Upvest's reference](
/// https://docs.upvest.co/api/release/upvest-investment-api.v1-1/virtual-cash-balances).
///
/// # Errors
///
/// As every [`Call`]. The API answers 400 if the body or the idempotency key is wrong, 401 if token or
/// signature are, 403 if the token lacks the scope, and 404 if there is no such account group or
/// decrease. An answer with another account group, amount or currency than the order has is of kind
/// `Decode`, with the outcome `Unknown`.
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
    /// More than the balance is not refused: the decrease waits, `QUEUED`, until money comes.
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
    /// Success says that the wish was accepted. The decrease may be confirmed before it takes
    /// effect: the webhook tells.
    #[endpoint(DELETE, "/virtual_cash_balances/decreases/{virtual_cash_decrease_id}", signed)]
    fn cancel_decrease(&self, virtual_cash_decrease_id: VirtualCashDecreaseId) -> Call<()>;
}

/// The request body of an increase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateVirtualCashIncrease {
    /// Whose balance: an account group, not an account.
    pub account_group_id: AccountGroupId,
    /// How much.
    pub amount: Amount,
    /// In which currency.
    pub currency: Currency,
}

/// The request body of a decrease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateVirtualCashDecrease {
    /// Whose balance: an account group, not an account.
    pub account_group_id: AccountGroupId,
    /// How much.
    pub amount: Amount,
    /// In which currency.
    pub currency: Currency,
}

/// An increase, as the API knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VirtualCashIncrease {
    /// Its id.
    pub id: VirtualCashIncreaseId,
    /// Whose balance.
    pub account_group_id: AccountGroupId,
    /// How much.
    pub amount: Amount,
    /// In which currency.
    pub currency: Currency,
    /// How far it has come.
    pub status: VirtualCashIncreaseStatus,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When its status last changed.
    pub updated_at: Timestamp,
}

/// A decrease, as the API knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VirtualCashDecrease {
    /// Its id.
    pub id: VirtualCashDecreaseId,
    /// Whose balance.
    pub account_group_id: AccountGroupId,
    /// How much.
    pub amount: Amount,
    /// In which currency.
    pub currency: Currency,
    /// How far it has come.
    pub status: VirtualCashDecreaseStatus,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When its status last changed.
    pub updated_at: Timestamp,
}

open_enum! {
    /// How far an increase has come.
    pub enum VirtualCashIncreaseStatus {
        /// Accepted, not yet in effect.
        Issued = "ISSUED",
        /// The money can be traded with.
        Confirmed = "CONFIRMED",
        /// Upvest has cancelled it.
        Cancelled = "CANCELLED",
    }
}

open_enum! {
    /// How far a decrease has come.
    pub enum VirtualCashDecreaseStatus {
        /// Accepted, not yet in effect.
        Issued = "ISSUED",
        /// Waiting for money.
        Queued = "QUEUED",
        /// The money is gone.
        Confirmed = "CONFIRMED",
        /// You have cancelled it.
        Cancelled = "CANCELLED",
    }
}

events! {
    /// What becomes of increases and decreases, as webhooks tell it.
    pub enum VirtualCashEvent {
        /// An increase is accepted.
        IncreaseIssued(VirtualCashIncrease) = "VIRTUAL_CASH_INCREASE.ISSUED",
        /// The money of an increase can be traded with.
        IncreaseConfirmed(VirtualCashIncrease) = "VIRTUAL_CASH_INCREASE.CONFIRMED",
        /// Upvest has cancelled an increase.
        IncreaseCancelled(VirtualCashIncrease) = "VIRTUAL_CASH_INCREASE.CANCELLED",
        /// A decrease is accepted.
        DecreaseIssued(VirtualCashDecrease) = "VIRTUAL_CASH_DECREASE.ISSUED",
        /// A decrease waits for money.
        DecreaseQueued(VirtualCashDecrease) = "VIRTUAL_CASH_DECREASE.QUEUED",
        /// The money of a decrease is gone.
        DecreaseConfirmed(VirtualCashDecrease) = "VIRTUAL_CASH_DECREASE.CONFIRMED",
        /// A decrease is cancelled.
        DecreaseCancelled(VirtualCashDecrease) = "VIRTUAL_CASH_DECREASE.CANCELLED",
    }
}

id! {
    /// Names an increase.
    pub struct VirtualCashIncreaseId;
}

id! {
    /// Names a decrease.
    pub struct VirtualCashDecreaseId;
}
