//! The events of all webhooks, read as the generated types.

use serde_json::{Value, json};
use upvest_core::webhook::Event;

use crate::declared::{
    Account, AccountEvent, AccountGroup, AccountGroupEvent, AccountLiquidation, AccountReturns,
    AccountValuation, CashBalance, CashBalanceEvent, CashTransaction, DirectDebit, ExecutionEvent,
    FeeCollection, FeeEvent, LiquidationEvent, Order, OrderCancellation, OrderEvent,
    OrderExecution, PaymentEvent, PortfolioEvent, PortfoliosAllocation, PortfoliosOrder, Position,
    PositionEvent, Report, ReportEvent, ReturnEvent, SecurityTransaction, TransactionEvent,
    TreasuryReport, TreasuryReportEvent, UserCheck, UserEvent, UserEventObject, ValuationEvent,
    VirtualCashBalanceEvent, VirtualCashDecrease, VirtualCashIncrease, Withdrawal,
};
use crate::samples::samples;
use crate::typed::{plain, with_unknown_fields};

/// Reads an event of a webhook, and returns its object, written again as JSON.
macro_rules! read_events {
    ($($id:literal => $events:ident($object:ident),)+) => {
        const WEBHOOKS: [&str; 24] = [$($id),+];

        pub fn read(id: &str, json: &Value) -> Result<Value, String> {
            let event: Event = json.to_string().parse().map_err(|why| format!("{why}"))?;
            match id {
                $($id => {
                    let known = $events::try_from(&event).map_err(|why| format!("{why}"))?;
                    if matches!(known, $events::Other(_)) {
                        return Err(format!("the type {} is unknown", event.event_type()));
                    }
                    let object: $object = event.object().map_err(|why| format!("{why}"))?;
                    Ok(json!(object))
                })+
                _ => panic!("there is no webhook `{id}`"),
            }
        }
    };
}

read_events! {
    "user_event" => UserEvent(UserEventObject),
    "user_checks_event" => UserEvent(UserCheck),
    "order_event" => OrderEvent(Order),
    "execution_event" => ExecutionEvent(OrderExecution),
    "order_cancellation_event" => OrderEvent(OrderCancellation),
    "position_event" => PositionEvent(Position),
    "cash_balance_event" => CashBalanceEvent(CashBalance),
    "cash_transaction_event" => TransactionEvent(CashTransaction),
    "security_transaction_event" => TransactionEvent(SecurityTransaction),
    "treasury_report_event" => TreasuryReportEvent(TreasuryReport),
    "report_event" => ReportEvent(Report),
    "account_event" => AccountEvent(Account),
    "account_group_event" => AccountGroupEvent(AccountGroup),
    "direct_debit_event" => PaymentEvent(DirectDebit),
    "withdrawal_event" => PaymentEvent(Withdrawal),
    "portfolio_order_event" => PortfolioEvent(PortfoliosOrder),
    "portfolio_allocation_event" => PortfolioEvent(PortfoliosAllocation),
    "account_valuation_event" => ValuationEvent(AccountValuation),
    "intraday_account_valuation_event" => ValuationEvent(AccountValuation),
    "account_liquidation_event" => LiquidationEvent(AccountLiquidation),
    "account_returns_event" => ReturnEvent(AccountReturns),
    "virtual_cash_increase_event" => VirtualCashBalanceEvent(VirtualCashIncrease),
    "virtual_cash_decrease_event" => VirtualCashBalanceEvent(VirtualCashDecrease),
    "fee_collection_event" => FeeEvent(FeeCollection),
}

#[test]
fn the_events_of_every_webhook_are_read() {
    let mut read_events = 0;
    for id in WEBHOOKS {
        for event in &samples()[id].bodies {
            let object = &event["object"];
            assert_eq!(read(id, event).as_ref(), Ok(object), "{id}");
            let more = read(id, &with_unknown_fields(event)).map(|object| plain(&object));
            assert_eq!(more, Ok(plain(object)), "{id}: unknown fields");
            read_events += 1;
        }
    }
    println!("{read_events} events");
    assert!(read_events >= 80);
}

#[test]
fn an_event_of_a_new_type_is_no_error() {
    let mut event = samples()["user_event"].bodies[0].clone();
    event["type"] = "USER.PROMOTED".into();
    assert_eq!(read("user_event", &event), Err("the type USER.PROMOTED is unknown".to_owned()));
    let event: Event = event.to_string().parse().unwrap();
    assert!(matches!(UserEvent::try_from(&event), Ok(UserEvent::Other(_))));
}
