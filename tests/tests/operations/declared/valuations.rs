//! `Valuations`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use upvest_core::{Call, Currency, Date, Decimal, Page, Timestamp, api, events, id, open_enum};

use super::{AccountId, InstrumentIds, SortOrder};

/// The endpoints of `Valuations`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "valuations:read")]
pub trait Valuations: Send + Sync {
    /// Calls the operation `get_account_valuation`. The status of a success is 200.
    #[endpoint(GET, "/accounts/{account_id}/valuations/current", signed)]
    fn get_account_valuation(
        &self,
        account_id: AccountId,
        query: &GetAccountValuation,
    ) -> Call<AccountValuation>;

    /// Calls the operation `list_account_valuation_history`. The status of a success is 200.
    #[endpoint(GET, "/accounts/{account_id}/valuations", signed)]
    fn list_account_valuation_history(
        &self,
        account_id: AccountId,
        query: &ListAccountValuationHistory,
    ) -> Call<Page<AccountValuation>>;
}

/// The query of `get_account_valuation`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GetAccountValuation {
    /// `EOD`.
    pub price_quality: PriceQuality,
}

impl GetAccountValuation {
    /// Creates a value from all fields.
    #[must_use]
    pub const fn new(price_quality: PriceQuality) -> Self {
        Self { price_quality }
    }
}

/// The query of `list_account_valuation_history`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListAccountValuationHistory {
    /// A date, `YYYY-MM-DD`. Example: `2023-01-03`.
    pub start_date: Option<Date>,
    /// A date, `YYYY-MM-DD`. Example: `2023-01-11`.
    pub end_date: Option<Date>,
    /// `valuation_time`. Default: `valuation_time`.
    pub sort: Option<SortByValuationTime>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
}

/// A response of `get_account_valuation`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AccountValuation {
    /// A UUID.
    pub id: AccountValuationId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A UUID.
    pub account_id: AccountId,
    /// See [`TotalSecurityValue`].
    pub total_security_value: TotalSecurityValue,
    /// `EOD`. Default: `EOD`.
    pub price_quality: PriceQuality,
    /// A list; each item: see [`AccountValuationSecurityPosition`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_positions: Option<Vec<AccountValuationSecurityPosition>>,
    /// A date and time (RFC 3339).
    pub valuation_time: Timestamp,
}

impl AccountValuation {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    pub const fn new(
        id: AccountValuationId,
        created_at: Timestamp,
        updated_at: Timestamp,
        account_id: AccountId,
        total_security_value: TotalSecurityValue,
        price_quality: PriceQuality,
        valuation_time: Timestamp,
    ) -> Self {
        Self {
            id,
            created_at,
            updated_at,
            account_id,
            total_security_value,
            price_quality,
            security_positions: None,
            valuation_time,
        }
    }
}

/// The field `total_security_value` of [`AccountValuation`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TotalSecurityValue {
    /// A decimal number, `^-?[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub amount: Decimal,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
}

impl TotalSecurityValue {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(amount: Decimal, currency: Currency) -> Self {
        Self { amount, currency }
    }
}

/// An item of the field `security_positions` of [`AccountValuation`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AccountValuationSecurityPosition {
    /// See [`InstrumentIds`].
    pub instrument: InstrumentIds,
    /// A decimal number, `^-?[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub quantity: Decimal,
    /// See [`SecurityPositionValue`]. May be `null`.
    pub value: Option<SecurityPositionValue>,
    /// A decimal number, `^-?[0-9]{0,63}(\.[0-9]{1,27})?$`. May be `null`.
    pub weight: Option<Decimal>,
}

impl AccountValuationSecurityPosition {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(
        instrument: InstrumentIds,
        quantity: Decimal,
        value: Option<SecurityPositionValue>,
        weight: Option<Decimal>,
    ) -> Self {
        Self { instrument, quantity, value, weight }
    }
}

/// The field `value` of [`AccountValuationSecurityPosition`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SecurityPositionValue {
    /// A decimal number, `^-?[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub amount: Decimal,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
    /// A date and time (RFC 3339).
    pub price_time: Timestamp,
}

impl SecurityPositionValue {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(amount: Decimal, currency: Currency, price_time: Timestamp) -> Self {
        Self { amount, currency, price_time }
    }
}

open_enum! {
    /// The field `price_quality` of [`AccountValuation`].
    pub enum PriceQuality {
        /// `EOD`.
        Eod = "EOD",
    }
}

open_enum! {
    /// The parameter `sort` of `list_account_valuation_history`.
    pub enum SortByValuationTime {
        /// `valuation_time`.
        ValuationTime = "valuation_time",
    }
}

events! {
    /// The events of `Valuations`, as sent by webhook.
    pub enum ValuationEvent {
        /// `ACCOUNT_VALUATION.CREATED`.
        AccountValuationCreated(AccountValuation) = "ACCOUNT_VALUATION.CREATED",
        /// `INTRADAY_ACCOUNT_VALUATION.CREATED`.
        IntradayAccountValuationCreated(AccountValuation) = "INTRADAY_ACCOUNT_VALUATION.CREATED",
    }
}

id! {
    /// Identifies an account valuation.
    pub struct AccountValuationId;
}
