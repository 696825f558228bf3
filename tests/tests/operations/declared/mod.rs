//! Declarations of the Upvest Investment API 1.9.0.
//!
//! Written by `upvest-codegen`: names.toml has the names. Generating again replaces this file.

mod access_tokens;
mod account_groups;
mod accounts;
mod cash_balances;
mod executions;
mod fees;
mod instruments;
mod liquidations;
mod mandates;
mod orders;
mod payments;
mod portfolios;
mod positions;
mod reference_accounts;
mod reports;
mod returns;
mod taxes;
mod transactions;
mod treasury_reports;
mod users;
mod valuations;
mod virtual_cash_balances;
mod webhooks;

use upvest_core::Endpoint;

pub use self::access_tokens::*;
pub use self::account_groups::*;
pub use self::accounts::*;
pub use self::cash_balances::*;
pub use self::executions::*;
pub use self::fees::*;
pub use self::instruments::*;
pub use self::liquidations::*;
pub use self::mandates::*;
pub use self::orders::*;
pub use self::payments::*;
pub use self::portfolios::*;
pub use self::positions::*;
pub use self::reference_accounts::*;
pub use self::reports::*;
pub use self::returns::*;
pub use self::taxes::*;
pub use self::transactions::*;
pub use self::treasury_reports::*;
pub use self::users::*;
pub use self::valuations::*;
pub use self::virtual_cash_balances::*;
pub use self::webhooks::*;
pub use upvest_core::{
    AccountGroupId, Amount, CountryCode, Currency, Date, Decimal, Isin, Timestamp, Uuid,
};

/// The tables of all traits.
pub const ENDPOINTS: [&[Endpoint]; 20] = [
    <dyn AccessTokens>::ENDPOINTS,
    <dyn Webhooks>::ENDPOINTS,
    <dyn Users>::ENDPOINTS,
    <dyn Accounts>::ENDPOINTS,
    <dyn CashBalances>::ENDPOINTS,
    <dyn Positions>::ENDPOINTS,
    <dyn ReferenceAccounts>::ENDPOINTS,
    <dyn Mandates>::ENDPOINTS,
    <dyn Payments>::ENDPOINTS,
    <dyn Orders>::ENDPOINTS,
    <dyn Fees>::ENDPOINTS,
    <dyn Instruments>::ENDPOINTS,
    <dyn Reports>::ENDPOINTS,
    <dyn Taxes>::ENDPOINTS,
    <dyn Portfolios>::ENDPOINTS,
    <dyn Valuations>::ENDPOINTS,
    <dyn Transactions>::ENDPOINTS,
    <dyn Liquidations>::ENDPOINTS,
    <dyn Returns>::ENDPOINTS,
    <dyn VirtualCashBalances>::ENDPOINTS,
];
