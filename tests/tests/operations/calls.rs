//! A call to each operation, with every parameter set.

use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Value, json};
use upvest_core::__sandbox::{AccessTokens, TokenRequest};
use upvest_core::webhook::{
    CreateWebhook, ListWebhooks, UpdateWebhook, VerificationKeys, Webhooks,
};
use upvest_core::{BoxFuture, Call, CallKind, Client, Endpoint, Result};
use upvest_virtual_cash::{
    CreateVirtualCashDecrease, CreateVirtualCashIncrease, Currency, VirtualCash,
};
use uuid::Uuid;

use crate::declared::accounts::{AccountGroups, Accounts, Fees, Liquidations};
use crate::declared::payments::{Mandates, Payments, ReferenceAccounts};
use crate::declared::portfolios::Portfolios;
use crate::declared::reporting::{Positions, Reports, Returns, Transactions, Valuations};
use crate::declared::trading::{Instruments, Orders};
use crate::declared::users::{Checks, Taxes, Users};
use crate::declared::{
    CurrentValuation, Full as _, ListAllocations, ListCashTransactions, ListFeeCollections,
    ListInstruments, ListOfPortfolio, ListOrders, ListReports, ListSecurityTransactions, Offsets,
    Paging, Period,
};

pub const ID: Uuid = Uuid::from_u128(0x6ffa_6b16_2380_4e7a_88b2_ae62_5c8e_ef99);
/// The second id of a path.
pub const OTHER: Uuid = Uuid::from_u128(0xac1c_39e9_2101_46b8_a624_d10a_9e35_1b6c);
/// The longest form of an instrument id, with colons.
pub const INSTRUMENT: &str = "urn:isin:US0378331005";

