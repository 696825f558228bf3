//! More mistakes of signers, each with the hint that names it and not another one.

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::Request;
use upvest_core::signature::SignatureVersion::V15;
use upvest_sandbox::{Assumption, Sandbox};

use crate::bench::{
    Bench, GROUP, INCREASES, base, list, sealed, signature_by, to, wire, with, with_body,
};

const DECREASE: &str = "/virtual_cash_balances/decreases/ccb07f42-4104-44ad-8e1f-c660bb7b269c";

/// Covers what is sent and `more`, and signs the base after `change`.
async fn signed_as(
    bench: &Bench,
    request: Request<Bytes>,
    more: &[&str],
    change: impl FnOnce(String) -> String,
) -> Request<Bytes> {
    let mut components = bench.components(&request);
    components.extend(more.iter().map(|name| (*name).to_owned()));
    let input = format!("{}{}", list(&components), bench.parameters());
    let base = change(base(&request, &components, &input));
    let key = bench.sandbox.credentials().signing_key();
    sealed(request, &input, &signature_by(key, &base).await)
}

/// An increase whose base has another text in one place.
async fn altered(bench: &Bench, from: &str, to: &str) -> Request<Bytes> {
    altered_of(bench, bench.digested(bench.increase()), from, to).await
}

async fn altered_of(
    bench: &Bench,
    request: Request<Bytes>,
    from: &str,
    to: &str,
) -> Request<Bytes> {
    signed_as(bench, request, &[], |base| {
        assert!(base.contains(from), "{from}: {base}");
        base.replacen(from, to, 1)
    })
    .await
}

/// The hint for a request that is refused; the log never shows two bases that are equal.
async fn hint(bench: &Bench, request: Request<Bytes>, status: u16) -> String {
    let (got, body) = bench.send(request).await;
    assert_eq!(got, status, "{body}");
    let entry = bench.sandbox.log().last().unwrap();
    let shown = entry.to_string();
    assert!(!shown.contains(&bench.token) && !format!("{entry:?}").contains(&bench.token));
    if let Some(bases) = &entry.bases {
        let shows_two = shown.contains("expected base:");
        assert_eq!(shows_two, bases.received != bases.expected, "{shown}");
    }
    entry.hint.clone().unwrap_or_else(|| panic!("no hint: {shown}"))
}

async fn hinted(bench: &Bench, mistakes: Vec<(Request<Bytes>, &str)>) {
    for (request, text) in mistakes {
        let hint = hint(bench, request, 401).await;
        assert!(hint.contains(text), "{text}: {hint}");
    }
}

#[tokio::test]
async fn each_form_of_a_digest_has_its_hint() {
    let bench = Bench::new().await;
    let body = bench.increase().into_body();
    let sha_256 = BASE64_STANDARD.encode(digest(&SHA256, &body));
    let right = V15.digest(&body);
    let other = V15.digest(b"other");
    let url_safe = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA512, &body));
    let unpadded = right.replace('=', "").replacen("sha-512", "sha-512=", 1);
    let with_break = V15.digest(&[&*body, b"\n"].concat());
    let both_right = "more than one digest, and each is right";
    let mut mistakes = Vec::new();
    for (value, text) in [
        (format!("sha-256=:{sha_256}:, {right}"), both_right),
        (format!("{right}, sha-256=:{sha_256}:"), both_right),
        (format!("{right},sha-256=:{sha_256}:"), both_right),
        (
            format!("sha-256=:{sha_256}:, {other}"),
            "of its digests `sha-512` is not that of the body",
        ),
        (format!("sha-256=:{}:, {right}", &other[9..20]), "more than one digest"),
        (format!("md5=:AAAA:, {right}"), "more than one digest"),
        (format!("sha-256=:{sha_256}:"), "this is the SHA-256 of the body"),
        (format!("sha-512=:{url_safe}:"), "is URL-safe base64, or has no padding"),
        (unpadded, "is URL-safe base64, or has no padding"),
        (right.replace("sha-512", "SHA-512"), "the digest is right, but not its form"),
        (with_break, "the digest of the body with a line break at its end"),
        (other, "the body was changed after the digest was made"),
    ] {
        let request = with(bench.digested(bench.increase()), "content-digest", &value);
        mistakes.push((signed_as(&bench, request, &[], |base| base).await, text));
    }
    // A length that was counted in characters cuts the body off.
    let whole = with_body(bench.increase(), "EUR", "EÜR");
    let cut = whole.clone().map(|body| body.slice(..body.len() - 1));
    let request = with(cut, "content-digest", &V15.digest(whole.body()));
    let cut_off = signed_as(&bench, request, &[], |base| base).await;
    mistakes.push((cut_off, "the body ends in the middle"));
    hinted(&bench, mistakes).await;
}

