//! `Portfolios`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use upvest_core::{
    Call, Currency, Decimal, IdempotentCall, Page, Timestamp, api, events, id, null_as_default,
    one_of, open_enum,
};

use super::{AccountId, OrderId, OrderSide, OrderStatus, SortOrder, UserId};

/// The endpoints of `Portfolios`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = ["portfolios:read", "portfolios:admin"])]
pub trait Portfolios: Send + Sync {
    /// Calls the operation `list_portfolios_allocations`. The status of a success is 200.
    #[endpoint(GET, "/portfolios/allocations", signed)]
    fn list_portfolios_allocations(
        &self,
        query: &ListPortfoliosAllocations,
    ) -> Call<Page<PortfoliosAllocation>>;

    /// Calls the operation `create_portfolios_allocation`. The status of a success is 200.
    #[endpoint(POST, "/portfolios/allocations", idempotent, signed, scope = "portfolios:admin")]
    fn create_portfolios_allocation(
        &self,
        body: &CreatePortfoliosAllocation,
    ) -> IdempotentCall<PortfoliosAllocation>;

    /// Calls the operation `retrieve_portfolios_allocation`. The status of a success is 200.
    #[endpoint(GET, "/portfolios/allocations/{allocation_id}", signed)]
    fn retrieve_portfolios_allocation(
        &self,
        allocation_id: AllocationId,
    ) -> Call<PortfoliosAllocation>;

    /// Calls the operation `update_portfolios_allocation`. The status of a success is 200.
    #[endpoint(PUT, "/portfolios/allocations/{allocation_id}", signed, scope = "portfolios:admin")]
    fn update_portfolios_allocation(
        &self,
        allocation_id: AllocationId,
        body: &UpdatePortfoliosAllocation,
    ) -> Call<PortfoliosAllocation>;

    /// Calls the operation `list_portfolios_configurations`. The status of a success is 200.
    #[endpoint(GET, "/portfolios/configurations", signed)]
    fn list_portfolios_configurations(
        &self,
        query: &ListPortfoliosConfigurations,
    ) -> Call<Page<PortfoliosConfiguration>>;

    /// Calls the operation `create_portfolios_configuration`. The status of a success is 200.
    #[endpoint(POST, "/portfolios/configurations", idempotent, signed, scope = "portfolios:admin")]
    fn create_portfolios_configuration(
        &self,
        body: &CreatePortfoliosConfiguration,
    ) -> IdempotentCall<PortfoliosConfiguration>;

    /// Calls the operation `retrieve_portfolios_configuration`. The status of a success is 200.
    #[endpoint(GET, "/portfolios/configurations/{account_id}", signed)]
    fn retrieve_portfolios_configuration(
        &self,
        account_id: AccountId,
    ) -> Call<PortfoliosConfiguration>;

