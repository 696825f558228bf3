//! Binding of the signature, and what must verify.

use super::*;

pub(super) async fn binding(cases: &mut Cases) {
    let other = with_body(cases.signed().await, "200.00", "900.00");
    cases.refused(62, "another body", other).await;
    let sha_256 = |body: &[u8]| {
        BASE64_STANDARD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, body))
    };
    let body = cases.bench.increase().into_body();
    let right = V15.digest(&body);
    let wrong = V15.digest(b"x");
    for (number, what, digest) in [
        (63, "SHA-256", format!("sha-256=:{}:", sha_256(&body))),
        (63, "SHA-256 in the form of v6", format!("SHA-256={}", sha_256(&body))),
        (
            63,
            "SHA-512 in the form of v6",
            right.replacen("sha-512=:", "SHA-512=", 1).trim_end_matches(':').to_owned(),
        ),
        (64, "two, the weak one valid", format!("sha-256=:{}:, {wrong}", sha_256(&body))),
        (64, "two, both valid", format!("sha-256=:{}:, {right}", sha_256(&body))),
        (64, "the same twice", format!("{right}, {right}")),
    ] {
        let request = with(cases.bench.digested(cases.bench.increase()), "content-digest", &digest);
        let components = cases.bench.components(&request);
        let request = cases.bench.forged(request, &components, &cases.bench.parameters()).await;
        cases.hostile(number, what, request).await;
    }
    for lines in [[&right, &wrong], [&wrong, &right], [&right, &right]] {
        let mut request =
            with(cases.bench.digested(cases.bench.increase()), "content-digest", lines[0]);
        request.headers_mut().append("content-digest", lines[1].parse().unwrap());
        let components = cases.bench.components(&request);
        let request = cases.bench.forged(request, &components, &cases.bench.parameters()).await;
        cases.hostile(65, "two lines", request).await;
    }
    let request = cases.signed().await;
    let packed = with(
        request.map(|_| Bytes::from_static(b"\x1f\x8b\x08packed")),
        "content-encoding",
        "gzip",
    );
    cases.refused(66, "a body that was compressed", without(packed, "content-length")).await;

    let mut request = cases.bench.digested(cases.bench.increase());
    *request.method_mut() = "post".parse().unwrap();
    let mut components = cases.bench.components(&request);
    components[0] = "@method".to_owned();
    let parameters = cases.bench.parameters();
    let input = format!("{}{parameters}", list(&components));
    let text = base(&request, &components, &input).replacen("post", "POST", 1);
    let by = cases.bench.sandbox.credentials().signing_key();
    let signature = signature_by(by, &text).await;
    cases
        .rejected_for_another_reason(
            67,
            "a method in lower case",
            sealed(request, &input, &signature),
            405,
        )
        .await;

    for path in [
        "/virtual_cash_balances%2Fincreases",
        "/virtual_cash_balances%2fincreases",
        "/virtual_cash_balances//increases",
        "/virtual_cash_balances/./increases",
        "/x/../virtual_cash_balances/increases",
        "/virtual_cash_balances/increases/",
        "/virtual_cash_balances/increases;p=1",
        "/virtual_cash_balances/increase%73",
        "/VIRTUAL_CASH_BALANCES/increases",
    ] {
        // As raw bytes: a library would normalize the path.
        let request = to(cases.bench.digested(cases.bench.increase()), path);
        let components = cases.bench.components(&request);
        let request = cases.bench.forged(request, &components, &cases.bench.parameters()).await;
        assert_eq!(cases.bench.raw(&wire(&request)).await, Some(404), "{path}");
        cases.hostile += 1;
        cases.note(68, path);
        let request = to(cases.signed().await, path);
        assert_eq!(cases.bench.raw(&wire(&request)).await, Some(401), "{path}");
    }

    let asked = |query: &str| cases.bench.url(&format!("{INCREASES}?{query}"));
    let mut requests = Vec::new();
    for (what, signed, sent) in [
        ("another order", "a=1&b=2", "b=2&a=1"),
        ("a plus for a space", "a=%20", "a=+"),
        ("a space for a plus", "a=+", "a=%20"),
        ("other digits", "a=%2F", "a=%2f"),
        ("an extra parameter", "a=1", "a=1&a=1"),
        ("a missing parameter", "a=1&b=2", "a=1"),
    ] {
        let request = cases.bench.signed(to(cases.bench.increase(), &asked(signed))).await;
        requests.push((what, to(request, &asked(sent))));
    }
    for (what, request) in requests {
        cases.refused(69, what, request).await;
    }
    let whole = String::from_utf8(wire(&cases.signed().await)).unwrap();
    let alone = whole.replacen(" HTTP/1.1", "? HTTP/1.1", 1);
    assert_eq!(cases.bench.raw(alone.as_bytes()).await, Some(202));
    cases.note(69, "a lone question mark is not a query");

    for (what, signed, sent) in [
        ("two lines as one", vec!["a", "b"], vec!["a, b"]),
        ("one line as two", vec!["a, b"], vec!["a", "b"]),
    ] {
        let lines = |mut request: Request<Bytes>, values: &[&str]| {
            request.headers_mut().remove("note");
            for value in values {
                request.headers_mut().append("note", value.parse().unwrap());
            }
            request
        };
        let request = lines(cases.bench.digested(cases.bench.increase()), &signed);
        let components = cases.bench.components(&request);
        let request = cases.bench.forged(request, &components, &cases.bench.parameters()).await;
        cases.accepted(70, what, lines(request, &sent)).await;
    }

    let send = |text: String| async move { text };
    let whole = || async {
        String::from_utf8(wire(&cases.bench.signed(cases.bench.increase()).await)).unwrap()
    };
    let spaces =
        whole().await.replacen("accept: application/json", "accept: \t application/json \t", 1);
    assert_eq!(cases.bench.raw(send(spaces).await.as_bytes()).await, Some(202));
    let folded = whole().await.replacen("accept: ", "accept:\r\n ", 1);
    let absolute = whole().await.replacen(INCREASES, &format!("http://127.0.0.1{INCREASES}"), 1);
    assert_eq!(cases.bench.raw(absolute.as_bytes()).await, Some(202));
    let no_host = whole().await.replacen("host: 127.0.0.1\r\n", "", 1);
    assert_eq!(cases.bench.raw(no_host.as_bytes()).await, Some(400));
    let http2 = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let short = whole().await;
    let short = &short[..short.len() - 5];
    let longer = whole().await.replacen("content-length: ", "content-length: 1", 1);
    let two =
        whole().await.replacen("content-length: ", "content-length: 5\r\ncontent-length: ", 1);
    let chunked = whole().await.replacen("accept: ", "transfer-encoding: chunked\r\naccept: ", 1);
    cases.note(71, "spaces and tabs around a value are not part of it");
    cases.broken(71, "a folded line", folded.as_bytes()).await;
    cases.note(72, "an absolute target counts as its path");
    cases.note(74, "a missing host is a 400");
    assert_eq!(cases.bench.raw(http2).await, None);
    cases.note(74, "HTTP/2 is not supported: the connection is closed");
    cases.broken(75, "a body that is too short", short.as_bytes()).await;
    cases.broken(75, "a length that is too long", longer.as_bytes()).await;
    cases.broken(75, "two lengths", two.as_bytes()).await;
    cases.broken(75, "a length and chunks", chunked.as_bytes()).await;

    // One key, registered in two environments under the same id.
    let own = cases.bench.sandbox.credentials();
    let key = own.signing_key().verifying_key().unwrap();
    let builder = Sandbox::builder().public_key(own.key_id().to_string(), key);
    let elsewhere = started(builder.clock(crate::fixture::noon)).await;
    let bytes = wire(&cases.signed().await);
    assert_eq!(raw_to(elsewhere.address(), bytes).await, Some(401));
    let reason = elsewhere.log().last().unwrap().reason.clone();
    assert_eq!(reason.as_deref(), Some("The client is not known"));
    let client_id = elsewhere.credentials().client_id().to_string();
    let request = with(cases.bench.increase(), "upvest-client-id", &client_id);
    let bytes = wire(&cases.bench.signed(request).await);
    assert_eq!(raw_to(elsewhere.address(), bytes).await, Some(401));
    let reason = elsewhere.log().last().unwrap().reason.clone();
    assert_eq!(reason.as_deref(), Some("The access token is unknown or expired"));
    cases.note(73, "the signature names no host: client id and token keep environments apart");

    for name in ["accept", "authorization", "idempotency-key", "upvest-api-version", "content-type"]
    {
        // As raw bytes: a library would add its own `accept`.
        let removed = wire(&without(cases.signed().await, name));
        assert_eq!(cases.bench.raw(&removed).await, Some(401), "{name}");
        cases.note(76, "removed");
        cases.refused(76, "emptied", with(cases.signed().await, name, "")).await;
        let mut request = cases.signed().await;
        request.headers_mut().append(name, HeaderValue::from_static("x"));
        cases.refused(76, "added to", request).await;
    }
}

