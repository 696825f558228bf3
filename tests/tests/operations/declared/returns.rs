//! `Returns`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use upvest_core::{Call, Date, Decimal, Page, Timestamp, api, empty_as_none, events, open_enum};

use super::{AccountId, SortOrder};

/// The endpoints of `Returns`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "account_returns:read")]
pub trait Returns: Send + Sync {
    /// Calls the operation `list_account_returns`. The status of a success is 200.
    #[endpoint(GET, "/accounts/{account_id}/returns", signed)]
    fn list_account_returns(
        &self,
        account_id: AccountId,
        query: &ListAccountReturns,
    ) -> Call<Page<AccountReturns>>;
}

/// The query of `list_account_returns`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListAccountReturns {
    /// A date, `YYYY-MM-DD`. Example: `2023-08-15`.
    pub start_date: Option<Date>,
    /// A date, `YYYY-MM-DD`. Example: `2023-08-15`.
    pub end_date: Option<Date>,
    /// `date`. Default: `date`.
    pub sort: Option<SortByDate>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
}

/// An item of a response of `list_account_returns`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AccountReturns {
    /// A UUID.
    pub account_id: AccountId,
    /// A date and time (RFC 3339).
    pub date: Timestamp,
    /// See [`AccountReturnsTwr`].
    pub twr: AccountReturnsTwr,
}

impl AccountReturns {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(account_id: AccountId, date: Timestamp, twr: AccountReturnsTwr) -> Self {
        Self { account_id, date, twr }
    }
}

/// The field `twr` of [`AccountReturns`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AccountReturnsTwr {
    /// A decimal number, `^-?[0-9]{0,63}(\.[0-9]{1,27})?$`.
    #[serde(default, deserialize_with = "empty_as_none", skip_serializing_if = "Option::is_none")]
    pub daily: Option<Decimal>,
    /// A decimal number, `^-?[0-9]{0,63}(\.[0-9]{1,27})?$`.
    #[serde(default, deserialize_with = "empty_as_none", skip_serializing_if = "Option::is_none")]
    pub cumulative: Option<Decimal>,
    /// A date and time (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cumulative_start_date: Option<Timestamp>,
}

open_enum! {
    /// The parameter `sort` of `list_account_returns`.
    pub enum SortByDate {
        /// `date`.
        Date = "date",
    }
}

events! {
    /// The events of `Returns`, as sent by webhook.
    pub enum ReturnEvent {
        /// `ACCOUNT_RETURNS.CREATED`.
        Created(AccountReturns) = "ACCOUNT_RETURNS.CREATED",
    }
}