    /// Calls the operation `update_portfolios_configuration`. The status of a success is 200.
    #[endpoint(
        PATCH,
        "/portfolios/configurations/{account_id}",
        idempotent,
        signed,
        scope = "portfolios:admin"
    )]
    fn update_portfolios_configuration(
        &self,
        account_id: AccountId,
        body: &UpdatePortfoliosConfiguration,
    ) -> IdempotentCall<PortfoliosConfiguration>;

    /// Calls the operation `list_portfolios_orders`. The status of a success is 200.
    #[endpoint(GET, "/portfolios/orders", signed)]
    fn list_portfolios_orders(&self, query: &ListPortfoliosOrders) -> Call<Page<PortfoliosOrder>>;

    /// Calls the operation `create_portfolios_order`. The status of a success is 200.
    #[endpoint(POST, "/portfolios/orders", idempotent, signed, scope = "portfolios:admin")]
    fn create_portfolios_order(
        &self,
        body: &CreatePortfoliosOrder,
    ) -> IdempotentCall<PortfoliosOrder>;

    /// Calls the operation `retrieve_portfolios_order`. The status of a success is 200.
    #[endpoint(GET, "/portfolios/orders/{portfolio_order_id}", signed)]
    fn retrieve_portfolios_order(
        &self,
        portfolio_order_id: PortfolioOrderId,
    ) -> Call<PortfoliosOrder>;

    /// Calls the operation `cancel_portfolios_order`. The status of a success is 204.
    #[endpoint(
        DELETE,
        "/portfolios/orders/{portfolio_order_id}",
        signed,
        scope = "portfolios:admin"
    )]
    fn cancel_portfolios_order(&self, portfolio_order_id: PortfolioOrderId) -> Call<()>;

    /// Calls the operation `trigger_portfolio_rebalancing`. The status of a success is 200.
    #[endpoint(
        POST,
        "/portfolios/rebalancings/executions",
        idempotent,
        signed,
        scope = "portfolios:admin"
    )]
    fn trigger_portfolio_rebalancing(
        &self,
        body: &TriggerPortfolioRebalancing,
    ) -> IdempotentCall<RebalancingTriggered>;

    /// Calls the operation `retrieve_portfolios_rebalancing_execution`. The status of a success
    /// is 200.
    #[endpoint(GET, "/portfolios/rebalancings/executions/{execution_id}", signed)]
    fn retrieve_portfolios_rebalancing_execution(
        &self,
        execution_id: RebalancingExecutionId,
    ) -> Call<PortfoliosRebalancingExecution>;

    /// Calls the operation `list_portfolio_rebalancing_execution_orders`. The status of a
    /// success is 200.
    #[endpoint(GET, "/portfolios/rebalancings/executions/{execution_id}/orders", signed)]
    fn list_portfolio_rebalancing_execution_orders(
        &self,
        execution_id: RebalancingExecutionId,
        query: &ListPortfolioRebalancingExecutionOrders,
    ) -> Call<Page<PortfoliosRebalancingExecutionOrder>>;

    /// Calls the operation `list_portfolios_rebalancing_strategies`. The status of a success is
    /// 200.
    #[endpoint(GET, "/portfolios/rebalancings/strategies", signed)]
    fn list_portfolios_rebalancing_strategies(
        &self,
        query: &ListPortfoliosRebalancingStrategies,
    ) -> Call<Page<PortfoliosRebalancingStrategy>>;

    /// Calls the operation `create_portfolios_rebalancing_strategy`. The status of a success is
    /// 200.
    #[endpoint(
        POST,
        "/portfolios/rebalancings/strategies",
        idempotent,
        signed,
        scope = "portfolios:admin"
    )]
    fn create_portfolios_rebalancing_strategy(
        &self,
        body: &CreatePortfoliosRebalancingStrategy,
    ) -> IdempotentCall<PortfoliosRebalancingStrategy>;

    /// Calls the operation `retrieve_portfolios_rebalancing_strategy`. The status of a success
    /// is 200.
    #[endpoint(GET, "/portfolios/rebalancings/strategies/{strategy_id}", signed)]
    fn retrieve_portfolios_rebalancing_strategy(
        &self,
        strategy_id: RebalancingStrategyId,
    ) -> Call<PortfoliosRebalancingStrategy>;

    /// Calls the operation `list_portfolios_allocation_accounts`. The status of a success is
    /// 200.
    #[endpoint(GET, "/portfolios/allocations/{allocation_id}/accounts", signed)]
    fn list_portfolios_allocation_accounts(
        &self,
        allocation_id: AllocationId,
        query: &ListPortfoliosAllocationAccounts,
    ) -> Call<Page<PortfoliosAllocationAccount>>;
}

/// The query of `list_portfolios_allocations`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListPortfoliosAllocations {
    /// `id`. Default: `id`.
    pub sort: Option<SortById>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
    /// A date and time (RFC 3339). Example: `2022-10-14T00:00:00Z`.
    pub start_date: Option<Timestamp>,
    /// A date and time (RFC 3339). Example: `2022-10-14T00:00:00Z`.
    pub end_date: Option<Timestamp>,
    /// A text. Example:
    /// `bf72bdc1-b342-494f-9739-b27ae9011b86,dcbe2cf4-4f37-4fe5-9393-4fb52bb87fab`.
    pub instrument_ids: Option<String>,
}

