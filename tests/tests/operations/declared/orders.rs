//! `Orders`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use upvest_core::{
    Amount, Call, Currency, Date, Decimal, IdempotentCall, Isin, Page, Timestamp, api,
    empty_as_none, events, id, null_as_default, open_enum,
};

use super::{AccountId, SortOrder, UserId};

/// The endpoints of `Orders`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = ["orders:read", "orders:admin"])]
pub trait Orders: Send + Sync {
    /// Calls the operation `list_account_orders`. The status of a success is 200.
    #[endpoint(GET, "/accounts/{account_id}/orders", signed)]
    fn list_account_orders(
        &self,
        account_id: AccountId,
        query: &ListAccountOrders,
    ) -> Call<Page<Order>>;

    /// Calls the operation `place_order`. The status of a success is 202.
    #[endpoint(POST, "/orders", idempotent, signed, scope = "orders:admin")]
    fn place_order(&self, body: &PlaceOrder) -> IdempotentCall<Order>;

    /// Calls the operation `retrieve_order`. The status of a success is 200.
    #[endpoint(GET, "/orders/{order_id}", signed)]
    fn retrieve_order(&self, order_id: OrderId) -> Call<Order>;

    /// Calls the operation `cancel_order`. The status of a success is 202.
    #[endpoint(DELETE, "/orders/{order_id}", signed, scope = "orders:admin")]
    fn cancel_order(&self, order_id: OrderId) -> Call<OrderCancellationRequested>;

    /// Calls the operation `retrieve_order_execution`. The status of a success is 200.
    #[endpoint(GET, "/orders/{order_id}/executions/{execution_id}", signed)]
    fn retrieve_order_execution(
        &self,
        order_id: OrderId,
        execution_id: ExecutionId,
    ) -> Call<OrderExecution>;
}

/// The query of `list_account_orders`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListAccountOrders {
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
}

/// An item of a response of `list_account_orders`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[allow(clippy::struct_field_names, reason = "the API has these names")]
pub struct Order {
    /// A UUID.
    pub id: OrderId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A UUID.
    pub user_id: UserId,
    /// A UUID.
    pub account_id: AccountId,
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    pub cash_amount: Amount,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
    /// `BUY` or `SELL`.
    pub side: OrderSide,
    /// An ISIN (ISO 6166).
    pub instrument_id: Isin,
    /// `ISIN`. Default: `ISIN`.
    pub instrument_id_type: OrderInstrumentIdType,
    /// `MARKET`, `LIMIT` or `STOP`.
    pub order_type: OrderType,
    /// A decimal number, `^[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub quantity: Decimal,
    /// True or false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_instrument_fit_acknowledgement: Option<bool>,
    /// A decimal number, `^[0-9]{0,63}(\.[0-9]{1,27})?$`.
    #[serde(default, deserialize_with = "empty_as_none", skip_serializing_if = "Option::is_none")]
    pub limit_price: Option<Decimal>,
    /// A decimal number, `^[0-9]{0,63}(\.[0-9]{1,27})?$`.
    #[serde(default, deserialize_with = "empty_as_none", skip_serializing_if = "Option::is_none")]
    pub stop_price: Option<Decimal>,
    /// A date, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry_date: Option<Date>,
    /// `NEW`, `PROCESSING`, `FILLED` or `CANCELLED`.
    pub status: OrderStatus,
    /// A decimal number, `^[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub fee: Decimal,
    /// `CANCELLED_BY_CLIENT`, `CANCELLED_BY_UPVEST_OPERATIONS`, `CANCELLED_BY_TRADING_PARTNER`
    /// or `CANCELLED_BY_UPVEST_PLATFORM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancellation_reason: Option<OrderCancellationReason>,
    /// One of the values of [`OrderInitiationFlow`].
    pub initiation_flow: OrderInitiationFlow,
    /// `STRAIGHT_THROUGH` or `BLOCK`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_flow: Option<OrderExecutionFlow>,
    /// A list; each item: see [`OrderExecution`].
    #[serde(deserialize_with = "null_as_default")]
    pub executions: Vec<OrderExecution>,
    /// A text of at most 100 characters.
    pub client_reference: String,
}

impl Order {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub fn new(
        id: OrderId,
        created_at: Timestamp,
        updated_at: Timestamp,
        user_id: UserId,
        account_id: AccountId,
        cash_amount: Amount,
        currency: Currency,
        side: OrderSide,
        instrument_id: Isin,
        instrument_id_type: OrderInstrumentIdType,
        order_type: OrderType,
        quantity: Decimal,
        status: OrderStatus,
        fee: Decimal,
        initiation_flow: OrderInitiationFlow,
        executions: Vec<OrderExecution>,
        client_reference: impl Into<String>,
    ) -> Self {
        Self {
            id,
            created_at,
            updated_at,
            user_id,
            account_id,
            cash_amount,
            currency,
            side,
            instrument_id,
            instrument_id_type,
            order_type,
            quantity,
            user_instrument_fit_acknowledgement: None,
            limit_price: None,
            stop_price: None,
            expiry_date: None,
            status,
            fee,
            cancellation_reason: None,
            initiation_flow,
            execution_flow: None,
            executions,
            client_reference: client_reference.into(),
        }
    }
}

