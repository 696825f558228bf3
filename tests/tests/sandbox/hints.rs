//! A rejected signature is logged with the probable mistake and the text that was signed.

use bytes::Bytes;
use http::Request;
use upvest_core::signature::SignatureVersion::V15;

use crate::fixture::{
    Bench, INCREASES, base, list, raw_numbers, sealed, signature_by, signature_of, to, with,
    without,
};

/// An increase whose signature base is changed before signing.
async fn signed_with_changed_base(
    bench: &Bench,
    change: impl FnOnce(String) -> String,
) -> Request<Bytes> {
    request_signed_with_changed_base(bench, bench.increase(), change).await
}

async fn request_signed_with_changed_base(
    bench: &Bench,
    request: Request<Bytes>,
    change: impl FnOnce(String) -> String,
) -> Request<Bytes> {
    let request = bench.digested(request);
    let components = bench.components(&request);
    let input = format!("{}{}", list(&components), bench.parameters());
    let base = change(base(&request, &components, &input));
    let key = bench.sandbox.credentials().signing_key();
    sealed(request, &input, &signature_by(key, &base).await)
}

/// The hint for a refused request; it is also in a header of the response.
async fn hint(bench: &Bench, request: Request<Bytes>) -> String {
    let reason = bench.refused("a mistake", request, 401, "unauthorised").await;
    assert!(reason.starts_with("signature: "), "{reason}");
    let entry = bench.sandbox.log().last().unwrap();
    let shown = entry.to_string();
    assert!(!shown.contains(&bench.token) && !format!("{entry:?}").contains(&bench.token));
    entry.hint.clone().unwrap()
}