#[tokio::test]
async fn times_in_another_unit_are_named() {
    let bench = Bench::new().await;
    let mut mistakes = Vec::new();
    for (created, expires, text) in [
        ("1800000000000", "1800000030000", "`created` and `expires` are in milliseconds"),
        ("1800000000000", "1800000000030", "`created` and `expires` are in milliseconds"),
        ("1800000000000", "1800000030", "`created` is in milliseconds"),
        ("1800000000", "1800000030000", "`expires` is in milliseconds"),
        ("1800000000000000", "1800000030000000", "are in microseconds"),
        ("1800000000000000000", "1800000030000000000", "are in nanoseconds"),
        ("1800000000.25", "1800000030.25", "`created` and `expires` must be whole seconds"),
        ("1800000000.1234567", "1800000030", "`created` must be whole seconds"),
        ("1800000000", "30", "`expires` is a duration: it must be a point in time"),
        ("1800000000", "1799999990", "the signature lives -10 s"),
        ("1800000000", "1800009999", "the signature lives 9999 s"),
    ] {
        let parameters = bench.parameters();
        let parameters =
            parameters.replacen("created=1800000000", &format!("created={created}"), 1);
        let parameters =
            parameters.replacen("expires=1800000030", &format!("expires={expires}"), 1);
        mistakes.push((bench.with_parameters(&parameters).await, text));
    }
    hinted(&bench, mistakes).await;
}

#[tokio::test]
async fn a_header_that_was_sent_twice_or_combined_is_named() {
    let bench = Bench::new().await;
    let mut mistakes = Vec::new();
    for name in ["accept", "authorization", "content-type", "idempotency-key", "upvest-client-id"] {
        let request = bench.digested(bench.increase());
        let value = request.headers()[name].clone();
        let twice = |request: Request<Bytes>| {
            let mut request = request;
            request.headers_mut().append(http::HeaderName::from_static(name), value.clone());
            request
        };
        let signed = signed_as(&bench, request, &[], |base| base).await;
        let text = match name {
            "accept" => "`accept` is sent 2 times, and was signed as if sent once: send it once",
            "authorization" => "`authorization` is sent 2 times, and was signed as if sent once",
            _ => "is sent 2 times, and was signed as if sent once",
        };
        mistakes.push((twice(signed), text));
    }
    for name in ["signature", "signature-input", "upvest-signature-version"] {
        let mut signed = bench.signed(bench.increase()).await;
        let value = signed.headers()[name].clone();
        signed.headers_mut().append(name, value);
        mistakes.push((
            signed,
            match name {
                "signature" => "send `signature` once",
                "signature-input" => "send `signature-input` once",
                _ => "send `upvest-signature-version` once",
            },
        ));
    }
    let signed = bench.signed(bench.increase()).await;
    let combined = with(signed, "accept", "application/json, application/json");
    mistakes.push((combined, "`accept` is a combination of several values"));
    let both =
        altered(&bench, "accept\": application/json", "accept\": application/json, */*").await;
    mistakes.push((both, "no known mistake fits"));
    let doubled = "accept\": application/json, application/json";
    let both = altered(&bench, "accept\": application/json", doubled).await;
    mistakes.push((both, "`accept` was signed as if sent twice, and is sent once"));
    hinted(&bench, mistakes).await;
}

#[tokio::test]
async fn a_component_that_is_not_there_is_named() {
    let bench = Bench::new().await;
    let mut mistakes = Vec::new();
    for (component, text) in [
        ("@authority", "`@authority` is not a component that Upvest knows"),
        ("@scheme", "`@scheme` is not a component that Upvest knows"),
        ("@target-uri", "`@target-uri` is not a component that Upvest knows"),
        ("@request-target", "`@request-target` is not a component that Upvest knows"),
        ("@query", "the request has no query"),
        ("acept", "`acept` is misspelt: the header is `accept`"),
        ("content_type", "`content_type` is misspelt: the header is `content-type`"),
        ("contentdigest", "`contentdigest` is misspelt: the header is `content-digest`"),
        ("date", "`date` was signed and is not sent"),
    ] {
        let request = bench.digested(bench.increase());
        mistakes.push((signed_as(&bench, request, &[component], |base| base).await, text));
    }
    for (from, to, text) in [
        ("@method", "@methd", "`@methd` is misspelt: it is `@method`"),
        ("accept", "acept", "`acept` is misspelt: it is `accept`"),
        ("content-type", "content_type", "`content_type` is misspelt: it is `content-type`"),
        ("content-type", "date", "add `content-type` to the covered components"),
    ] {
        let request = bench.covering(|all| {
            let name = all.iter_mut().find(|name| *name == from).unwrap();
            to.clone_into(name);
        });
        mistakes.push((request.await, text));
    }
    let request = bench.digested(bench.increase());
    let odd = signed_as(&bench, request, &["upvest-odd"], |base| base).await;
    let mut odd = odd;
    let value = http::HeaderValue::from_bytes("ü".as_bytes()).unwrap();
    odd.headers_mut().insert("upvest-odd", value);
    mistakes.push((odd, "`upvest-odd` holds more than visible ASCII"));
    hinted(&bench, mistakes).await;

    // What does not exist is not expected either.
    let request = bench.digested(bench.increase());
    let request = signed_as(&bench, request, &["@authority"], |base| base).await;
    bench.send(request).await;
    let entry = bench.sandbox.log().last().unwrap();
    let bases = entry.bases.as_ref().unwrap();
    assert!(bases.received.contains("\"@authority\": <there is no component `@authority`>"));
    assert!(!bases.expected.contains("@authority"), "{}", bases.expected);
}

