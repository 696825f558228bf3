//! The form of the headers, and coverage.

use super::*;

/// A request whose signature in base64 contains every character that can be misspelt.
async fn signed_with_every_character(cases: &Cases) -> (Request<Bytes>, String) {
    loop {
        let request = cases.signed().await;
        let text = BASE64_STANDARD.encode(signature_of(&request));
        if text.contains('+') && text.contains('/') && text.ends_with('=') {
            return (request, text);
        }
    }
}

pub(super) async fn forms(cases: &mut Cases) {
    let (right, text) = signed_with_every_character(cases).await;
    let bare = text.trim_end_matches('=');
    let last = bare.len() - 1;
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let next = alphabet.find(&bare[last..]).and_then(|at| alphabet.get(at + 1..at + 2)).unwrap();
    let bits = format!("{}{next}{}", &bare[..last], &text[bare.len()..]);
    for (number, what, value) in [
        (3, "empty", String::new()),
        (4, "another label", format!("sig2=:{text}:")),
        (4, "an extra label", format!("sig1=:{text}:, sig2=:AQID:")),
        (9, "a string", format!("sig1=\"{text}\"")),
        (9, "a token", "sig1=AQID".to_owned()),
        (9, "a list", format!("sig1=(:{text}:)")),
        (10, "not base64", format!("sig1=:***{}:", &text[3..])),
        (11, "base64url", format!("sig1=:{}:", text.replace('+', "-").replace('/', "_"))),
        (12, "no padding", format!("sig1=:{bare}:")),
        (12, "trailing bits", format!("sig1=:{bits}:")),
        (13, "no end", format!("sig1=:{text}")),
        (17, "a comma at the end", format!("sig1=:{text}:,")),
        (77, "too long", format!("sig1=:{}:", "AAAA".repeat(4_000))),
    ] {
        cases.malformed(number, what, with(right.clone(), "signature", &value)).await;
    }
    let request = without(right.clone(), "signature-input");
    cases.malformed(1, "no signature-input", request).await;
    cases.malformed(2, "no signature", without(right.clone(), "signature")).await;
    let empty = with(with(right.clone(), "signature", ""), "signature-input", "");
    cases.malformed(3, "both empty", empty).await;
    let mut binary = right.clone();
    let value = HeaderValue::from_bytes(b"sig1=(\"@method\");keyid=\"\xff\"").unwrap();
    binary.headers_mut().insert("signature-input", value);
    cases.malformed(15, "a non-ASCII byte", binary).await;
    // With two labels, the right one could be chosen. No client sends two, so both are rejected.
    let input = right.headers()["signature-input"].to_str().unwrap();
    let both = with(right.clone(), "signature-input", &format!("{input}, sig2=(\"@method\")"));
    let both = with(both, "signature", &format!("sig1=:{text}:, sig2=:AQID:"));
    cases.malformed(5, "two labels, one right", both).await;
    for (number, what, from, to) in [
        (4, "another label", "sig1=", "sig2="),
        (6, "the label twice", "sig1=", "sig1=(\"@method\");keyid=\"x\", sig1="),
        (8, "an item", "sig1=(", "sig1=\"x\", sig2=("),
        (13, "an unterminated string", ";keyid=\"", ";keyid=\"\"\""),
        (14, "an escaped letter", ";keyid=\"", ";keyid=\"\\a"),
        (17, "a comma at the beginning", "sig1=", ", sig1="),
        (18, "a name in upper case", ";created=", ";Created="),
        (19, "sf", "\"accept\"", "\"accept\";sf"),
        (20, "a token", "\"accept\"", "accept"),
        (21, "a text", ";created=1800000000", ";created=\"1800000000\""),
        (21, "a decimal", ";created=1800000000", ";created=1800000000.0"),
        (21, "16 digits", ";created=1800000000", ";created=1800000000000000"),
        (23, "a parameter twice", ";nonce=", ";nonce=\"x\";nonce="),
        (24, "other spaces", "(\"@method\" ", "( \"@method\"  "),
        (24, "a tab", "(\"@method\" ", "(\"@method\"\t"),
        (36, "upper case", "\"accept\"", "\"Accept\""),
    ] {
        let request = cases.reworded(from, to).await;
        cases.malformed(number, what, request).await;
    }
    let request = cases.reworded(";keyid=\"", ";keyid=\"\\\"").await;
    cases.refused(14, "an escaped quote", request).await;
    let mut twice = cases.signed().await;
    let line = twice.headers()["signature-input"].clone();
    twice.headers_mut().append("signature-input", line);
    cases.malformed(7, "the same line twice", twice).await;
    let mut twice = cases.signed().await;
    twice.headers_mut().append("signature", HeaderValue::from_static("sig1=:AQID:"));
    cases.malformed(7, "a second signature", twice).await;

    // Signed deliberately, with both spellings that the signature base may have.
    for (number, component) in [
        (19, "\"accept\";sf"),
        (19, "\"accept\";key=\"x\""),
        (19, "\"accept\";bs"),
        (19, "\"accept\";tr"),
        (19, "\"@method\";req"),
        (20, "accept"),
    ] {
        let plain = component.split(';').next().unwrap().trim_matches('"');
        for in_base in [component.to_owned(), format!("\"{plain}\"")] {
            let request = cases.bench.digested(cases.bench.increase());
            let components = cases.bench.components(&request);
            let input = format!("{}{}", list(&components), cases.bench.parameters());
            let input = changed(&input, &format!("\"{plain}\""), component);
            let text = base(&request, &components, &input);
            let text = changed(&text, &format!("\"{plain}\": "), &format!("{in_base}: "));
            let by = cases.bench.sandbox.credentials().signing_key();
            let signature = signature_by(by, &text).await;
            cases.hostile(number, component, sealed(request, &input, &signature)).await;
        }
    }

    let whole = wire(&cases.signed().await);
    let text = String::from_utf8(whole).unwrap();
    for (what, to) in [("NUL", "accept: a\0"), ("CR", "accept: a\rb\r\n"), ("LF", "accept\n: ")] {
        cases.broken(16, what, text.replacen("accept: ", to, 1).as_bytes()).await;
    }

    // Parameters that are signed but make no sense.
    let own = cases.bench.parameters();
    for (number, what, from, to) in [
        (21, "a negative time", "created=1800000000", "created=-1800000000"),
        (21, "a time as text", "created=1800000000", "created=\"1800000000\""),
        (21, "a time with decimals", "created=1800000000", "created=1800000000.5"),
        (14, "a quote in the key id", ";keyid=\"", ";keyid=\"\\\""),
        (18, "a name in upper case", ";created=", ";Created="),
        (23, "a nonce twice", ";nonce=", ";nonce=\"x\";nonce="),
    ] {
        let request = cases.bench.with_parameters(&changed(&own, from, to)).await;
        cases.hostile(number, what, request).await;
    }
    // An unknown parameter is signed with the others.
    let known = cases.bench.parameters() + ";tag=\"x\"";
    let request = cases.bench.with_parameters(&known).await;
    let input = request.headers()["signature-input"].to_str().unwrap().to_owned();
    let other = with(request.clone(), "signature-input", &input.replace("\"x\"", "\"y\""));
    cases.refused(22, "changed after signing", other).await;
    cases.accepted(22, "signed", request).await;
    let (now, nonce) = (cases.bench.now(), Uuid::new_v4());
    let key_id = cases.bench.sandbox.credentials().key_id();
    let order = format!(r#";nonce="{nonce}";expires={};created={now};keyid="{key_id}""#, now + 30);
    let request = cases.bench.with_parameters(&order).await;
    cases.accepted(25, "another order", request).await;
}

pub(super) async fn coverage(cases: &mut Cases) {
    let without = |name: &'static str| {
        move |components: &mut Vec<String>| {
            let before = components.len();
            components.retain(|component| component != name);
            assert_eq!(components.len() + 1, before, "{name}");
        }
    };
    let request = cases.bench.covering(Vec::clear).await;
    cases.hostile(26, "nothing", request).await;
    let request = cases.bench.covering(|components| components.truncate(1)).await;
    cases.hostile(27, "@method alone", request).await;
    for (number, name) in [
        (28, "@path"),
        (28, "@method"),
        (28, "accept"),
        (28, "authorization"),
        (28, "upvest-client-id"),
        (28, "upvest-api-version"),
        (30, "content-digest"),
        (32, "content-type"),
    ] {
        let request = cases.bench.covering(without(name)).await;
        cases.hostile(number, name, request).await;
    }
    let asked = cases.bench.url(&format!("{INCREASES}?x=1"));
    let request = to(cases.bench.digested(cases.bench.increase()), &asked);
    let mut components = cases.bench.components(&request);
    components.retain(|name| name != "@query");
    let request = cases.bench.forged(request, &components, &cases.bench.parameters()).await;
    cases.hostile(29, "the query", request).await;

    let bare =
        crate::fixture::without(cases.bench.digested(cases.bench.increase()), "content-digest");
    let mut components = cases.bench.components(&bare);
    components.push("content-digest".to_owned());
    let request = cases.bench.forged(bare, &components, &cases.bench.parameters()).await;
    cases.hostile(31, "a digest that is not there", request).await;

    for (number, name) in [
        (33, "accept"),
        (34, "@authority"),
        (34, "@status"),
        (34, "@signature-params"),
        (34, "@query-param"),
        (36, "Accept"),
        (37, "@query"),
    ] {
        let add = |components: &mut Vec<String>| components.push(name.to_owned());
        let request = cases.bench.covering(add).await;
        cases.hostile(number, name, request).await;
    }
    let whole = String::from_utf8(wire(&cases.signed().await)).unwrap();
    let field = whole.replacen("accept: ", "@method: GET\r\naccept: ", 1);
    cases.broken(35, "a header that is called @method", field.as_bytes()).await;
}