/// The query of `list_portfolios_configurations`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListPortfoliosConfigurations {
    /// `account_id`. Default: `account_id`.
    pub sort: Option<SortByAccountId>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
    /// A date and time (RFC 3339). Example: `2022-10-14T00:00:00Z`.
    pub start_date: Option<Timestamp>,
    /// A date and time (RFC 3339). Example: `2022-10-14T00:00:00Z`.
    pub end_date: Option<Timestamp>,
    /// A text. Example: `3ada8e9e-82c4-4c78-a43d-a691b1636509`.
    pub account_id: Option<String>,
    /// A text. Example: `f6c2b02a-3214-4a40-82ae-6c76df50bc8c`.
    pub allocation_id: Option<String>,
}

/// The query of `list_portfolios_orders`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListPortfoliosOrders {
    /// `id`. Default: `id`.
    pub sort: Option<SortById>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
    /// A date and time (RFC 3339). Example: `2022-10-14T00:00:00Z`.
    pub start_date: Option<Timestamp>,
    /// A date and time (RFC 3339). Example: `2022-10-14T00:00:00Z`.
    pub end_date: Option<Timestamp>,
    /// A UUID. Example: `f96eaefd-b4c6-477a-9bbe-c744bf26172f`.
    pub allocation_id: Option<AllocationId>,
    /// A UUID. Example: `2c865aab-6737-4b0e-9154-69a4622b2727`.
    pub account_id: Option<AccountId>,
}

/// The query of `list_portfolio_rebalancing_execution_orders`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListPortfolioRebalancingExecutionOrders {
    /// `status`. Default: `status`.
    pub sort: Option<SortByStatus>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
    /// A date and time (RFC 3339). Example: `2022-10-14T00:00:00Z`.
    pub start_date: Option<Timestamp>,
    /// A date and time (RFC 3339). Example: `2022-10-14T00:00:00Z`.
    pub end_date: Option<Timestamp>,
}

/// The query of `list_portfolios_rebalancing_strategies`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListPortfoliosRebalancingStrategies {
    /// `id`. Default: `id`.
    pub sort: Option<SortById>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
}

/// The query of `list_portfolios_allocation_accounts`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListPortfoliosAllocationAccounts {
    /// `id`. Default: `id`.
    pub sort: Option<SortById>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
}

/// An item of a response of `list_portfolios_allocations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PortfoliosAllocation {
    /// A UUID.
    pub id: AllocationId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A text.
    pub name: String,
    /// A list; each item: see [`AllocatedInstrument`].
    #[serde(deserialize_with = "null_as_default")]
    pub allocation: Vec<AllocatedInstrument>,
}

impl PortfoliosAllocation {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub fn new(
        id: AllocationId,
        created_at: Timestamp,
        updated_at: Timestamp,
        name: impl Into<String>,
        allocation: Vec<AllocatedInstrument>,
    ) -> Self {
        Self { id, created_at, updated_at, name: name.into(), allocation }
    }
}

/// An item of the field `allocation` of [`PortfoliosAllocation`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllocatedInstrument {
    /// A text.
    pub instrument_id: String,
    /// `ISIN` or `UPVEST`. Default: `ISIN`.
    pub instrument_id_type: AllocatedInstrumentIdType,
    /// A decimal number, `^(100|[0-9]{1,2}(\.[0-9]{1,5})?)$`.
    pub weight: Decimal,
}

impl AllocatedInstrument {
    /// Creates a value from all fields.
    #[must_use]
    pub fn new(
        instrument_id: impl Into<String>,
        instrument_id_type: AllocatedInstrumentIdType,
        weight: Decimal,
    ) -> Self {
        Self { instrument_id: instrument_id.into(), instrument_id_type, weight }
    }
}

/// The request body of `create_portfolios_allocation`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatePortfoliosAllocation {
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A list; each item: see [`AllocatedInstrument`].
    pub allocation: Vec<AllocatedInstrument>,
}

impl CreatePortfoliosAllocation {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub const fn new(allocation: Vec<AllocatedInstrument>) -> Self {
        Self { name: None, allocation }
    }
}

/// The request body of `update_portfolios_allocation`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdatePortfoliosAllocation {
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A list; each item: see [`AllocatedInstrument`].
    pub allocation: Vec<AllocatedInstrument>,
}

impl UpdatePortfoliosAllocation {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub const fn new(allocation: Vec<AllocatedInstrument>) -> Self {
        Self { name: None, allocation }
    }
}

