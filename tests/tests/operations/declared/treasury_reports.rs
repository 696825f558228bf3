//! `Treasury Reports`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use upvest_core::{Amount, Date, events, id, open_enum};

/// The object of `treasury_report_event`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TreasuryReport {
    /// A UUID.
    pub id: TreasuryReportId,
    /// `TRADING`, `CORPORATE_ACTION` or `FEE`.
    pub r#type: TreasuryReportType,
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    pub settlement_amount: Amount,
    /// A date, `YYYY-MM-DD`.
    pub report_date: Date,
    /// `INCOMING`, `OUTGOING` or `NA`.
    pub direction: TreasuryReportDirection,
    /// A text.
    pub filename: String,
}

impl TreasuryReport {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub fn new(
        id: TreasuryReportId,
        r#type: TreasuryReportType,
        settlement_amount: Amount,
        report_date: Date,
        direction: TreasuryReportDirection,
        filename: impl Into<String>,
    ) -> Self {
        Self { id, r#type, settlement_amount, report_date, direction, filename: filename.into() }
    }
}

open_enum! {
    /// The field `type` of [`TreasuryReport`].
    pub enum TreasuryReportType {
        /// `TRADING`.
        Trading = "TRADING",
        /// `CORPORATE_ACTION`.
        CorporateAction = "CORPORATE_ACTION",
        /// `FEE`.
        Fee = "FEE",
    }
}

open_enum! {
    /// The field `direction` of [`TreasuryReport`].
    pub enum TreasuryReportDirection {
        /// `INCOMING`.
        Incoming = "INCOMING",
        /// `OUTGOING`.
        Outgoing = "OUTGOING",
        /// `NA`.
        Na = "NA",
    }
}

events! {
    /// The events of `Treasury Reports`, as sent by webhook.
    pub enum TreasuryReportEvent {
        /// `TREASURY_REPORT.CREATED`.
        Created(TreasuryReport) = "TREASURY_REPORT.CREATED",
    }
}

id! {
    /// Identifies a treasury report.
    pub struct TreasuryReportId;
}
