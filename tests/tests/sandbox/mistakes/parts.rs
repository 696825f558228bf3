//! Requests that were signed with one part different from what was sent.

use bytes::Bytes;
use http::Request;
use upvest_sandbox::{Assumption, Sandbox};

use super::{DECREASE, altered, altered_of, hint, hinted, signed_as};
use crate::fixture::{Bench, INCREASES, to, wire, with, with_body};

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
            "accept" => "`accept` is sent 2 times, but was signed as if sent once (send it once)",
            "authorization" => "`authorization` is sent 2 times, but was signed as if sent once",
            _ => "is sent 2 times, but was signed as if sent once",
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
    let mut request = bench.digested(bench.increase());
    request.headers_mut().append("accept", "*/*".parse().unwrap());
    let joined = altered_of(&bench, request, "json, */*", "json,*/*").await;
    mistakes.push((joined, "`accept` is sent 2 times (join its values with a comma and a space)"));
    let signed = bench.signed(bench.increase()).await;
    let combined = with(signed, "accept", "application/json, application/json");
    mistakes.push((combined, "`accept` has several values, but was signed with one of them"));
    let both =
        altered(&bench, "accept\": application/json", "accept\": application/json, */*").await;
    mistakes.push((both, "no known mistake fits"));
    let doubled = "accept\": application/json, application/json";
    let both = altered(&bench, "accept\": application/json", doubled).await;
    mistakes.push((both, "`accept` was signed as if sent twice, but is sent once"));
    hinted(&bench, mistakes).await;
}

#[tokio::test]
async fn a_missing_component_is_named() {
    let bench = Bench::new().await;
    let mut mistakes = Vec::new();
    for (component, text) in [
        ("@authority", "`@authority` is not a component that Upvest supports"),
        ("@scheme", "`@scheme` is not a component that Upvest supports"),
        ("@target-uri", "`@target-uri` is not a component that Upvest supports"),
        ("@request-target", "`@request-target` is not a component that Upvest supports"),
        ("@query", "the request has no query"),
        ("acept", "`acept` is misspelt: the header is `accept`"),
        ("content_type", "`content_type` is misspelt: the header is `content-type`"),
        ("contentdigest", "`contentdigest` is misspelt: the header is `content-digest`"),
        ("date", "`date` was signed but not sent"),
    ] {
        let request = bench.digested(bench.increase());
        mistakes.push((signed_as(&bench, request, &[component], |base| base).await, text));
    }
    for (from, to, text) in [
        ("@method", "@methd", "`@methd` is misspelt: it is `@method`"),
        ("authorization", "autorization", "`autorization` is misspelt: it is `authorization`"),
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
    let request = to(bench.digested(bench.increase()), &bench.url(&format!("{INCREASES}?a=b")));
    let mut components = bench.components(&request);
    components[2] = "@qery".to_owned();
    let misspelt = bench.forged(request, &components, &bench.parameters()).await;
    mistakes.push((misspelt, "`@qery` is misspelt: it is `@query`"));
    let request = bench.digested(bench.increase());
    let odd = signed_as(&bench, request, &["upvest-odd"], |base| base).await;
    let mut odd = odd;
    let value = http::HeaderValue::from_bytes("ü".as_bytes()).unwrap();
    odd.headers_mut().insert("upvest-odd", value);
    mistakes.push((odd, "`upvest-odd` contains more than visible ASCII"));
    hinted(&bench, mistakes).await;

    // A component that does not exist is not expected either.
    let request = bench.digested(bench.increase());
    let request = signed_as(&bench, request, &["@authority"], |base| base).await;
    bench.send(request).await;
    let entry = bench.sandbox.log().last().unwrap();
    let bases = entry.bases.as_ref().unwrap();
    assert!(bases.received.contains("\"@authority\": <unknown component `@authority`>"));
    assert!(!bases.expected.contains("@authority"), "{}", bases.expected);
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
                "`content-length` was signed as {signed}, the length in {counts} (sign {bytes}"
            );
            assert!(hint.contains(&wanted), "{wanted}: {hint}");
        }
    }
    let request = bench.digested(bench.increase());
    let sent = format!("\"content-length\": {}", request.body().len());
    for (line, text) in [
        ("\"content-length\": 0", "`content-length` was signed as 0"),
        ("\"content-length\": ", "`content-length` was signed as an empty string"),
    ] {
        let request = altered_of(&bench, request.clone(), &sent, line).await;
        let hint = hint(&bench, request, 401).await;
        assert!(hint.contains(text), "{text}: {hint}");
    }
}

/// As Upvest's proxy signs it: the header is signed but not sent.
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
async fn a_signed_length_of_zero_need_not_be_sent() {
    let bench = Bench::new().await;
    // 404: the signature is valid, but there is no such decrease.
    assert_eq!(bench.raw(&cancelled_with_length(&bench, "0").await).await, Some(404));
    // Any other value is not the length of an empty body.
    for value in ["", "1", "00"] {
        let request = cancelled_with_length(&bench, value).await;
        assert_eq!(bench.raw(&request).await, Some(401), "{value}");
    }
    // With a body, it must be sent.
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
    assert!(hint.contains("sent in chunks, without the signed `content-length`"), "{hint}");

    let strict = Bench::of(Sandbox::builder().assume(Assumption::LengthSent)).await;
    assert_eq!(strict.raw(&cancelled_with_length(&strict, "0").await).await, Some(401));
    let entry = strict.sandbox.log().last().unwrap();
    let hint = entry.hint.as_ref().unwrap();
    assert!(hint.contains("`content-length` was signed but not sent"), "{hint}");
}

#[tokio::test]
async fn signed_white_space_is_named() {
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
async fn a_path_with_extra_or_missing_parts_is_named() {
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
        (INCREASES[1..].to_owned(), "signed without its leading slash"),
        (format!("{INCREASES}/"), "signed with a trailing slash"),
        ("/".to_owned(), "`@path` was signed as `/`"),
        (String::new(), "`@path` was signed as an empty string"),
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
async fn a_secret_in_a_signed_path_is_not_shown() {
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
