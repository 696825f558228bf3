//! The endpoints of virtual cash: create an increase or a decrease, cancel a decrease.

use http::StatusCode;
use upvest_core::{AccountGroupId, Amount, Currency};

use super::{Keyed, OperationKind, Order};
use crate::body::{Fields, not_filled};
use crate::handler::{Admitted, JsonResponse};
use crate::problem::Refused;
use crate::settings::{Assumption, Settings, Spec};
use crate::world::World;

pub(crate) fn increase(world: &World, request: &Admitted<'_>) -> Result<JsonResponse, Refused> {
    create(world, request, OperationKind::Increase)
}

pub(crate) fn decrease(world: &World, request: &Admitted<'_>) -> Result<JsonResponse, Refused> {
    create(world, request, OperationKind::Decrease)
}

fn create(
    world: &World,
    request: &Admitted<'_>,
    kind: OperationKind,
) -> Result<JsonResponse, Refused> {
    let order = read_order(request.body, &world.settings)?;
    let key = request.key.ok_or_else(Refused::missing_idempotency_key)?;
    let keyed = Keyed { key, endpoint: &request.endpoint.to_string(), body: request.body };
    world.store.order(kind, &keyed, &order, request.now, &world.settings)
}

pub(crate) fn cancel_decrease(
    world: &World,
    request: &Admitted<'_>,
) -> Result<JsonResponse, Refused> {
    let id = request.params.first().map_or("", String::as_str);
    world.store.cancel_decrease(id, request.now, &world.settings)?;
    let status = match world.settings.spec {
        Spec::V1_9 => StatusCode::NO_CONTENT,
        Spec::Latest => StatusCode::ACCEPTED,
    };
    Ok(JsonResponse::without_body(status))
}

/// Reads the body of an increase or a decrease: three fields, and no others.
fn read_order(body: &[u8], settings: &Settings) -> Result<Order, Refused> {
    let body = Fields::read(body, settings, &["account_group_id", "amount", "currency"])?;
    let field = |name| body.text(name)?.ok_or_else(|| not_filled(name));
    let account_group_id: AccountGroupId = field("account_group_id")?
        .parse()
        .map_err(|_| Refused::invalid_request("account_group_id: it must be a UUID"))?;
    let amount_text = field("amount")?;
    let amount: Amount = amount_text.parse().map_err(|_| {
        Refused::invalid_request(r"amount: it does not match ^[0-9]{1,9}(\.[0-9]{2})?$")
    })?;
    if amount.minor() == 0 && !settings.assumes(Assumption::ZeroSucceeds) {
        let detail = "amount: it must be more than 0";
        return Err(if settings.assumes(Assumption::ZeroUnprocessable) {
            Refused::unprocessable(detail)
        } else {
            Refused::invalid_request(detail)
        });
    }
    let known = settings.spec.currencies();
    let currency = match field("currency")?.parse::<Currency>() {
        Ok(currency) if known.contains(&currency.as_str()) => currency,
        _ => {
            let detail = format!("currency: it must be one of {}", known.join(", "));
            return Err(Refused::invalid_request(detail));
        }
    };
    Ok(Order { account_group_id, amount, amount_text: amount_text.to_owned(), currency })
}

#[cfg(test)]
mod tests {
    use super::read_order;
    use crate::settings::Settings;

    #[test]
    fn an_order_is_read_strictly() {
        let group = "ac1c39e9-2101-46b8-a624-d10a9e351b6c";
        let good =
            format!(r#"{{"account_group_id":"{group}","amount":"200.00","currency":"EUR"}}"#);
        assert!(read_order(good.as_bytes(), &Settings::default()).is_ok());
        for (from, to) in [
            (r#""200.00""#, "200.00"),
            ("200.00", "0.00"),
            ("200.00", "-1.00"),
            ("200.00", "1.5"),
            ("EUR", "CHF"),
            ("EUR\"", "EUR\",\"note\":\"x\""),
            ("{", "{\"amount\":\"1.00\","),
            (group, "x"),
            ("{", "["),
            (r#","currency":"EUR""#, ""),
        ] {
            let bad = good.replacen(from, to, 1);
            assert_eq!(
                read_order(bad.as_bytes(), &Settings::default()).err().map(|r| r.status.as_u16()),
                Some(400),
                "{bad}"
            );
        }
    }
}
