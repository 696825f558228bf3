//! The cases that a verifier must know, by number, for whoever receives: each in both versions.
//!
//! Letters: A how the headers are read, B what is covered, C time and replay, D cryptography, E what
//! the signature is bound to, F availability, G what must verify. In `sandbox/hostile.rs` are the same
//! for requests.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P521_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use http::{HeaderValue, Request, StatusCode};
use tokio::task::JoinSet;
use upvest_core::__sandbox::Message;
use upvest_core::signature::SignatureVersion::{self, V6, V15};
use upvest_core::signature::{SignatureBase, VerifyError};
use upvest_core::webhook::{WebhookError, WebhookId, WebhookVerifier};

use crate::forge::{
    BODY, ED25519, Forge, NOON, P521, at, builder, digest_name, digest_of, verify, webhook, with,
};

struct Cases {
    version: SignatureVersion,
    verifier: WebhookVerifier,
    seen: BTreeMap<u8, u32>,
}

impl Cases {
    fn note(&mut self, number: u8) {
        *self.seen.entry(number).or_default() += 1;
    }

    /// Refused with a 401; the error for the log is what `is_it` wants.
    async fn refused(
        &mut self,
        number: u8,
        what: &str,
        request: Request<Vec<u8>>,
        is_it: impl Fn(&VerifyError) -> bool,
    ) {
        let version = self.version;
        let error = match verify(&self.verifier, request).await {
            Err(WebhookError::Refused(error)) => error,
            Err(WebhookError::UnknownKey { .. }) => VerifyError::UnknownKey,
            Err(WebhookError::WrongSignature { .. }) => {
                let empty = Request::new(());
                let message = Message::of(&empty);
                let base = SignatureBase::new(version, &message, &[""; 0], "").unwrap();
                VerifyError::WrongSignature(base)
            }
            other => panic!("case {number} in {version:?}, {what}: {other:?}"),
        };
        assert!(is_it(&error), "case {number} in {version:?}, {what}: {error}");
        self.note(number);
    }

    /// The same, of a webhook whose signature is right for what it says.
    async fn hostile(
        &mut self,
        number: u8,
        what: &str,
        change: impl FnOnce(&mut Forge),
        is_it: impl Fn(&VerifyError) -> bool,
    ) {
        let mut forge = Forge::new(self.version);
        change(&mut forge);
        self.refused(number, what, forge.made().await, is_it).await;
    }

    async fn accepted(&mut self, number: u8, what: &str, change: impl FnOnce(&mut Forge)) {
        let mut forge = Forge::new(self.version);
        change(&mut forge);
        let result = verify(&self.verifier, forge.made().await).await;
        let version = self.version;
        let delivery =
            result.unwrap_or_else(|error| panic!("case {number} in {version:?}, {what}: {error}"));
        assert_eq!(delivery.events.len(), 2);
        self.note(number);
    }

    async fn made(&self) -> Request<Vec<u8>> {
        Forge::new(self.version).made().await
    }

    fn digest(&self) -> &'static str {
        digest_name(self.version)
    }
}

fn is_malformed(error: &VerifyError) -> bool {
    matches!(error, VerifyError::Malformed(..) | VerifyError::MissingHeader(_))
}

fn is_wrong(error: &VerifyError) -> bool {
    matches!(error, VerifyError::WrongSignature(_))
}

fn is_base(error: &VerifyError) -> bool {
    matches!(error, VerifyError::Base(_))
}

