//! Mistakes in the digest, the times, the key, the path and the scope, and what the log shows.

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use upvest_core::signature::SignatureVersion::V15;

use super::{DECREASE, altered, altered_of, hint, hinted, signed_as};
use crate::fixture::{Bench, GROUP, INCREASES, to, with, with_body};

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
        (format!("sha-256=:{sha_256}:, {other}"), "its `sha-512` does not match the body"),
        (format!("sha-256=:{}:, {right}", &other[9..20]), "more than one digest"),
        (format!("md5=:AAAA:, {right}"), "more than one digest"),
        (format!("sha-256=:{sha_256}:"), "this is the SHA-256 of the body"),
        (format!("sha-512=:{url_safe}:"), "is URL-safe base64, or has no padding"),
        (unpadded, "is URL-safe base64, or has no padding"),
        (right.replace("sha-512", "SHA-512"), "the digest is right, but its form is wrong"),
        (with_break, "the digest of the body with another end: a line break"),
        (other, "the body was changed after the digest was computed"),
    ] {
        let request = with(bench.digested(bench.increase()), "content-digest", &value);
        mistakes.push((signed_as(&bench, request, &[], |base| base).await, text));
    }
    // A length counted in characters truncates the body.
    let whole = with_body(bench.increase(), "EUR", "EÜR");
    let cut = whole.clone().map(|body| body.slice(..body.len() - 1));
    let request = with(cut, "content-digest", &V15.digest(whole.body()));
    let cut_off = signed_as(&bench, request, &[], |base| base).await;
    mistakes.push((cut_off, "the body is cut off"));
    let gone = whole.clone().map(|_| bytes::Bytes::new());
    let request = with(gone, "content-digest", &V15.digest(whole.body()));
    let lost = signed_as(&bench, request, &[], |base| base).await;
    mistakes.push((lost, "no body was received"));
    hinted(&bench, mistakes).await;
}

#[tokio::test]
async fn timestamps_in_another_unit_are_named() {
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
        ("1800000000", "30", "`expires` is a duration (use a point in time"),
        ("1800000000", "1799999990", "the signature is valid for -10 s"),
        ("1800000000", "1800009999", "the signature is valid for 9999 s"),
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
async fn equal_signature_bases_are_shown_once() {
    let bench = Bench::new().await;
    let request = bench.signed(bench.increase()).await;
    let other = bench.signed(bench.increase()).await.headers()["signature"].clone();
    let request = with(request, "signature", other.to_str().unwrap());
    assert!(hint(&bench, request, 401).await.contains("no known mistake fits"));
    let shown = bench.sandbox.log().last().unwrap().to_string();
    assert_eq!(shown.matches("\"@method\": POST").count(), 1, "{shown}");
    assert!(
        shown.contains("\n  the signature base of the received request, which is as expected:\n"),
        "{shown}"
    );
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
        // Without any signature, the hint still names the path.
        let hint = super::hint(&bench, token(path), 401).await;
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
    // Another method on a known path.
    let request = bench.bodiless("GET", INCREASES);
    let hint = hint(&bench, bench.signed(request).await, 405).await;
    assert!(hint.contains(&format!("`{INCREASES}` accepts only POST")), "{hint}");
    // An unknown path gets no suggestion.
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
    let wanted = "request the scope `virtual_cash_balances:admin` from `/auth/token`: this token \
                  has `positions:read`, `webhooks:read`";
    assert_eq!(hint, wanted);
    // One of several scopes is enough.
    bench.token = bench.fetch_token("positions:read").await;
    let request = bench.signed(bench.bodiless("GET", "/webhooks")).await;
    let hint = super::hint(&bench, request, 403).await;
    assert!(
        hint.contains(
            "`webhooks:admin` or `webhooks:read` from `/auth/token`: this token has \
             `positions:read`"
        ) || hint.contains(
            "`webhooks:read` or `webhooks:admin` from `/auth/token`: this token has \
             `positions:read`"
        ),
        "{hint}"
    );
    let entry = bench.sandbox.log().last().unwrap();
    assert!(!entry.reason.as_ref().unwrap().contains('['), "{entry}");
}

#[tokio::test]
async fn a_masked_difference_is_pointed_out() {
    let bench = Bench::new().await;
    let token = altered(&bench, "Bearer ", "bearer ").await;
    let request = with(bench.digested(bench.increase()), "api-key", "live-1");
    let secret = altered_of(&bench, request, "api-key\": live-1", "api-key\":  live-1").await;
    for (request, line) in [(token, "> \"authorization\": "), (secret, "> \"api-key\": ***")] {
        hint(&bench, request, 401).await;
        let entry = bench.sandbox.log().last().unwrap();
        let bases = entry.bases.as_ref().unwrap();
        assert_eq!(bases.received, bases.expected);
        assert!(bases.first_difference.is_some());
        let shown = entry.to_string();
        assert!(
            shown.contains(line) && shown.contains("`>` marks the value that differs"),
            "{shown}"
        );
        assert!(!shown.contains("live-1"), "{shown}");
    }
}