/// An item of the field `executions` of [`Order`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OrderExecution {
    /// A UUID.
    pub id: ExecutionId,
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    pub cash_amount: Amount,
    /// A decimal number, `^[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub share_quantity: Decimal,
    /// A decimal number, `^[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub price: Decimal,
    /// A date and time (RFC 3339).
    pub transaction_time: Timestamp,
    /// A list; each item: see [`Tax`].
    #[serde(deserialize_with = "null_as_default")]
    pub taxes: Vec<Tax>,
    /// A UUID.
    pub order_id: OrderId,
    /// `FILLED`, `SETTLED` or `CANCELLED`.
    pub status: OrderExecutionStatus,
    /// `BUY` or `SELL`.
    pub side: OrderSide,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
    /// A date, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settlement_date: Option<Date>,
}

impl OrderExecution {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub const fn new(
        id: ExecutionId,
        cash_amount: Amount,
        share_quantity: Decimal,
        price: Decimal,
        transaction_time: Timestamp,
        taxes: Vec<Tax>,
        order_id: OrderId,
        status: OrderExecutionStatus,
        side: OrderSide,
        currency: Currency,
    ) -> Self {
        Self {
            id,
            cash_amount,
            share_quantity,
            price,
            transaction_time,
            taxes,
            order_id,
            status,
            side,
            currency,
            settlement_date: None,
        }
    }
}

/// An item of the field `taxes` of [`OrderExecution`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tax {
    /// `TOTAL`. Default: `TOTAL`.
    pub r#type: TaxType,
    /// A decimal number, `^[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub amount: Decimal,
}

impl Tax {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(r#type: TaxType, amount: Decimal) -> Self {
        Self { r#type, amount }
    }
}

/// The request body of `place_order`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceOrder {
    /// A UUID.
    pub user_id: UserId,
    /// A UUID.
    pub account_id: AccountId,
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cash_amount: Option<Amount>,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// `BUY` or `SELL`.
    pub side: OrderSide,
    /// An ISIN (ISO 6166).
    pub instrument_id: Isin,
    /// `ISIN`. Default: `ISIN`.
    pub instrument_id_type: OrderInstrumentIdType,
    /// `MARKET`, `LIMIT` or `STOP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_type: Option<OrderType>,
    /// A decimal number, `^[0-9]{0,63}(\.[0-9]{1,27})?$`.
    #[serde(default, deserialize_with = "empty_as_none", skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Decimal>,
    /// True or false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_instrument_fit_acknowledgement: Option<bool>,
    /// A decimal number, `^[0-9]{0,63}(\.[0-9]{1,27})?$`.
    #[serde(default, deserialize_with = "empty_as_none", skip_serializing_if = "Option::is_none")]
    pub limit_price: Option<Decimal>,
    /// A decimal number, `^[0-9]{0,63}(\.[0-9]{1,27})?$`.
    #[serde(default, deserialize_with = "empty_as_none", skip_serializing_if = "Option::is_none")]
    pub stop_price: Option<Decimal>,
    /// A date, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry_date: Option<Date>,
    /// A text of at most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_reference: Option<String>,
    /// `STRAIGHT_THROUGH` or `BLOCK`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_flow: Option<OrderExecutionFlow>,
}

impl PlaceOrder {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub const fn new(
        user_id: UserId,
        account_id: AccountId,
        side: OrderSide,
        instrument_id: Isin,
        instrument_id_type: OrderInstrumentIdType,
    ) -> Self {
        Self {
            user_id,
            account_id,
            cash_amount: None,
            currency: None,
            side,
            instrument_id,
            instrument_id_type,
            order_type: None,
            quantity: None,
            user_instrument_fit_acknowledgement: None,
            limit_price: None,
            stop_price: None,
            expiry_date: None,
            client_reference: None,
            execution_flow: None,
        }
    }
}

/// A response of `cancel_order`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OrderCancellationRequested {
    /// A UUID.
    pub id: OrderId,
}

impl OrderCancellationRequested {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(id: OrderId) -> Self {
        Self { id }
    }
}

/// The object of `order_cancellation_event`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OrderCancellation {
    /// A UUID.
    pub order_id: OrderId,
    /// `REJECTED`.
    pub status: OrderCancellationStatus,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl OrderCancellation {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    pub const fn new(order_id: OrderId, status: OrderCancellationStatus) -> Self {
        Self { order_id, status, reason: None }
    }
}