/// An item of a response of `list_portfolios_configurations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PortfoliosConfiguration {
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A UUID.
    pub account_id: AccountId,
    /// A UUID.
    pub allocation_id: AllocationId,
    /// A list; each item: a UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebalancing_strategy_ids: Option<Vec<RebalancingStrategyId>>,
}

impl PortfoliosConfiguration {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    pub const fn new(
        created_at: Timestamp,
        updated_at: Timestamp,
        account_id: AccountId,
        allocation_id: AllocationId,
    ) -> Self {
        Self { created_at, updated_at, account_id, allocation_id, rebalancing_strategy_ids: None }
    }
}

/// The request body of `create_portfolios_configuration`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatePortfoliosConfiguration {
    /// A UUID.
    pub account_id: AccountId,
    /// A UUID.
    pub allocation_id: AllocationId,
    /// A list; each item: a UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebalancing_strategy_ids: Option<Vec<RebalancingStrategyId>>,
}

impl CreatePortfoliosConfiguration {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub const fn new(account_id: AccountId, allocation_id: AllocationId) -> Self {
        Self { account_id, allocation_id, rebalancing_strategy_ids: None }
    }
}

/// The request body of `update_portfolios_configuration`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdatePortfoliosConfiguration {
    /// A UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocation_id: Option<AllocationId>,
    /// A list; each item: a UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebalancing_strategy_ids: Option<Vec<RebalancingStrategyId>>,
}

/// An item of a response of `list_portfolios_orders`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PortfoliosOrder {
    /// A UUID.
    pub id: PortfolioOrderId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// A UUID.
    pub account_id: AccountId,
    /// A UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocation_id: Option<AllocationId>,
    /// A decimal number, `^[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub cash_amount: Decimal,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
    /// One of the values of [`PortfoliosOrderStatus`].
    pub status: PortfoliosOrderStatus,
    /// `BUY`, `SELL` or `REBALANCING`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#type: Option<PortfoliosOrderType>,
    /// True or false. Default: `false`.
    pub post_tax: bool,
    /// A list; each item: see [`PortfoliosSecurityOrder`].
    #[serde(deserialize_with = "null_as_default")]
    pub orders: Vec<PortfoliosSecurityOrder>,
}

impl PortfoliosOrder {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub const fn new(
        id: PortfolioOrderId,
        created_at: Timestamp,
        updated_at: Timestamp,
        account_id: AccountId,
        cash_amount: Decimal,
        currency: Currency,
        status: PortfoliosOrderStatus,
        post_tax: bool,
        orders: Vec<PortfoliosSecurityOrder>,
    ) -> Self {
        Self {
            id,
            created_at,
            updated_at,
            user_id: None,
            account_id,
            allocation_id: None,
            cash_amount,
            currency,
            status,
            r#type: None,
            post_tax,
            orders,
        }
    }
}

/// An item of the field `orders` of [`PortfoliosOrder`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PortfoliosSecurityOrder {
    /// A UUID.
    pub id: OrderId,
    /// `BUY` or `SELL`.
    pub side: OrderSide,
    /// `NEW`, `PROCESSING`, `FILLED` or `CANCELLED`.
    pub status: OrderStatus,
}

impl PortfoliosSecurityOrder {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(id: OrderId, side: OrderSide, status: OrderStatus) -> Self {
        Self { id, side, status }
    }
}

/// The request body of `create_portfolios_order`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatePortfoliosOrder {
    /// A UUID.
    pub user_id: UserId,
    /// A UUID.
    pub account_id: AccountId,
    /// A decimal number, `^[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub cash_amount: Decimal,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
    /// `BUY` or `SELL`.
    pub side: OrderSide,
    /// True or false. Default: `false`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_tax: Option<bool>,
}

impl CreatePortfoliosOrder {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub const fn new(
        user_id: UserId,
        account_id: AccountId,
        cash_amount: Decimal,
        currency: Currency,
        side: OrderSide,
    ) -> Self {
        Self { user_id, account_id, cash_amount, currency, side, post_tax: None }
    }
}

