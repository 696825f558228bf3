//! Declarations of the Upvest Investment API 1.9.0.
//!
//! Written by `upvest-codegen`. Change the names in its file of names, not here.

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

pub use access_tokens::*;
pub use account_groups::*;
pub use accounts::*;
pub use cash_balances::*;
pub use executions::*;
pub use fees::*;
pub use instruments::*;
pub use liquidations::*;
pub use mandates::*;
pub use orders::*;
pub use payments::*;
pub use portfolios::*;
pub use positions::*;
pub use reference_accounts::*;
pub use reports::*;
pub use returns::*;
pub use taxes::*;
pub use transactions::*;
pub use treasury_reports::*;
pub use upvest_core::{
    AccountGroupId, Amount, CountryCode, Currency, Date, Decimal, Isin, Timestamp, Uuid,
};
pub use users::*;
pub use valuations::*;
pub use virtual_cash_balances::*;
pub use webhooks::*;

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
