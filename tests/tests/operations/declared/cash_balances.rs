//! `Cash Balances`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use upvest_core::{AccountGroupId, Call, Currency, Decimal, api, events};

/// The endpoints of `Cash Balances`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "positions:read")]
pub trait CashBalances: Send + Sync {
    /// Calls the operation `retrieve_cash_balance`. The status of a success is 200.
    #[endpoint(GET, "/account_groups/{account_group_id}/payments/cash_balance", signed)]
    fn retrieve_cash_balance(&self, account_group_id: AccountGroupId) -> Call<CashBalance>;
}

/// A response of `retrieve_cash_balance`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CashBalance {
    /// A UUID.
    pub account_group_id: AccountGroupId,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
    /// A decimal number, `^-?[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub balance: Decimal,
    /// A decimal number, `^[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub locked_for_trading: Decimal,
    /// A decimal number, `^[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub pending_settlement: Decimal,
    /// A decimal number, `^-?[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub available_for_withdrawal: Decimal,
    /// A decimal number, `^-?[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub available_for_trading: Decimal,
}

impl CashBalance {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(
        account_group_id: AccountGroupId,
        currency: Currency,
        balance: Decimal,
        locked_for_trading: Decimal,
        pending_settlement: Decimal,
        available_for_withdrawal: Decimal,
        available_for_trading: Decimal,
    ) -> Self {
        Self {
            account_group_id,
            currency,
            balance,
            locked_for_trading,
            pending_settlement,
            available_for_withdrawal,
            available_for_trading,
        }
    }
}

events! {
    /// The events of `Cash Balances`, as sent by webhook.
    pub enum CashBalanceEvent {
        /// `CASH_BALANCE.UPDATED`.
        Updated(CashBalance) = "CASH_BALANCE.UPDATED",
    }
}
