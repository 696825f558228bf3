//! `Transactions`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use upvest_core::{
    AccountGroupId, Call, Currency, Date, Decimal, Page, Timestamp, Uuid, api, events, id,
    null_as_default, open_enum,
};

use super::{AccountId, InstrumentIds, SortOrder, TaxType};

/// The endpoints of `Transactions`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "transactions:read")]
pub trait Transactions: Send + Sync {
    /// Calls the operation `list_cash_transactions`. The status of a success is 200.
    #[endpoint(GET, "/transactions/cash", signed)]
    fn list_cash_transactions(&self, query: &ListCashTransactions) -> Call<Page<CashTransaction>>;

    /// Calls the operation `list_securities_transactions`. The status of a success is 200.
    #[endpoint(GET, "/transactions/securities", signed)]
    fn list_securities_transactions(
        &self,
        query: &ListSecuritiesTransactions,
    ) -> Call<Page<SecurityTransaction>>;
}

/// The query of `list_cash_transactions`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListCashTransactions {
    /// A UUID. Example: `413715f2-5401-4b97-8055-034a6b879f8c`.
    pub account_group_id: Option<AccountGroupId>,
    /// A date, `YYYY-MM-DD`. Example: `2023-01-03`.
    pub start_date: Option<Date>,
    /// A date, `YYYY-MM-DD`. Example: `2023-01-11`.
    pub end_date: Option<Date>,
    /// `booking_date`. Default: `booking_date`.
    pub sort: Option<SortByBookingDate>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
}

/// The query of `list_securities_transactions`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListSecuritiesTransactions {
    /// A UUID. Example: `413715f2-5401-4b97-8055-034a6b879f8c`.
    pub account_group_id: Option<AccountGroupId>,
    /// A UUID. Example: `413715f2-5401-4b97-8055-034a6b879f8c`.
    pub account_id: Option<AccountId>,
    /// A date, `YYYY-MM-DD`. Example: `2023-01-03`.
    pub start_date: Option<Date>,
    /// A date, `YYYY-MM-DD`. Example: `2023-01-11`.
    pub end_date: Option<Date>,
    /// `booking_date`. Default: `booking_date`.
    pub sort: Option<SortByBookingDate>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
}

/// An item of a response of `list_cash_transactions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CashTransaction {
    /// A UUID.
    pub account_group_id: AccountGroupId,
    /// A date and time (RFC 3339).
    pub booking_date: Timestamp,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// See [`CashTransactionDelta`].
    pub delta: CashTransactionDelta,
    /// A UUID.
    pub id: CashTransactionId,
    /// See [`InstrumentIds`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instrument: Option<InstrumentIds>,
    /// A UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// A list; each item: see [`TransactionTax`].
    #[serde(deserialize_with = "null_as_default")]
    pub taxes: Vec<TransactionTax>,
    /// A list; each item: see [`CashTransactionReference`].
    #[serde(deserialize_with = "null_as_default")]
    pub references: Vec<CashTransactionReference>,
    /// One of the values of [`CashTransactionType`].
    pub r#type: CashTransactionType,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A date and time (RFC 3339).
    pub value_date: Timestamp,
    /// Fields that the API does not name.
    #[serde(flatten)]
    pub further_fields: BTreeMap<String, Value>,
}

impl CashTransaction {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub fn new(
        account_group_id: AccountGroupId,
        booking_date: Timestamp,
        created_at: Timestamp,
        delta: CashTransactionDelta,
        id: CashTransactionId,
        taxes: Vec<TransactionTax>,
        references: Vec<CashTransactionReference>,
        r#type: CashTransactionType,
        updated_at: Timestamp,
        value_date: Timestamp,
    ) -> Self {
        Self {
            account_group_id,
            booking_date,
            created_at,
            delta,
            id,
            instrument: None,
            account_id: None,
            taxes,
            references,
            r#type,
            updated_at,
            value_date,
            further_fields: BTreeMap::new(),
        }
    }
}

/// The field `delta` of [`CashTransaction`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CashTransactionDelta {
    /// A decimal number, `^-?[0-9]{1,9}(\.[0-9]{2})?$`.
    pub amount: Decimal,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
}

impl CashTransactionDelta {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(amount: Decimal, currency: Currency) -> Self {
        Self { amount, currency }
    }
}

/// An item of the field `taxes` of [`CashTransaction`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TransactionTax {
    /// A decimal number, `^-?[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub amount: Decimal,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
    /// `TOTAL`. Default: `TOTAL`.
    pub r#type: TaxType,
}

