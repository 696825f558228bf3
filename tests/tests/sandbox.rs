//! The sandbox refuses what the real one refuses, with its problem documents, and says why in its
//! log.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use http::{HeaderValue, Request};
use http_body_util::BodyExt as _;
use secrecy::ExposeSecret as _;
use upvest_core::auth::{AccessTokens as _, TokenRequest};
use upvest_core::signature::{
    Message, SignatureInput, Signer as _, SigningKey, sign, signature_base,
};
use upvest_core::transport::{ReqwestTransport, Transport as _};
use upvest_core::{ErrorKind, Problem, Timestamp};
use upvest_sandbox::{Sandbox, SandboxBuilder};
use upvest_tests::{data, watch_logs};
use upvest_virtual_cash::{
    AccountGroupId, CreateVirtualCashDecrease, CreateVirtualCashIncrease, Currency, VirtualCash,
    VirtualCashDecreaseId, VirtualCashDecreaseStatus, VirtualCashIncreaseStatus,
};
use uuid::Uuid;

/// Starts it, and watches the logs for its client secret.
async fn started(builder: SandboxBuilder) -> Sandbox {
    let sandbox = builder.start().await.unwrap();
    watch_logs(sandbox.credentials().client_secret().expose_secret());
    sandbox
}

const GROUP: &str = "ac1c39e9-2101-46b8-a624-d10a9e351b6c";
const KEY: &str = "ccb07f42-4104-44ad-8e1f-c660bb7b269c";
const NOON: i64 = 1_800_000_000;

/// A sandbox with a clock of its own, and requests signed by hand.
struct Bench {
    sandbox: Sandbox,
    clock: Arc<AtomicI64>,
    token: String,
    transport: ReqwestTransport,
}

impl Bench {
    async fn new() -> Self {
        let clock = Arc::new(AtomicI64::new(NOON));
        let time = Arc::clone(&clock);
        let now = move || Timestamp::from_unix_seconds(time.load(Ordering::SeqCst)).unwrap();
        let sandbox = started(Sandbox::builder().clock(now)).await;
        let mut bench = Self {
            sandbox,
            clock,
            token: String::new(),
            transport: ReqwestTransport::new().unwrap(),
        };
        bench.token = bench.fetch_token("virtual_cash_balances:admin").await;
        bench
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.sandbox.address())
    }

    fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    async fn fetch_token(&self, scope: &str) -> String {
        let (status, body) = self.send(self.signed(self.token_request(scope)).await).await;
        assert_eq!(status, 200, "{body}");
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            (body["expires_in"].as_i64(), body["token_type"].as_str()),
            (Some(1799), Some("bearer"))
        );
        body["access_token"].as_str().unwrap().to_owned()
    }

    fn token_request(&self, scope: &str) -> Request<Bytes> {
        use secrecy::ExposeSecret as _;
        let credentials = self.sandbox.credentials();
        let body = format!(
            "client_id={}&client_secret={}&grant_type=client_credentials&scope={scope}",
            credentials.client_id(),
            credentials.client_secret().expose_secret()
        );
        Request::post(self.url("/auth/token"))
            .header("accept", "application/json")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("upvest-client-id", credentials.client_id().to_string())
            .body(body.into())
            .unwrap()
    }

    /// An increase that would be let in, not signed yet.
    fn increase(&self) -> Request<Bytes> {
        let body =
            format!(r#"{{"account_group_id":"{GROUP}","amount":"200.00","currency":"EUR"}}"#);
        Request::post(self.url("/virtual_cash_balances/increases"))
            .header("accept", "application/json")
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .header("idempotency-key", KEY)
            .header("upvest-api-version", "1")
            .header("upvest-client-id", self.sandbox.credentials().client_id().to_string())
            .body(body.into())
            .unwrap()
    }

    async fn signed(&self, request: Request<Bytes>) -> Request<Bytes> {
        self.signed_at(request, self.now()).await
    }

    async fn signed_at(&self, mut request: Request<Bytes>, created: i64) -> Request<Bytes> {
        let created = Timestamp::from_unix_seconds(created).unwrap();
        let nonce = *Uuid::new_v4().as_bytes();
        sign(&mut request, self.sandbox.credentials().signing_key(), created, nonce).await.unwrap();
        request
    }

    async fn send(&self, request: Request<Bytes>) -> (u16, String) {
        let response = self.transport.send(request).await.unwrap();
        assert!(response.headers().contains_key("upvest-request-id"));
        let status = response.status().as_u16();
        let is_problem = response
            .headers()
            .get("content-type")
            .is_some_and(|content_type| content_type == "application/problem+json");
        assert_eq!(is_problem, status >= 400);
        let id = response.headers()["upvest-request-id"].to_str().unwrap().to_owned();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body = String::from_utf8(body.to_vec()).unwrap();
        if is_problem {
            let problem: Problem = serde_json::from_str(&body).unwrap();
            assert_eq!((problem.status, problem.request_id), (Some(status), Some(id)));
        }
        (status, body)
    }

    /// Expects a refusal, and gives the reason in the log.
    async fn refused(
        &self,
        what: &str,
        request: Request<Bytes>,
        status: u16,
        code: &str,
    ) -> String {
        let (got, body) = self.send(request).await;
        let problem: Problem = serde_json::from_str(&body).unwrap_or_default();
        assert_eq!((got, problem.code()), (status, code), "{what}: {body}");
        let entry = self.sandbox.log().last().unwrap();
        entry.reason.clone().unwrap_or_default()
    }

    fn effects(&self) -> i64 {
        self.sandbox.state().ledger_entries(GROUP.parse().unwrap(), &Currency::Eur)
    }
}

