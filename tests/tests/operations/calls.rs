//! A typed call to each operation, with every query parameter set.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use upvest_core::{BoxFuture, Bytes, Call, CallKind, Client, Date, Endpoint, Result, Timestamp};
use uuid::Uuid;

use crate::declared::{
    AccessTokens, Accounts, CashBalances, Fees, GetAccountValuation, Instruments, Liquidations,
    ListAccountGroups, ListAccountOrders, ListAccountReturns, ListAccountValuationHistory,
    ListAccounts, ListAccountsLiquidations, ListCashTransactions, ListCashWithdrawals,
    ListDirectDebits, ListFeeCollections, ListInstruments, ListMandates,
    ListPortfolioRebalancingExecutionOrders, ListPortfoliosAllocationAccounts,
    ListPortfoliosAllocations, ListPortfoliosConfigurations, ListPortfoliosOrders,
    ListPortfoliosRebalancingStrategies, ListPositions, ListReferenceAccounts, ListReports,
    ListSecuritiesTransactions, ListUserAccountGroups, ListUserAccounts, ListUsers, ListWebhooks,
    Mandates, Orders, Payments, Portfolios, Positions, ReferenceAccounts, Reports, Returns, Taxes,
    Transactions, Users, Valuations, VirtualCashBalances, Webhooks,
};

pub const ID: Uuid = Uuid::from_u128(0x6ffa_6b16_2380_4e7a_88b2_ae62_5c8e_ef99);
/// The second id of a path.
pub const OTHER: Uuid = Uuid::from_u128(0xac1c_39e9_2101_46b8_a624_d10a_9e35_1b6c);
/// The longest form of an instrument id, with colons.
pub const INSTRUMENT: &str = "urn:isin:US0378331005";