impl TransactionTax {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(amount: Decimal, currency: Currency, r#type: TaxType) -> Self {
        Self { amount, currency, r#type }
    }
}

/// An item of the field `references` of [`CashTransaction`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CashTransactionReference {
    /// A UUID.
    pub id: Uuid,
    /// One of the values of [`CashTransactionReferenceType`].
    pub r#type: CashTransactionReferenceType,
}

impl CashTransactionReference {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(id: Uuid, r#type: CashTransactionReferenceType) -> Self {
        Self { id, r#type }
    }
}

/// An item of a response of `list_securities_transactions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SecurityTransaction {
    /// A UUID.
    pub account_group_id: AccountGroupId,
    /// A UUID.
    pub account_id: AccountId,
    /// A date and time (RFC 3339).
    pub booking_date: Timestamp,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// See [`SecurityTransactionDelta`].
    pub delta: SecurityTransactionDelta,
    /// A UUID.
    pub id: SecurityTransactionId,
    /// See [`InstrumentIds`].
    pub instrument: InstrumentIds,
    /// One of the values of [`SecurityTransactionType`].
    pub r#type: SecurityTransactionType,
    /// A list; each item: see [`SecurityTransactionReference`].
    #[serde(deserialize_with = "null_as_default")]
    pub references: Vec<SecurityTransactionReference>,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A date and time (RFC 3339).
    pub value_date: Timestamp,
    /// Fields that the API does not name.
    #[serde(flatten)]
    pub further_fields: BTreeMap<String, Value>,
}

impl SecurityTransaction {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub fn new(
        account_group_id: AccountGroupId,
        account_id: AccountId,
        booking_date: Timestamp,
        created_at: Timestamp,
        delta: SecurityTransactionDelta,
        id: SecurityTransactionId,
        instrument: InstrumentIds,
        r#type: SecurityTransactionType,
        references: Vec<SecurityTransactionReference>,
        updated_at: Timestamp,
        value_date: Timestamp,
    ) -> Self {
        Self {
            account_group_id,
            account_id,
            booking_date,
            created_at,
            delta,
            id,
            instrument,
            r#type,
            references,
            updated_at,
            value_date,
            further_fields: BTreeMap::new(),
        }
    }
}

/// The field `delta` of [`SecurityTransaction`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SecurityTransactionDelta {
    /// A decimal number, `^-?[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub amount: Decimal,
    /// Fields that the API does not name.
    #[serde(flatten)]
    pub further_fields: BTreeMap<String, Value>,
}

impl SecurityTransactionDelta {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub fn new(amount: Decimal) -> Self {
        Self { amount, further_fields: BTreeMap::new() }
    }
}

/// An item of the field `references` of [`SecurityTransaction`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SecurityTransactionReference {
    /// A UUID.
    pub id: Uuid,
    /// `ORDER`, `ORDER_EXECUTION`, `CORPORATE_ACTION` or `CORPORATE_ACTION_TRANSACTION_ID`.
    pub r#type: SecurityTransactionReferenceType,
}