fn with(mut request: Request<Bytes>, name: &'static str, value: &str) -> Request<Bytes> {
    request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
    request
}

fn without(mut request: Request<Bytes>, name: &str) -> Request<Bytes> {
    request.headers_mut().remove(name);
    request
}

fn with_body(request: Request<Bytes>, from: &str, to: &str) -> Request<Bytes> {
    request.map(|body| {
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(body.contains(from));
        body.replace(from, to).into()
    })
}

#[tokio::test]
async fn what_is_right_is_let_in() {
    let bench = Bench::new().await;
    let (status, body) = bench.send(bench.signed(bench.increase()).await).await;
    assert_eq!(status, 202, "{body}");
    assert_eq!(bench.effects(), 1);
}

#[tokio::test]
async fn a_request_that_is_signed_but_wrong_is_refused() {
    let bench = Bench::new().await;
    let read_only = format!("Bearer {}", bench.fetch_token("positions:read").await);
    for (what, request, status, code) in [
        ("no token", without(bench.increase(), "authorization"), 401, "unauthorised"),
        (
            "a token nobody gave",
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
            "a key that is no UUID",
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
        ("no JSON", with_body(bench.increase(), "{", ""), 400, "invalid_request"),
        ("an unknown currency", with_body(bench.increase(), "EUR", "CHF"), 400, "invalid_request"),
    ] {
        bench.refused(what, bench.signed(request).await, status, code).await;
    }
    assert_eq!(bench.effects(), 0, "nothing that is refused takes effect");
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
    // One of Upvest's own clients leaves the header out here.
    let (status, _) = bench.send(bench.signed(without(good(), "upvest-client-id")).await).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn what_is_changed_after_signing_is_refused_and_explained() {
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
            "not one of this base by this key",
        ),
        (
            "a header less",
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
async fn the_log_shows_both_bases_and_marks_the_first_difference() {
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

    // Signed by another key: there is no difference to show, and the log says what that means.
    let other = SigningKey::from_pem(
        bench.sandbox.credentials().signing_key().key_id(),
        std::fs::read(data("keys/sec1_plain.pem")).unwrap(),
        None,
    )
    .unwrap();
    let mut request = bench.increase();
    let now = Timestamp::from_unix_seconds(bench.now()).unwrap();
    sign(&mut request, &other, now, [1; 16]).await.unwrap();
    bench.refused("another key", request, 401, "unauthorised").await;
    let entry = bench.sandbox.log().last().unwrap();
    assert_eq!(entry.bases.as_ref().unwrap().first_difference, None);
    assert!(entry.hint.as_ref().unwrap().contains("another key"), "{entry}");

    // A signature that is right but late has nothing wrong with its base.
    let late = bench.signed_at(bench.increase(), NOON - 100).await;
    bench.refused("late", late, 401, "unauthorised").await;
    assert_eq!(bench.sandbox.log().last().unwrap().bases, None);
}

#[tokio::test]
async fn a_signature_holds_for_its_time_and_once() {
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

    // A wrong signature does not use up the nonce of a right one.
    let right = bench.signed(bench.increase()).await;
    let wrong = with(right.clone(), "accept", "*/*");
    bench.refused("wrong", wrong, 401, "unauthorised").await;
    assert_eq!(bench.send(right).await.0, 202);
}

#[tokio::test]
async fn a_token_expires() {
    let bench = Bench::new().await;
    bench.clock.fetch_add(1798, Ordering::SeqCst);
    assert_eq!(bench.send(bench.signed(bench.increase()).await).await.0, 202);
    bench.clock.fetch_add(1, Ordering::SeqCst);
    let logged =
        bench.refused("expired", bench.signed(bench.increase()).await, 401, "unauthorised").await;
    assert_eq!(logged, "The access token is unknown or expired");
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems_for_those_who_are_known() {
    let bench = Bench::new().await;
    let to = |method: &str, path: &str| {
        let mut request = without(bench.increase(), "content-type").map(|_| Bytes::new());
        *request.method_mut() = method.parse().unwrap();
        *request.uri_mut() = bench.url(path).parse().unwrap();
        request
    };
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
async fn what_an_official_tool_leaves_uncovered_is_let_in() {
    let bench = Bench::new().await;
    // Upvest's proxy covers no content-length, its Java client no idempotency-key.
    let request = bench.signed(without(bench.increase(), "idempotency-key")).await;
    assert_eq!(bench.send(with(request, "idempotency-key", KEY)).await.0, 202);
}

#[tokio::test]
async fn a_secret_in_the_wrong_place_is_not_repeated() {
    use secrecy::ExposeSecret as _;
    let bench = Bench::new().await;
    let secret = bench.sandbox.credentials().client_secret().expose_secret().to_owned();
    let json = format!(r#"{{"client_secret":"{secret}"}}"#);
    let request = bench.token_request("x").map(|_| json.into());
    let (status, body) = bench.send(bench.signed(request).await).await;
    assert_eq!(status, 400);
    assert!(!body.contains(&secret), "{body}");
    assert!(!format!("{:?}", bench.sandbox.log().entries()).contains(&secret));
}

/// Signs what it is told to, and says so: the signature itself is right.
async fn signed_by_hand(
    bench: &Bench,
    request: Request<Bytes>,
    change: impl FnOnce(Vec<String>, String) -> (Vec<String>, String),
) -> Request<Bytes> {
    use base64::Engine as _;
    let request = bench.signed(request).await;
    let input = SignatureInput::from_headers(request.headers()).unwrap();
    let settings = input.parameters.split_once(')').unwrap().1.to_owned();
    let (components, settings) = change(input.components, settings);
    let list = components.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" ");
    let parameters = format!("({list}){settings}");
    let base = signature_base(&Message::of(&request), &components, &parameters).unwrap();
    let key = bench.sandbox.credentials().signing_key();
    let signature = key.sign(base.as_bytes()).await.unwrap();
    let signature = base64::prelude::BASE64_STANDARD.encode(signature);
    let request = with(request, "signature-input", &format!("sig1={parameters}"));
    with(request, "signature", &format!("sig1=:{signature}:"))
}

#[tokio::test]
async fn a_right_signature_that_covers_too_little_is_refused() {
    let bench = Bench::new().await;
    for component in [
        "@method",
        "@path",
        "@query",
        "accept",
        "authorization",
        "content-type",
        "content-digest",
        "upvest-client-id",
        "upvest-api-version",
    ] {
        let mut request = bench.increase();
        if component == "@query" {
            let url = bench.url("/virtual_cash_balances/increases?x=1");
            *request.uri_mut() = url.parse().unwrap();
        }
        let without = |components: Vec<String>, settings| {
            let count = components.len();
            let rest: Vec<_> = components.into_iter().filter(|name| name != component).collect();
            assert_eq!(rest.len() + 1, count);
            (rest, settings)
        };
        let request = signed_by_hand(&bench, request, without).await;
        let logged = bench.refused(component, request, 401, "unauthorised").await;
        assert_eq!(logged, format!("signature: the signature does not cover `{component}`"));
    }
    let all = |_: Vec<String>, settings| (Vec::new(), settings);
    let request = signed_by_hand(&bench, bench.increase(), all).await;
    bench.refused("nothing at all", request, 401, "unauthorised").await;
    assert_eq!(bench.effects(), 0);
}

#[tokio::test]
async fn a_right_signature_with_odd_settings_is_refused() {
    let bench = Bench::new().await;
    for (what, from, to, reason) in [
        (
            "a long life",
            ";expires=1800000030",
            ";expires=1800000301",
            "`expires` is not after `created`, or too far after it",
        ),
        (
            "no life",
            ";expires=1800000030",
            ";expires=1800000000",
            "`expires` is not after `created`, or too far after it",
        ),
        (
            "an end before the beginning",
            ";expires=1800000030",
            ";expires=1700000000",
            "`expires` is not after `created`, or too far after it",
        ),
        (
            "the year 5138",
            ";created=1800000000;expires=1800000030",
            ";created=99999999999;expires=100000000029",
            "`created` lies in the future",
        ),
        (
            "no end",
            ";expires=1800000030",
            "",
            "the header `signature-input` cannot be used: it has no number `expires`",
        ),
        ("another key", ";keyid=\"", ";keyid=\"0", "the key id is not known"),
    ] {
        let change = |components, settings: String| {
            assert!(settings.contains(from), "{what}: {settings}");
            (components, settings.replacen(from, to, 1))
        };
        let request = signed_by_hand(&bench, bench.increase(), change).await;
        let logged = bench.refused(what, request, 401, "unauthorised").await;
        assert_eq!(logged, format!("signature: {reason}"), "{what}");
    }
    // What a signer is free to choose is let in: another order, the longest life, an `alg`.
    let free = |mut components: Vec<String>, settings: String| {
        components.reverse();
        (components, settings.replace("1800000030", "1800000300") + ";alg=\"ecdsa-p521-sha512\"")
    };
    let request = signed_by_hand(&bench, bench.increase(), free).await;
    assert_eq!(bench.send(request).await.0, 202);
}

#[tokio::test]
async fn a_signature_in_another_form_is_refused() {
    let bench = Bench::new().await;
    for (what, from, to) in [
        ("a second label", "sig1=", "sig2=(\"@method\");keyid=\"x\", sig1="),
        ("the label twice", "sig1=", "sig1=(\"@method\");keyid=\"x\", sig1="),
        ("another label", "sig1=", "sig=1, sig2="),
        ("a parameter twice", ";nonce=", ";nonce=\"x\";nonce="),
        ("odd spaces", "(\"@method\" ", "( \"@method\"  "),
        ("a component twice", "\"@method\" ", "\"@method\" \"@method\" "),
        ("a parameter on a component", "\"@method\" ", "\"@method\";req "),
        ("upper case", "\"accept\"", "\"Accept\""),
        ("a token as component", "\"accept\"", "accept"),
        ("nothing covered", "(\"@method\" \"@path\"", "(\"@path\""),
        ("a number as text", ";created=1800000000", ";created=\"1800000000\""),
        ("no time", ";created=1800000000", ""),
        ("no key id", ";keyid=", ";key="),
        ("another key id", ";keyid=\"", ";keyid=\"x"),
        ("an unknown component", "\"@method\" ", "\"@method\" \"@authority\" "),
    ] {
        let request = bench.signed(bench.increase()).await;
        let input = request.headers()["signature-input"].to_str().unwrap().to_owned();
        assert!(input.contains(from), "{what}");
        let request = with(request, "signature-input", &input.replacen(from, to, 1));
        bench.refused(what, request, 401, "unauthorised").await;
    }
    for (what, value) in [
        ("no base64", "sig1=:***:"),
        ("text", "sig1=\"AQID\""),
        ("no padding", "sig1=:AQ:"),
        ("a second label", "sig1=:AQID:, sig2=:AQID:"),
        ("too long", &format!("sig1=:{}:", "AAAA".repeat(4_000))),
        ("empty", ""),
    ] {
        let request = with(bench.signed(bench.increase()).await, "signature", value);
        bench.refused(what, request, 401, "unauthorised").await;
    }
    assert_eq!(bench.effects(), 0);
}

#[tokio::test]
async fn money_moves_as_the_state_machine_says() {
    let sandbox = started(Sandbox::builder()).await;
    let client = sandbox.client().unwrap();
    let group: AccountGroupId = GROUP.parse().unwrap();
    let increase = CreateVirtualCashIncrease {
        account_group_id: group,
        amount: "200.00".parse().unwrap(),
        currency: Currency::Eur,
    };
    let decrease = |amount: &str| CreateVirtualCashDecrease {
        account_group_id: group,
        amount: amount.parse().unwrap(),
        currency: Currency::Eur,
    };

    let first = client.increase(&increase).await.unwrap();
    assert_eq!(first.status, VirtualCashIncreaseStatus::Issued);
    assert_eq!(
        sandbox.state().increase(first.id).unwrap().status,
        VirtualCashIncreaseStatus::Confirmed
    );
    let paid = client.decrease(&decrease("50.00")).await.unwrap();
    assert_eq!(
        sandbox.state().decrease(paid.id).unwrap().status,
        VirtualCashDecreaseStatus::Confirmed
    );
    let waiting = client.decrease(&decrease("300.00")).await.unwrap();
    assert_eq!(waiting.status, VirtualCashDecreaseStatus::Issued);
    assert_eq!(
        sandbox.state().decrease(waiting.id).unwrap().status,
        VirtualCashDecreaseStatus::Queued
    );
    client.increase(&increase).await.unwrap();
    assert_eq!(
        sandbox.state().decrease(waiting.id).unwrap().status,
        VirtualCashDecreaseStatus::Confirmed
    );
    assert_eq!(
        (
            sandbox.state().balance(group, &Currency::Eur),
            sandbox.state().ledger_entries(group, &Currency::Eur)
        ),
        (5_000, 4)
    );

    let large = client.decrease(&decrease("500.00")).await.unwrap();
    client.cancel_decrease(large.id).await.unwrap();
    for id in [large.id, paid.id] {
        let error = client.cancel_decrease(id).await.unwrap_err();
        assert_eq!(error.problem_document().unwrap().code(), "unprocessable_entity");
    }
    let error =
        client.cancel_decrease(VirtualCashDecreaseId::from(Uuid::new_v4())).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 404);
}

#[tokio::test]
async fn one_key_takes_effect_once() {
    let sandbox = started(Sandbox::builder()).await;
    let client = sandbox.client().unwrap();
    let group: AccountGroupId = GROUP.parse().unwrap();
    let mut order = CreateVirtualCashIncrease {
        account_group_id: group,
        amount: "1.00".parse().unwrap(),
        currency: Currency::Usd,
    };
    let key = KEY.parse().unwrap();
    let first = client.increase(&order).idempotency_key(key).await.unwrap();
    let again = client.increase(&order).idempotency_key(key).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(sandbox.state().ledger_entries(group, &Currency::Usd), 1);
    assert!(sandbox.log().last().unwrap().is_replay());

    order.amount = "2.00".parse().unwrap();
    let error = client.increase(&order).idempotency_key(key).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 422);

    // Fifty at once, with one key.
    let key = Uuid::new_v4().try_into().unwrap();
    let calls: Vec<_> = (0..50)
        .map(|_| tokio::spawn(client.increase(&order).idempotency_key(key).into_future()))
        .collect();
    let mut ids = Vec::new();
    for call in calls {
        ids.push(call.await.unwrap().unwrap().id);
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(sandbox.state().ledger_entries(group, &Currency::Usd), 2);
}

#[tokio::test]
async fn the_settings_make_a_client() {
    let sandbox = started(Sandbox::builder()).await;
    let settings = sandbox.settings();
    let lookup = |name: &str| {
        settings.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    };
    let client = upvest_core::ClientBuilder::from_variables(lookup).unwrap().build().unwrap();
    assert!(
        client.cancel_decrease(Uuid::new_v4().into()).await.unwrap_err().status().unwrap() == 404
    );
    for (name, value) in &settings {
        assert!(name.starts_with("UPVEST_API_"));
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/:.,_+=-".contains(c);
        assert!(value.chars().all(is_plain), "a shell would not take {name} as it is");
    }
}

#[tokio::test]
async fn a_sandbox_that_is_dropped_is_gone() {
    let sandbox = started(Sandbox::builder()).await;
    let client = sandbox.client().unwrap();
    let address = sandbox.address();
    drop(sandbox);
    // Its task must have run once to see that it is to stop.
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let error = client.cancel_decrease(Uuid::new_v4().into()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Token);
}

#[tokio::test]
async fn a_taken_port_is_said_in_one_sentence() {
    let sandbox = started(Sandbox::builder()).await;
    let error =
        Sandbox::builder().port(sandbox.address().port()).start().await.unwrap_err().to_string();
    assert!(error.starts_with("the sandbox did not start: 127.0.0.1:"), "{error}");
}

#[tokio::test]
async fn the_token_endpoint_can_be_called_by_hand() {
    let sandbox = started(Sandbox::builder()).await;
    let request = TokenRequest {
        client_id: sandbox.credentials().client_id(),
        client_secret: sandbox.credentials().client_secret().clone(),
        scope: "positions:read".to_owned(),
    };
    assert!(sandbox.client().unwrap().create_access_token(&request).await.is_ok());
}

#[tokio::test]
async fn a_day_later_by_the_sandbox_s_clock_a_call_gets_a_new_token() {
    let at = Arc::new(AtomicI64::new(1_800_000_000));
    let reading = Arc::clone(&at);
    let clock = move || Timestamp::from_unix_seconds(reading.load(Ordering::SeqCst)).unwrap();
    let sandbox = started(Sandbox::builder().clock(clock)).await;
    let client = sandbox.client().unwrap();
    let order = CreateVirtualCashIncrease {
        account_group_id: Uuid::new_v4().into(),
        amount: "1.00".parse().unwrap(),
        currency: Currency::Eur,
    };
    client.increase(&order).await.unwrap();
    at.fetch_add(86_400, Ordering::SeqCst);
    // The client holds the old one for good: less than half an hour has passed by tokio's clock.
    let response = client.increase(&order).with_response().await.unwrap();
    assert_eq!(response.attempts(), 2);
}
