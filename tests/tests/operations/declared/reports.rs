//! `Reports`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use upvest_core::{Bytes, Call, Date, Page, Timestamp, api, events, id, open_enum};

use super::{AccountId, SortOrder, UserId};

/// The endpoints of `Reports`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "reports:read")]
pub trait Reports: Send + Sync {
    /// Calls the operation `list_reports`. The status of a success is 200.
    #[endpoint(GET, "/users/{user_id}/reports", signed)]
    fn list_reports(&self, user_id: UserId, query: &ListReports) -> Call<Page<Report>>;

    /// Calls the operation `retrieve_report`. The status of a success is 200.
    #[endpoint(GET, "/reports/{report_id}", signed)]
    fn retrieve_report(&self, report_id: ReportId) -> Call<Report>;

    /// Calls the operation `retrieve_report`. The status of a success is 200.
    #[endpoint(GET, "/reports/{report_id}", signed, accept = "application/pdf")]
    fn retrieve_report_as_pdf(&self, report_id: ReportId) -> Call<Bytes>;
}

/// The query of `list_reports`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListReports {
    /// One of the values of [`ReportType`]. Example: `BUY_ORDER`.
    pub r#type: Option<ReportType>,
    /// A text. Example: `uuid:ebabcf4d-61c3-4942-875c-e265a7c2d062`.
    pub instrument: Option<String>,
    /// A date, `YYYY-MM-DD`. Example: `2020-08-21`.
    pub start_date: Option<Date>,
    /// A date, `YYYY-MM-DD`. Example: `2020-09-25`.
    pub end_date: Option<Date>,
    /// `id`, `type` or `created_at`. Default: `created_at`. Example: `id`.
    pub sort: Option<SortReports>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
}

/// An item of a response of `list_reports`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// A UUID.
    pub id: ReportId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A UUID.
    pub user_id: UserId,
    /// One of the values of [`ReportType`].
    pub r#type: ReportType,
    /// A UUID. May be `null`.
    pub substituted_report_id: Option<ReportId>,
    /// See [`ReportData`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<ReportData>,
}

impl Report {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    pub const fn new(
        id: ReportId,
        created_at: Timestamp,
        user_id: UserId,
        r#type: ReportType,
        substituted_report_id: Option<ReportId>,
    ) -> Self {
        Self { id, created_at, user_id, r#type, substituted_report_id, data: None }
    }
}

/// The field `data` of [`Report`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportData {
    /// See [`ReportDataAccount`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<ReportDataAccount>,
}

/// The field `account` of [`ReportData`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportDataAccount {
    /// A UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<AccountId>,
}

open_enum! {
    /// The field `type` of [`Report`].
    pub enum ReportType {
        /// `BUY_ORDER`.
        BuyOrder = "BUY_ORDER",
        /// `SELL_ORDER`.
        SellOrder = "SELL_ORDER",
        /// `INCOME_DISTRIBUTION`.
        IncomeDistribution = "INCOME_DISTRIBUTION",
        /// `GENERAL_MEETING_NOTIFICATION`.
        GeneralMeetingNotification = "GENERAL_MEETING_NOTIFICATION",
        /// `INCOME_REINVESTMENT`.
        IncomeReinvestment = "INCOME_REINVESTMENT",
        /// `FUND_COMMUNICATION`.
        FundCommunication = "FUND_COMMUNICATION",
        /// `TAX_REFUND`.
        TaxRefund = "TAX_REFUND",
        /// `TAX_EXEMPTION_CREATION`.
        TaxExemptionCreation = "TAX_EXEMPTION_CREATION",
        /// `CANCELLED_ORDER`.
        CancelledOrder = "CANCELLED_ORDER",
        /// `REVOKED_ORDER`.
        RevokedOrder = "REVOKED_ORDER",
        /// `ACCOUNT_OPENING`.
        AccountOpening = "ACCOUNT_OPENING",
        /// `ACCOUNT_CLOSING`.
        AccountClosing = "ACCOUNT_CLOSING",
        /// `DIRECT_DEBIT_MANDATE`.
        DirectDebitMandate = "DIRECT_DEBIT_MANDATE",
        /// `ANNUAL_TAX_STATEMENT`.
        AnnualTaxStatement = "ANNUAL_TAX_STATEMENT",
        /// `ANNUAL_ACCOUNT_STATEMENT`.
        AnnualAccountStatement = "ANNUAL_ACCOUNT_STATEMENT",
        /// `ANNUAL_INCOME_STATEMENT`.
        AnnualIncomeStatement = "ANNUAL_INCOME_STATEMENT",
        /// `GENERIC_COMMUNICATION`.
        GenericCommunication = "GENERIC_COMMUNICATION",
        /// `BANK_ACCOUNT_CONNECTED`.
        BankAccountConnected = "BANK_ACCOUNT_CONNECTED",
        /// `AD_HOC_ACCOUNT_STATEMENT`.
        AdHocAccountStatement = "AD_HOC_ACCOUNT_STATEMENT",
        /// `EX_POST_COST`.
        ExPostCost = "EX_POST_COST",
    }
}

open_enum! {
    /// The parameter `sort` of `list_reports`.
    pub enum SortReports {
        /// `id`.
        Id = "id",
        /// `type`.
        Type = "type",
        /// `created_at`.
        CreatedAt = "created_at",
    }
}

events! {
    /// The events of `Reports`, as sent by webhook.
    pub enum ReportEvent {
        /// `REPORT.CREATED`.
        Created(Report) = "REPORT.CREATED",
    }
}

id! {
    /// Identifies a report.
    pub struct ReportId;
}
