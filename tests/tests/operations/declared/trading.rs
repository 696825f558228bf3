//! Orders and instruments.

use serde_json::Value;
use upvest_core::{Call, IdempotentCall, Page, api};
use uuid::Uuid;

use super::{AccountId, ListInstruments, ListOrders};

/// Orders and their executions.
#[api(scope = "orders:admin")]
pub trait Orders: Send + Sync {
    #[endpoint(GET, "/accounts/{account_id}/orders", signed, scope = ["orders:read", "orders:admin"])]
    fn list_orders(&self, account_id: AccountId, query: &ListOrders) -> Call<Page<Value>>;

    #[endpoint(POST, "/orders", idempotent, signed)]
    fn place_order(&self, body: &Value) -> IdempotentCall<Value>;

    #[endpoint(GET, "/orders/{order_id}", signed, scope = ["orders:read", "orders:admin"])]
    fn get_order(&self, order_id: Uuid) -> Call<Value>;

    #[endpoint(DELETE, "/orders/{order_id}", signed)]
    fn cancel_order(&self, order_id: Uuid) -> Call<Value>;

    #[endpoint(GET, "/orders/{order_id}/executions/{execution_id}", signed, scope = ["orders:read", "orders:admin"])]
    fn get_execution(&self, order_id: Uuid, execution_id: Uuid) -> Call<Value>;
}

/// Instruments.
#[api(scope = "instruments:read")]
pub trait Instruments: Send + Sync {
    #[endpoint(GET, "/instruments", signed)]
    fn list_instruments(&self, query: &ListInstruments) -> Call<Page<Value>>;

    #[endpoint(GET, "/instruments/{instrument_id}", signed)]
    fn get_instrument(&self, instrument_id: &str) -> Call<Value>;
}
