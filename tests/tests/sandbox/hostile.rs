//! The cases that a verifier of signatures must know, by number: what is refused although its
//! signature is right, what is refused because it is not, and what is let in.
//!
//! Letters: A how the headers are read, B what is covered, C time and replay, D cryptography, E what
//! the signature is bound to, F availability, G what must verify.

use std::collections::BTreeMap;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{ECDSA_P521_SHA256_ASN1, UnparsedPublicKey};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderValue, Request};
use upvest_core::__sandbox::{Message, SignatureInput};
use upvest_core::signature::SignatureBase;
use upvest_core::signature::{SignatureVersion::V15, SigningKey, VerifyingKey};
use upvest_sandbox::Sandbox;
use upvest_tests::data;
use uuid::Uuid;

use crate::bench::{
    Bench, GROUP, INCREASES, NOON, base, list, numbers, raw_numbers, raw_to, sealed, signature_by,
    signature_of, started, to, wire, with, with_body, without,
};

/// What was looked at.
struct Cases {
    bench: Bench,
    seen: BTreeMap<u8, Vec<String>>,
    /// How many requests with a right signature were refused.
    hostile: u32,
}

impl Cases {
    async fn new() -> Self {
        Self { bench: Bench::new().await, seen: BTreeMap::new(), hostile: 0 }
    }

    fn note(&mut self, number: u8, what: &str) {
        self.seen.entry(number).or_default().push(what.to_owned());
    }

    /// Refused, with a 401 that says no more than that the signature is wrong.
    async fn refused(&mut self, number: u8, what: &str, request: Request<Bytes>) {
        let (status, body) = self.bench.send(request).await;
        assert_eq!(status, 401, "case {number}, {what}: {body}");
        let problem: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(problem["detail"], "Signature is incorrect", "case {number}, {what}");
        self.note(number, what);
    }

    /// The same, and because of the form of one of the two headers.
    async fn malformed(&mut self, number: u8, what: &str, request: Request<Bytes>) {
        self.refused(number, what, request).await;
        let entry = self.bench.sandbox.log().last().unwrap();
        let reason = entry.reason.clone().unwrap_or_default();
        assert!(
            reason.starts_with("signature: the header `signature"),
            "case {number}, {what}: {reason}"
        );
    }

    /// The same, of a request whose signature is right for what it says.
    async fn hostile(&mut self, number: u8, what: &str, request: Request<Bytes>) {
        self.refused(number, what, request).await;
        self.hostile += 1;
    }

    /// Refused for another reason than its signature, which is right.
    async fn unwelcome(&mut self, number: u8, what: &str, request: Request<Bytes>, status: u16) {
        let (got, body) = self.bench.send(request).await;
        assert_eq!(got, status, "case {number}, {what}: {body}");
        self.hostile += 1;
        self.note(number, what);
    }

    async fn accepted(&mut self, number: u8, what: &str, request: Request<Bytes>) {
        let (status, body) = self.bench.send(request).await;
        assert_eq!(status, 202, "case {number}, {what}: {body}");
        self.note(number, what);
    }

    /// Not let through by HTTP itself.
    async fn broken(&mut self, number: u8, what: &str, bytes: &[u8]) {
        let status = self.bench.raw(bytes).await;
        assert!(
            status.is_some_and(|status| (400..500).contains(&status)),
            "case {number}, {what}: {status:?}"
        );
        self.note(number, what);
    }

    async fn signed(&self) -> Request<Bytes> {
        self.bench.signed(self.bench.increase()).await
    }

    /// A request with a right signature, whose `signature-input` is then written otherwise.
    async fn reworded(&self, from: &str, to: &str) -> Request<Bytes> {
        let request = self.signed().await;
        let input = request.headers()["signature-input"].to_str().unwrap().to_owned();
        assert!(input.contains(from), "{from}");
        with(request, "signature-input", &input.replacen(from, to, 1))
    }
}