/// An endpoint and the result of a call to it.
pub type Made = (Endpoint, BoxFuture<'static, Result<Value>>);

pub fn calls(client: &Client) -> Vec<Made> {
    let body = json!({ "member": ["value", 1, null] });
    let token = TokenRequest {
        client_id: ID,
        client_secret: SecretString::from("the-client-secret".to_owned()),
        scope: "users:read users:admin".to_owned(),
    };
    let increase = CreateVirtualCashIncrease {
        account_group_id: ID.into(),
        amount: "200.00".parse().unwrap(),
        currency: Currency::Eur,
    };
    let decrease = CreateVirtualCashDecrease {
        account_group_id: ID.into(),
        amount: "200.00".parse().unwrap(),
        currency: Currency::Eur,
    };
    let list_webhooks = ListWebhooks {
        sort: Some("title".to_owned()),
        order: Some("DESC".to_owned()),
        offset: Some(20),
        limit: Some(10),
    };
    let create_webhook = CreateWebhook {
        title: "all users".to_owned(),
        url: "https://tenant.tld/webhooks".to_owned(),
        types: None,
        excluded_types: None,
        config: None,
    };
    vec![
        (<dyn AccessTokens>::CREATE_ACCESS_TOKEN, {
            let call = client.create_access_token(&token);
            Box::pin(async { call.await.map(|token| json!(token.scope())) })
        }),
        call(<dyn VerificationKeys>::VERIFICATION_KEYS, client.verification_keys()),
        call(<dyn Webhooks>::LIST_WEBHOOKS, client.list_webhooks(&list_webhooks)),
        call(<dyn Webhooks>::CREATE_WEBHOOK, client.create_webhook(&create_webhook)),
        call(<dyn Webhooks>::GET_WEBHOOK, client.get_webhook(ID.into())),
        call(<dyn Webhooks>::DELETE_WEBHOOK, client.delete_webhook(ID.into())),
        call(
            <dyn Webhooks>::UPDATE_WEBHOOK,
            client.update_webhook(ID.into(), &UpdateWebhook::default()),
        ),
        call(<dyn Webhooks>::TEST_WEBHOOK, client.test_webhook(ID.into())),
        call(<dyn Users>::LIST_USERS, client.list_users(&Paging::full())),
        call(<dyn Users>::CREATE_USER, client.create_user(&body)),
        call(<dyn Users>::GET_USER, client.get_user(ID.into())),
        call(<dyn Users>::OFFBOARD_USER, client.offboard_user(ID.into())),
        call(<dyn Users>::REQUEST_DATA_CHANGE, client.request_data_change(ID.into(), &body)),
        call(<dyn Users>::LIST_IDENTIFIERS, client.list_identifiers(ID.into())),
        call(<dyn Users>::CREATE_IDENTIFIER, client.create_identifier(ID.into(), &body)),
        call(<dyn Users>::GET_IDENTIFIER, client.get_identifier(ID.into(), OTHER)),
        call(<dyn Users>::UPDATE_IDENTIFIER, client.update_identifier(ID.into(), OTHER, &body)),
        call(<dyn Checks>::LIST_CHECKS, client.list_checks(ID.into())),
        call(<dyn Checks>::CREATE_CHECK, client.create_check(ID.into(), &body)),
        call(<dyn Checks>::GET_CHECK, client.get_check(ID.into(), OTHER)),
        call(<dyn Taxes>::LIST_TAX_RESIDENCIES, client.list_tax_residencies(ID.into())),
        call(<dyn Taxes>::SET_TAX_RESIDENCIES, client.set_tax_residencies(ID.into(), &body)),
        call(
            <dyn AccountGroups>::LIST_ACCOUNT_GROUPS_OF_USER,
            client.list_account_groups_of_user(ID.into(), &Paging::full()),
        ),
        call(<dyn AccountGroups>::GET_ACCOUNT_GROUP, client.get_account_group(ID.into())),
        call(<dyn AccountGroups>::CLOSE_ACCOUNT_GROUP, client.close_account_group(ID.into())),
        call(<dyn AccountGroups>::LIST_ACCOUNT_GROUPS, client.list_account_groups(&Paging::full())),
        call(<dyn AccountGroups>::CREATE_ACCOUNT_GROUP, client.create_account_group(&body)),
        call(
            <dyn Accounts>::LIST_ACCOUNTS_OF_USER,
            client.list_accounts_of_user(ID.into(), &Paging::full()),
        ),
        call(<dyn Accounts>::GET_ACCOUNT, client.get_account(ID.into())),
        call(<dyn Accounts>::UPDATE_ACCOUNT, client.update_account(ID.into(), &body)),
        call(<dyn Accounts>::CLOSE_ACCOUNT, client.close_account(ID.into())),
        call(<dyn Accounts>::LIST_ACCOUNTS, client.list_accounts(&Paging::full())),
        call(<dyn Accounts>::CREATE_ACCOUNT, client.create_account(&body)),
        call(
            <dyn Liquidations>::LIST_LIQUIDATIONS,
            client.list_liquidations(ID.into(), &Period::full_by("id")),
        ),
        call(<dyn Liquidations>::LIQUIDATE_ACCOUNT, client.liquidate_account(ID.into(), &body)),
        call(<dyn Liquidations>::GET_LIQUIDATION, client.get_liquidation(ID.into(), OTHER)),
        call(<dyn Liquidations>::CANCEL_LIQUIDATION, client.cancel_liquidation(ID.into(), OTHER)),
        call(
            <dyn Fees>::LIST_FEE_COLLECTIONS,
            client.list_fee_collections(&ListFeeCollections::full()),
        ),
        call(<dyn Fees>::CREATE_FEE_COLLECTION, client.create_fee_collection(&body)),
        call(<dyn Fees>::GET_FEE_COLLECTION, client.get_fee_collection(ID)),
        call(
            <dyn ReferenceAccounts>::LIST_REFERENCE_ACCOUNTS,
            client.list_reference_accounts(ID.into(), &Paging::full()),
        ),
        call(
            <dyn ReferenceAccounts>::CREATE_REFERENCE_ACCOUNT,
            client.create_reference_account(&body),
        ),
        call(<dyn ReferenceAccounts>::GET_REFERENCE_ACCOUNT, client.get_reference_account(ID)),
        call(
            <dyn ReferenceAccounts>::REMOVE_REFERENCE_ACCOUNT,
            client.remove_reference_account(ID),
        ),
        call(<dyn Mandates>::LIST_MANDATES, client.list_mandates(ID.into(), &Paging::full())),
        call(<dyn Mandates>::CREATE_MANDATE, client.create_mandate(&body)),
        call(<dyn Mandates>::GET_MANDATE, client.get_mandate(ID)),
        call(<dyn Mandates>::CANCEL_MANDATE, client.cancel_mandate(ID)),
        call(
            <dyn Payments>::LIST_DIRECT_DEBITS,
            client.list_direct_debits(ID.into(), &Paging::full()),
        ),
        call(<dyn Payments>::CREATE_DIRECT_DEBIT, client.create_direct_debit(&body)),
        call(<dyn Payments>::GET_DIRECT_DEBIT, client.get_direct_debit(ID)),
        call(<dyn Payments>::CREATE_WITHDRAWAL, client.create_withdrawal(&body)),
        call(<dyn Payments>::GET_WITHDRAWAL, client.get_withdrawal(ID)),
        call(<dyn Payments>::CANCEL_WITHDRAWAL, client.cancel_withdrawal(ID)),
        call(<dyn Payments>::LIST_WITHDRAWALS, client.list_withdrawals(ID.into(), &Paging::full())),
        call(<dyn Orders>::LIST_ORDERS, client.list_orders(ID.into(), &ListOrders::full())),
        call(<dyn Orders>::PLACE_ORDER, client.place_order(&body)),
        call(<dyn Orders>::GET_ORDER, client.get_order(ID)),
        call(<dyn Orders>::CANCEL_ORDER, client.cancel_order(ID)),
        call(<dyn Orders>::GET_EXECUTION, client.get_execution(ID, OTHER)),
        call(
            <dyn Instruments>::LIST_INSTRUMENTS,
            client.list_instruments(&ListInstruments::full()),
        ),
        call(<dyn Instruments>::GET_INSTRUMENT, client.get_instrument(INSTRUMENT)),
        call(<dyn Positions>::GET_CASH_BALANCE, client.get_cash_balance(ID.into())),
        call(<dyn Positions>::LIST_POSITIONS, client.list_positions(ID.into(), &Offsets::full())),
        call(<dyn Positions>::GET_POSITION, client.get_position(ID.into(), INSTRUMENT)),
        call(<dyn Reports>::LIST_REPORTS, client.list_reports(ID.into(), &ListReports::full())),
        call(<dyn Reports>::GET_REPORT, client.get_report(ID)),
        call(
            <dyn Valuations>::GET_CURRENT_VALUATION,
            client.get_current_valuation(ID.into(), &CurrentValuation::full()),
        ),
        call(
            <dyn Valuations>::LIST_VALUATIONS,
            client.list_valuations(ID.into(), &Period::full_by("valuation_time")),
        ),
        call(
            <dyn Transactions>::LIST_CASH_TRANSACTIONS,
            client.list_cash_transactions(&ListCashTransactions::full_by("booking_date")),
        ),
        call(
            <dyn Transactions>::LIST_SECURITY_TRANSACTIONS,
            client.list_security_transactions(&ListSecurityTransactions::full_by("booking_date")),
        ),
        call(<dyn Returns>::LIST_RETURNS, client.list_returns(ID.into(), &Period::full_by("date"))),
        call(
            <dyn Portfolios>::LIST_ALLOCATIONS,
            client.list_allocations(&ListAllocations::full_by("id")),
        ),
        call(<dyn Portfolios>::CREATE_ALLOCATION, client.create_allocation(&body)),
        call(<dyn Portfolios>::GET_ALLOCATION, client.get_allocation(ID)),
        call(<dyn Portfolios>::REPLACE_ALLOCATION, client.replace_allocation(ID, &body)),
        call(
            <dyn Portfolios>::LIST_CONFIGURATIONS,
            client.list_configurations(&ListOfPortfolio::full_by("account_id")),
        ),
        call(<dyn Portfolios>::CREATE_CONFIGURATION, client.create_configuration(&body)),
        call(<dyn Portfolios>::GET_CONFIGURATION, client.get_configuration(ID.into())),
        call(<dyn Portfolios>::UPDATE_CONFIGURATION, client.update_configuration(ID.into(), &body)),
        call(
            <dyn Portfolios>::LIST_PORTFOLIO_ORDERS,
            client.list_portfolio_orders(&ListOfPortfolio::full_by("id")),
        ),
        call(<dyn Portfolios>::PLACE_PORTFOLIO_ORDER, client.place_portfolio_order(&body)),
        call(<dyn Portfolios>::GET_PORTFOLIO_ORDER, client.get_portfolio_order(ID)),
        call(<dyn Portfolios>::CANCEL_PORTFOLIO_ORDER, client.cancel_portfolio_order(ID)),
        call(<dyn Portfolios>::TRIGGER_REBALANCING, client.trigger_rebalancing(&body)),
        call(<dyn Portfolios>::GET_REBALANCING, client.get_rebalancing(ID)),
        call(
            <dyn Portfolios>::LIST_ORDERS_OF_REBALANCING,
            client.list_orders_of_rebalancing(ID, &Period::full_by("status")),
        ),
        call(<dyn Portfolios>::LIST_STRATEGIES, client.list_strategies(&Paging::full_by("id"))),
        call(<dyn Portfolios>::CREATE_STRATEGY, client.create_strategy(&body)),
        call(<dyn Portfolios>::GET_STRATEGY, client.get_strategy(ID)),
        call(
            <dyn Portfolios>::LIST_ACCOUNTS_OF_ALLOCATION,
            client.list_accounts_of_allocation(ID, &Paging::full_by("id")),
        ),
        bytes(<dyn Reports>::GET_REPORT_AS_PDF, client.get_report_as_pdf(ID)),
        bytes(<dyn Reports>::GET_REPORT_AS, client.get_report_as(ID, "application/pdf")),
        call(<dyn VirtualCash>::INCREASE, client.increase(&increase)),
        call(<dyn VirtualCash>::DECREASE, client.decrease(&decrease)),
        call(<dyn VirtualCash>::CANCEL_DECREASE, client.cancel_decrease(ID.into())),
    ]
}

fn call<T, K>(endpoint: Endpoint, call: Call<T, K>) -> Made
where
    T: Serialize + Send + 'static,
    K: CallKind,
{
    (endpoint, Box::pin(async { call.await.map(|response| json!(response)) }))
}

fn bytes(endpoint: Endpoint, call: Call<upvest_core::Bytes>) -> Made {
    (endpoint, Box::pin(async { call.await.map(|response| json!(response.to_vec())) }))
}