pub(super) async fn availability(cases: &mut Cases) {
    let own = cases.bench.parameters();
    let nonce = changed(&own, ";nonce=\"", &format!(";nonce=\"{}", "n".repeat(300)));
    let request = cases.bench.with_parameters(&nonce).await;
    cases.hostile(77, "a long nonce", request).await;
    let mut many = cases.bench.digested(cases.bench.increase());
    for number in 0..70 {
        let name: http::HeaderName = format!("note-{number}").parse().unwrap();
        many.headers_mut().insert(name, HeaderValue::from_static("x"));
    }
    let components = cases.bench.components(&many);
    let request = cases.bench.forged(many, &components, &cases.bench.parameters()).await;
    cases.hostile(77, "80 components", request).await;
    for (what, input) in [
        ("60 kB", format!("sig1=(\"{}\")", "a".repeat(60 * 1024))),
        ("1,000 labels", (0..1_000).map(|n| format!("s{n}=()")).collect::<Vec<_>>().join(", ")),
        ("10,000 components", format!("sig1=({})", "\"a\" ".repeat(10_000).trim_end())),
    ] {
        let request = with(cases.signed().await, "signature-input", &input);
        cases.malformed(77, what, request).await;
        let entry = cases.bench.sandbox.log().last().unwrap();
        assert!(entry.reason.as_ref().unwrap().ends_with("longer than 8 KiB"), "{entry}");
    }
    for (what, length) in [("64 kB", 64 << 10), ("1 MB", 1 << 20)] {
        let request = with(cases.signed().await, "signature-input", &"n".repeat(length));
        assert_eq!(cases.bench.raw(&wire(&request)).await, Some(431), "{what}");
        cases.note(77, what);
    }

    // The response comes before the body was received: the connection stays open, and the rest is
    // never sent.
    let request = cases.reworded(";keyid=\"", ";keyid=\"x").await;
    let request = with(without(request, "content-length"), "content-length", "100000000");
    let head = String::from_utf8(wire(&request)).unwrap();
    let head = head.split_inclusive("\r\n\r\n").next().unwrap();
    let part = format!("{head}{}", "x".repeat(70 * 1024));
    assert_eq!(cases.bench.raw(part.as_bytes()).await, Some(400));
    cases.note(78, "100 MB with an unknown key id");

    let mut responses = Vec::new();
    for request in [
        without(cases.signed().await, "signature"),
        with(cases.signed().await, "accept", "*/*"),
        with_body(cases.signed().await, "200.00", "900.00"),
        cases.reworded(";keyid=\"", ";keyid=\"x").await,
        cases.reworded(";created=", ";created=9").await,
    ] {
        let (_, body) = cases.bench.send(request).await;
        let mut problem: serde_json::Value = serde_json::from_str(&body).unwrap();
        problem["request_id"] = "".into();
        responses.push(problem.to_string());
    }
    responses.dedup();
    assert_eq!(
        responses.len(),
        1,
        "the response does not reveal which check failed: {responses:?}"
    );
    cases.note(79, "one response for every invalid signature");
    cases.note(80, "fuzz/fuzz_targets/signature_input.rs, and mutated.rs here");
    assert!(cases.bench.effects() > 0 && cases.bench.sandbox.state().is_balanced());
    assert_eq!(
        cases.bench.sandbox.state().balance(GROUP.parse().unwrap(), &upvest_core::Currency::Eur),
        20_000
    );
}