fn uncovered(component: &'static str) -> impl Fn(&VerifyError) -> bool {
    move |error| *error == VerifyError::NotCovered(component)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_of_the_verifier() {
    for version in [V6, V15] {
        let verifier = builder(version).build();
        let mut cases = Cases { version, verifier, seen: BTreeMap::new() };
        forms(&mut cases).await;
        coverage(&mut cases).await;
        times(&mut cases).await;
        replays(&mut cases).await;
        cryptography(&mut cases).await;
        binding(&mut cases).await;
        availability(&mut cases).await;
        // 16: no such value gets into a `HeaderValue`. 35: no such name is a `HeaderName`. 48: what is remembered is for telling, not
        // for refusing. 58, 60: such a key is refused before it verifies anything (`jwk.rs`,
        // `keys.rs`). 73: each host has keys of its own. 80: fuzzed as `webhook`. 81: `vectors.rs`. 82,
        // 83: of the parser that both share, `sandbox/hostile.rs`.
        let elsewhere = [16, 35, 48, 58, 60, 73, 80, 81, 82, 83];
        let missing: Vec<u8> = (1..=83)
            .filter(|number| !cases.seen.contains_key(number) && !elsewhere.contains(number))
            .collect();
        assert!(missing.is_empty(), "no test for the cases {missing:?}");
        let all: u32 = cases.seen.values().sum();
        println!("{all} webhooks in {} cases, in {version:?}", cases.seen.len());
    }
}

async fn forms(cases: &mut Cases) {
    let right = cases.made().await;
    let without = |name: &str| {
        let mut request = right.clone();
        request.headers_mut().remove(name);
        request
    };
    cases.refused(1, "no signature-input", without("signature-input"), is_malformed).await;
    cases.refused(2, "no signature", without("signature"), is_malformed).await;
    let empty = with(with(right.clone(), "signature", ""), "signature-input", "");
    cases.refused(3, "both empty", empty, is_malformed).await;

    let text = right.headers()["signature"].to_str().unwrap().to_owned();
    let bytes = text.trim_start_matches("sig1=:").trim_end_matches(':');
    for (number, what, value) in [
        (4, "another label", format!("sig2=:{bytes}:")),
        (9, "a string", format!("sig1=\"{bytes}\"")),
        (9, "a token", "sig1=AQID".to_owned()),
        (10, "no base64", format!("sig1=:***{}:", &bytes[3..])),
        (11, "base64url", "sig1=:_-__:".to_owned()),
        (12, "no padding", "sig1=:AQI:".to_owned()),
        (12, "bits behind the end", "sig1=:AQJ=:".to_owned()),
        (17, "a comma at the end", format!("{text},")),
        (77, "too long", format!("sig1=:{}:", "AAAA".repeat(4_000))),
    ] {
        cases.refused(number, what, with(right.clone(), "signature", &value), is_malformed).await;
    }
    let input = right.headers()["signature-input"].to_str().unwrap().to_owned();
    let both = with(right.clone(), "signature-input", &format!("{input}, sig2=(\"@method\")"));
    let both = with(both, "signature", &format!("{text}, sig2=:AQID:"));
    cases.refused(5, "two labels, one right", both, is_malformed).await;
    for (number, what, from, to) in [
        (4, "another label", "sig1=", "sig2="),
        (6, "the label twice", "sig1=", "sig1=(\"@method\");keyid=\"x\", sig1="),
        (14, "an escaped letter", ";keyid=\"", ";keyid=\"\\a"),
        (18, "a name in upper case", ";created=", ";Created="),
        (19, "sf", "\"content-type\"", "\"content-type\";sf"),
        (19, "req", "\"@path\"", "\"@path\";req"),
        (20, "a token", "\"content-type\"", "content-type"),
        (21, "a text", &format!(";created={NOON}"), ";created=\"1800000000\""),
        (21, "a decimal", &format!(";created={NOON}"), ";created=1800000000.0"),
        (21, "16 digits", &format!(";created={NOON}"), ";created=1800000000000000"),
        (23, "a parameter twice", ";nonce=", ";nonce=\"x\";nonce="),
        (24, "other spaces", "(\"@method\" ", "( \"@method\"  "),
        (36, "upper case", "\"content-type\"", "\"Content-Type\""),
        (41, "no created", &format!(";created={NOON}"), ""),
        (57, "no keyid", &format!(";keyid=\"{P521}\""), ""),
    ] {
        let request = with(right.clone(), "signature-input", &input.replacen(from, to, 1));
        cases.refused(number, what, request, is_malformed).await;
    }
    let is_no_list =
        |error: &VerifyError| matches!(error, VerifyError::Malformed(_, "`sig1` is no list"));
    let item = with(right.clone(), "signature-input", "sig1=\"x\"");
    cases.refused(8, "an item", item, is_no_list).await;
    let cut = &input[..input.find(";nonce=").unwrap() + 10];
    cases.refused(13, "no end", with(right.clone(), "signature-input", cut), is_malformed).await;
    let mut twice = right.clone();
    let value = twice.headers()["signature-input"].clone();
    twice.headers_mut().append("signature-input", value);
    cases.refused(7, "two lines", twice, is_malformed).await;
    let mut binary = right.clone();
    let (before, after) = input.split_once("0979673574").unwrap();
    let value = [before.as_bytes(), b"\xff", after.as_bytes()].concat();
    let value = HeaderValue::from_bytes(&value).unwrap();
    binary.headers_mut().insert("signature-input", value);
    cases.refused(15, "no ASCII", binary, is_malformed).await;
    let many = |count: u32| (0..count).map(|number| format!("\"a{number}\"")).collect::<Vec<_>>();
    for (what, list, why) in [
        ("64 kB", many(9_000), "it is too long"),
        ("more than 64", many(65), "it covers too many components"),
    ] {
        let long = format!("sig1=({});keyid=\"x\";created=1", list.join(" "));
        let is_it =
            |error: &VerifyError| matches!(error, VerifyError::Malformed(_, said) if *said == why);
        cases.refused(77, what, with(right.clone(), "signature-input", &long), is_it).await;
    }
    let long = |forge: &mut Forge| forge.reword("0979673574", &"n".repeat(257));
    cases.hostile(77, "a long nonce", long, is_malformed).await;
    cases
        .hostile(
            21,
            "negative",
            |forge| forge.reword(&format!("={NOON}"), "=-1"),
            |error| matches!(error, VerifyError::Lifetime),
        )
        .await;
    cases
        .accepted(22, "a parameter more", |forge| forge.parameters.push_str(";tag=\"upvest\""))
        .await;
    cases
        .accepted(25, "another order", |forge| {
            forge.parameters =
                format!(";expires={};nonce=\"x\";created={NOON};keyid=\"{P521}\"", NOON + 5);
        })
        .await;
}

async fn coverage(cases: &mut Cases) {
    cases.hostile(26, "nothing", |forge| forge.cover(&[]), uncovered("@method")).await;
    cases.hostile(27, "the method", |forge| forge.cover(&["@method"]), uncovered("@path")).await;
    for (number, component) in
        [(28, "@path"), (29, "@query"), (30, cases.digest()), (32, "content-type")]
    {
        let uncover = |forge: &mut Forge| forge.uncover(component);
        cases.hostile(number, component, uncover, uncovered(component)).await;
    }
    let digest = cases.digest();
    cases.hostile(31, "a digest that is not there", |forge| forge.remove(digest), is_base).await;
    let twice = |forge: &mut Forge| forge.components.push("@path".to_owned());
    cases.hostile(33, "twice", twice, is_malformed).await;
    for component in ["@authority", "@target-uri", "@status", "@x"] {
        let more = |forge: &mut Forge| forge.components.push(component.to_owned());
        cases.hostile(34, component, more, is_base).await;
    }
    let query = |forge: &mut Forge| forge.target = "/webhooks".to_owned();
    cases.hostile(37, "a query that is not there", query, is_base).await;
    cases
        .hostile(31, "no such header", |forge| forge.components.push("x-method".into()), is_base)
        .await;
}

async fn times(cases: &mut Cases) {
    let day = 24 * 60 * 60;
    let made = |created: i64, rest: &str| {
        let parameters = format!(";keyid=\"{P521}\";created={created}{rest}");
        move |forge: &mut Forge| forge.parameters = parameters
    };
    let too_old = |error: &VerifyError| *error == VerifyError::TooOld;
    let lifetime = |error: &VerifyError| *error == VerifyError::Lifetime;
    let future = |error: &VerifyError| *error == VerifyError::FromTheFuture;
    let late = NOON - day - 31;
    cases.hostile(38, "too old", made(late, &format!(";expires={}", late + 60)), too_old).await;
    cases.hostile(38, "too old, without an end", made(late, ""), too_old).await;
    cases.hostile(39, "from the future", made(NOON + 31, ""), future).await;
    cases.accepted(40, "as early as may be", made(NOON + 30, "")).await;
    cases.accepted(40, "as late as may be", made(NOON - day - 30, "")).await;
    cases.accepted(42, "no expires", made(NOON, ";nonce=\"n\"")).await;
    cases.accepted(47, "no nonce", made(NOON, &format!(";expires={}", NOON + 5))).await;
    cases.hostile(43, "no time", made(NOON, &format!(";expires={NOON}")), lifetime).await;
    cases.hostile(43, "less", made(NOON, &format!(";expires={}", NOON - 1)), lifetime).await;
    cases
        .hostile(44, "a year", made(NOON, &format!(";expires={}", NOON + 365 * day)), lifetime)
        .await;
    cases.accepted(44, "as long as may be", made(NOON, &format!(";expires={}", NOON + 300))).await;

    // Who wants it stricter: until `expires`, if there is one, or else for a minute.
    let strict = builder(cases.version).clock(at(NOON + 91)).policy(|policy| {
        (policy.ignores_expires, policy.max_age) = (false, Some(Duration::from_secs(60)));
    });
    let verifier = std::mem::replace(&mut cases.verifier, strict.build());
    let over = |error: &VerifyError| *error == VerifyError::Expired;
    cases.hostile(38, "expired", made(NOON + 50, &format!(";expires={}", NOON + 60)), over).await;
    cases.accepted(40, "at its end", made(NOON + 50, &format!(";expires={}", NOON + 61))).await;
    cases.hostile(38, "old", made(NOON, &format!(";expires={}", NOON + 300)), too_old).await;
    cases.accepted(42, "no expires", made(NOON + 1, "")).await;
    let strict = builder(cases.version).policy(|policy| policy.max_age = None);
    cases.verifier = strict.build();
    cases.hostile(42, "no expires", made(NOON, ""), is_malformed).await;
    cases.verifier = verifier;
}

async fn replays(cases: &mut Cases) {
    let verifier = builder(cases.version).build();
    let forge = Forge::new(cases.version);
    let is_repeat = async |request: Request<Vec<u8>>| {
        verify(&verifier, request).await.map(|delivery| delivery.is_repeat)
    };
    let request = forge.made().await;
    // A wrong signature changes nothing of what is known.
    let wrong = forge.made_with(&[7; 64]);
    assert!(is_repeat(wrong).await.is_err());
    assert!(!is_repeat(request.clone()).await.unwrap());
    cases.note(50);
    // Sent again: told, and not refused. Also with another signature of the same, which anybody can
    // make of an ECDSA signature.
    for _ in 0..2 {
        assert!(is_repeat(request.clone()).await.unwrap());
        assert!(is_repeat(forge.made().await).await.unwrap());
    }
    cases.note(45);
    // The nonce alone makes no repetition: that would be another event lost.
    let mut other = forge.clone();
    other.set_body(BODY.replace("200.00", "300.00").as_bytes());
    assert!(!is_repeat(other.made().await).await.unwrap());
    cases.note(45);
    let mut other = forge.clone();
    other.reword(P521, ED25519);
    other.signs = ED25519;
    assert!(!is_repeat(other.made().await).await.unwrap());
    cases.note(46);

    // Of many at once, one is the first.
    let verifier = builder(cases.version).build();
    let mut tries = JoinSet::new();
    for _ in 0..32 {
        let (verifier, request) = (verifier.clone(), request.clone());
        tries.spawn(async move { verify(&verifier, request).await.unwrap().is_repeat });
    }
    let repeats = tries.join_all().await;
    assert_eq!(repeats.iter().filter(|is_repeat| !**is_repeat).count(), 1);
    cases.note(49);
}

/// Both numbers of a signature, without DER around them.
fn raw_numbers(der: &[u8]) -> Vec<u8> {
    // SEQUENCE, its length in one or two bytes, and two times INTEGER, length, number.
    let mut rest = if der[1] == 0x81 { &der[3..] } else { &der[2..] };
    let mut raw = Vec::new();
    while let [2, length, after @ ..] = rest {
        let (number, next) = after.split_at((*length).into());
        let number: Vec<u8> = number.iter().copied().skip_while(|byte| *byte == 0).collect();
        raw.extend([vec![0; 66 - number.len()], number].concat());
        rest = next;
    }
    assert_eq!(raw.len(), 132);
    raw
}

async fn cryptography(cases: &mut Cases) {
    let forge = Forge::new(cases.version);
    let right = forge.signature().await;
    for index in 0..right.len() {
        let mut flipped = right.clone();
        flipped[index] ^= 1;
        cases.refused(51, "a bit", forge.made_with(&flipped), is_wrong).await;
    }
    let base = forge.base();
    for index in 0..base.len() {
        let mut flipped = base.clone().into_bytes();
        flipped[index] ^= 1;
        let mut forge = forge.clone();
        forge.base = Some(String::from_utf8(flipped).unwrap());
        cases.refused(51, "a bit of the base", forge.made().await, is_wrong).await;
    }
    let zero = [0x30, 6, 2, 1, 0, 2, 1, 0];
    for (number, what, signature) in [
        (52, "r and s are 0", zero.to_vec()),
        (52, "bytes behind it", [&right[..], &[0]].concat()),
        (52, "nothing", Vec::new()),
        (53, "raw r||s", raw_numbers(&right)),
        (54, "as of Ed25519", vec![7; 64]),
    ] {
        cases.refused(number, what, forge.made_with(&signature), is_wrong).await;
    }
    let crossed = |forge: &mut Forge| forge.signs = ED25519;
    cases.hostile(54, "Ed25519 under the id of P-521", crossed, is_wrong).await;
    let crossed = |forge: &mut Forge| forge.reword(P521, ED25519);
    cases.hostile(54, "P-521 under the id of Ed25519", crossed, is_wrong).await;
    let algorithm = |error: &VerifyError| *error == VerifyError::Algorithm;
    for (number, name) in [(55, "hmac-sha256"), (56, "ed25519"), (56, "rsa-v1_5-sha512")] {
        let named = |forge: &mut Forge| forge.parameters += &format!(";alg=\"{name}\"");
        cases.hostile(number, name, named, algorithm).await;
    }
    let unknown = |error: &VerifyError| *error == VerifyError::UnknownKey;
    for name in ["", "x", "../../etc/passwd", "' OR 1=1 --"] {
        cases.hostile(57, name, |forge| forge.reword(P521, name), unknown).await;
    }
    cases.hostile(57, "long", |forge| forge.reword(P521, &"k".repeat(300)), is_malformed).await;
    // SHA-256 instead of SHA-512.
    let der = upvest_tests::data("keys/p8_plain.pem");
    let der = pem::parse(std::fs::read(der).unwrap()).unwrap();
    let weak = EcdsaKeyPair::from_private_key_der(&ECDSA_P521_SHA256_ASN1_SIGNING, der.contents());
    let weak = weak.unwrap().sign(&SystemRandom::new(), forge.base().as_bytes()).unwrap();
    cases.refused(59, "SHA-256", forge.made_with(weak.as_ref()), is_wrong).await;
    cases
        .accepted(54, "Ed25519", |forge| {
            forge.reword(P521, ED25519);
            forge.signs = ED25519;
        })
        .await;

    // 61: what is of one version is never taken for the other.
    let other = if cases.version == V6 { V15 } else { V6 };
    let version = cases.version;
    let refused = |error: &VerifyError| *error == VerifyError::Version(version);
    cases.refused(61, "another version", Forge::new(other).made().await, refused).await;
    for value in ["15", "6", "", "16", "6, 15"] {
        if value == version.as_str() {
            continue;
        }
        let named = |forge: &mut Forge| forge.set("upvest-signature-version", value);
        cases.hostile(61, value, named, refused).await;
    }
    let named = |forge: &mut Forge| forge.set("upvest-signature-version", version.as_str());
    cases.accepted(61, "its own version, said", named).await;
    let twice = |forge: &mut Forge| {
        forge.set("upvest-signature-version", version.as_str());
        forge.add("upvest-signature-version", version.as_str().as_bytes());
    };
    cases.hostile(61, "twice", twice, refused).await;
    let other_base = |forge: &mut Forge| {
        let turned = Forge { version: other, ..forge.clone() };
        forge.base = Some(turned.base());
    };
    cases.hostile(61, "the base of the other version", other_base, is_wrong).await;
}

async fn binding(cases: &mut Cases) {
    let version = cases.version;
    let right = cases.made().await;
    let is_digest = |error: &VerifyError| *error == VerifyError::Digest(version);
    let is_length = |error: &VerifyError| *error == VerifyError::Length;
    let mut changed = right.clone();
    let last = changed.body().len() - 3;
    changed.body_mut()[last] ^= 1;
    cases.refused(62, "another body", changed, is_digest).await;
    let digest = cases.digest();
    let weak = if version == V6 { V15 } else { V6 };
    let whole = digest_of(version, BODY.as_bytes());
    for (number, value) in [
        (63, digest_of(weak, BODY.as_bytes())),
        (63, digest_of(V15, BODY.as_bytes()).replacen("512", "256", 1)),
        (66, digest_of(version, b"packed")),
        (64, format!("{whole}, {}", digest_of(version, b"packed"))),
        (64, format!("{}, {whole}", digest_of(version, b"packed"))),
        (64, format!("md5={}", whole.split_once('=').unwrap().1)),
        (64, format!("{whole}x")),
        (64, format!("x{whole}")),
    ] {
        cases.hostile(number, &value, |forge| forge.set(digest, &value), is_digest).await;
    }
    names_of_digests(cases).await;
    lengths(cases).await;
    let twice = |forge: &mut Forge| {
        let value = digest_of(version, BODY.as_bytes());
        forge.add(digest, value.as_bytes());
    };
    cases.hostile(65, "two lines", twice, is_malformed).await;
    cases.accepted(67, "the method in lower case", |forge| forge.method = "post".to_owned()).await;
    for (number, target) in [
        (68, "/Webhooks?tenant=7"),
        (68, "/webhooks/?tenant=7"),
        (68, "//webhooks?tenant=7"),
        (68, "/./webhooks?tenant=7"),
        (68, "/%77ebhooks?tenant=7"),
        (68, "/webhooks;p=1?tenant=7"),
        (69, "/webhooks?tenant=%37"),
        (69, "/webhooks?tenant=7&x=1"),
    ] {
        let mut moved = right.clone();
        *moved.uri_mut() = target.parse().unwrap();
        cases.refused(number, target, moved, is_wrong).await;
    }
    let mut moved = right.clone();
    *moved.uri_mut() = "/webhooks?".parse().unwrap();
    cases.refused(69, "no query", moved, is_base).await;
    cases.accepted(68, "an escape", |forge| forge.target = "/a%2Fb/%C3%A4?x=%20+".to_owned()).await;
    cases
        .accepted(70, "two lines", |forge| {
            forge.add("x-list", b"a");
            forge.add("x-list", b"b");
            forge.components.push("x-list".to_owned());
        })
        .await;
    let mut forge = Forge::new(version);
    forge.add("x-list", b"a");
    forge.add("x-list", b"b");
    forge.components.push("x-list".to_owned());
    let one_line = with(forge.made().await, "x-list", "a, b");
    assert!(verify(&cases.verifier, one_line).await.is_ok());
    cases.note(70);
    // Spaces around a value belong to HTTP.
    let spaced = with(right.clone(), "content-type", " application/json\t");
    assert!(verify(&cases.verifier, spaced).await.is_ok());
    cases.note(71);
    let mut absolute = right.clone();
    *absolute.uri_mut() = "http://receiver.example/webhooks?tenant=7".parse().unwrap();
    assert!(verify(&cases.verifier, absolute).await.is_ok());
    cases.note(72);
    let mut hostless = right.clone();
    hostless.headers_mut().remove("host");
    assert!(verify(&cases.verifier, hostless).await.is_ok());
    cases.note(74);
    cases.hostile(75, "another length", |forge| forge.set("content-length", "7"), is_length).await;
    let two = |forge: &mut Forge| forge.add("content-length", b"7");
    cases.hostile(75, "a second length", two, is_length).await;
    for name in ["content-type", digest] {
        let mut removed = right.clone();
        removed.headers_mut().remove(name);
        cases.refused(76, name, removed, |error| is_base(error) || is_digest(error)).await;
        let refused = |error: &VerifyError| is_wrong(error) || is_digest(error);
        cases.refused(76, name, with(right.clone(), name, ""), refused).await;
        let mut added = right.clone();
        added.headers_mut().append(name, HeaderValue::from_static("x"));
        cases.refused(76, name, added, |error| is_wrong(error) || is_malformed(error)).await;
    }
}

/// RFC 3230: the names of algorithms are in any case, and there may be several digests. The keys of
/// `content-digest` are in lower case (RFC 9530), and Upvest sends one.
async fn names_of_digests(cases: &mut Cases) {
    let version = cases.version;
    let digest = cases.digest();
    let whole = digest_of(version, BODY.as_bytes());
    let (name, value) = whole.split_once('=').unwrap();
    let long = digest_of(V15, BODY.as_bytes()).replace(['=', ':'], "").replacen("sha-512", "", 1);
    let padded = format!("{long}==");
    for said in [
        format!("{}={value}", name.to_uppercase()),
        format!("{}={value}", name.to_lowercase()),
        format!("{}={value}", name.replacen("sha", "Sha", 1).replacen("SHA", "Sha", 1)),
        format!("{whole}, md5=x"),
        format!("md5=x,{whole}"),
        format!("unixsum=30637 , {whole},{whole}"),
        format!("SHA-512={padded}, {whole}"),
        format!("{whole}, sha-512={padded}"),
    ] {
        let set = |forge: &mut Forge| forge.set(digest, &said);
        if version == V6 || said == whole {
            cases.accepted(63, &said, set).await;
        } else {
            cases.hostile(63, &said, set, |error| *error == VerifyError::Digest(version)).await;
        }
    }
    let wrong = format!("{whole}, SHA-512=AQAB");
    let set = |forge: &mut Forge| forge.set(digest, &wrong);
    cases.hostile(63, &wrong, set, |error| *error == VerifyError::Digest(version)).await;
}

/// A proxy that sends the body in chunks drops `content-length`, and so does one that speaks HTTP/2 to
/// the receiver. The signature says what it was.
async fn lengths(cases: &mut Cases) {
    let version = cases.version;
    let mut forge = Forge::new(version);
    forge.components.insert(3, "content-length".to_owned());
    let right = forge.made().await;
    assert!(verify(&cases.verifier, right.clone()).await.is_ok());
    let mut dropped = right.clone();
    dropped.headers_mut().remove("content-length");
    assert!(verify(&cases.verifier, dropped.clone()).await.is_ok());
    let chunked = with(dropped.clone(), "transfer-encoding", "chunked");
    assert!(verify(&cases.verifier, chunked.clone()).await.is_ok());
    let both = with(right.clone(), "transfer-encoding", "chunked");
    assert!(verify(&cases.verifier, both.clone()).await.is_ok());
    cases.note(75);

    let is_length = |error: &VerifyError| *error == VerifyError::Length;
    for value in ["7", "", "0", "-1"] {
        for request in [&right, &both] {
            let request = with(request.clone(), "content-length", value);
            cases.refused(75, "a wrong length", request, is_length).await;
        }
    }
    for request in [&dropped, &chunked] {
        let mut longer = request.clone();
        longer.body_mut().push(b' ');
        let is_digest = |error: &VerifyError| *error == VerifyError::Digest(version);
        cases.refused(75, "a longer body", longer, is_digest).await;
    }
    // What was signed is another length than the body has.
    let mut other = Forge::new(version);
    other.set("content-length", "7");
    other.components.push("content-length".to_owned());
    let mut other = other.made().await;
    other.headers_mut().remove("content-length");
    cases.refused(75, "another length signed", other, is_wrong).await;
    // Nothing else is made up.
    let more = |forge: &mut Forge| forge.components.push("transfer-encoding".to_owned());
    cases.hostile(75, "another header", more, is_base).await;
}

async fn availability(cases: &mut Cases) {
    let long = vec![b' '; 2 * 1024 * 1024 + 1];
    let mut forge = Forge::new(cases.version);
    forge.body = long;
    let error = verify(&cases.verifier, forge.made_with(&[])).await.unwrap_err();
    assert!(matches!(error, WebhookError::TooLong(_)), "{error}");
    assert_eq!(error.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let short = builder(cases.version).longest_body(BODY.len() - 1).build();
    let error = verify(&short, cases.made().await).await.unwrap_err();
    assert!(matches!(error, WebhookError::TooLong(_)), "{error}");
    let fitting = builder(cases.version).longest_body(BODY.len()).build();
    assert!(verify(&fitting, cases.made().await).await.is_ok());
    cases.note(78);
    // A key that is not known ends it before the body is hashed: its digest is wrong as well.
    let unknown = |forge: &mut Forge| {
        forge.reword(P521, "x");
        forge.body.push(b' ');
    };
    cases.hostile(78, "before hashing", unknown, |error| *error == VerifyError::UnknownKey).await;

    // Verified first, read afterwards: what is not signed is never looked at, and what is signed is
    // told when it cannot be read.
    let mut forge = Forge::new(cases.version);
    forge.set_body(b"{\"payload\":[{}]}");
    cases.refused(79, "not signed", forge.made_with(&[7; 64]), is_wrong).await;
    let error = verify(&cases.verifier, forge.made().await).await.unwrap_err();
    assert!(matches!(error, WebhookError::Unreadable(_)), "{error}");
    assert_eq!(error.status(), StatusCode::INTERNAL_SERVER_ERROR);
    // Whatever was refused, outward it is one and the same; and no token shows in what is for the log.
    let mut forge = Forge::new(cases.version);
    forge.set("authorization", "Bearer ory_at_secret");
    forge.components.push("authorization".to_owned());
    // What a proxy of ours has added, and what we have put into the URL.
    forge.set("x-internal", "secret");
    forge.components.push("x-internal".to_owned());
    forge.target = "/webhooks?token=secret".to_owned();
    let mut unknown = forge.clone();
    unknown.reword(P521, "x");
    let mut old = forge.clone();
    old.reword(&format!("created={NOON}"), "created=1");
    for request in [forge.made_with(&[7; 64]), unknown.made().await, old.made().await] {
        let error = verify(&cases.verifier, request).await.unwrap_err();
        assert_eq!(error.status(), StatusCode::UNAUTHORIZED);
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }
    cases.note(79);
    let error = verify(&cases.verifier, forge.made_with(&[7; 64])).await.unwrap_err().to_string();
    let beginning =
        "the signature is refused: it is not for what has come, @method: POST, @path: /webhooks";
    assert!(error.starts_with(beginning), "{error}");
}

#[tokio::test]
async fn a_body_that_is_empty_needs_no_digest_and_is_no_package() {
    for version in [V6, V15] {
        let mut forge = Forge::new(version);
        forge.set_body(b"");
        forge.cover(&["@method", "@path", "@query"]);
        let error = verify(&builder(version).build(), forge.made().await).await.unwrap_err();
        assert!(matches!(error, WebhookError::Unreadable(_)), "{error}");
    }
}

/// Whoever is another client of Upvest can have his own events sent to our URL.
#[tokio::test]
async fn what_is_for_another_subscription_is_not_taken() {
    let request = Forge::new(V6).made().await;
    let ours: WebhookId = "11111111-5a84-40f9-b2bb-7f99f282fc5a".parse().unwrap();
    let verifier = builder(V6).webhooks([ours]).build();
    let error = verify(&verifier, request.clone()).await.unwrap_err();
    assert!(matches!(error, WebhookError::Foreign(id) if id == webhook()), "{error}");
    assert_eq!(error.status(), StatusCode::UNAUTHORIZED);
    let both = builder(V6).webhooks([ours]).webhooks([webhook()]).build();
    assert!(verify(&both, request.clone()).await.is_ok());
    // One among others is enough.
    let mut mixed = Forge::new(V6);
    mixed.set_body(BODY.replacen("a8eb3540", "11111111", 1).as_bytes());
    let error = verify(&verifier, mixed.made().await).await.unwrap_err();
    assert!(matches!(error, WebhookError::Foreign(_)), "{error}");
}

/// Nobody has published which parts a webhook's signature covers.
#[tokio::test]
async fn what_must_be_covered_can_be_said() {
    let mut forge = Forge::new(V6);
    forge.uncover("content-type");
    let request = forge.made().await;
    assert!(verify(&builder(V6).build(), request.clone()).await.is_err());
    let lenient = builder(V6).policy(|policy| policy.required_with_body.clear()).build();
    assert!(verify(&lenient, request).await.is_ok());
    // The digest is not among what can be left out.
    forge.uncover("digest");
    assert!(verify(&lenient, forge.made().await).await.is_err());
}

#[tokio::test]
async fn a_delivery_holds_its_events_in_order_and_to_the_letter() {
    let delivery = verify(&builder(V6).build(), Forge::new(V6).made().await).await.unwrap();
    let types: Vec<&str> = delivery.events.iter().map(|event| event.event_type()).collect();
    assert_eq!(types, ["VIRTUAL_CASH_INCREASE.CONFIRMED", "SOMETHING.NEW"]);
    let texts: Vec<&str> = delivery.events.iter().map(|event| event.json()).collect();
    assert_eq!(format!(r#"{{"payload":[{}]}}"#, texts.join(",")), BODY);
    assert!(!delivery.is_repeat);
}
