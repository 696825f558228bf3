//! What each endpoint does with a request that was let in: tokens and virtual cash. What shows the
//! balances is in `balances.rs`, and what is about webhooks in `webhooks/`.

use bytes::Bytes;
use http::StatusCode;
use secrecy::ExposeSecret as _;
use serde_json::json;
use upvest_core::__sandbox::AccessTokens;
use upvest_core::webhook::{VerificationKeys, Webhooks};
use upvest_core::{AccountGroupId, Amount, Currency, Endpoint, IdempotencyKey, Timestamp};
use upvest_virtual_cash::VirtualCash;

use crate::balances::{CASH_BALANCE, CASH_BALANCE_IN, CASH_BALANCES};
use crate::balances::{cash_balance, cash_balance_in, cash_balances};
use crate::body::{Members, not_filled};
use crate::cash::{Answer, Keyed, OperationKind, Order};
use crate::gate::Gate;
use crate::problem::Refused;
use crate::settings::{Assumption, Settings, Spec};
use crate::webhooks::subscriptions::{
    create_webhook, delete_webhook, get_webhook, list_webhooks, test_webhook, update_webhook,
};
use crate::webhooks::verification_keys;

/// How long a token lives, in seconds.
const TOKEN_LIFE: i64 = 1799;
/// The longest client secret and the longest list of scopes, in characters.
const LONGEST_FIELD: usize = 1000;
/// The scopes that the sandbox's client is always set up for.
pub(crate) const SCOPES: [&str; 4] =
    ["virtual_cash_balances:admin", "positions:read", "webhooks:admin", "webhooks:read"];

/// What an endpoint does with a request that was let in.
pub(crate) type Operation = fn(&Gate, &Admitted<'_>) -> Result<Answer, Refused>;

/// A request that was let in.
pub(crate) struct Admitted<'a> {
    pub(crate) endpoint: &'static Endpoint,
    pub(crate) params: &'a [String],
    pub(crate) query: &'a str,
    pub(crate) body: &'a Bytes,
    pub(crate) key: Option<IdempotencyKey>,
    pub(crate) now: Timestamp,
}

/// Every endpoint that the sandbox serves: what it demands is in its declaration.
pub(crate) const OPERATIONS: [(&Endpoint, Operation); 14] = [
    (&<dyn AccessTokens>::CREATE_ACCESS_TOKEN, create_access_token),
    (&<dyn VirtualCash>::INCREASE, increase),
    (&<dyn VirtualCash>::DECREASE, decrease),
    (&<dyn VirtualCash>::CANCEL_DECREASE, cancel_decrease),
    (CASH_BALANCE, cash_balance),
    (CASH_BALANCES, cash_balances),
    (CASH_BALANCE_IN, cash_balance_in),
    (&<dyn Webhooks>::LIST_WEBHOOKS, list_webhooks),
    (&<dyn Webhooks>::CREATE_WEBHOOK, create_webhook),
    (&<dyn Webhooks>::GET_WEBHOOK, get_webhook),
    (&<dyn Webhooks>::UPDATE_WEBHOOK, update_webhook),
    (&<dyn Webhooks>::DELETE_WEBHOOK, delete_webhook),
    (&<dyn Webhooks>::TEST_WEBHOOK, test_webhook),
    (&<dyn VerificationKeys>::VERIFICATION_KEYS, verification_keys),
];

fn create_access_token(gate: &Gate, request: &Admitted<'_>) -> Result<Answer, Refused> {
    let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(request.body)
        .map_err(|_| Refused::invalid_request("The body is no form"))?;
    let names = ["client_id", "client_secret", "grant_type", "scope"];
    // The name is not repeated: in a body that is no form, it is the body, secret and all.
    if fields.iter().any(|(name, _)| !names.contains(&name.as_str())) {
        return Err(Refused::invalid_request("(root): there is an unknown field"));
    }
    let field = |name: &str| {
        let mut values = fields.iter().filter(|(field, _)| field == name).map(|(_, value)| value);
        match (values.next(), values.next()) {
            (Some(value), None) if value.chars().count() > LONGEST_FIELD => {
                Err(Refused::invalid_request(format!(
                    "{name}: it is longer than {LONGEST_FIELD} characters"
                )))
            }
            (Some(value), None) if !value.is_empty() => Ok(value.as_str()),
            (_, Some(_)) => {
                Err(Refused::invalid_request(format!("(root): field '{name}' is there twice")))
            }
            _ => Err(Refused::invalid_request(format!("(root): field '{name}' was not filled"))),
        }
    };
    if field("grant_type")? != "client_credentials" {
        return Err(Refused::invalid_request("grant_type: it must be client_credentials"));
    }
    let credentials = &gate.credentials;
    let is_known = field("client_id")?.eq_ignore_ascii_case(&credentials.client_id().to_string())
        && field("client_secret")? == credentials.client_secret().expose_secret();
    if !is_known {
        return Err(Refused::unauthorised("The client credentials are incorrect"));
    }
    let scope = field("scope")?;
    if let Some(unknown) = scope.split(' ').find(|scope| !gate.scopes.contains(scope)) {
        return Err(Refused::unauthorised("The client is not set up for this scope")
            .for_the_log(format!("the client is not set up for the scope {unknown:?}")));
    }

    let token = format!("ory_at_{}", gate.store.fresh_text("token"));
    let now = request.now.unix_seconds();
    gate.store.add_token(&token, scope, now.saturating_add(TOKEN_LIFE), now)?;
    let body = json!({
        "access_token": token,
        "expires_in": TOKEN_LIFE,
        "scope": scope,
        "token_type": "bearer",
    });
    Ok(Answer { status: StatusCode::OK, body: body.to_string(), is_replay: false })
}

