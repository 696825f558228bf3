//! The cash balances of an account group.
//!
//! How virtual cash changes the fields of a balance is not fully documented. Here, a confirmed
//! operation changes everything that is available, and nothing is ever locked or unsettled.

use http::StatusCode;
use serde_json::{Value, json};
use upvest_core::{AccountGroupId, Call, Currency, api};

use crate::handler::{Admitted, JsonResponse};
use crate::problem::Refused;
use crate::settings::{Assumption, Spec};
use crate::world::World;

/// The endpoints that show the balances, as this sandbox serves them.
#[api(scope = "positions:read")]
#[allow(dead_code, reason = "only its table of endpoints is used")]
pub(crate) trait CashBalances {
    /// The balance in EUR: the only one in 1.9.0.
    #[endpoint(GET, "/account_groups/{account_group_id}/payments/cash_balance", signed)]
    fn cash_balance(&self, account_group_id: AccountGroupId) -> Call<Value>;

    /// The balances in all currencies.
    #[endpoint(GET, "/account_groups/{account_group_id}/payments/cash_balances", signed)]
    fn cash_balances(&self, account_group_id: AccountGroupId) -> Call<Value>;

    /// The balance in one currency.
    #[endpoint(GET, "/account_groups/{account_group_id}/payments/cash_balances/{currency}", signed)]
    fn cash_balance_in(&self, account_group_id: AccountGroupId, currency: Currency) -> Call<Value>;
}

pub(crate) fn cash_balance(world: &World, request: &Admitted<'_>) -> Result<JsonResponse, Refused> {
    let (group, balances) = balances(world, request)?;
    JsonResponse::new(StatusCode::OK, &one(group, "EUR", &balances))
}

pub(crate) fn cash_balances(
    world: &World,
    request: &Admitted<'_>,
) -> Result<JsonResponse, Refused> {
    only_since_1_57(world)?;
    let (group, balances) = balances(world, request)?;
    let data: Vec<Value> =
        balances.iter().map(|(currency, _)| one(group, currency, &balances)).collect();
    let count = data.len();
    let meta = json!({ "count": count, "total_count": count, "offset": 0, "limit": 100 });
    JsonResponse::new(StatusCode::OK, &json!({ "meta": meta, "data": data }))
}

pub(crate) fn cash_balance_in(
    world: &World,
    request: &Admitted<'_>,
) -> Result<JsonResponse, Refused> {
    only_since_1_57(world)?;
    let (group, balances) = balances(world, request)?;
    let currency = request.params.get(1).map_or("", String::as_str);
    if !world.settings.spec.currencies().contains(&currency) {
        return Err(Refused::not_found("There is no such currency"));
    }
    JsonResponse::new(StatusCode::OK, &one(group, currency, &balances))
}

fn only_since_1_57(world: &World) -> Result<(), Refused> {
    match world.settings.spec {
        Spec::V1_9 => Err(Refused::not_found("Version 1.9.0 does not know this path")),
        Spec::Latest => Ok(()),
    }
}

/// Returns the requested account group, and its balance in each currency that it has used.
fn balances(
    world: &World,
    request: &Admitted<'_>,
) -> Result<(AccountGroupId, Vec<(String, i64)>), Refused> {
    let unknown = || Refused::not_found("There is no such account group");
    let group = request.params.first().map_or("", String::as_str);
    let group: AccountGroupId = group.parse().map_err(|_| unknown())?;
    let balances = world.store.balances(group, request.now)?;
    if balances.is_none() && world.settings.assumes(Assumption::AccountGroupsKnown) {
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

/// Formats minor units as the API writes a balance: without trailing zeros.
pub(crate) fn decimal(units: i64) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let (whole, part) = (units.unsigned_abs() / 100, units.unsigned_abs() % 100);
    match part {
        0 => format!("{sign}{whole}"),
        part if part % 10 == 0 => format!("{sign}{whole}.{}", part / 10),
        part => format!("{sign}{whole}.{part:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn a_balance_has_no_trailing_zeros() {
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
