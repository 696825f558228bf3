//! The endpoints under `/_sandbox/`.

use bytes::Bytes;
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use upvest_core::transport::{ReqwestTransport, Transport as _};
use upvest_core::webhook::{CreateWebhook, ListWebhooks, UpdateWebhook, Webhooks as _};
use upvest_sandbox::{Assumption, Check, Progress, Sandbox, Spec, Verdict};
use upvest_virtual_cash::{
    CreateVirtualCashDecrease, CreateVirtualCashIncrease, Currency, VirtualCash,
};

use crate::fixture::{Bench, GROUP, KEY, started, with};

async fn ask(sandbox: &Sandbox, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    let request = Request::builder()
        .method(method)
        .uri(format!("{}/_sandbox/{path}", sandbox.url()))
        .body(Bytes::from(body.map(|body| body.to_string()).unwrap_or_default()))
        .unwrap();
    let response = ReqwestTransport::new().unwrap().send(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

#[tokio::test]
async fn a_money_flow_can_be_driven_through_json() {
    let sandbox = started(Sandbox::builder().progress(Progress::Manual).loose(Check::Nonce)).await;
    let ask = |method, path: String, body| {
        let sandbox = &sandbox;
        async move { ask(sandbox, method, &path, body).await }
    };
    let (_, health) = ask("GET", "health".into(), None).await;
    assert_eq!((&health["progress"], &health["loose"]), (&json!("manual"), &json!(["nonce"])));
    let client = sandbox.client().unwrap();
    let group = GROUP.parse().unwrap();
    let amount = "20.00".parse().unwrap();
    let increase =
        CreateVirtualCashIncrease { account_group_id: group, amount, currency: Currency::Eur };
    let decrease =
        CreateVirtualCashDecrease { account_group_id: group, amount, currency: Currency::Eur };
    let increase = client.increase(&increase).await.unwrap();
    let decrease = client.decrease(&decrease).await.unwrap();
    let (_, listed) = ask("GET", "operations".into(), None).await;
    assert_eq!(listed[0]["id"], json!(decrease.id));
    assert_eq!((&listed[0]["kind"], &listed[0]["status"]), (&json!("decrease"), &json!("ISSUED")));

    let step = |id: String, step: &str| ask("POST", format!("operations/{id}/{step}"), None);
    let (status, refused) = step(decrease.id.to_string(), "confirm").await;
    assert_eq!(status, 409);
    assert_eq!(
        refused["error"],
        "This decrease is ISSUED: the balance is insufficient to confirm it"
    );
    assert_eq!(step(decrease.id.to_string(), "queue").await.1["status"], "QUEUED");
    assert_eq!(step(increase.id.to_string(), "confirm").await.1["status"], "CONFIRMED");
    let (_, groups) = ask("GET", "account_groups".into(), None).await;
    assert_eq!(groups, json!([{ "id": GROUP, "balances": { "EUR": "20" } }]));
    let (_, newest) = ask("GET", "operations?most=1".into(), None).await;
    assert_eq!((newest.as_array().unwrap().len(), &newest[0]["id"]), (1, &json!(decrease.id)));
    for (path, limit) in [("operations", 1_000), ("account_groups", 1_000), ("deliveries", 100)] {
        for wrong in ["0", "-1", "x", "", "1.5", &(limit + 1).to_string()] {
            let (status, refused) = ask("GET", format!("{path}?most={wrong}"), None).await;
            let error = format!("`most` must be a whole number from 1 to {limit}");
            assert_eq!((status, &refused["error"]), (400, &json!(error)), "{path}: {wrong}");
        }
    }
    assert_eq!(step(decrease.id.to_string(), "cancel").await.1["status"], "CANCELLED");
    assert_eq!(step(KEY.to_owned(), "cancel").await.0, 404);
    assert_eq!(step("x".to_owned(), "cancel").await.0, 404);

    let (status, made) = ask("POST", "account_groups".into(), Some(json!({ "id": KEY }))).await;
    assert_eq!((status, &made["id"]), (200, &json!(KEY)));
    assert_eq!(ask("POST", "reset".into(), None).await.0, 204);
    for path in ["operations", "account_groups", "requests", "faults"] {
        assert_eq!(ask("GET", path.into(), None).await.1, json!([]), "{path}");
    }
}

#[tokio::test]
async fn faults_and_the_clock_can_be_controlled_through_json() {
    let bench = Bench::new().await;
    let sandbox = &bench.sandbox;
    let fault = json!({ "path": "/virtual_cash_balances/*", "when": "after_commit", "do": "html" });
    let (status, added) = ask(sandbox, "POST", "faults", Some(fault)).await;
    assert_eq!((status, &added["id"], &added["hits"]), (200, &json!(1), &json!(0)));
    assert_eq!(ask(sandbox, "GET", "faults", None).await.1, json!([added]));
    for (fault, why) in [
        (json!({ "do": "explode" }), "unknown effect `explode`"),
        (json!({ "do": "hang", "percent": 101 }), "`percent` must be at most 100"),
        (json!({}), "missing field `do`"),
    ] {
        let (status, refused) = ask(sandbox, "POST", "faults", Some(fault)).await;
        assert_eq!(status, 400);
        assert!(refused["error"].as_str().unwrap().contains(why), "{refused}");
    }
    assert_eq!(ask(sandbox, "DELETE", "faults/1", None).await.0, 204);
    assert_eq!(ask(sandbox, "DELETE", "faults/1", None).await.0, 404);

    let change = json!({ "freeze": true, "advance_seconds": 1_798 });
    let (_, clock) = ask(sandbox, "POST", "clock", Some(change)).await;
    assert_eq!(clock["is_frozen"], json!(true));
    assert_eq!(bench.send(bench.signed(bench.increase()).await).await.0, 202);
    ask(sandbox, "POST", "clock", Some(json!({ "advance_seconds": 1 }))).await;
    let request = bench.signed(bench.increase()).await;
    assert_eq!(bench.send(request).await.0, 401, "the token has expired");
    let (_, clock) = ask(sandbox, "POST", "clock", Some(json!({ "freeze": false }))).await;
    assert_eq!((&clock["is_frozen"], &clock["ahead_seconds"]), (&json!(false), &json!(1_799)));
    assert_eq!(ask(sandbox, "POST", "clock", Some(json!({ "thaw": 1 }))).await.0, 400);
}

#[tokio::test]
async fn requests_are_shown_and_waited_for() {
    let bench = Bench::new().await;
    let sandbox = &bench.sandbox;
    let (_, first) = ask(sandbox, "GET", "requests", None).await;
    assert_eq!(first[0]["path"], "/auth/token");
    assert!(!first.to_string().contains("client_secret"), "{first}");
    let newest = first[0]["number"].as_u64().unwrap();
    let path = format!("requests?after={newest}&wait=60");
    let waiting = ask(sandbox, "GET", &path, None);
    let request = bench.signed(with(bench.increase(), "accept", "text/html")).await;
    let (shown, _) = tokio::join!(waiting, bench.send(request));
    let entry = &shown.1[0];
    assert_eq!((&entry["verdict"], &entry["status"]), (&json!("refused"), &json!(406)));
    assert_eq!(entry["reason"], "The header accept must be application/json");
    let headers = entry["headers"].to_string();
    assert!(headers.contains("Bearer ***") && !headers.contains(&bench.token), "{headers}");
    assert_eq!(ask(sandbox, "GET", "requests?after=x", None).await.0, 400);
    assert_eq!(ask(sandbox, "DELETE", "requests", None).await.0, 204);
    assert_eq!(ask(sandbox, "GET", "requests", None).await.1, json!([]));
}

#[tokio::test]
async fn each_version_of_the_api_has_its_success_codes_and_currencies() {
    for (spec, statuses) in [(Spec::V1_9, [200, 200, 204]), (Spec::Latest, [202, 202, 202])] {
        let bench = Bench::of(Sandbox::builder().spec(spec)).await;
        let increase = bench.send(bench.signed(bench.increase()).await).await;
        let large = crate::fixture::with_body(bench.increase(), "200.00", "900.00");
        let there = bench.url("/virtual_cash_balances/decreases");
        let decrease = bench.send(bench.signed(crate::fixture::to(large, &there)).await).await;
        let id: Value = serde_json::from_str(&decrease.1).unwrap();
        let path = format!("/virtual_cash_balances/decreases/{}", id["id"].as_str().unwrap());
        let cancel = bench.send(bench.signed(bench.bodiless("DELETE", &path)).await).await;
        assert_eq!([increase.0, decrease.0, cancel.0], statuses);
        assert_eq!(cancel.1, "");
        let dollars = crate::fixture::with_body(bench.increase(), "EUR", "USD");
        let dollars = with(dollars, "idempotency-key", &uuid::Uuid::new_v4().to_string());
        let accepted = bench.send(bench.signed(dollars).await).await.0;
        assert_eq!(accepted, if spec == Spec::Latest { 202 } else { 400 });

        let token = bench.fetch_token("positions:read").await;
        let read = |path: &str| {
            let path = format!("/account_groups/{GROUP}/payments/{path}");
            with(bench.bodiless("GET", &path), "authorization", &format!("Bearer {token}"))
        };
        let (status, balance) = bench.send(bench.signed(read("cash_balance")).await).await;
        let balance: Value = serde_json::from_str(&balance).unwrap();
        assert_eq!(status, 200);
        assert_eq!(
            balance,
            json!({
                "account_group_id": GROUP, "currency": "EUR", "balance": "200",
                "locked_for_trading": "0", "pending_settlement": "0",
                "available_for_withdrawal": "200", "available_for_trading": "200",
            })
        );
        for path in ["cash_balances", "cash_balances/USD"] {
            let (status, _) = bench.send(bench.signed(read(path)).await).await;
            assert_eq!(status, if spec == Spec::Latest { 200 } else { 404 }, "{path}");
        }
        let (status, _) = bench.send(bench.signed(read("cash_balances/CHF")).await).await;
        assert_eq!(status, 404);
    }
}

/// Each check can be disabled without disabling another one.
#[tokio::test]
async fn each_check_can_be_disabled() {
    for check in Check::ALL {
        let bench = Bench::of(Sandbox::builder().loose(*check)).await;
        let mut let_in = Vec::new();
        for other in Check::ALL {
            let request = lacking(&bench, *other).await;
            let (status, _) = bench.send(request).await;
            if status == 202 {
                let_in.push(*other);
            }
        }
        // Without a signature there are no components, digest or nonce to check; without a token
        // there is no scope.
        let expected = match check {
            Check::Signature => {
                vec![
                    Check::Signature,
                    Check::Coverage,
                    Check::Digest,
                    Check::Lifetime,
                    Check::Nonce,
                ]
            }
            Check::Token => vec![Check::Token, Check::Scope],
            one => vec![*one],
        };
        assert_eq!(let_in, expected, "without {check}");
    }
}

#[tokio::test]
async fn a_header_without_its_check_is_optional_and_a_key_still_works() {
    for (check, name) in [
        (Check::Token, "authorization"),
        (Check::Accept, "accept"),
        (Check::ContentType, "content-type"),
        (Check::ClientId, "upvest-client-id"),
        (Check::IdempotencyKey, "idempotency-key"),
    ] {
        let bench = Bench::of(Sandbox::builder().loose(check).loose(Check::Coverage)).await;
        // As raw bytes: a library would add its own `accept`.
        let request = bench.signed(crate::fixture::without(bench.increase(), name)).await;
        assert_eq!(bench.raw(&crate::fixture::wire(&request)).await, Some(202), "{check}");
    }
    let bench = Bench::of(Sandbox::builder().loose(Check::IdempotencyKey)).await;
    for key in ["01890a5d-ac96-774b-bcce-b302099a8057", "payout-4711", "payout-4711"] {
        let request = bench.signed(with(bench.increase(), "idempotency-key", key)).await;
        assert_eq!(bench.send(request).await.0, 202);
    }
    assert_eq!(bench.effects(), 2, "an equal text is the same key");
}

#[tokio::test]
async fn full_coverage_can_be_required() {
    let bench = Bench::of(Sandbox::builder().assume(Assumption::AllCovered)).await;
    assert_eq!(bench.send(bench.signed(bench.increase()).await).await.0, 202);
    for name in ["content-length", "idempotency-key"] {
        let request = bench.covering(|components| components.retain(|known| known != name)).await;
        let logged = bench.refused(name, request, 401, "unauthorised").await;
        assert_eq!(logged, format!("signature: the signature does not cover `{name}`"));
    }
}

#[tokio::test]
async fn a_rejection_by_a_custom_endpoint_is_logged() {
    static OWN: upvest_core::Endpoint =
        upvest_core::Endpoint::new("own", upvest_core::Method::Get, "/own/{status}").signed();
    let builder = Sandbox::builder().serve(&OWN, |request| {
        request.param("status").unwrap_or_default().parse::<u16>().unwrap_or(500)
    });
    let sandbox = started(builder.loose(Check::Signature).loose(Check::Token)).await;
    for (status, verdict) in [(204, Verdict::Accepted), (422, Verdict::Refused)] {
        let request = Request::get(format!("{}/own/{status}", sandbox.url()))
            .header("accept", "application/json")
            .header("upvest-client-id", sandbox.credentials().client_id().to_string())
            .body(Bytes::new())
            .unwrap();
        let answer = ReqwestTransport::new().unwrap().send(request).await.unwrap();
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(sandbox.log().last().unwrap().verdict, verdict);
    }
}

#[tokio::test]
async fn unknown_sandbox_endpoints_get_a_json_error() {
    let sandbox = started(Sandbox::builder()).await;
    let (status, said) = ask(&sandbox, "GET", "nowhere", None).await;
    assert_eq!((status, &said["error"]), (404, &json!("This path does not exist")));
    let (status, said) = ask(&sandbox, "PUT", "clock", None).await;
    assert_eq!((status, &said["error"]), (405, &json!("This path does not support this method")));
    assert!(sandbox.log().entries().is_empty());
}

/// An increase that fails one check and passes all others.
async fn lacking(bench: &Bench, check: Check) -> Request<Bytes> {
    let new = || with(bench.increase(), "idempotency-key", &uuid::Uuid::new_v4().to_string());
    let changed = |name: &'static str, value: &str| with(new(), name, value);
    let unsigned = match check {
        Check::ClientId => crate::fixture::without(new(), "upvest-client-id"),
        Check::Token => changed("authorization", "Bearer x"),
        Check::Scope => {
            let token = bench.fetch_token("positions:read").await;
            changed("authorization", &format!("Bearer {token}"))
        }
        Check::Accept => changed("accept", "text/html"),
        Check::ContentType => changed("content-type", "application/json; charset=utf-8"),
        Check::ApiVersion => changed("upvest-api-version", "2"),
        Check::SingleHeaders => {
            let mut request = new();
            request.headers_mut().append("accept", "application/json".parse().unwrap());
            request
        }
        Check::IdempotencyKey => changed("idempotency-key", "x"),
        Check::UnknownFields => crate::fixture::with_body(new(), "{", r#"{"note":"x","#),
        Check::Signature => return with(bench.signed(new()).await, "signature", "sig1=:AQID:"),
        Check::Lifetime => return bench.signed_at(new(), bench.now() - 3600).await,
        Check::Digest => {
            let request = with(bench.digested(new()), "content-digest", "sha-512=:AQID:");
            let components = bench.components(&request);
            return bench.forged(request, &components, &bench.parameters()).await;
        }
        Check::Coverage => {
            let request = bench.digested(new());
            let components = ["@method".to_owned(), "@path".to_owned()];
            return bench.forged(request, &components, &bench.parameters()).await;
        }
        Check::Nonce => {
            let used = bench.signed(new()).await;
            bench.send(used.clone()).await;
            return used;
        }
        _ => unreachable!("a check without a test"),
    };
    bench.signed(unsigned).await
}

/// A page of another origin, in the browser of the developer, gets no data.
#[tokio::test]
async fn other_origins_are_refused() {
    let sandbox = started(Sandbox::builder()).await;
    let transport = ReqwestTransport::new().unwrap();
    for (name, value, data, page) in [
        ("origin", "https://evil.example", 403, 200),
        ("origin", "null", 403, 200),
        ("host", "evil.example", 403, 403),
        ("sec-fetch-site", "cross-site", 403, 200),
        ("sec-fetch-site", "same-site", 403, 200),
        ("sec-fetch-site", "same-origin", 200, 200),
        ("origin", &*sandbox.url(), 200, 200),
    ] {
        // The page itself holds no data, so links to it may be followed.
        for (path, status) in [("requests", data), ("", page), ("script.js", page)] {
            let request = Request::get(format!("{}/_sandbox/{path}", sandbox.url()))
                .header(name, value)
                .body(Bytes::new())
                .unwrap();
            let answer = transport.send(request).await.unwrap();
            assert_eq!(answer.status().as_u16(), status, "{name}: {value} for {path}");
        }
    }
}

#[tokio::test]
async fn the_response_to_a_fault_says_how_to_remove_it() {
    let bench = Bench::new().await;
    let fault = json!({ "do": { "status": { "status": 429 } } });
    assert_eq!(ask(&bench.sandbox, "POST", "faults", Some(fault)).await.0, 200);
    for _ in 0..2 {
        let (status, body) = bench.send(bench.signed(bench.increase()).await).await;
        let problem: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(status, 429);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.ends_with("(remove it with `DELETE /_sandbox/faults`)"), "{detail}");
    }
    assert_eq!(ask(&bench.sandbox, "DELETE", "faults", None).await.0, 204);
    assert_eq!(bench.send(bench.signed(bench.increase()).await).await.0, 202);
}

#[tokio::test]
async fn the_subscriptions_are_listed() {
    let sandbox = started(Sandbox::builder()).await;
    let client = sandbox.client().unwrap();
    assert_eq!(ask(&sandbox, "GET", "webhooks", None).await, (200, json!([])));
    let mut ids = Vec::new();
    for title in ["first", "second"] {
        let url = format!("http://127.0.0.1:9/{title}");
        let new = CreateWebhook { title: title.into(), url, ..Default::default() };
        ids.push(client.create_webhook(&new).await.unwrap().id);
    }
    let enable = UpdateWebhook { enabled: Some(true), ..Default::default() };
    client.update_webhook(ids[1], &enable).await.unwrap();
    let (status, listed) = ask(&sandbox, "GET", "webhooks", None).await;
    assert_eq!((status, listed.as_array().unwrap().len()), (200, 2));
    // In the form of the API.
    let of_api = client.list_webhooks(&ListWebhooks::default()).await.unwrap();
    assert_eq!(listed, json!(of_api.data));
    assert_eq!((&listed[0]["title"], &listed[0]["enabled"]), (&json!("first"), &json!(false)));
    assert_eq!((&listed[1]["title"], &listed[1]["enabled"]), (&json!("second"), &json!(true)));
    client.delete_webhook(ids[0]).await.unwrap();
    assert_eq!(ask(&sandbox, "GET", "webhooks", None).await.1.as_array().unwrap().len(), 1);
}