/// The parameters, one of them changed.
fn changed(parameters: &str, from: &str, to: &str) -> String {
    assert!(parameters.contains(from), "{parameters}");
    parameters.replacen(from, to, 1)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_of_the_verifier() {
    let mut cases = Cases::new().await;
    forms(&mut cases).await;
    coverage(&mut cases).await;
    times(&mut cases).await;
    cryptography(&mut cases).await;
    binding(&mut cases).await;
    availability(&mut cases).await;
    what_must_verify(&mut cases);

    let missing: Vec<u8> = (1..=83).filter(|number| !cases.seen.contains_key(number)).collect();
    assert!(missing.is_empty(), "no test for the cases {missing:?}");
    let all: usize = cases.seen.values().map(Vec::len).sum();
    println!(
        "{all} requests and keys in 83 cases; {} hostile ones with a right signature, all refused",
        cases.hostile
    );
    // A panic is a 500, and there was none.
    assert!(cases.bench.sandbox.log().entries().iter().all(|entry| entry.status < Some(500)));
}

/// A request whose signature, as base64, has all that can be written wrongly.
async fn written_richly(cases: &Cases) -> (Request<Bytes>, String) {
    loop {
        let request = cases.signed().await;
        let text = BASE64_STANDARD.encode(signature_of(&request));
        if text.contains('+') && text.contains('/') && text.ends_with('=') {
            return (request, text);
        }
    }
}

async fn forms(cases: &mut Cases) {
    let (right, text) = written_richly(cases).await;
    let bare = text.trim_end_matches('=');
    let last = bare.len() - 1;
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let next = alphabet.find(&bare[last..]).and_then(|at| alphabet.get(at + 1..at + 2)).unwrap();
    let bits = format!("{}{next}{}", &bare[..last], &text[bare.len()..]);
    for (number, what, value) in [
        (3, "empty", String::new()),
        (4, "another label", format!("sig2=:{text}:")),
        (4, "a label more", format!("sig1=:{text}:, sig2=:AQID:")),
        (9, "a string", format!("sig1=\"{text}\"")),
        (9, "a token", "sig1=AQID".to_owned()),
        (9, "a list", format!("sig1=(:{text}:)")),
        (10, "no base64", format!("sig1=:***{}:", &text[3..])),
        (11, "base64url", format!("sig1=:{}:", text.replace('+', "-").replace('/', "_"))),
        (12, "no padding", format!("sig1=:{bare}:")),
        (12, "bits behind the end", format!("sig1=:{bits}:")),
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
    cases.malformed(15, "a byte that is no ASCII", binary).await;
    // Of two labels the right one could be picked. Nobody sends two, so that none is.
    let input = right.headers()["signature-input"].to_str().unwrap();
    let both = with(right.clone(), "signature-input", &format!("{input}, sig2=(\"@method\")"));
    let both = with(both, "signature", &format!("sig1=:{text}:, sig2=:AQID:"));
    cases.malformed(5, "two labels, one right", both).await;
    for (number, what, from, to) in [
        (4, "another label", "sig1=", "sig2="),
        (6, "the label twice", "sig1=", "sig1=(\"@method\");keyid=\"x\", sig1="),
        (8, "an item", "sig1=(", "sig1=\"x\", sig2=("),
        (13, "a text without an end", ";keyid=\"", ";keyid=\"\"\""),
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

    // Signed by somebody who means it, and in both spellings that the base may have.
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

    // What is signed and makes no sense.
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
    // A parameter that is not known is signed with the others.
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

async fn coverage(cases: &mut Cases) {
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
        crate::bench::without(cases.bench.digested(cases.bench.increase()), "content-digest");
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

async fn times(cases: &mut Cases) {
    let own = || cases.bench.parameters();
    let (created, expires) = ("created=1800000000", "expires=1800000030");
    let mut requests = Vec::new();
    for (number, what, from, to) in [
        (
            38,
            "expired",
            "created=1800000000;expires=1800000030",
            "created=1799999900;expires=1799999969",
        ),
        (
            39,
            "ahead",
            "created=1800000000;expires=1800000030",
            "created=1800000031;expires=1800000061",
        ),
        (
            39,
            "in the year 5138",
            "created=1800000000;expires=1800000030",
            "created=99999999999;expires=100000000029",
        ),
        (41, "no created", ";created=1800000000", ""),
        (42, "no expires", ";expires=1800000030", ""),
        (43, "expires before created", expires, "expires=1799999999"),
        (43, "expires at created", expires, "expires=1800000000"),
        (44, "a year", expires, "expires=1831536000"),
        (44, "a second too long", expires, "expires=1800000301"),
        (47, "no nonce", ";nonce=", ";note="),
        (41, "no key id", ";keyid=", ";key="),
    ] {
        let request = cases.bench.with_parameters(&changed(&own(), from, to)).await;
        requests.push((number, what, request));
    }
    for (number, what, request) in requests {
        cases.hostile(number, what, request).await;
    }
    for (what, created_at, expires_at) in [
        ("the earliest", NOON - 270, NOON + 30),
        ("the latest", NOON + 30, NOON + 60),
        ("at the end", NOON - 60, NOON - 30),
    ] {
        let parameters =
            changed(&cases.bench.parameters(), created, &format!("created={created_at}"));
        let parameters = changed(&parameters, expires, &format!("expires={expires_at}"));
        let request = cases.bench.with_parameters(&parameters).await;
        cases.accepted(40, what, request).await;
    }

    let request = cases.signed().await;
    cases.accepted(45, "once", request.clone()).await;
    cases.hostile(45, "twice", request.clone()).await;
    let right = cases.signed().await;
    cases.refused(50, "a wrong one", with(right.clone(), "accept", "*/*")).await;
    cases.accepted(50, "the right one with the same nonce", right).await;
    // By another key, whose public half is registered.
    let pem = std::fs::read(data("keys/ed25519_plain.pem")).unwrap();
    let other = SigningKey::from_pem("another", &pem, None).unwrap();
    let builder = Sandbox::builder().public_key("another", other.verifying_key().unwrap());
    let both = Bench::of(builder).await;
    let request = both.digested(both.increase());
    let (components, parameters) = (both.components(&request), both.parameters());
    let first = both.forged(request.clone(), &components, &parameters).await;
    let own = format!("keyid=\"{}\"", both.sandbox.credentials().key_id());
    let input = format!("{}{}", list(&components), changed(&parameters, &own, "keyid=\"another\""));
    let signature = signature_by(&other, &base(&request, &components, &input)).await;
    let second = sealed(request.clone(), &input, &signature);
    assert_eq!(both.send(first).await.0, 202);
    assert_eq!(both.send(second).await.0, 202);
    cases.note(46, "the same nonce by another key");
    // The other way round: each under the name of the other.
    let input = format!("{}{}", list(&components), both.parameters());
    let signature = signature_by(&other, &base(&request, &components, &input)).await;
    let (status, body) = both.send(sealed(request.clone(), &input, &signature)).await;
    assert_eq!(status, 401, "{body}");
    let input = input.replacen(&own, "keyid=\"another\"", 1);
    let by = both.sandbox.credentials().signing_key();
    let signature = signature_by(by, &base(&request, &components, &input)).await;
    assert_eq!(both.send(sealed(request, &input, &signature)).await.0, 401);
    cases.note(54, "Ed25519 under an EC key id, and the reverse");

    cases.note(48, "upvest-sandbox: no_nonce_is_forgotten_while_it_is_good");
    let bytes = wire(&cases.signed().await);
    let address = cases.bench.sandbox.address();
    let all: Vec<_> = (0..50).map(|_| tokio::spawn(raw_to(address, bytes.clone()))).collect();
    let mut statuses = Vec::new();
    for one in all {
        statuses.push(one.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses[0], Some(202));
    assert!(statuses[1..].iter().all(|status| *status == Some(401)), "{statuses:?}");
    cases.note(49, "fifty at once with one nonce");
}

/// A DER number.
fn integer(digits: &[u8]) -> Vec<u8> {
    [&[0x02, u8::try_from(digits.len()).unwrap()], digits].concat()
}

/// A DER sequence.
fn sequence(content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap();
    let head = if length < 0x80 { vec![0x30, length] } else { vec![0x30, 0x81, length] };
    [head, content.to_vec()].concat()
}

async fn cryptography(cases: &mut Cases) {
    let key_id = cases.bench.sandbox.credentials().key_id().to_string();
    let seal = |request: Request<Bytes>, signature: &[u8]| {
        let value = format!("sig1=:{}:", BASE64_STANDARD.encode(signature));
        with(request, "signature", &value)
    };
    let request = cases.signed().await;
    let right = signature_of(&request);
    for index in 0..right.len() {
        let mut flipped = right.clone();
        flipped[index] ^= 1;
        cases.refused(51, "a bit of the signature", seal(request.clone(), &flipped)).await;
    }
    let verifying = cases.bench.sandbox.credentials().signing_key().verifying_key().unwrap();
    let components = SignatureInput::from_headers(request.headers()).unwrap().components;
    let text = base(&request, &components, &cases.bench.parameters());
    let signature = signature_by(cases.bench.sandbox.credentials().signing_key(), &text).await;
    assert!(verifying.verifies(text.as_bytes(), &signature));
    for index in 0..text.len() {
        let mut flipped = text.clone().into_bytes();
        flipped[index] ^= 1;
        assert!(!verifying.verifies(&flipped, &signature), "bit {index}");
    }

    let (r, s) = numbers(&right);
    // The order of the curve, from SEC 2.
    let order = "01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409";
    let order: Vec<u8> = (0..order.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&order[at..at + 2], 16).unwrap())
        .collect();
    let negative = |number: &[u8]| {
        let first = [number[0] | 0x80];
        [&first, &number[1..]].concat()
    };
    let zero_before = |number: &[u8]| [&[0], number].concat();
    let long = sequence(&[integer(&r), integer(&s)].concat());
    for (number, what, signature) in [
        (52, "r is 0", sequence(&[integer(&[0]), integer(&s)].concat())),
        (52, "s is 0", sequence(&[integer(&r), integer(&[0])].concat())),
        (52, "both are 0", sequence(&[integer(&[0]), integer(&[0])].concat())),
        (52, "r is negative", sequence(&[integer(&negative(&r)), integer(&s)].concat())),
        (52, "s is the order", sequence(&[integer(&r), integer(&order)].concat())),
        (52, "r is the order", sequence(&[integer(&order), integer(&s)].concat())),
        (52, "a zero too many", sequence(&[integer(&zero_before(&r)), integer(&s)].concat())),
        (52, "a number more", sequence(&[integer(&r), integer(&s), integer(&[1])].concat())),
        (52, "a number less", sequence(&integer(&r))),
        (52, "bytes behind it", [right.clone(), vec![0]].concat()),
        (52, "a length in the long form", {
            let mut ber = long.clone();
            let at = if ber[1] == 0x81 { 1 } else { 0 };
            ber.splice(1..=at + 1, [0x82, 0, long[at + 1]]);
            ber
        }),
        (52, "nothing", Vec::new()),
        (53, "raw r||s", raw_numbers(&right)),
        (54, "64 bytes, as of Ed25519", vec![7; 64]),
    ] {
        cases.refused(number, what, seal(request.clone(), &signature)).await;
    }
    cases.accepted(51, "the right one, after all that", request.clone()).await;
    let input = request.headers()["signature-input"].to_str().unwrap();
    let public = cases.bench.sandbox.credentials().signing_key().public_key_pem();
    let input = input.strip_prefix("sig1=").unwrap().to_owned() + ";alg=\"hmac-sha256\"";
    let maced = base(&request, &components, &input);
    for secret in [public.as_bytes(), pem::parse(&public).unwrap().contents()] {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), maced.as_bytes());
        let request = sealed(request.clone(), &input, tag.as_ref());
        cases.refused(55, "a MAC by the public key", request).await;
    }
    for algorithm in
        ["hmac-sha256", "HMAC-SHA256", "ed25519", "rsa-v1_5-sha512", "ecdsa-p256-sha256"]
    {
        let parameters = format!("{};alg=\"{algorithm}\"", cases.bench.parameters());
        let request = cases.bench.with_parameters(&parameters).await;
        cases.hostile(56, algorithm, request).await;
    }
    let parameters = format!("{};alg=7", cases.bench.parameters());
    let request = cases.bench.with_parameters(&parameters).await;
    cases.hostile(56, "a number", request).await;
    let long = "k".repeat(5_000);
    for name in ["", "x", "../../etc/passwd", "' OR 1=1 --", "*", &*long] {
        let own = cases.bench.parameters();
        let parameters =
            changed(&own, &format!("keyid=\"{key_id}\""), &format!("keyid=\"{name}\""));
        let request = cases.bench.with_parameters(&parameters).await;
        cases.hostile(57, "an unknown key id", request).await;
    }
    // Made with `openssl ecparam -genkey -name prime256v1`.
    let p256 = "-----BEGIN PUBLIC KEY-----\n\
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEGa67YBFuIelA5xfTRdug8MXO6rOw\n\
        sGkxHyQ+bn263JetNU/Uv1X7DCxk2G8Cdlf+oDs9yG6Ew7rr19I51J5n1g==\n\
        -----END PUBLIC KEY-----";
    assert!(VerifyingKey::from_pem(p256).unwrap_err().to_string().contains("no ECDSA P-521"));
    cases.note(58, "a P-256 key is not registered");

    // Made with `openssl dgst -sha256 -sign tests/data/keys/sec1_plain.pem`.
    let made = "MIGHAkE1JTZ9GqmK5vji0+awlN45Jzg+gm6gtLuoJcaP4C/41tWsNwsr+D2rZTg9oX1XOzeeDuFmb9y1ldHU1CpLhkW9dAJCALATUG695UYFLSqk2DSk6fPwN3tY8fwZHGreXlUQheYDeUts5tYuICF+eK6GC2cEhUavLFztztc0lJZV1CXyWYXN";
    let made = BASE64_STANDARD.decode(made).unwrap();
    let pem = std::fs::read(data("keys/sec1_plain.pem")).unwrap();
    let key = SigningKey::from_pem("x", pem, None).unwrap();
    let public = pem::parse(key.public_key_pem()).unwrap();
    let text = b"signed with SHA-256";
    assert!(
        UnparsedPublicKey::new(&ECDSA_P521_SHA256_ASN1, public.contents())
            .verify(text, &made)
            .is_ok()
    );
    assert!(!key.verifying_key().unwrap().verifies(text, &made));
    cases.note(59, "a signature over SHA-256");

    let spki = |point: &[u8; 32]| {
        let der =
            [&[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0], &point[..]]
                .concat();
        pem::encode(&pem::Pem::new("PUBLIC KEY", der))
    };
    let point = |first: u8, middle: u8, last: u8| {
        let mut point = [middle; 32];
        (point[0], point[31]) = (first, last);
        point
    };
    for point in [
        point(0, 0, 0),
        point(0, 0, 0x80),
        point(1, 0, 0),
        point(1, 0, 0x80),
        point(0xec, 0xff, 0x7f),
        point(0xed, 0xff, 0x7f),
        point(0xee, 0xff, 0x7f),
        point(0xee, 0xff, 0xff),
        *b"\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0\xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05",
        *b"\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f\x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\xfa",
    ] {
        assert!(VerifyingKey::from_pem(spki(&point)).is_err(), "{point:?}");
    }
    let bare = pem::encode(&pem::Pem::new("PUBLIC KEY", point(1, 0, 0).to_vec()));
    assert!(VerifyingKey::from_pem(bare).is_err(), "32 bytes are no `PUBLIC KEY`");
    cases.note(60, "points of small order are not registered");

    let request = cases.bench.digested(cases.bench.increase());
    let components = cases.bench.components(&request);
    let input = format!("{}{}", list(&components), cases.bench.parameters());
    let v6: Vec<String> = base(&request, &components, &input)
        .split('\n')
        .map(|line| line.replacen('"', "", 2))
        .collect();
    let by = cases.bench.sandbox.credentials().signing_key();
    let signature = signature_by(by, &v6.join("\n")).await;
    let request = sealed(request, &input, &signature);
    cases.hostile(61, "a base of v6 with version 15", request.clone()).await;
    cases.hostile(61, "a base of v6", without(request, "upvest-signature-version")).await;
    let request = cases.signed().await;
    cases
        .hostile(61, "a base of 15 as v6", with(request.clone(), "upvest-signature-version", "6"))
        .await;
    cases.hostile(61, "a base of 15 without", without(request, "upvest-signature-version")).await;
}

async fn binding(cases: &mut Cases) {
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
        (64, "two, the weak one right", format!("sha-256=:{}:, {wrong}", sha_256(&body))),
        (64, "two, both right", format!("sha-256=:{}:, {right}", sha_256(&body))),
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
    cases.unwelcome(67, "a method in lower case", sealed(request, &input, &signature), 405).await;

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
        // By hand: a library would write the path anew.
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
        ("a member more", "a=1", "a=1&a=1"),
        ("a member less", "a=1&b=2", "a=1"),
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
    cases.note(69, "a question mark alone is no query");

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
    cases.note(72, "a target with a host is the path alone");
    cases.note(74, "no host is a 400");
    assert_eq!(cases.bench.raw(http2).await, None);
    cases.note(74, "HTTP/2 is not spoken: the connection is closed");
    cases.broken(75, "a body that is too short", short.as_bytes()).await;
    cases.broken(75, "a length that is too long", longer.as_bytes()).await;
    cases.broken(75, "two lengths", two.as_bytes()).await;
    cases.broken(75, "a length and chunks", chunked.as_bytes()).await;

    // One key that is registered in two environments, under one id.
    let own = cases.bench.sandbox.credentials();
    let key = own.signing_key().verifying_key().unwrap();
    let builder = Sandbox::builder().public_key(own.key_id().to_string(), key);
    let elsewhere = started(builder.clock(crate::bench::noon)).await;
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
        // By hand: a library would add an `accept` of its own.
        let removed = wire(&without(cases.signed().await, name));
        assert_eq!(cases.bench.raw(&removed).await, Some(401), "{name}");
        cases.note(76, "removed");
        cases.refused(76, "emptied", with(cases.signed().await, name, "")).await;
        let mut request = cases.signed().await;
        request.headers_mut().append(name, HeaderValue::from_static("x"));
        cases.refused(76, "added to", request).await;
    }
}

async fn availability(cases: &mut Cases) {
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
        assert!(entry.reason.as_ref().unwrap().ends_with("it is too long"), "{entry}");
    }
    for (what, length) in [("64 kB", 64 << 10), ("1 MB", 1 << 20)] {
        let request = with(cases.signed().await, "signature-input", &"n".repeat(length));
        assert_eq!(cases.bench.raw(&wire(&request)).await, Some(431), "{what}");
        cases.note(77, what);
    }

    // Answered before the body has come: the connection stays open, and the rest is never sent.
    let request = cases.reworded(";keyid=\"", ";keyid=\"x").await;
    let request = with(without(request, "content-length"), "content-length", "100000000");
    let head = String::from_utf8(wire(&request)).unwrap();
    let head = head.split_inclusive("\r\n\r\n").next().unwrap();
    let part = format!("{head}{}", "x".repeat(70 * 1024));
    assert_eq!(cases.bench.raw(part.as_bytes()).await, Some(400));
    cases.note(78, "100 MB with a key id that is not known");

    let mut answers = Vec::new();
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
        answers.push(problem.to_string());
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "the answer does not tell which check failed: {answers:?}");
    cases.note(79, "one answer for all that is wrong with a signature");
    cases.note(80, "fuzz/fuzz_targets/signature_input.rs, and mutated.rs here");
    assert!(cases.bench.effects() > 0 && cases.bench.sandbox.state().is_balanced());
    assert_eq!(
        cases.bench.sandbox.state().balance(GROUP.parse().unwrap(), &upvest_core::Currency::Eur),
        20_000
    );
}

fn what_must_verify(cases: &mut Cases) {
    cases.note(81, "tests/vectors.rs");
    // RFC 9421, B.2.6. The base is written by hand: Upvest's form knows no `@authority`.
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
