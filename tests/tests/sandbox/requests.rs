//! Rejected requests, with the problem document and the reason. `verifier_cases` covers signatures.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use secrecy::ExposeSecret as _;
use upvest_core::__sandbox::sign;
use upvest_core::Timestamp;
use upvest_core::signature::{SignatureVersion::V15, Signer as _, SigningKey};
use upvest_tests::data;
use uuid::Uuid;

use crate::fixture::{Bench, GROUP, KEY, NOON, with, with_body, without};

#[tokio::test]
async fn a_valid_request_is_accepted() {
    let bench = Bench::new().await;
    let (status, body) = bench.send(bench.signed(bench.increase()).await).await;
    assert_eq!(status, 202, "{body}");
    assert_eq!(bench.effects(), 1);
}

#[tokio::test]
async fn an_invalid_request_with_a_valid_signature_is_rejected() {
    let bench = Bench::new().await;
    let read_only = format!("Bearer {}", bench.fetch_token("positions:read").await);
    for (what, request, status, code) in [
        ("no token", without(bench.increase(), "authorization"), 401, "unauthorised"),
        (
            "a token that was never issued",
            with(bench.increase(), "authorization", "Bearer ory_at_x"),
            401,
            "unauthorised",
        ),
        (
            "a token in another form",
            with(bench.increase(), "authorization", "Basic eDp5"),
            401,
            "unauthorised",
        ),
        (
            "a token without the scope",
            with(bench.increase(), "authorization", &read_only),
            403,
            "forbidden",
        ),
        ("no client id", without(bench.increase(), "upvest-client-id"), 400, "missing_client_id"),
        (
            "another client id",
            with(bench.increase(), "upvest-client-id", GROUP),
            401,
            "unauthorised",
        ),
        ("no key", without(bench.increase(), "idempotency-key"), 400, "missing_idempotency_key"),
        (
            "a key that is not a UUID",
            with(bench.increase(), "idempotency-key", "payout-4711"),
            400,
            "invalid_request",
        ),
        (
            "a key of version 7",
            with(bench.increase(), "idempotency-key", "01890a5d-ac96-774b-bcce-b302099a8057"),
            400,
            "invalid_request",
        ),
        ("accept pdf", with(bench.increase(), "accept", "application/pdf"), 406, "not_acceptable"),
        (
            "a charset",
            with(bench.increase(), "content-type", "application/json; charset=utf-8"),
            400,
            "invalid_request",
        ),
        (
            "another version",
            with(bench.increase(), "upvest-api-version", "0"),
            426,
            "upgrade_required",
        ),
        (
            "an unknown field",
            with_body(bench.increase(), "{", r#"{"note":"x","#),
            400,
            "invalid_request",
        ),
        ("a wrong amount", with_body(bench.increase(), "200.00", "200.5"), 400, "invalid_request"),
        (
            "a negative amount",
            with_body(bench.increase(), "200.00", "-1.00"),
            400,
            "invalid_request",
        ),
        (
            "an amount as number",
            with_body(bench.increase(), "\"200.00\"", "200.00"),
            400,
            "invalid_request",
        ),
        (
            "no amount",
            with_body(bench.increase(), r#""amount":"200.00","#, ""),
            400,
            "invalid_request",
        ),
        ("not JSON", with_body(bench.increase(), "{", ""), 400, "invalid_request"),
        ("an unknown currency", with_body(bench.increase(), "EUR", "CHF"), 400, "invalid_request"),
    ] {
        bench.refused(what, bench.signed(request).await, status, code).await;
    }
    assert_eq!(bench.effects(), 0, "a rejected request takes no effect");
}

#[tokio::test]
async fn a_token_request_is_checked() {
    let bench = Bench::new().await;
    let good = || bench.token_request("virtual_cash_balances:admin");
    for (what, request, status) in [
        ("a wrong secret", with_body(good(), "client_secret=", "client_secret=x"), 401),
        ("an unknown client", with_body(good(), "client_id=", "client_id=0"), 401),
        ("a scope it is not set up for", with_body(good(), "virtual", "virtuous"), 401),
        ("another grant type", with_body(good(), "client_credentials", "password"), 400),
        ("no scope", with_body(good(), "&scope=virtual_cash_balances:admin", ""), 400),
        ("an unknown field", with_body(good(), "&scope", "&x=y&scope"), 400),
        ("a field twice", with_body(good(), "&scope", "&scope=a&scope"), 400),
    ] {
        let code = if status == 401 { "unauthorised" } else { "invalid_request" };
        bench.refused(what, bench.signed(request).await, status, code).await;
    }
    // One of Upvest's own clients omits the header here.
    let (status, _) = bench.send(bench.signed(without(good(), "upvest-client-id")).await).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_request_changed_after_signing_is_rejected_with_the_reason() {
    let bench = Bench::new().await;
    let signed = || async { bench.signed(bench.increase()).await };
    let cut = |request: Request<Bytes>, name: &'static str| {
        let value = request.headers()[name].to_str().unwrap().replacen("A", "B", 1);
        with(request, name, &value)
    };
    for (what, request, reason) in [
        (
            "the amount",
            with_body(signed().await, "200.00", "900.00"),
            "`content-digest` is not the SHA-512",
        ),
        (
            "a signed header",
            with(signed().await, "idempotency-key", GROUP),
            "does not match the signature base and the key",
        ),
        (
            "a missing header",
            without(signed().await, "upvest-api-version"),
            "covers `upvest-api-version`, which the request does not have",
        ),
        ("the signature", cut(signed().await, "signature"), "signature"),
        ("no signature", without(signed().await, "signature"), "`signature` is missing"),
        ("no input", without(signed().await, "signature-input"), "`signature-input` is missing"),
        (
            "the older form",
            without(signed().await, "upvest-signature-version"),
            "`upvest-signature-version` is not 15",
        ),
    ] {
        let logged = bench.refused(what, request, 401, "unauthorised").await;
        assert!(logged.starts_with("signature: ") && logged.contains(reason), "{what}: {logged}");
    }
    let mut elsewhere = signed().await;
    *elsewhere.uri_mut() = bench.url("/virtual_cash_balances/decreases").parse().unwrap();
    bench.refused("the path", elsewhere, 401, "unauthorised").await;
    let mut asked = signed().await;
    *asked.uri_mut() = bench.url("/virtual_cash_balances/increases?x=1").parse().unwrap();
    let logged = bench.refused("the query", asked, 401, "unauthorised").await;
    assert_eq!(logged, "signature: the signature does not cover `@query`");
    assert_eq!(bench.effects(), 0);
}

#[tokio::test]
async fn the_log_shows_both_signature_bases_and_marks_the_first_difference() {
    let bench = Bench::new().await;
    let request = with_body(bench.signed(bench.increase()).await, "200.00", "900.00");
    bench.refused("the amount", request, 401, "unauthorised").await;
    let entry = bench.sandbox.log().last().unwrap();
    let bases = entry.bases.clone().unwrap();
    let line = bases.first_difference.unwrap();
    let (received, expected) =
        (bases.received.lines().nth(line).unwrap(), bases.expected.lines().nth(line).unwrap());
    assert!(received.starts_with("\"content-digest\": sha-512=:"), "{received}");
    assert!(expected.starts_with("\"content-digest\": sha-512=:"), "{expected}");
    assert_ne!(received, expected);

    let shown = entry.to_string();
    assert_eq!(shown.matches("\n  > \"content-digest\"").count(), 2, "{shown}");
    assert!(
        shown.contains("\"authorization\": Bearer ***") && !shown.contains(&bench.token),
        "{shown}"
    );

    // Signed with another key: there is no difference to show, and the log explains that.
    let other = SigningKey::from_pem(
        bench.sandbox.credentials().signing_key().key_id(),
        std::fs::read(data("keys/sec1_plain.pem")).unwrap(),
        None,
    )
    .unwrap();
    let mut request = bench.increase();
    let now = Timestamp::from_unix_seconds(bench.now()).unwrap();
    sign(V15, &mut request, &other, now, [1; 16]).await.unwrap();
    bench.refused("another key", request, 401, "unauthorised").await;
    let entry = bench.sandbox.log().last().unwrap();
    assert_eq!(entry.bases.as_ref().unwrap().first_difference, None);
    assert!(entry.hint.as_ref().unwrap().contains("another key"), "{entry}");

    // A valid but late signature has a correct signature base.
    let late = bench.signed_at(bench.increase(), NOON - 100).await;
    bench.refused("late", late, 401, "unauthorised").await;
    assert_eq!(bench.sandbox.log().last().unwrap().bases, None);
}

#[tokio::test]
async fn a_signature_is_valid_once_and_until_it_expires() {
    let bench = Bench::new().await;
    for (created, reason) in [
        (NOON + 31, Some("`created` lies in the future")),
        (NOON + 30, None),
        (NOON - 60, None),
        (NOON - 61, Some("`expires` lies in the past")),
    ] {
        let key = Uuid::new_v4().to_string();
        let request =
            bench.signed_at(with(bench.increase(), "idempotency-key", &key), created).await;
        match reason {
            Some(reason) => {
                let logged = bench.refused("the time", request, 401, "unauthorised").await;
                assert_eq!(logged, format!("signature: {reason}"));
            }
            None => assert_eq!(bench.send(request).await.0, 202, "{created}"),
        }
    }
    let request = bench.signed(bench.increase()).await;
    assert_eq!(bench.send(request.clone()).await.0, 202);
    let logged = bench.refused("the nonce", request.clone(), 401, "unauthorised").await;
    assert_eq!(logged, "signature: the nonce was used before");

    // The nonce counts as used until the last moment at which the signature is valid.
    bench.sandbox.clock().advance(Duration::from_secs(60));
    let logged = bench.refused("the nonce", request, 401, "unauthorised").await;
    assert_eq!(logged, "signature: the nonce was used before");

    // An invalid signature does not consume the nonce of a valid one.
    let right = bench.signed(bench.increase()).await;
    let wrong = with(right.clone(), "accept", "*/*");
    bench.refused("wrong", wrong, 401, "unauthorised").await;
    assert_eq!(bench.send(right).await.0, 202);
}

#[tokio::test]
async fn a_token_expires() {
    let bench = Bench::new().await;
    bench.sandbox.clock().advance(Duration::from_secs(1798));
    assert_eq!(bench.send(bench.signed(bench.increase()).await).await.0, 202);
    bench.sandbox.clock().advance(Duration::from_secs(1));
    let logged =
        bench.refused("expired", bench.signed(bench.increase()).await, 401, "unauthorised").await;
    assert_eq!(logged, "The access token is unknown or expired");
}

#[tokio::test]
async fn known_clients_get_problem_documents_for_unknown_paths_and_methods() {
    let bench = Bench::new().await;
    let to = |method: &str, path: &str| bench.bodiless(method, path);
    for (method, path, status, code) in [
        ("GET", "/users", 404, "not_found"),
        ("GET", "/virtual_cash_balances/increases", 405, "method_not_allowed"),
    ] {
        bench.refused(path, bench.signed(to(method, path)).await, status, code).await;
        bench.refused(path, to(method, path), 401, "unauthorised").await;
        bench
            .refused(path, without(to(method, path), "upvest-client-id"), 400, "missing_client_id")
            .await;
    }
}

#[tokio::test]
async fn a_signature_may_omit_what_official_tools_omit() {
    let bench = Bench::new().await;
    // Upvest's proxy does not cover content-length, and its Java client does not cover
    // idempotency-key.
    let request = bench.signed(without(bench.increase(), "idempotency-key")).await;
    assert_eq!(bench.send(with(request, "idempotency-key", KEY)).await.0, 202);
}

#[tokio::test]
async fn a_misplaced_secret_is_not_repeated() {
    let bench = Bench::new().await;
    let secret = bench.sandbox.credentials().client_secret().expose_secret().to_owned();
    let json = format!(r#"{{"client_secret":"{secret}"}}"#);
    let request = bench.token_request("x").map(|_| json.into());
    let (status, body) = bench.send(bench.signed(request).await).await;
    assert_eq!(status, 400);
    assert!(!body.contains(&secret), "{body}");
    // Even where nothing marks it as a secret.
    let noted = with_body(bench.increase(), "200.00", &secret);
    bench.refused("the amount", bench.signed(noted).await, 400, "invalid_request").await;
    let path = format!("/virtual_cash_balances/decreases/{secret}");
    let request = bench.bodiless("DELETE", &path);
    bench.refused("the path", bench.signed(request).await, 404, "not_found").await;
    assert!(!format!("{:?}", bench.sandbox.log().entries()).contains(&secret));
}

/// A path value is checked as it was signed, by the same checks for any value.
#[tokio::test]
async fn an_invalid_path_value_is_treated_as_unknown() {
    let bench = Bench::new().await;
    for value in ["%FF", "%36ffa6b16-2380-4e7a-88b2-ae625c8eef99", "x"] {
        let path = format!("/virtual_cash_balances/decreases/{value}");
        let request = || bench.bodiless("DELETE", &path);
        bench.refused(value, bench.signed(request()).await, 404, "not_found").await;
        bench.refused(value, request(), 401, "unauthorised").await;
        assert_eq!(bench.sandbox.log().last().unwrap().path, path);
    }
}

#[tokio::test]
async fn an_unknown_secret_is_not_logged() {
    let bench = Bench::new().await;
    let wrong = |kind: &'static str, body: &'static str| {
        let request = with(bench.token_request("x"), "content-type", kind);
        request.map(|_| Bytes::from_static(body.as_bytes()))
    };
    let path = bench.url("/auth/token?client_secret=live-secret-1");
    for request in [
        wrong("application/json", r#"{"client_secret":"live-secret-1"}"#),
        wrong("application/json", r#"{"clientSecret":"live-secret-1"#),
        wrong("text/plain", "client_secret=live-secret-1"),
        with(bench.increase(), "authorization", "Basic live-secret-1"),
        with(bench.increase(), "upvest-client-secret", "live-secret-1"),
        with(bench.increase(), "x-anything", "live-secret-1"),
        crate::fixture::to(bench.increase(), &path),
    ] {
        bench.send(bench.signed(request).await).await;
    }
    // It is not logged in a signature base either.
    let asked = bench.url("/virtual_cash_balances/increases?client_secret=live-secret-1");
    let request = with(bench.increase(), "upvest-client-secret", "live-secret-1");
    let request = with(request, "api-key", "live-secret-1");
    let request = bench.signed(crate::fixture::to(request, &asked)).await;
    bench.refused("wrong", with(request, "accept", "*/*"), 401, "unauthorised").await;
    let entry = bench.sandbox.log().last().unwrap();
    assert!(entry.bases.as_ref().unwrap().received.contains("\"@query\": ?client_secret=***"));
    let log = format!("{:?}", bench.sandbox.log().entries());
    assert!(!log.contains("live-secret-1"), "{log}");
}

#[tokio::test]
async fn head_is_not_treated_as_get() {
    let bench = Bench::new().await;
    let token = bench.fetch_token("positions:read").await;
    let path = format!("/account_groups/{GROUP}/payments/cash_balance");
    let request = with(bench.bodiless("HEAD", &path), "authorization", &format!("Bearer {token}"));
    let request = bench.signed(request).await;
    assert_eq!(bench.raw(&crate::fixture::wire(&request)).await, Some(405));
}

#[tokio::test]
async fn a_repeated_single_value_header_is_rejected() {
    let bench = Bench::new().await;
    for name in ["accept", "authorization", "idempotency-key", "upvest-api-version"] {
        let mut request = bench.increase();
        let value = request.headers()[name].clone();
        request.headers_mut().append(name, value);
        let logged = bench.refused(name, bench.signed(request).await, 400, "invalid_request").await;
        assert_eq!(logged, format!("The header {name} appears twice"));
    }
    assert_eq!(bench.effects(), 0);
}
