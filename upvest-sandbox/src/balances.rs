//! The cash balances of an account group.
//!
//! What virtual cash does to the members of a balance is not documented in full: here a confirmed
//! operation changes all that is available, and nothing is ever locked or unsettled.

use http::StatusCode;
use serde_json::{Value, json};
use upvest_core::{AccountGroupId, Endpoint, Method};

use crate::cash::Answer;
use crate::gate::Gate;
use crate::operations::{Admitted, currencies};
use crate::problem::Refused;
use crate::settings::{Assumption, Spec};

const fn endpoint(name: &'static str, path: &'static str) -> Endpoint {
    Endpoint::new(name, Method::Get, path).signed().scopes_any_of(&["positions:read"])
}

/// The balance in EUR: the only one in 1.9.0.
pub(crate) const CASH_BALANCE: &Endpoint =
    &endpoint("cash_balance", "/account_groups/{account_group_id}/payments/cash_balance");

/// The balances in all currencies.
pub(crate) const CASH_BALANCES: &Endpoint =
    &endpoint("cash_balances", "/account_groups/{account_group_id}/payments/cash_balances");

/// The balance in one currency.
pub(crate) const CASH_BALANCE_IN: &Endpoint = &endpoint(
    "cash_balance_in",
    "/account_groups/{account_group_id}/payments/cash_balances/{currency}",
);

pub(crate) fn cash_balance(gate: &Gate, request: &Admitted<'_>) -> Result<Answer, Refused> {
    let (group, balances) = balances(gate, request)?;
    Ok(answer(&one(group, "EUR", &balances)))
}

pub(crate) fn cash_balances(gate: &Gate, request: &Admitted<'_>) -> Result<Answer, Refused> {
    only_since_1_57(gate)?;
    let (group, balances) = balances(gate, request)?;
    let data: Vec<Value> =
        balances.iter().map(|(currency, _)| one(group, currency, &balances)).collect();
    let count = data.len();
    let meta = json!({ "count": count, "total_count": count, "offset": 0, "limit": 100 });
    Ok(answer(&json!({ "meta": meta, "data": data })))
}

pub(crate) fn cash_balance_in(gate: &Gate, request: &Admitted<'_>) -> Result<Answer, Refused> {
    only_since_1_57(gate)?;
    let (group, balances) = balances(gate, request)?;
    let currency = request.params.get(1).map_or("", String::as_str);
    if !currencies(gate.settings.spec).contains(&currency) {
        return Err(Refused::not_found("There is no such currency"));
    }
    Ok(answer(&one(group, currency, &balances)))
}

fn only_since_1_57(gate: &Gate) -> Result<(), Refused> {
    match gate.settings.spec {
        Spec::V1_9 => Err(Refused::not_found("Version 1.9.0 does not know this path")),
        Spec::Latest => Ok(()),
    }
}

/// The account group that is asked for, and what it has in each currency that it has used.
fn balances(
    gate: &Gate,
    request: &Admitted<'_>,
) -> Result<(AccountGroupId, Vec<(String, i64)>), Refused> {
    let unknown = || Refused::not_found("There is no such account group");
    let group = request.params.first().map_or("", String::as_str);
    let group: AccountGroupId = group.parse().map_err(|_| unknown())?;
    let balances = gate.store.balances(group, request.now)?;
    if balances.is_none() && gate.settings.assumes(Assumption::AccountGroupsKnown) {
        return Err(unknown());
    }
    Ok((group, balances.unwrap_or_default()))
}

fn one(group: AccountGroupId, currency: &str, balances: &[(String, i64)]) -> Value {
    let units = balances.iter().find(|(known, _)| known == currency).map_or(0, |(_, units)| *units);
    let money = decimal(units);
    json!({
        "account_group_id": group,
        "currency": currency,
        "balance": money,
        "locked_for_trading": "0",
        "pending_settlement": "0",
        "available_for_withdrawal": money,
        "available_for_trading": money,
    })
}

/// Minor units as the API writes a balance: without zeros at the end.
pub(crate) fn decimal(units: i64) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let (whole, part) = (units.unsigned_abs() / 100, units.unsigned_abs() % 100);
    match part {
        0 => format!("{sign}{whole}"),
        part if part % 10 == 0 => format!("{sign}{whole}.{}", part / 10),
        part => format!("{sign}{whole}.{part:02}"),
    }
}

fn answer(body: &Value) -> Answer {
    Answer { status: StatusCode::OK, body: body.to_string(), is_replay: false }
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn a_balance_has_no_zeros_at_its_end() {
        for (units, text) in [
            (0, "0"),
            (1, "0.01"),
            (10, "0.1"),
            (82_875, "828.75"),
            (1_000, "10"),
            (-1_050, "-10.5"),
            (i64::MIN, "-92233720368547758.08"),
        ] {
            assert_eq!(decimal(units), text);
        }
    }
}
