//! `Positions`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use upvest_core::{Call, Decimal, Isin, Page, Uuid, api, events};

use super::AccountId;

/// The endpoints of `Positions`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "positions:read")]
pub trait Positions: Send + Sync {
    /// Calls the operation `list_positions`. The status of a success is 200.
    #[endpoint(GET, "/accounts/{account_id}/positions", signed)]
    fn list_positions(&self, account_id: AccountId, query: &ListPositions) -> Call<Page<Position>>;

    /// Calls the operation `retrieve_position`. The status of a success is 200.
    #[endpoint(GET, "/accounts/{account_id}/positions/{instrument_id}", signed)]
    fn retrieve_position(&self, account_id: AccountId, instrument_id: &str) -> Call<Position>;
}

/// The query of `list_positions`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListPositions {
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
}

/// An item of a response of `list_positions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Position {
    /// A UUID.
    pub account_id: AccountId,
    /// See [`InstrumentIds`].
    pub instrument: InstrumentIds,
    /// A decimal number, `^-?[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub quantity: Decimal,
    /// A decimal number, `^[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub locked_for_trading: Decimal,
    /// A decimal number, `^[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub pending_settlement: Decimal,
    /// A decimal number, `^-?[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub available_for_trading: Decimal,
}

impl Position {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(
        account_id: AccountId,
        instrument: InstrumentIds,
        quantity: Decimal,
        locked_for_trading: Decimal,
        pending_settlement: Decimal,
        available_for_trading: Decimal,
    ) -> Self {
        Self {
            account_id,
            instrument,
            quantity,
            locked_for_trading,
            pending_settlement,
            available_for_trading,
        }
    }
}

/// The field `instrument` of [`Position`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstrumentIds {
    /// A UUID.
    pub uuid: Uuid,
    /// An ISIN (ISO 6166).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isin: Option<Isin>,
}

impl InstrumentIds {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    pub const fn new(uuid: Uuid) -> Self {
        Self { uuid, isin: None }
    }
}

events! {
    /// The events of `Positions`, as sent by webhook.
    pub enum PositionEvent {
        /// `POSITION.UPDATED`.
        Updated(Position) = "POSITION.UPDATED",
    }
}