#[tokio::test]
async fn each_known_mistake_has_its_hint() {
    let bench = Bench::new().await;
    let v6 = |base: String| {
        base.split('\n').map(|line| line.replacen('"', "", 2)).collect::<Vec<_>>().join("\n")
    };
    let replaced = |from: &'static str, to: &'static str| {
        move |base: String| {
            assert!(base.contains(from), "{base}");
            base.replacen(from, to, 1)
        }
    };
    let query = || to(bench.increase(), &bench.url(&format!("{INCREASES}?a=b%20c")));
    let path = || bench.bodiless("DELETE", "/virtual_cash_balances/decreases/a%20b");
    let cancelled = |change| request_signed_with_changed_base(&bench, path(), change);
    let asked = |change| request_signed_with_changed_base(&bench, query(), change);
    let own = format!("keyid=\"{}\"", bench.sandbox.credentials().key_id());
    let client_id = format!("keyid=\"{}\"", bench.sandbox.credentials().client_id());
    let mut mistakes = vec![
        (cancelled(replaced("a%20b", "a b")).await, "the decoded path was signed"),
        (cancelled(replaced("/decreases", "/Decreases")).await, "no known mistake fits"),
        (
            request_signed_with_changed_base(
                &bench,
                bench.bodiless("DELETE", "/Virtual/X/"),
                |base| base.replacen("/Virtual/X/", "/virtual/x/", 1),
            )
            .await,
            "the path was signed in lower case",
        ),
        (
            request_signed_with_changed_base(
                &bench,
                bench.bodiless("DELETE", "/virtual/x/"),
                |base| base.replacen("/virtual/x/", "/virtual/x", 1),
            )
            .await,
            "the path was signed without its trailing slash",
        ),
        (asked(replaced("?a=b%20c", "?a=b c")).await, "the decoded query was signed"),
        (asked(replaced("?a=b%20c", "a=b%20c")).await, "`@query` must begin with `?`"),
        (asked(replaced("increases\n", "increases?a=b%20c\n")).await, "as part of `@path`"),
        (signed_with_changed_base(&bench, v6).await, "base is in the older form, v6"),
        (signed_with_changed_base(&bench, |base| base + "\n").await, "ends with a line break"),
        (
            signed_with_changed_base(&bench, |base| base.replace('\n', "\r\n")).await,
            "joined with \\r\\n",
        ),
        (
            signed_with_changed_base(&bench, replaced("POST", "post")).await,
            "`@method` must be upper case",
        ),
    ];
    for (from, to, text) in [
        (
            "\"content-type\": application/json",
            "\"content-type\": application/json; charset=utf-8",
            "`content-type` was changed after signing: it was signed as `application/json; charset=utf-8`",
        ),
        ("\"accept\": application/json", "\"accept\": */*", "`accept` was changed after signing"),
        ("Bearer ", "bearer ", "`authorization` was signed in another form"),
        ("Bearer ", "", "`authorization` was signed in another form"),
    ] {
        mistakes.push((signed_with_changed_base(&bench, replaced(from, to)).await, text));
    }
    let raw = {
        let request = signed_with_changed_base(&bench, |base| base).await;
        let raw = raw_numbers(&signature_of(&request));
        let input = request.headers()["signature-input"].to_str().unwrap().to_owned();
        sealed(request, input.strip_prefix("sig1=").unwrap(), &raw)
    };
    mistakes.push((raw, "the raw r||s (encode it as ASN.1 DER)"));
    let hash = |base: String| {
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA512, base.as_bytes());
        hash.as_ref().to_vec()
    };
    let twice = {
        let request = bench.digested(bench.increase());
        let components = bench.components(&request);
        let input = format!("{}{}", list(&components), bench.parameters());
        let hash = hash(base(&request, &components, &input));
        let key = bench.sandbox.credentials().signing_key();
        let signature = upvest_core::signature::Signer::sign(key, &hash).await.unwrap();
        sealed(request, &input, &signature)
    };
    mistakes.push((twice, "the signature base was hashed twice"));
    let signed = || async { bench.signed(bench.increase()).await };
    let input = |request: &Request<Bytes>| {
        request.headers()["signature-input"].to_str().unwrap().to_owned()
    };
    let reworded = |request: Request<Bytes>, from: &str, to: &str| {
        let input = input(&request).replacen(from, to, 1);
        with(request, "signature-input", &input)
    };
    let left_out = bench.digested(query());
    let components: Vec<String> =
        bench.components(&left_out).into_iter().filter(|name| name != "@query").collect();
    let left_out = bench.forged(left_out, &components, &bench.parameters()).await;
    let digest = |value: String| with(bench.digested(bench.increase()), "content-digest", &value);
    let forged = |request: Request<Bytes>| async {
        let components = bench.components(&request);
        bench.forged(request, &components, &bench.parameters()).await
    };
    let body = bench.increase().into_body();
    let sha_256 = {
        use base64::Engine as _;
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &body);
        base64::prelude::BASE64_STANDARD.encode(hash)
    };
    let right = V15.digest(&body);
    let spaced =
        String::from_utf8(body.to_vec()).unwrap().replace("\":", "\": ").replace(",\"", ", \"");
    mistakes.extend([
        (left_out, "the query was left out"),
        (without(signed().await, "upvest-signature-version"), "`upvest-signature-version: 15`"),
        (without(signed().await, "signature"), "send `signature`: every request is signed"),
        (with(signed().await, "signature", "sig1=AQID"), "`sig1=:BASE64:`"),
        (reworded(signed().await, "sig1=", "sig=1, sig1="), "malformed `signature-input`"),
        (reworded(signed().await, &own, &client_id), "`keyid` is the client id"),
        (reworded(signed().await, &own, "keyid=\"x\""), "unknown `keyid` (use the key id, "),
        (without(signed().await, "upvest-api-version"), "was signed but not sent"),
        (
            bench.signed_at(bench.increase(), bench.now() - 3600).await,
            "3600 s behind the sandbox's clock",
        ),
        (
            bench.signed_at(bench.increase(), bench.now() + 3600).await,
            "3600 s ahead of the sandbox's clock",
        ),
        (forged(digest(format!("SHA-256={sha_256}"))).await, "the digest of the older form, v6"),
        (forged(digest(format!("sha-256=:{sha_256}:"))).await, "not its SHA-512"),
        (forged(digest(right.replace(':', ""))).await, "right, but its form is wrong"),
        (forged(digest(V15.digest(b""))).await, "the digest of an empty body"),
        (forged(digest(V15.digest(spaced.as_bytes()))).await, "the same JSON with other spaces"),
        (forged(digest(V15.digest(b"x"))).await, "the body was changed"),
        (with(signed().await, "idempotency-key", "x"), "no known mistake fits"),
    ]);
    mistakes.push((
        bench.signed_at(bench.increase(), bench.now() + 45).await,
        "45 s ahead of the sandbox's clock, which says 2027-01-15T08:00:00Z: your clock is wrong",
    ));
    let milliseconds = bench.parameters().replacen("=1800000000", "=1800000000000", 1).replacen(
        "=1800000030",
        "=1800000030000",
        1,
    );
    let milliseconds = milliseconds.replacen("expires=1800000030000", "expires=1800000000030", 1);
    mistakes.push((bench.with_parameters(&milliseconds).await, "are in milliseconds"));
    let hex = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA512, &body)
        .as_ref()
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    mistakes.push((forged(digest(format!("sha-512=:{hex}:"))).await, "the digest is hexadecimal"));
    let no_token = without(bench.increase(), "authorization");
    mistakes.push((bench.signed(no_token).await, "get an access token from `/auth/token`"));
    let mut twice = bench.digested(bench.increase());
    twice.headers_mut().append("content-digest", right.parse().unwrap());
    mistakes.push((forged(twice).await, "send `content-digest` once"));
    let long = bench.parameters().replacen("expires=1800000030", "expires=1800009999", 1);
    mistakes.push((bench.with_parameters(&long).await, "the signature is valid for 9999 s"));
    let algorithm = bench.parameters() + ";alg=\"rsa-pss-sha512\"";
    mistakes.push((bench.with_parameters(&algorithm).await, "leave `alg` out"));
    for (request, text) in mistakes {
        let hint = hint(&bench, request).await;
        assert!(hint.contains(text), "{text}: {hint}");
    }
}

#[tokio::test]
async fn the_signed_base_is_shown_next_to_the_expected_one() {
    let bench = Bench::new().await;
    let path = bench.bodiless("DELETE", "/virtual_cash_balances/decreases/a%20b");
    let decoded = |base: String| base.replacen("a%20b", "a b", 1);
    hint(&bench, request_signed_with_changed_base(&bench, path, decoded).await).await;
    let entry = bench.sandbox.log().last().unwrap();
    let bases = entry.bases.as_ref().unwrap();
    let line = bases.first_difference.unwrap();
    let lines = |base: &str| base.lines().nth(line).unwrap().to_owned();
    assert_eq!(lines(&bases.received), "\"@path\": /virtual_cash_balances/decreases/a b");
    assert_eq!(lines(&bases.expected), "\"@path\": /virtual_cash_balances/decreases/a%20b");
}

#[tokio::test]
async fn hints_name_a_reused_nonce_and_a_moved_clock() {
    let bench = Bench::new().await;
    let request = bench.signed(bench.increase()).await;
    bench.send(request.clone()).await;
    assert!(hint(&bench, request).await.contains("a new nonce for each request"));
    let request = bench.signed(bench.increase()).await;
    bench.sandbox.clock().advance(std::time::Duration::from_secs(600));
    assert!(hint(&bench, request).await.contains("the clock was changed (reset it"));
}
