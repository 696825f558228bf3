//! Positions, valuations and transactions of accounts.

use serde_json::Value;
use upvest_core::{AccountGroupId, Bytes, Call, Page, api};
use uuid::Uuid;

use super::{
    AccountId, CurrentValuation, ListCashTransactions, ListReports, ListSecurityTransactions,
    Offsets, Period, UserId,
};

/// Positions of accounts.
#[api(scope = "positions:read")]
pub trait Positions: Send + Sync {
    #[endpoint(GET, "/account_groups/{account_group_id}/payments/cash_balance", signed)]
    fn get_cash_balance(&self, account_group_id: AccountGroupId) -> Call<Value>;

    #[endpoint(GET, "/accounts/{account_id}/positions", signed)]
    fn list_positions(&self, account_id: AccountId, query: &Offsets) -> Call<Page<Value>>;

    #[endpoint(GET, "/accounts/{account_id}/positions/{instrument_id}", signed)]
    fn get_position(&self, account_id: AccountId, instrument_id: &str) -> Call<Value>;
}

/// Reports for users.
#[api(scope = "reports:read")]
pub trait Reports: Send + Sync {
    #[endpoint(GET, "/users/{user_id}/reports", signed)]
    fn list_reports(&self, user_id: UserId, query: &ListReports) -> Call<Page<Value>>;

    #[endpoint(GET, "/reports/{report_id}", signed)]
    fn get_report(&self, report_id: Uuid) -> Call<Value>;

    #[endpoint(GET, "/reports/{report_id}", accept = "application/pdf", signed)]
    fn get_report_as_pdf(&self, report_id: Uuid) -> Call<Bytes>;

    #[endpoint(GET, "/reports/{report_id}", header = "accept", signed)]
    fn get_report_as(&self, report_id: Uuid, accept: &str) -> Call<Bytes>;
}

/// Valuations of accounts.
#[api(scope = "valuations:read")]
pub trait Valuations: Send + Sync {
    #[endpoint(GET, "/accounts/{account_id}/valuations/current", signed)]
    fn get_current_valuation(&self, account_id: AccountId, query: &CurrentValuation)
    -> Call<Value>;

    #[endpoint(GET, "/accounts/{account_id}/valuations", signed)]
    fn list_valuations(&self, account_id: AccountId, query: &Period) -> Call<Page<Value>>;
}

/// Transactions of accounts.
#[api(scope = "transactions:read")]
pub trait Transactions: Send + Sync {
    #[endpoint(GET, "/transactions/cash", signed)]
    fn list_cash_transactions(&self, query: &ListCashTransactions) -> Call<Page<Value>>;

    #[endpoint(GET, "/transactions/securities", signed)]
    fn list_security_transactions(&self, query: &ListSecurityTransactions) -> Call<Page<Value>>;
}

/// Returns of accounts.
#[api(scope = "account_returns:read")]
pub trait Returns: Send + Sync {
    #[endpoint(GET, "/accounts/{account_id}/returns", signed)]
    fn list_returns(&self, account_id: AccountId, query: &Period) -> Call<Page<Value>>;
}
