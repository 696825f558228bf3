//! `Instruments`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use upvest_core::{Call, Isin, Page, Timestamp, api, id, open_enum};

use super::SortOrder;

/// The endpoints of `Instruments`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "instruments:read")]
pub trait Instruments: Send + Sync {
    /// Calls the operation `list_instruments`. The status of a success is 200.
    #[endpoint(GET, "/instruments", signed)]
    fn list_instruments(&self, query: &ListInstruments) -> Call<Page<Instrument>>;

    /// Calls the operation `retrieve_instrument`. The status of a success is 200.
    #[endpoint(GET, "/instruments/{instrument_id}", signed)]
    fn retrieve_instrument(&self, instrument_id: &str) -> Call<Instrument>;
}

/// The query of `list_instruments`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListInstruments {
    /// `ACTIVE` or `INACTIVE`. Example: `ACTIVE`.
    pub trading_status: Option<TradingStatus>,
    /// `created_at` or `updated_at`. Default: `created_at`.
    pub sort: Option<SortInstruments>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
}

/// An item of a response of `list_instruments`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Instrument {
    /// A UUID.
    pub id: InstrumentId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// An ISIN (ISO 6166).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isin: Option<Isin>,
    /// A text, `^[A-HJ-NP-Z0-9]{6}$`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wkn: Option<String>,
    /// A text of at most 100 characters.
    pub name: String,
    /// True or false.
    pub fractional_trading: bool,
    /// `ACTIVE` or `INACTIVE`.
    pub trading_status: TradingStatus,
}

impl Instrument {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    pub fn new(
        id: InstrumentId,
        created_at: Timestamp,
        updated_at: Timestamp,
        name: impl Into<String>,
        fractional_trading: bool,
        trading_status: TradingStatus,
    ) -> Self {
        Self {
            id,
            created_at,
            updated_at,
            isin: None,
            wkn: None,
            name: name.into(),
            fractional_trading,
            trading_status,
        }
    }
}

open_enum! {
    /// The field `trading_status` of [`Instrument`].
    pub enum TradingStatus {
        /// `ACTIVE`.
        Active = "ACTIVE",
        /// `INACTIVE`.
        Inactive = "INACTIVE",
    }
}

open_enum! {
    /// The parameter `sort` of `list_instruments`.
    pub enum SortInstruments {
        /// `created_at`.
        CreatedAt = "created_at",
        /// `updated_at`.
        UpdatedAt = "updated_at",
    }
}

id! {
    /// Identifies an instrument.
    pub struct InstrumentId;
}