one_of! {
    /// The request body of `trigger_portfolio_rebalancing`.
    #[derive(Eq)]
    #[allow(clippy::large_enum_variant, reason = "the API has these alternatives")]
    pub enum TriggerPortfolioRebalancing {
        /// See [`RebalanceAccounts`].
        RebalanceAccounts(RebalanceAccounts),
        /// See [`RebalanceAllocations`].
        RebalanceAllocations(RebalanceAllocations),
    }
}

/// An alternative of [`TriggerPortfolioRebalancing`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RebalanceAccounts {
    /// A list; each item: a UUID.
    pub accounts: Vec<AccountId>,
}

impl RebalanceAccounts {
    /// Creates a value from all fields.
    #[must_use]
    pub const fn new(accounts: Vec<AccountId>) -> Self {
        Self { accounts }
    }
}

/// An alternative of [`TriggerPortfolioRebalancing`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RebalanceAllocations {
    /// A list; each item: a UUID.
    pub allocations: Vec<AllocationId>,
}

impl RebalanceAllocations {
    /// Creates a value from all fields.
    #[must_use]
    pub const fn new(allocations: Vec<AllocationId>) -> Self {
        Self { allocations }
    }
}

/// A response of `trigger_portfolio_rebalancing`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RebalancingTriggered {
    /// A UUID.
    pub id: RebalancingExecutionId,
}

impl RebalancingTriggered {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(id: RebalancingExecutionId) -> Self {
        Self { id }
    }
}

/// A response of `retrieve_portfolios_rebalancing_execution`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PortfoliosRebalancingExecution {
    /// A UUID.
    pub id: RebalancingExecutionId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A list; each item: a UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accounts: Option<Vec<AccountId>>,
    /// A list; each item: a UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocations: Option<Vec<AllocationId>>,
}

impl PortfoliosRebalancingExecution {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    pub const fn new(
        id: RebalancingExecutionId,
        created_at: Timestamp,
        updated_at: Timestamp,
    ) -> Self {
        Self { id, created_at, updated_at, accounts: None, allocations: None }
    }
}

/// An item of a response of `list_portfolio_rebalancing_execution_orders`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PortfoliosRebalancingExecutionOrder {
    /// A UUID.
    pub account_id: AccountId,
    /// A UUID.
    pub portfolio_order_id: PortfolioOrderId,
    /// One of the values of [`PortfoliosOrderStatus`].
    pub status: PortfoliosOrderStatus,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
}

impl PortfoliosRebalancingExecutionOrder {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(
        account_id: AccountId,
        portfolio_order_id: PortfolioOrderId,
        status: PortfoliosOrderStatus,
        created_at: Timestamp,
        updated_at: Timestamp,
    ) -> Self {
        Self { account_id, portfolio_order_id, status, created_at, updated_at }
    }
}

/// An item of a response of `list_portfolios_rebalancing_strategies`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PortfoliosRebalancingStrategy {
    /// A UUID.
    pub id: RebalancingStrategyId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A text.
    pub name: String,
    /// A list; each item: see [`RebalancingCondition`].
    #[serde(deserialize_with = "null_as_default")]
    pub conditions: Vec<RebalancingCondition>,
}

impl PortfoliosRebalancingStrategy {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub fn new(
        id: RebalancingStrategyId,
        created_at: Timestamp,
        updated_at: Timestamp,
        name: impl Into<String>,
        conditions: Vec<RebalancingCondition>,
    ) -> Self {
        Self { id, created_at, updated_at, name: name.into(), conditions }
    }
}

/// An item of the field `conditions` of [`PortfoliosRebalancingStrategy`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RebalancingCondition {
    /// A text.
    pub name: String,
    /// `DRIFT` or `SCHEDULED`.
    pub r#type: RebalancingConditionType,
    /// Fields that the API does not name.
    #[serde(flatten)]
    pub further_fields: BTreeMap<String, Value>,
}

impl RebalancingCondition {
    /// Creates a value from all fields.
    #[must_use]
    pub fn new(name: impl Into<String>, r#type: RebalancingConditionType) -> Self {
        Self { name: name.into(), r#type, further_fields: BTreeMap::new() }
    }
}

/// The request body of `create_portfolios_rebalancing_strategy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatePortfoliosRebalancingStrategy {
    /// A text.
    pub name: String,
    /// A list; each item: see [`RebalancingCondition`].
    pub conditions: Vec<RebalancingCondition>,
}

