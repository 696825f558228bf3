//! Portfolios.

use serde_json::Value;
use upvest_core::{Call, IdempotentCall, Page, api};
use uuid::Uuid;

use super::{AccountId, ListAllocations, ListOfPortfolio, Paging, Period};

/// Portfolios: allocations, configurations, orders, rebalancing.
#[api(scope = "portfolios:admin")]
pub trait Portfolios: Send + Sync {
    #[endpoint(GET, "/portfolios/allocations", signed, scope = ["portfolios:read", "portfolios:admin"])]
    fn list_allocations(&self, query: &ListAllocations) -> Call<Page<Value>>;

    #[endpoint(POST, "/portfolios/allocations", idempotent, signed)]
    fn create_allocation(&self, body: &Value) -> IdempotentCall<Value>;

    #[endpoint(GET, "/portfolios/allocations/{allocation_id}", signed, scope = ["portfolios:read", "portfolios:admin"])]
    fn get_allocation(&self, allocation_id: Uuid) -> Call<Value>;

    #[endpoint(PUT, "/portfolios/allocations/{allocation_id}", signed)]
    fn replace_allocation(&self, allocation_id: Uuid, body: &Value) -> Call<Value>;

    #[endpoint(GET, "/portfolios/configurations", signed, scope = ["portfolios:read", "portfolios:admin"])]
    fn list_configurations(&self, query: &ListOfPortfolio) -> Call<Page<Value>>;

    #[endpoint(POST, "/portfolios/configurations", idempotent, signed)]
    fn create_configuration(&self, body: &Value) -> IdempotentCall<Value>;

    #[endpoint(GET, "/portfolios/configurations/{account_id}", signed, scope = ["portfolios:read", "portfolios:admin"])]
    fn get_configuration(&self, account_id: AccountId) -> Call<Value>;

    #[endpoint(PATCH, "/portfolios/configurations/{account_id}", idempotent, signed)]
    fn update_configuration(&self, account_id: AccountId, body: &Value) -> IdempotentCall<Value>;

    #[endpoint(GET, "/portfolios/orders", signed, scope = ["portfolios:read", "portfolios:admin"])]
    fn list_portfolio_orders(&self, query: &ListOfPortfolio) -> Call<Page<Value>>;

    #[endpoint(POST, "/portfolios/orders", idempotent, signed)]
    fn place_portfolio_order(&self, body: &Value) -> IdempotentCall<Value>;

    #[endpoint(GET, "/portfolios/orders/{portfolio_order_id}", signed, scope = ["portfolios:read", "portfolios:admin"])]
    fn get_portfolio_order(&self, portfolio_order_id: Uuid) -> Call<Value>;

    #[endpoint(DELETE, "/portfolios/orders/{portfolio_order_id}", signed)]
    fn cancel_portfolio_order(&self, portfolio_order_id: Uuid) -> Call<()>;

    #[endpoint(POST, "/portfolios/rebalancings/executions", idempotent, signed)]
    fn trigger_rebalancing(&self, body: &Value) -> IdempotentCall<Value>;

    #[endpoint(GET, "/portfolios/rebalancings/executions/{execution_id}", signed, scope = ["portfolios:read", "portfolios:admin"])]
    fn get_rebalancing(&self, execution_id: Uuid) -> Call<Value>;

    #[endpoint(GET, "/portfolios/rebalancings/executions/{execution_id}/orders", signed, scope = ["portfolios:read", "portfolios:admin"])]
    fn list_orders_of_rebalancing(&self, execution_id: Uuid, query: &Period) -> Call<Page<Value>>;

    #[endpoint(GET, "/portfolios/rebalancings/strategies", signed, scope = ["portfolios:read", "portfolios:admin"])]
    fn list_strategies(&self, query: &Paging) -> Call<Page<Value>>;

    #[endpoint(POST, "/portfolios/rebalancings/strategies", idempotent, signed)]
    fn create_strategy(&self, body: &Value) -> IdempotentCall<Value>;

    #[endpoint(GET, "/portfolios/rebalancings/strategies/{strategy_id}", signed, scope = ["portfolios:read", "portfolios:admin"])]
    fn get_strategy(&self, strategy_id: Uuid) -> Call<Value>;

    #[endpoint(GET, "/portfolios/allocations/{allocation_id}/accounts", signed, scope = ["portfolios:read", "portfolios:admin"])]
    fn list_accounts_of_allocation(&self, allocation_id: Uuid, query: &Paging)
    -> Call<Page<Value>>;
}