open_enum! {
    /// The field `side` of [`Order`].
    pub enum OrderSide {
        /// `BUY`.
        Buy = "BUY",
        /// `SELL`.
        Sell = "SELL",
    }
}

open_enum! {
    /// The field `instrument_id_type` of [`Order`].
    pub enum OrderInstrumentIdType {
        /// `ISIN`.
        Isin = "ISIN",
    }
}

open_enum! {
    /// The field `order_type` of [`Order`].
    pub enum OrderType {
        /// `MARKET`.
        Market = "MARKET",
        /// `LIMIT`.
        Limit = "LIMIT",
        /// `STOP`.
        Stop = "STOP",
    }
}

open_enum! {
    /// The field `status` of [`Order`].
    pub enum OrderStatus {
        /// `NEW`.
        New = "NEW",
        /// `PROCESSING`.
        Processing = "PROCESSING",
        /// `FILLED`.
        Filled = "FILLED",
        /// `CANCELLED`.
        Cancelled = "CANCELLED",
    }
}

open_enum! {
    /// The field `cancellation_reason` of [`Order`].
    pub enum OrderCancellationReason {
        /// `CANCELLED_BY_CLIENT`.
        CancelledByClient = "CANCELLED_BY_CLIENT",
        /// `CANCELLED_BY_UPVEST_OPERATIONS`.
        CancelledByUpvestOperations = "CANCELLED_BY_UPVEST_OPERATIONS",
        /// `CANCELLED_BY_TRADING_PARTNER`.
        CancelledByTradingPartner = "CANCELLED_BY_TRADING_PARTNER",
        /// `CANCELLED_BY_UPVEST_PLATFORM`.
        CancelledByUpvestPlatform = "CANCELLED_BY_UPVEST_PLATFORM",
    }
}

open_enum! {
    /// The field `initiation_flow` of [`Order`].
    pub enum OrderInitiationFlow {
        /// `API`.
        Api = "API",
        /// `PORTFOLIO`.
        Portfolio = "PORTFOLIO",
        /// `CASH_DIVIDEND_REINVESTMENT`.
        CashDividendReinvestment = "CASH_DIVIDEND_REINVESTMENT",
        /// `PORTFOLIO_REBALANCING`.
        PortfolioRebalancing = "PORTFOLIO_REBALANCING",
        /// `SELL_TO_COVER_FEES`.
        SellToCoverFees = "SELL_TO_COVER_FEES",
        /// `SELL_TO_COVER_TAXES`.
        SellToCoverTaxes = "SELL_TO_COVER_TAXES",
        /// `ACCOUNT_LIQUIDATION`.
        AccountLiquidation = "ACCOUNT_LIQUIDATION",
        /// `UPVEST_OPERATIONS`.
        UpvestOperations = "UPVEST_OPERATIONS",
    }
}

open_enum! {
    /// The field `execution_flow` of [`Order`].
    pub enum OrderExecutionFlow {
        /// `STRAIGHT_THROUGH`.
        StraightThrough = "STRAIGHT_THROUGH",
        /// `BLOCK`.
        Block = "BLOCK",
    }
}

open_enum! {
    /// The field `type` of [`Tax`].
    pub enum TaxType {
        /// `TOTAL`.
        Total = "TOTAL",
    }
}

open_enum! {
    /// The field `status` of [`OrderExecution`].
    pub enum OrderExecutionStatus {
        /// `FILLED`.
        Filled = "FILLED",
        /// `SETTLED`.
        Settled = "SETTLED",
        /// `CANCELLED`.
        Cancelled = "CANCELLED",
    }
}

open_enum! {
    /// The field `status` of [`OrderCancellation`].
    pub enum OrderCancellationStatus {
        /// `REJECTED`.
        Rejected = "REJECTED",
    }
}

events! {
    /// The events of `Orders`, as sent by webhook.
    pub enum OrderEvent {
        /// `ORDER.NEW`.
        New(Order) = "ORDER.NEW",
        /// `ORDER.PROCESSING`.
        Processing(Order) = "ORDER.PROCESSING",
        /// `ORDER.FILLED`.
        Filled(Order) = "ORDER.FILLED",
        /// `ORDER.CANCELLED`.
        Cancelled(Order) = "ORDER.CANCELLED",
        /// `ORDER_CANCELLATION.REJECTED`.
        CancellationRejected(OrderCancellation) = "ORDER_CANCELLATION.REJECTED",
    }
}

id! {
    /// Identifies an order.
    pub struct OrderId;
}

id! {
    /// Identifies an execution.
    pub struct ExecutionId;
}