impl CreatePortfoliosRebalancingStrategy {
    /// Creates a value from all fields.
    #[must_use]
    pub fn new(name: impl Into<String>, conditions: Vec<RebalancingCondition>) -> Self {
        Self { name: name.into(), conditions }
    }
}

/// An item of a response of `list_portfolios_allocation_accounts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PortfoliosAllocationAccount {
    /// A UUID.
    pub id: AccountId,
}

impl PortfoliosAllocationAccount {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(id: AccountId) -> Self {
        Self { id }
    }
}

open_enum! {
    /// The parameter `sort` of `list_portfolios_allocations`.
    pub enum SortById {
        /// `id`.
        Id = "id",
    }
}

open_enum! {
    /// The field `instrument_id_type` of [`AllocatedInstrument`].
    pub enum AllocatedInstrumentIdType {
        /// `ISIN`.
        Isin = "ISIN",
        /// `UPVEST`.
        Upvest = "UPVEST",
    }
}

open_enum! {
    /// The parameter `sort` of `list_portfolios_configurations`.
    pub enum SortByAccountId {
        /// `account_id`.
        AccountId = "account_id",
    }
}

open_enum! {
    /// The field `status` of [`PortfoliosOrder`].
    pub enum PortfoliosOrderStatus {
        /// `NEW`.
        New = "NEW",
        /// `PROCESSING`.
        Processing = "PROCESSING",
        /// `FILLED`.
        Filled = "FILLED",
        /// `SETTLED`.
        Settled = "SETTLED",
        /// `CANCELLED`.
        Cancelled = "CANCELLED",
    }
}

open_enum! {
    /// The field `type` of [`PortfoliosOrder`].
    pub enum PortfoliosOrderType {
        /// `BUY`.
        Buy = "BUY",
        /// `SELL`.
        Sell = "SELL",
        /// `REBALANCING`.
        Rebalancing = "REBALANCING",
    }
}

open_enum! {
    /// The parameter `sort` of `list_portfolio_rebalancing_execution_orders`.
    pub enum SortByStatus {
        /// `status`.
        Status = "status",
    }
}

open_enum! {
    /// The field `type` of [`RebalancingCondition`].
    pub enum RebalancingConditionType {
        /// `DRIFT`.
        Drift = "DRIFT",
        /// `SCHEDULED`.
        Scheduled = "SCHEDULED",
    }
}

events! {
    /// The events of `Portfolios`, as sent by webhook.
    pub enum PortfolioEvent {
        /// `PORTFOLIO_ORDER.NEW`.
        OrderNew(PortfoliosOrder) = "PORTFOLIO_ORDER.NEW",
        /// `PORTFOLIO_ORDER.PROCESSING`.
        OrderProcessing(PortfoliosOrder) = "PORTFOLIO_ORDER.PROCESSING",
        /// `PORTFOLIO_ORDER.FILLED`.
        OrderFilled(PortfoliosOrder) = "PORTFOLIO_ORDER.FILLED",
        /// `PORTFOLIO_ORDER.SETTLED`.
        OrderSettled(PortfoliosOrder) = "PORTFOLIO_ORDER.SETTLED",
        /// `PORTFOLIO_ORDER.CANCELLED`.
        OrderCancelled(PortfoliosOrder) = "PORTFOLIO_ORDER.CANCELLED",
        /// `PORTFOLIO_ALLOCATION.CREATED`.
        AllocationCreated(PortfoliosAllocation) = "PORTFOLIO_ALLOCATION.CREATED",
        /// `PORTFOLIO_ALLOCATION.CHANGED`.
        AllocationChanged(PortfoliosAllocation) = "PORTFOLIO_ALLOCATION.CHANGED",
    }
}

id! {
    /// Identifies an allocation.
    pub struct AllocationId;
}

id! {
    /// Identifies a portfolio order.
    pub struct PortfolioOrderId;
}

id! {
    /// Identifies a rebalancing execution.
    pub struct RebalancingExecutionId;
}

id! {
    /// Identifies a rebalancing strategy.
    pub struct RebalancingStrategyId;
}