/// An endpoint and the result of a call to it, written again as JSON.
pub type Made = (Endpoint, BoxFuture<'static, Result<Value>>);

/// Calls the method of this name. Fails if the body does not fit the type of the method's.
pub fn make(client: &Client, method: &str, body: &Value) -> serde_json::Result<Made> {
    Ok(match method {
        "issue_token" => call(<dyn AccessTokens>::ISSUE_TOKEN, client.issue_token(&read(body)?)),
        "get_jwks" => call(<dyn Webhooks>::GET_JWKS, client.get_jwks()),
        "list_webhooks" => call(
            <dyn Webhooks>::LIST_WEBHOOKS,
            client.list_webhooks(&ListWebhooks {
                sort: Some("created_at".into()),
                order: Some("ASC".into()),
                offset: Some(20),
                limit: Some(10),
            }),
        ),
        "create_webhook" => {
            call(<dyn Webhooks>::CREATE_WEBHOOK, client.create_webhook(&read(body)?))
        }
        "retrieve_webhook" => {
            call(<dyn Webhooks>::RETRIEVE_WEBHOOK, client.retrieve_webhook(ID.into()))
        }
        "delete_webhook" => call(<dyn Webhooks>::DELETE_WEBHOOK, client.delete_webhook(ID.into())),
        "update_webhook" => {
            call(<dyn Webhooks>::UPDATE_WEBHOOK, client.update_webhook(ID.into(), &read(body)?))
        }
        "test_webhook" => call(<dyn Webhooks>::TEST_WEBHOOK, client.test_webhook(ID.into())),
        "list_users" => call(
            <dyn Users>::LIST_USERS,
            client.list_users(&ListUsers {
                sort: Some("created_at".into()),
                order: Some("ASC".into()),
                offset: Some(20),
                limit: Some(10),
            }),
        ),
        "create_user" => call(<dyn Users>::CREATE_USER, client.create_user(&read(body)?)),
        "retrieve_user" => call(<dyn Users>::RETRIEVE_USER, client.retrieve_user(ID.into())),
        "offboard_user" => call(<dyn Users>::OFFBOARD_USER, client.offboard_user(ID.into())),
        "user_data_change" => {
            call(<dyn Users>::USER_DATA_CHANGE, client.user_data_change(ID.into(), &read(body)?))
        }
        "list_user_checks" => {
            call(<dyn Users>::LIST_USER_CHECKS, client.list_user_checks(ID.into()))
        }
        "create_user_check" => {
            call(<dyn Users>::CREATE_USER_CHECK, client.create_user_check(ID.into(), &read(body)?))
        }
        "retrieve_user_check" => call(
            <dyn Users>::RETRIEVE_USER_CHECK,
            client.retrieve_user_check(ID.into(), OTHER.into()),
        ),
        "list_user_identifiers" => {
            call(<dyn Users>::LIST_USER_IDENTIFIERS, client.list_user_identifiers(ID.into()))
        }
        "create_identifier" => {
            call(<dyn Users>::CREATE_IDENTIFIER, client.create_identifier(ID.into(), &read(body)?))
        }
        "retrieve_identifier" => call(
            <dyn Users>::RETRIEVE_IDENTIFIER,
            client.retrieve_identifier(ID.into(), OTHER.into()),
        ),
        "update_identifier" => call(
            <dyn Users>::UPDATE_IDENTIFIER,
            client.update_identifier(ID.into(), OTHER.into(), &read(body)?),
        ),
        "list_user_account_groups" => call(
            <dyn Users>::LIST_USER_ACCOUNT_GROUPS,
            client.list_user_account_groups(
                ID.into(),
                &ListUserAccountGroups {
                    sort: Some("created_at".into()),
                    order: Some("ASC".into()),
                    offset: Some(20),
                    limit: Some(10),
                },
            ),
        ),
        "retrieve_account_group" => {
            call(<dyn Accounts>::RETRIEVE_ACCOUNT_GROUP, client.retrieve_account_group(ID.into()))
        }
        "account_group_closure" => {
            call(<dyn Accounts>::ACCOUNT_GROUP_CLOSURE, client.account_group_closure(ID.into()))
        }
        "retrieve_cash_balance" => {
            call(<dyn CashBalances>::RETRIEVE_CASH_BALANCE, client.retrieve_cash_balance(ID.into()))
        }
        "list_user_accounts" => call(
            <dyn Users>::LIST_USER_ACCOUNTS,
            client.list_user_accounts(
                ID.into(),
                &ListUserAccounts {
                    sort: Some("created_at".into()),
                    order: Some("ASC".into()),
                    offset: Some(20),
                    limit: Some(10),
                },
            ),
        ),
        "retrieve_account" => {
            call(<dyn Accounts>::RETRIEVE_ACCOUNT, client.retrieve_account(ID.into()))
        }
        "update_account" => {
            call(<dyn Accounts>::UPDATE_ACCOUNT, client.update_account(ID.into(), &read(body)?))
        }
        "account_closure" => {
            call(<dyn Accounts>::ACCOUNT_CLOSURE, client.account_closure(ID.into()))
        }
        "list_positions" => call(
            <dyn Positions>::LIST_POSITIONS,
            client.list_positions(ID.into(), &ListPositions { offset: Some(20), limit: Some(10) }),
        ),
        "retrieve_position" => call(
            <dyn Positions>::RETRIEVE_POSITION,
            client.retrieve_position(ID.into(), INSTRUMENT),
        ),
        "list_reference_accounts" => call(
            <dyn ReferenceAccounts>::LIST_REFERENCE_ACCOUNTS,
            client.list_reference_accounts(
                ID.into(),
                &ListReferenceAccounts {
                    sort: Some("created_at".into()),
                    order: Some("ASC".into()),
                    offset: Some(20),
                    limit: Some(10),
                },
            ),
        ),
        "create_reference_account" => call(
            <dyn ReferenceAccounts>::CREATE_REFERENCE_ACCOUNT,
            client.create_reference_account(&read(body)?),
        ),
        "retrieve_reference_account" => call(
            <dyn ReferenceAccounts>::RETRIEVE_REFERENCE_ACCOUNT,
            client.retrieve_reference_account(ID.into()),
        ),
        "delete_reference_account" => call(
            <dyn ReferenceAccounts>::DELETE_REFERENCE_ACCOUNT,
            client.delete_reference_account(ID.into()),
        ),
        "list_mandates" => call(
            <dyn Mandates>::LIST_MANDATES,
            client.list_mandates(
                ID.into(),
                &ListMandates {
                    sort: Some("created_at".into()),
                    order: Some("ASC".into()),
                    limit: Some(10),
                    offset: Some(20),
                },
            ),
        ),
        "create_mandate" => {
            call(<dyn Mandates>::CREATE_MANDATE, client.create_mandate(&read(body)?))
        }
        "retrieve_mandate" => {
            call(<dyn Mandates>::RETRIEVE_MANDATE, client.retrieve_mandate(ID.into()))
        }
        "delete_mandate" => call(<dyn Mandates>::DELETE_MANDATE, client.delete_mandate(ID.into())),
        "list_direct_debits" => call(
            <dyn Payments>::LIST_DIRECT_DEBITS,
            client.list_direct_debits(
                ID.into(),
                &ListDirectDebits {
                    sort: Some("created_at".into()),
                    order: Some("ASC".into()),
                    limit: Some(10),
                    offset: Some(20),
                },
            ),
        ),
        "create_direct_debit" => {
            call(<dyn Payments>::CREATE_DIRECT_DEBIT, client.create_direct_debit(&read(body)?))
        }
        "retrieve_direct_debit" => {
            call(<dyn Payments>::RETRIEVE_DIRECT_DEBIT, client.retrieve_direct_debit(ID.into()))
        }
        "create_cash_withdrawal" => call(
            <dyn Payments>::CREATE_CASH_WITHDRAWAL,
            client.create_cash_withdrawal(&read(body)?),
        ),
        "retrieve_cash_withdrawal" => call(
            <dyn Payments>::RETRIEVE_CASH_WITHDRAWAL,
            client.retrieve_cash_withdrawal(ID.into()),
        ),
        "cancel_cash_withdrawal" => {
            call(<dyn Payments>::CANCEL_CASH_WITHDRAWAL, client.cancel_cash_withdrawal(ID.into()))
        }
        "list_cash_withdrawals" => call(
            <dyn Payments>::LIST_CASH_WITHDRAWALS,
            client.list_cash_withdrawals(
                ID.into(),
                &ListCashWithdrawals {
                    sort: Some("created_at".into()),
                    order: Some("ASC".into()),
                    offset: Some(20),
                    limit: Some(10),
                },
            ),
        ),
        "list_account_groups" => call(
            <dyn Accounts>::LIST_ACCOUNT_GROUPS,
            client.list_account_groups(&ListAccountGroups {
                sort: Some("created_at".into()),
                order: Some("ASC".into()),
                offset: Some(20),
                limit: Some(10),
            }),
        ),
        "create_account_group" => {
            call(<dyn Accounts>::CREATE_ACCOUNT_GROUP, client.create_account_group(&read(body)?))
        }
        "list_accounts" => call(
            <dyn Accounts>::LIST_ACCOUNTS,
            client.list_accounts(&ListAccounts {
                sort: Some("created_at".into()),
                order: Some("ASC".into()),
                offset: Some(20),
                limit: Some(10),
            }),
        ),
        "create_account" => {
            call(<dyn Accounts>::CREATE_ACCOUNT, client.create_account(&read(body)?))
        }
        "list_account_orders" => call(
            <dyn Orders>::LIST_ACCOUNT_ORDERS,
            client.list_account_orders(
                ID.into(),
                &ListAccountOrders { order: Some("ASC".into()), offset: Some(20), limit: Some(10) },
            ),
        ),
        "list_fee_collections" => call(
            <dyn Fees>::LIST_FEE_COLLECTIONS,
            client.list_fee_collections(&ListFeeCollections {
                account_id: ID.into(),
                account_group_id: ID.into(),
                order: Some("ASC".into()),
                offset: Some(20),
                limit: Some(10),
            }),
        ),
        "create_fee_collection" => {
            call(<dyn Fees>::CREATE_FEE_COLLECTION, client.create_fee_collection(&read(body)?))
        }
        "retrieve_fee_collection" => {
            call(<dyn Fees>::RETRIEVE_FEE_COLLECTION, client.retrieve_fee_collection(ID.into()))
        }
        "list_instruments" => call(
            <dyn Instruments>::LIST_INSTRUMENTS,
            client.list_instruments(&ListInstruments {
                trading_status: Some("ACTIVE".into()),
                sort: Some("created_at".into()),
                order: Some("ASC".into()),
                offset: Some(20),
                limit: Some(10),
            }),
        ),
        "retrieve_instrument" => {
            call(<dyn Instruments>::RETRIEVE_INSTRUMENT, client.retrieve_instrument(INSTRUMENT))
        }
        "place_order" => call(<dyn Orders>::PLACE_ORDER, client.place_order(&read(body)?)),
        "retrieve_order" => call(<dyn Orders>::RETRIEVE_ORDER, client.retrieve_order(ID.into())),
        "cancel_order" => call(<dyn Orders>::CANCEL_ORDER, client.cancel_order(ID.into())),
        "retrieve_order_execution" => call(
            <dyn Orders>::RETRIEVE_ORDER_EXECUTION,
            client.retrieve_order_execution(ID.into(), OTHER.into()),
        ),
        "list_reports" => call(
            <dyn Reports>::LIST_REPORTS,
            client.list_reports(
                ID.into(),
                &ListReports {
                    r#type: Some("ACCOUNT_CLOSING".into()),
                    instrument: Some("isin:US0378331005".into()),
                    start_date: Some(day()),
                    end_date: Some(day()),
                    sort: Some("created_at".into()),
                    order: Some("ASC".into()),
                    limit: Some(10),
                    offset: Some(20),
                },
            ),
        ),
        "retrieve_report" => {
            call(<dyn Reports>::RETRIEVE_REPORT, client.retrieve_report(ID.into()))
        }
        "retrieve_report_as_pdf" => {
            bytes(<dyn Reports>::RETRIEVE_REPORT_AS_PDF, client.retrieve_report_as_pdf(ID.into()))
        }
        "retrieve_tax_residencies" => {
            call(<dyn Taxes>::RETRIEVE_TAX_RESIDENCIES, client.retrieve_tax_residencies(ID.into()))
        }
        "set_tax_residencies" => call(
            <dyn Taxes>::SET_TAX_RESIDENCIES,
            client.set_tax_residencies(ID.into(), &read(body)?),
        ),
        "list_portfolios_allocations" => call(
            <dyn Portfolios>::LIST_PORTFOLIOS_ALLOCATIONS,
            client.list_portfolios_allocations(&ListPortfoliosAllocations {
                sort: Some("id".into()),
                order: Some("ASC".into()),
                offset: Some(20),
                limit: Some(10),
                start_date: Some(moment()),
                end_date: Some(moment()),
                instrument_ids: Some("6ffa6b16-2380-4e7a-88b2-ae625c8eef99".into()),
            }),
        ),
        "create_portfolios_allocation" => call(
            <dyn Portfolios>::CREATE_PORTFOLIOS_ALLOCATION,
            client.create_portfolios_allocation(&read(body)?),
        ),
        "retrieve_portfolios_allocation" => call(
            <dyn Portfolios>::RETRIEVE_PORTFOLIOS_ALLOCATION,
            client.retrieve_portfolios_allocation(ID.into()),
        ),
        "update_portfolios_allocation" => call(
            <dyn Portfolios>::UPDATE_PORTFOLIOS_ALLOCATION,
            client.update_portfolios_allocation(ID.into(), &read(body)?),
        ),
        "list_portfolios_configurations" => call(
            <dyn Portfolios>::LIST_PORTFOLIOS_CONFIGURATIONS,
            client.list_portfolios_configurations(&ListPortfoliosConfigurations {
                sort: Some("account_id".into()),
                order: Some("ASC".into()),
                offset: Some(20),
                limit: Some(10),
                start_date: Some(moment()),
                end_date: Some(moment()),
                account_id: Some("6ffa6b16-2380-4e7a-88b2-ae625c8eef99".into()),
                allocation_id: Some("ac1c39e9-2101-46b8-a624-d10a9e351b6c".into()),
            }),
        ),
        "create_portfolios_configuration" => call(
            <dyn Portfolios>::CREATE_PORTFOLIOS_CONFIGURATION,
            client.create_portfolios_configuration(&read(body)?),
        ),
        "retrieve_portfolios_configuration" => call(
            <dyn Portfolios>::RETRIEVE_PORTFOLIOS_CONFIGURATION,
            client.retrieve_portfolios_configuration(ID.into()),
        ),
        "update_portfolios_configuration" => call(
            <dyn Portfolios>::UPDATE_PORTFOLIOS_CONFIGURATION,
            client.update_portfolios_configuration(ID.into(), &read(body)?),
        ),
        "list_portfolios_orders" => call(
            <dyn Portfolios>::LIST_PORTFOLIOS_ORDERS,
            client.list_portfolios_orders(&ListPortfoliosOrders {
                sort: Some("id".into()),
                order: Some("ASC".into()),
                offset: Some(20),
                limit: Some(10),
                start_date: Some(moment()),
                end_date: Some(moment()),
                allocation_id: Some(ID.into()),
                account_id: Some(ID.into()),
            }),
        ),
        "create_portfolios_order" => call(
            <dyn Portfolios>::CREATE_PORTFOLIOS_ORDER,
            client.create_portfolios_order(&read(body)?),
        ),
        "retrieve_portfolios_order" => call(
            <dyn Portfolios>::RETRIEVE_PORTFOLIOS_ORDER,
            client.retrieve_portfolios_order(ID.into()),
        ),
        "cancel_portfolios_order" => call(
            <dyn Portfolios>::CANCEL_PORTFOLIOS_ORDER,
            client.cancel_portfolios_order(ID.into()),
        ),
        "trigger_portfolio_rebalancing" => call(
            <dyn Portfolios>::TRIGGER_PORTFOLIO_REBALANCING,
            client.trigger_portfolio_rebalancing(&read(body)?),
        ),
        "retrieve_portfolios_rebalancing_execution" => call(
            <dyn Portfolios>::RETRIEVE_PORTFOLIOS_REBALANCING_EXECUTION,
            client.retrieve_portfolios_rebalancing_execution(ID.into()),
        ),
        "list_portfolio_rebalancing_execution_orders" => call(
            <dyn Portfolios>::LIST_PORTFOLIO_REBALANCING_EXECUTION_ORDERS,
            client.list_portfolio_rebalancing_execution_orders(
                ID.into(),
                &ListPortfolioRebalancingExecutionOrders {
                    sort: Some("status".into()),
                    order: Some("ASC".into()),
                    offset: Some(20),
                    limit: Some(10),
                    start_date: Some(moment()),
                    end_date: Some(moment()),
                },
            ),
        ),
        "list_portfolios_rebalancing_strategies" => call(
            <dyn Portfolios>::LIST_PORTFOLIOS_REBALANCING_STRATEGIES,
            client.list_portfolios_rebalancing_strategies(&ListPortfoliosRebalancingStrategies {
                sort: Some("id".into()),
                order: Some("ASC".into()),
                offset: Some(20),
                limit: Some(10),
            }),
        ),
        "create_portfolios_rebalancing_strategy" => call(
            <dyn Portfolios>::CREATE_PORTFOLIOS_REBALANCING_STRATEGY,
            client.create_portfolios_rebalancing_strategy(&read(body)?),
        ),
        "retrieve_portfolios_rebalancing_strategy" => call(
            <dyn Portfolios>::RETRIEVE_PORTFOLIOS_REBALANCING_STRATEGY,
            client.retrieve_portfolios_rebalancing_strategy(ID.into()),
        ),
        "list_portfolios_allocation_accounts" => call(
            <dyn Portfolios>::LIST_PORTFOLIOS_ALLOCATION_ACCOUNTS,
            client.list_portfolios_allocation_accounts(
                ID.into(),
                &ListPortfoliosAllocationAccounts {
                    sort: Some("id".into()),
                    order: Some("ASC".into()),
                    offset: Some(20),
                    limit: Some(10),
                },
            ),
        ),
        "get_account_valuation" => call(
            <dyn Valuations>::GET_ACCOUNT_VALUATION,
            client.get_account_valuation(
                ID.into(),
                &GetAccountValuation { price_quality: "EOD".into() },
            ),
        ),
        "list_account_valuation_history" => call(
            <dyn Valuations>::LIST_ACCOUNT_VALUATION_HISTORY,
            client.list_account_valuation_history(
                ID.into(),
                &ListAccountValuationHistory {
                    start_date: Some(day()),
                    end_date: Some(day()),
                    sort: Some("valuation_time".into()),
                    order: Some("ASC".into()),
                    offset: Some(20),
                    limit: Some(10),
                },
            ),
        ),
        "list_cash_transactions" => call(
            <dyn Transactions>::LIST_CASH_TRANSACTIONS,
            client.list_cash_transactions(&ListCashTransactions {
                account_group_id: Some(ID.into()),
                start_date: Some(day()),
                end_date: Some(day()),
                sort: Some("booking_date".into()),
                order: Some("ASC".into()),
                offset: Some(20),
                limit: Some(10),
            }),
        ),
        "list_securities_transactions" => call(
            <dyn Transactions>::LIST_SECURITIES_TRANSACTIONS,
            client.list_securities_transactions(&ListSecuritiesTransactions {
                account_group_id: Some(ID.into()),
                account_id: Some(ID.into()),
                start_date: Some(day()),
                end_date: Some(day()),
                sort: Some("booking_date".into()),
                order: Some("ASC".into()),
                offset: Some(20),
                limit: Some(10),
            }),
        ),
        "list_accounts_liquidations" => call(
            <dyn Liquidations>::LIST_ACCOUNTS_LIQUIDATIONS,
            client.list_accounts_liquidations(
                ID.into(),
                &ListAccountsLiquidations {
                    sort: Some("id".into()),
                    order: Some("ASC".into()),
                    offset: Some(20),
                    limit: Some(10),
                    start_date: Some(moment()),
                    end_date: Some(moment()),
                },
            ),
        ),
        "create_account_liquidation" => call(
            <dyn Liquidations>::CREATE_ACCOUNT_LIQUIDATION,
            client.create_account_liquidation(ID.into(), &read(body)?),
        ),
        "retrieve_account_liquidation" => call(
            <dyn Liquidations>::RETRIEVE_ACCOUNT_LIQUIDATION,
            client.retrieve_account_liquidation(ID.into(), OTHER.into()),
        ),
        "cancel_account_liquidation" => call(
            <dyn Liquidations>::CANCEL_ACCOUNT_LIQUIDATION,
            client.cancel_account_liquidation(ID.into(), OTHER.into()),
        ),
        "list_account_returns" => call(
            <dyn Returns>::LIST_ACCOUNT_RETURNS,
            client.list_account_returns(
                ID.into(),
                &ListAccountReturns {
                    start_date: Some(day()),
                    end_date: Some(day()),
                    sort: Some("date".into()),
                    order: Some("ASC".into()),
                    offset: Some(20),
                    limit: Some(10),
                },
            ),
        ),
        "create_virtual_cash_increase" => call(
            <dyn VirtualCashBalances>::CREATE_VIRTUAL_CASH_INCREASE,
            client.create_virtual_cash_increase(&read(body)?),
        ),
        "create_virtual_cash_decrease" => call(
            <dyn VirtualCashBalances>::CREATE_VIRTUAL_CASH_DECREASE,
            client.create_virtual_cash_decrease(&read(body)?),
        ),
        "cancel_virtual_cash_decrease" => call(
            <dyn VirtualCashBalances>::CANCEL_VIRTUAL_CASH_DECREASE,
            client.cancel_virtual_cash_decrease(ID.into()),
        ),
        _ => panic!("there is no method `{method}`"),
    })
}

fn read<T: DeserializeOwned>(body: &Value) -> serde_json::Result<T> {
    T::deserialize(body)
}

fn day() -> Date {
    "2024-02-29".parse().unwrap()
}

fn moment() -> Timestamp {
    "2024-02-29T12:00:00Z".parse().unwrap()
}

fn call<T, K>(endpoint: Endpoint, call: Call<T, K>) -> Made
where
    T: Serialize + Send + 'static,
    K: CallKind,
{
    (endpoint, Box::pin(async { call.await.map(|response| json!(response)) }))
}

fn bytes(endpoint: Endpoint, call: Call<Bytes>) -> Made {
    (endpoint, Box::pin(async { call.await.map(|response| json!(response.to_vec())) }))
}