fn increase(gate: &Gate, request: &Admitted<'_>) -> Result<Answer, Refused> {
    place(gate, request, OperationKind::Increase)
}

fn decrease(gate: &Gate, request: &Admitted<'_>) -> Result<Answer, Refused> {
    place(gate, request, OperationKind::Decrease)
}

fn place(gate: &Gate, request: &Admitted<'_>, kind: OperationKind) -> Result<Answer, Refused> {
    let order = read_order(request.body, &gate.settings)?;
    let key = request.key.ok_or_else(Refused::missing_idempotency_key)?;
    let keyed = Keyed { key, endpoint: &request.endpoint.to_string(), body: request.body };
    gate.store.order(kind, &keyed, &order, request.now, &gate.settings)
}

fn cancel_decrease(gate: &Gate, request: &Admitted<'_>) -> Result<Answer, Refused> {
    let id = request.params.first().map_or("", String::as_str);
    gate.store.cancel_decrease(id, request.now, &gate.settings)?;
    let status = match gate.settings.spec {
        Spec::V1_9 => StatusCode::NO_CONTENT,
        Spec::Latest => StatusCode::ACCEPTED,
    };
    Ok(Answer { status, body: String::new(), is_replay: false })
}

/// The body of an increase or a decrease: three members, and no others.
fn read_order(body: &[u8], settings: &Settings) -> Result<Order, Refused> {
    let body = Members::read(body, settings, &["account_group_id", "amount", "currency"])?;
    let field = |name| body.text(name)?.ok_or_else(|| not_filled(name));
    let account_group_id: AccountGroupId = field("account_group_id")?
        .parse()
        .map_err(|_| Refused::invalid_request("account_group_id: it must be a UUID"))?;
    let amount_text = field("amount")?;
    let amount: Amount = amount_text.parse().map_err(|_| {
        Refused::invalid_request(r"amount: it does not match ^[0-9]{1,9}(\.[0-9]{2})?$")
    })?;
    if amount.minor_units() == 0 && !settings.assumes(Assumption::ZeroSucceeds) {
        let detail = "amount: it must be more than 0";
        return Err(if settings.assumes(Assumption::ZeroUnprocessable) {
            Refused::unprocessable(detail)
        } else {
            Refused::invalid_request(detail)
        });
    }
    let currency = Currency::from(field("currency")?);
    let known = currencies(settings.spec);
    if !known.contains(&currency.as_str()) {
        let detail = format!("currency: it must be one of {}", known.join(", "));
        return Err(Refused::invalid_request(detail));
    }
    Ok(Order { account_group_id, amount, amount_text: amount_text.to_owned(), currency })
}

/// The currencies that there are.
pub(crate) fn currencies(spec: Spec) -> &'static [&'static str] {
    match spec {
        Spec::V1_9 => &["EUR"],
        Spec::Latest => &["EUR", "GBP", "USD"],
    }
}

#[cfg(test)]
mod tests {
    use super::{
        AccessTokens, OPERATIONS, SCOPES, VerificationKeys, VirtualCash, Webhooks, read_order,
    };
    use crate::settings::Settings;

    #[test]
    fn every_declared_endpoint_is_served() {
        let declared = [
            <dyn AccessTokens>::ENDPOINTS,
            <dyn VirtualCash>::ENDPOINTS,
            <dyn Webhooks>::ENDPOINTS,
            <dyn VerificationKeys>::ENDPOINTS,
        ];
        for declared in declared.into_iter().flatten() {
            assert!(OPERATIONS.iter().any(|(served, _)| *served == declared), "{declared}");
            assert!(declared.scopes().iter().all(|scope| SCOPES.contains(scope)), "{declared}");
        }
    }

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