#[tokio::test]
async fn equal_bases_are_shown_once() {
    let bench = Bench::new().await;
    let request = bench.signed(bench.increase()).await;
    let other = bench.signed(bench.increase()).await.headers()["signature"].clone();
    let request = with(request, "signature", other.to_str().unwrap());
    assert!(hint(&bench, request, 401).await.contains("no known mistake fits"));
    let shown = bench.sandbox.log().last().unwrap().to_string();
    assert_eq!(shown.matches("\"@method\": POST").count(), 1, "{shown}");
    assert!(
        shown.contains("\n  the base of what was received, which is as it should be:\n"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_length_in_characters_is_named() {
    let bench = Bench::new().await;
    for (currency, characters, units) in [("EÜR", 94, 94), ("€", 92, 92), ("E🐎R", 94, 95)] {
        let request = bench.digested(with_body(bench.increase(), "EUR", currency));
        let bytes = request.body().len();
        let text = std::str::from_utf8(request.body()).unwrap();
        assert_eq!((text.chars().count(), text.encode_utf16().count()), (characters, units));
        let sent = format!("\"content-length\": {bytes}");
        for (signed, counted) in [(characters, "characters"), (units, "UTF-16 units")] {
            let line = format!("\"content-length\": {signed}");
            let hint =
                hint(&bench, altered_of(&bench, request.clone(), &sent, &line).await, 401).await;
            let counts = if characters == units { "characters" } else { counted };
            let wanted = format!(
                "`content-length` was signed as {signed}, the length in {counts}: it is {bytes}"
            );
            assert!(hint.contains(&wanted), "{wanted}: {hint}");
        }
    }
    let request = bench.digested(bench.increase());
    let sent = format!("\"content-length\": {}", request.body().len());
    for (line, text) in [
        ("\"content-length\": 0", "`content-length` was signed as 0"),
        ("\"content-length\": ", "`content-length` was signed as an empty text"),
    ] {
        let request = altered_of(&bench, request.clone(), &sent, line).await;
        let hint = hint(&bench, request, 401).await;
        assert!(hint.contains(text), "{text}: {hint}");
    }
}

/// As Upvest's proxy signs it: the header is signed, and does not travel.
async fn cancelled_with_length(bench: &Bench, value: &str) -> Vec<u8> {
    let request = bench.bodiless("DELETE", DECREASE);
    let line = format!("\"content-length\": {value}\n");
    let request = signed_as(bench, request, &["content-length"], |base| {
        base.replacen("\"content-length\": \n", &line, 1)
    });
    let request = wire(&request.await);
    assert!(!String::from_utf8_lossy(&request).contains("\r\ncontent-length"));
    request
}

#[tokio::test]
async fn a_signed_length_of_nothing_need_not_travel() {
    let bench = Bench::new().await;
    // The signature is right: there is no such decrease.
    assert_eq!(bench.raw(&cancelled_with_length(&bench, "0").await).await, Some(404));
    // Any other length is not that of no body.
    for value in ["", "1", "00"] {
        let request = cancelled_with_length(&bench, value).await;
        assert_eq!(bench.raw(&request).await, Some(401), "{value}");
    }
    // With a body it must travel.
    let request = bench.digested(bench.increase());
    let request = signed_as(&bench, request, &[], |base| base).await;
    let request = wire(&request).to_vec();
    let request = String::from_utf8(request).unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let lines: Vec<&str> =
        head.split("\r\n").filter(|line| !line.starts_with("content-length")).collect();
    let chunked = format!(
        "{}\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        lines.join("\r\n"),
        body.len()
    );
    assert_eq!(bench.raw(chunked.as_bytes()).await, Some(401));
    let entry = bench.sandbox.log().last().unwrap();
    let hint = entry.hint.as_ref().unwrap();
    assert!(hint.contains("the body came in chunks, without the `content-length`"), "{hint}");

    let strict = Bench::of(Sandbox::builder().assume(Assumption::LengthSent)).await;
    assert_eq!(strict.raw(&cancelled_with_length(&strict, "0").await).await, Some(401));
    let entry = strict.sandbox.log().last().unwrap();
    let hint = entry.hint.as_ref().unwrap();
    assert!(hint.contains("`content-length` was signed and is not sent"), "{hint}");
}

#[tokio::test]
async fn spaces_that_were_signed_are_named() {
    let bench = Bench::new().await;
    let sent = "\"accept\": application/json";
    let stripped = "was signed with white space around its value";
    let mut mistakes = Vec::new();
    for value in [" application/json", "application/json ", " application/json "] {
        mistakes.push((altered(&bench, sent, &format!("\"accept\": {value}")).await, stripped));
    }
    let token = format!("\"authorization\": Bearer {}", bench.token);
    mistakes.push((altered(&bench, &token, &format!("{token} ")).await, stripped));
    for (name, value) in [("upvest-api-version", "1"), ("content-length", "94")] {
        let (from, to) = (format!("\"{name}\": {value}\n"), format!("\"{name}\":  {value}\n"));
        mistakes.push((altered(&bench, &from, &to).await, stripped));
    }
    let request = || bench.digested(bench.increase());
    let spaced = signed_as(&bench, request(), &[], |base| base.replace("\": ", "\":  ")).await;
    mistakes.push((spaced, "exactly one space after the colon"));
    let tight = signed_as(&bench, request(), &[], |base| base.replace("\": ", "\":")).await;
    mistakes.push((tight, "exactly one space after the colon"));
    hinted(&bench, mistakes).await;
}

#[tokio::test]
async fn a_path_that_is_more_or_less_than_the_path_is_named() {
    let bench = Bench::new().await;
    let host = bench.sandbox.url().strip_prefix("http://").unwrap().to_owned();
    let full = "a full URL was signed as `@path`";
    let mut mistakes = Vec::new();
    for (signed, text) in [
        (format!("http://{host}{INCREASES}"), full),
        (format!("https://{host}{INCREASES}"), full),
        (format!("{host}{INCREASES}"), full),
        (format!("//{host}{INCREASES}"), full),
        (format!("/{INCREASES}"), "signed with `//`"),
        (INCREASES.replace("balances/", "balances//"), "signed with `//`"),
        (INCREASES[1..].to_owned(), "signed without its first slash"),
        (format!("{INCREASES}/"), "signed with a slash at its end"),
        ("/".to_owned(), "`@path` was signed as `/`"),
        (String::new(), "`@path` was signed as an empty text"),
    ] {
        let (from, to) = (format!("\"@path\": {INCREASES}\n"), format!("\"@path\": {signed}\n"));
        mistakes.push((altered(&bench, &from, &to).await, text));
    }
    let query = || {
        let url = bench.url(&format!("{INCREASES}?a=b"));
        to(bench.digested(bench.increase()), &url)
    };
    let from = format!("\"@path\": {INCREASES}\n");
    let signed = format!("\"@path\": http://{host}{INCREASES}?a=b\n");
    mistakes.push((altered_of(&bench, query(), &from, &signed).await, full));
    hinted(&bench, mistakes).await;
}

#[tokio::test]
async fn what_is_secret_in_a_signed_path_is_not_shown() {
    let bench = Bench::new().await;
    let url = bench.url(&format!("{INCREASES}?client_secret=live-secret-1"));
    let request = to(bench.digested(bench.increase()), &url);
    let from = format!("\"@path\": {INCREASES}\n");
    let signed = format!("\"@path\": {INCREASES}?client_secret=live-secret-1\n");
    let request = altered_of(&bench, request, &from, &signed).await;
    assert!(hint(&bench, request, 401).await.contains("as part of `@path`"));
    let log = format!("{:?}", bench.sandbox.log().last());
    assert!(!log.contains("live-secret-1"), "{log}");
}

#[tokio::test]
async fn a_known_path_in_another_spelling_is_named() {
    let bench = Bench::new().await;
    let token = |path: &str| to(bench.token_request("positions:read"), &bench.url(path));
    for (path, wanted) in [
        ("/auth/token/", "the path is `/auth/token`, not `/auth/token/`"),
        ("//auth/token", "the path is `/auth/token`"),
        ("/auth//token", "the path is `/auth/token`"),
        ("/Auth/Token", "the path is `/auth/token`"),
        ("/v1/auth/token", "the path is `/auth/token`"),
    ] {
        let signed = bench.signed(token(path)).await;
        let hint = hint(&bench, signed, 401).await;
        assert!(hint.contains(wanted), "{path}: {hint}");
        // Not signed at all, the path is still what is wrong.
        let hint = self::hint(&bench, token(path), 401).await;
        assert!(hint.contains(wanted), "{path}: {hint}");
    }
    let balance = format!("/account_groups/{GROUP}/payments/cash_balance");
    for (path, wanted) in [
        (format!("{INCREASES}/"), format!("the path is `{INCREASES}`")),
        (format!("{DECREASE}/"), format!("the path is `{DECREASE}`")),
        (format!("{balance}/"), format!("the path is `{balance}`")),
        ("/webhooks/".to_owned(), "the path is `/webhooks`".to_owned()),
    ] {
        let request = to(bench.increase(), &bench.url(&path));
        let hint = hint(&bench, bench.signed(request).await, 404).await;
        assert!(hint.contains(&wanted), "{path}: {hint}");
    }
    // Another method of a path that is known.
    let request = bench.bodiless("GET", INCREASES);
    let hint = hint(&bench, bench.signed(request).await, 405).await;
    assert!(hint.contains(&format!("`{INCREASES}` takes POST alone")), "{hint}");
    // What is not known is not guessed.
    bench.send(bench.signed(bench.bodiless("GET", "/nowhere/at/all")).await).await;
    assert_eq!(bench.sandbox.log().last().unwrap().hint, None);
}

#[tokio::test]
async fn a_signature_by_a_key_of_another_kind_is_named() {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature as kinds;
    let bench = Bench::new().await;
    let ecdsa = |kind| {
        let key = kinds::EcdsaKeyPair::generate(kind).unwrap();
        move |base: &[u8]| key.sign(&SystemRandom::new(), base).unwrap().as_ref().to_vec()
    };
    let ed25519 = kinds::Ed25519KeyPair::generate().unwrap();
    let signatures: Vec<(Vec<u8>, &str)> = vec![
        (ecdsa(&kinds::ECDSA_P256_SHA256_ASN1_SIGNING)(b"x"), "a key on P-256"),
        (ecdsa(&kinds::ECDSA_P384_SHA384_ASN1_SIGNING)(b"x"), "a key on P-384"),
        (ecdsa(&kinds::ECDSA_P256_SHA256_FIXED_SIGNING)(b"x"), "a key on P-256, or an Ed25519 key"),
        (ecdsa(&kinds::ECDSA_P384_SHA384_FIXED_SIGNING)(b"x"), "a key on P-384"),
        (ed25519.sign(b"x").as_ref().to_vec(), "a key on P-256, or an Ed25519 key"),
        (vec![7; 256], "an RSA key"),
        (vec![7; 512], "an RSA key"),
        (vec![7; 32], "32 bytes"),
        (ecdsa(&kinds::ECDSA_P521_SHA512_ASN1_SIGNING)(b"x"), "another key signed it"),
    ];
    let mut mistakes = Vec::new();
    for (signature, text) in signatures {
        let request = bench.signed(bench.increase()).await;
        let signature = format!("sig1=:{}:", BASE64_STANDARD.encode(signature));
        mistakes.push((with(request, "signature", &signature), text));
    }
    hinted(&bench, mistakes).await;
}

#[tokio::test]
async fn a_scope_that_is_missing_is_named() {
    let mut bench = Bench::new().await;
    bench.token = bench.fetch_token("positions:read%20webhooks:read").await;
    let hint = hint(&bench, bench.signed(bench.increase()).await, 403).await;
    let wanted = "ask `/auth/token` for the scope `virtual_cash_balances:admin`: this token has \
                  `positions:read`, `webhooks:read`";
    assert_eq!(hint, wanted);
    // One of several will do.
    bench.token = bench.fetch_token("positions:read").await;
    let request = bench.signed(bench.bodiless("GET", "/webhooks")).await;
    let hint = self::hint(&bench, request, 403).await;
    assert!(
        hint.contains(
            "the scope `webhooks:admin` or `webhooks:read`: this token has `positions:read`"
        ) || hint.contains(
            "the scope `webhooks:read` or `webhooks:admin`: this token has `positions:read`"
        ),
        "{hint}"
    );
    let entry = bench.sandbox.log().last().unwrap();
    assert!(!entry.reason.as_ref().unwrap().contains('['), "{entry}");
}