pub(super) fn what_must_verify(cases: &mut Cases) {
    cases.note(81, "tests/tests/signatures/vectors.rs");
    // RFC 9421, B.2.6. The signature base is written out, because Upvest's variant has no
    // `@authority`.
    let base = "\"date\": Tue, 20 Apr 2021 02:07:55 GMT\n\
        \"@method\": POST\n\
        \"@path\": /foo\n\
        \"@authority\": example.com\n\
        \"content-type\": application/json\n\
        \"content-length\": 18\n\
        \"@signature-params\": (\"date\" \"@method\" \"@path\" \"@authority\" \"content-type\" \"content-length\")\
        ;created=1618884473;keyid=\"test-key-ed25519\"";
    let key = "-----BEGIN PUBLIC KEY-----\n\
        MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n\
        -----END PUBLIC KEY-----";
    let signature =
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";
    let key = VerifyingKey::from_pem(key).unwrap();
    assert!(key.verifies(base.as_bytes(), &BASE64_STANDARD.decode(signature).unwrap()));
    let mut headers = http::HeaderMap::new();
    for (name, value) in [
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("content-type", "application/json"),
        ("content-length", "18"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let message = Message { method: "POST", path: "/foo", query: None, headers: &headers };
    let known = ["date", "@method", "@path", "content-type", "content-length"];
    let ours = SignatureBase::new(V15, &message, &known, "()").unwrap();
    for line in ours.expose_token().lines().take(known.len()) {
        assert!(base.contains(line), "{line}");
    }
    cases.note(82, "the example of RFC 9421 with Ed25519");
    cases
        .note(83, "headers are read by the crate sfv, which is tested with structured-field-tests");
}