impl SecurityTransactionReference {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(id: Uuid, r#type: SecurityTransactionReferenceType) -> Self {
        Self { id, r#type }
    }
}

open_enum! {
    /// The parameter `sort` of `list_cash_transactions`.
    pub enum SortByBookingDate {
        /// `booking_date`.
        BookingDate = "booking_date",
    }
}

open_enum! {
    /// The field `type` of [`CashTransactionReference`].
    pub enum CashTransactionReferenceType {
        /// `ORDER`.
        Order = "ORDER",
        /// `ORDER_EXECUTION`.
        OrderExecution = "ORDER_EXECUTION",
        /// `WITHDRAWAL`.
        Withdrawal = "WITHDRAWAL",
        /// `DIRECT_DEBIT`.
        DirectDebit = "DIRECT_DEBIT",
        /// `CORPORATE_ACTION`.
        CorporateAction = "CORPORATE_ACTION",
        /// `CORPORATE_ACTION_TRANSACTION_ID`.
        CorporateActionTransactionId = "CORPORATE_ACTION_TRANSACTION_ID",
        /// `TOPUP`.
        Topup = "TOPUP",
        /// `FEE_COLLECTION`.
        FeeCollection = "FEE_COLLECTION",
    }
}

open_enum! {
    /// The field `type` of [`CashTransaction`].
    pub enum CashTransactionType {
        /// `CALL_ON_INTERMEDIATE_SECURITIES`.
        CallOnIntermediateSecurities = "CALL_ON_INTERMEDIATE_SECURITIES",
        /// `CALL_ON_INTERMEDIATE_SECURITIES_CANCELLATION`.
        CallOnIntermediateSecuritiesCancellation = "CALL_ON_INTERMEDIATE_SECURITIES_CANCELLATION",
        /// `CASH_DIVIDEND`.
        CashDividend = "CASH_DIVIDEND",
        /// `CASH_DIVIDEND_CANCELLATION`.
        CashDividendCancellation = "CASH_DIVIDEND_CANCELLATION",
        /// `DECREASE_IN_VALUE`.
        DecreaseInValue = "DECREASE_IN_VALUE",
        /// `DECREASE_IN_VALUE_CANCELLATION`.
        DecreaseInValueCancellation = "DECREASE_IN_VALUE_CANCELLATION",
        /// `DIVIDEND_OPTION`.
        DividendOption = "DIVIDEND_OPTION",
        /// `DIVIDEND_OPTION_CANCELLATION`.
        DividendOptionCancellation = "DIVIDEND_OPTION_CANCELLATION",
        /// `DIVIDEND_REINVESTMENT`.
        DividendReinvestment = "DIVIDEND_REINVESTMENT",
        /// `DIVIDEND_REINVESTMENT_CANCELLATION`.
        DividendReinvestmentCancellation = "DIVIDEND_REINVESTMENT_CANCELLATION",
        /// `DUTCH_AUCTION`.
        DutchAuction = "DUTCH_AUCTION",
        /// `DUTCH_AUCTION_CANCELLATION`.
        DutchAuctionCancellation = "DUTCH_AUCTION_CANCELLATION",
        /// `FEE_COLLECTION`.
        FeeCollection = "FEE_COLLECTION",
        /// `FEE_COLLECTION_CANCELLATION`.
        FeeCollectionCancellation = "FEE_COLLECTION_CANCELLATION",
        /// `INCREASE_IN_VALUE`.
        IncreaseInValue = "INCREASE_IN_VALUE",
        /// `INCREASE_IN_VALUE_CANCELLATION`.
        IncreaseInValueCancellation = "INCREASE_IN_VALUE_CANCELLATION",
        /// `LIQUIDATION_PAYMENT`.
        LiquidationPayment = "LIQUIDATION_PAYMENT",
        /// `LIQUIDATION_PAYMENT_CANCELLATION`.
        LiquidationPaymentCancellation = "LIQUIDATION_PAYMENT_CANCELLATION",
        /// `MERGER`.
        Merger = "MERGER",
        /// `MERGER_CANCELLATION`.
        MergerCancellation = "MERGER_CANCELLATION",
        /// `NON_OFFICIAL_OFFER`.
        NonOfficialOffer = "NON_OFFICIAL_OFFER",
        /// `NON_OFFICIAL_OFFER_CANCELLATION`.
        NonOfficialOfferCancellation = "NON_OFFICIAL_OFFER_CANCELLATION",
        /// `ODD_LOT_SALE`.
        OddLotSale = "ODD_LOT_SALE",
        /// `ODD_LOT_SALE_CANCELLATION`.
        OddLotSaleCancellation = "ODD_LOT_SALE_CANCELLATION",
        /// `ORDER_EXECUTION`.
        OrderExecution = "ORDER_EXECUTION",
        /// `ORDER_EXECUTION_CANCELLATION`.
        OrderExecutionCancellation = "ORDER_EXECUTION_CANCELLATION",
        /// `OTHER_EVENT`.
        OtherEvent = "OTHER_EVENT",
        /// `OTHER_EVENT_CANCELLATION`.
        OtherEventCancellation = "OTHER_EVENT_CANCELLATION",
        /// `PRIORITY_ISSUE`.
        PriorityIssue = "PRIORITY_ISSUE",
        /// `PRIORITY_ISSUE_CANCELLATION`.
        PriorityIssueCancellation = "PRIORITY_ISSUE_CANCELLATION",
        /// `REPURCHASE_OFFER`.
        RepurchaseOffer = "REPURCHASE_OFFER",
        /// `REPURCHASE_OFFER_CANCELLATION`.
        RepurchaseOfferCancellation = "REPURCHASE_OFFER_CANCELLATION",
        /// `REVERSE_STOCK_SPLIT`.
        ReverseStockSplit = "REVERSE_STOCK_SPLIT",
        /// `REVERSE_STOCK_SPLIT_CANCELLATION`.
        ReverseStockSplitCancellation = "REVERSE_STOCK_SPLIT_CANCELLATION",
        /// `SEPA_DIRECT_DEBIT`.
        SepaDirectDebit = "SEPA_DIRECT_DEBIT",
        /// `SEPA_DIRECT_DEBIT_CHARGE_BACK`.
        SepaDirectDebitChargeBack = "SEPA_DIRECT_DEBIT_CHARGE_BACK",
        /// `SPIN_OFF`.
        SpinOff = "SPIN_OFF",
        /// `SPIN_OFF_CANCELLATION`.
        SpinOffCancellation = "SPIN_OFF_CANCELLATION",
        /// `STOCK_SPLIT`.
        StockSplit = "STOCK_SPLIT",
        /// `STOCK_SPLIT_CANCELLATION`.
        StockSplitCancellation = "STOCK_SPLIT_CANCELLATION",
        /// `TENDER`.
        Tender = "TENDER",
        /// `TENDER_CANCELLATION`.
        TenderCancellation = "TENDER_CANCELLATION",
        /// `TOPUP`.
        Topup = "TOPUP",
        /// `WITHDRAWAL`.
        Withdrawal = "WITHDRAWAL",
        /// `WITHDRAWAL_CANCELLATION`.
        WithdrawalCancellation = "WITHDRAWAL_CANCELLATION",
        /// `DD_REFUND_REJECT_FEE`.
        DdRefundRejectFee = "DD_REFUND_REJECT_FEE",
        /// `DD_REFUND_REJECT_FEE_CANCELLATION`.
        DdRefundRejectFeeCancellation = "DD_REFUND_REJECT_FEE_CANCELLATION",
    }
}

open_enum! {
    /// The field `type` of [`SecurityTransaction`].
    pub enum SecurityTransactionType {
        /// `BONUS_ISSUE`.
        BonusIssue = "BONUS_ISSUE",
        /// `BONUS_ISSUE_CANCELLATION`.
        BonusIssueCancellation = "BONUS_ISSUE_CANCELLATION",
        /// `CALL_ON_INTERMEDIATE_SECURITIES`.
        CallOnIntermediateSecurities = "CALL_ON_INTERMEDIATE_SECURITIES",
        /// `CALL_ON_INTERMEDIATE_SECURITIES_CANCELLATION`.
        CallOnIntermediateSecuritiesCancellation = "CALL_ON_INTERMEDIATE_SECURITIES_CANCELLATION",
        /// `CHANGE`.
        Change = "CHANGE",
        /// `CHANGE_CANCELLATION`.
        ChangeCancellation = "CHANGE_CANCELLATION",
        /// `DIVIDEND_OPTION`.
        DividendOption = "DIVIDEND_OPTION",
        /// `DIVIDEND_OPTION_CANCELLATION`.
        DividendOptionCancellation = "DIVIDEND_OPTION_CANCELLATION",
        /// `DIVIDEND_REINVESTMENT`.
        DividendReinvestment = "DIVIDEND_REINVESTMENT",
        /// `DIVIDEND_REINVESTMENT_CANCELLATION`.
        DividendReinvestmentCancellation = "DIVIDEND_REINVESTMENT_CANCELLATION",
        /// `DUST_CLEANUP`.
        DustCleanup = "DUST_CLEANUP",
        /// `DUTCH_AUCTION`.
        DutchAuction = "DUTCH_AUCTION",
        /// `DUTCH_AUCTION_CANCELLATION`.
        DutchAuctionCancellation = "DUTCH_AUCTION_CANCELLATION",
        /// `INTERMEDIATE_SECURITIES_DISTRIBUTION`.
        IntermediateSecuritiesDistribution = "INTERMEDIATE_SECURITIES_DISTRIBUTION",
        /// `INTERMEDIATE_SECURITIES_DISTRIBUTION_CANCELLATION`.
        IntermediateSecuritiesDistributionCancellation = "INTERMEDIATE_SECURITIES_DISTRIBUTION_CANCELLATION",
        /// `MERGER`.
        Merger = "MERGER",
        /// `MERGER_CANCELLATION`.
        MergerCancellation = "MERGER_CANCELLATION",
        /// `NON_OFFICIAL_OFFER`.
        NonOfficialOffer = "NON_OFFICIAL_OFFER",
        /// `NON_OFFICIAL_OFFER_CANCELLATION`.
        NonOfficialOfferCancellation = "NON_OFFICIAL_OFFER_CANCELLATION",
        /// `ODD_LOT_SALE`.
        OddLotSale = "ODD_LOT_SALE",
        /// `ODD_LOT_SALE_CANCELLATION`.
        OddLotSaleCancellation = "ODD_LOT_SALE_CANCELLATION",
        /// `ORDER_EXECUTION`.
        OrderExecution = "ORDER_EXECUTION",
        /// `ORDER_EXECUTION_CANCELLATION`.
        OrderExecutionCancellation = "ORDER_EXECUTION_CANCELLATION",
        /// `OTHER_EVENT`.
        OtherEvent = "OTHER_EVENT",
        /// `OTHER_EVENT_CANCELLATION`.
        OtherEventCancellation = "OTHER_EVENT_CANCELLATION",
        /// `PRIORITY_ISSUE`.
        PriorityIssue = "PRIORITY_ISSUE",
        /// `PRIORITY_ISSUE_CANCELLATION`.
        PriorityIssueCancellation = "PRIORITY_ISSUE_CANCELLATION",
        /// `REPURCHASE_OFFER`.
        RepurchaseOffer = "REPURCHASE_OFFER",
        /// `REPURCHASE_OFFER_CANCELLATION`.
        RepurchaseOfferCancellation = "REPURCHASE_OFFER_CANCELLATION",
        /// `REVERSE_STOCK_SPLIT`.
        ReverseStockSplit = "REVERSE_STOCK_SPLIT",
        /// `REVERSE_STOCK_SPLIT_CANCELLATION`.
        ReverseStockSplitCancellation = "REVERSE_STOCK_SPLIT_CANCELLATION",
        /// `RIGHTS_ISSUE`.
        RightsIssue = "RIGHTS_ISSUE",
        /// `RIGHTS_ISSUE_CANCELLATION`.
        RightsIssueCancellation = "RIGHTS_ISSUE_CANCELLATION",
        /// `SPIN_OFF`.
        SpinOff = "SPIN_OFF",
        /// `SPIN_OFF_CANCELLATION`.
        SpinOffCancellation = "SPIN_OFF_CANCELLATION",
        /// `STOCK_DIVIDEND`.
        StockDividend = "STOCK_DIVIDEND",
        /// `STOCK_DIVIDEND_CANCELLATION`.
        StockDividendCancellation = "STOCK_DIVIDEND_CANCELLATION",
        /// `STOCK_SPLIT`.
        StockSplit = "STOCK_SPLIT",
        /// `STOCK_SPLIT_CANCELLATION`.
        StockSplitCancellation = "STOCK_SPLIT_CANCELLATION",
        /// `TENDER`.
        Tender = "TENDER",
        /// `TENDER_CANCELLATION`.
        TenderCancellation = "TENDER_CANCELLATION",
        /// `WORTHLESS`.
        Worthless = "WORTHLESS",
        /// `WORTHLESS_CANCELLATION`.
        WorthlessCancellation = "WORTHLESS_CANCELLATION",
    }
}

open_enum! {
    /// The field `type` of [`SecurityTransactionReference`].
    pub enum SecurityTransactionReferenceType {
        /// `ORDER`.
        Order = "ORDER",
        /// `ORDER_EXECUTION`.
        OrderExecution = "ORDER_EXECUTION",
        /// `CORPORATE_ACTION`.
        CorporateAction = "CORPORATE_ACTION",
        /// `CORPORATE_ACTION_TRANSACTION_ID`.
        CorporateActionTransactionId = "CORPORATE_ACTION_TRANSACTION_ID",
    }
}

events! {
    /// The events of `Transactions`, as sent by webhook.
    pub enum TransactionEvent {
        /// `CASH_TRANSACTION.EXECUTED`.
        CashTransactionExecuted(CashTransaction) = "CASH_TRANSACTION.EXECUTED",
        /// `SECURITY_TRANSACTION.EXECUTED`.
        SecurityTransactionExecuted(SecurityTransaction) = "SECURITY_TRANSACTION.EXECUTED",
    }
}

id! {
    /// Identifies a cash transaction.
    pub struct CashTransactionId;
}

id! {
    /// Identifies a security transaction.
    pub struct SecurityTransactionId;
}
