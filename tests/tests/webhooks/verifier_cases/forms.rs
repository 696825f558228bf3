//! The form of the headers, coverage, time and replay.

use super::*;

pub(super) async fn forms(cases: &mut Cases) {
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
        (10, "not base64", format!("sig1=:***{}:", &bytes[3..])),
        (11, "base64url", "sig1=:_-__:".to_owned()),
        (12, "no padding", "sig1=:AQI:".to_owned()),
        (12, "trailing bits", "sig1=:AQJ=:".to_owned()),
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
    let is_not_a_list =
        |error: &VerifyError| matches!(error, VerifyError::Malformed(_, "`sig1` is not a list"));
    let item = with(right.clone(), "signature-input", "sig1=\"x\"");
    cases.refused(8, "an item", item, is_not_a_list).await;
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
    cases.refused(15, "not ASCII", binary, is_malformed).await;
    let many = |count: u32| (0..count).map(|number| format!("\"a{number}\"")).collect::<Vec<_>>();
    for (what, list, why) in [
        ("64 kB", many(9_000), "longer than 8 KiB"),
        ("more than 64", many(65), "more than 64 components"),
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
        .accepted(22, "an extra parameter", |forge| forge.parameters.push_str(";tag=\"upvest\""))
        .await;
    cases
        .accepted(25, "another order", |forge| {
            forge.parameters =
                format!(";expires={};nonce=\"x\";created={NOON};keyid=\"{P521}\"", NOON + 5);
        })
        .await;
}

pub(super) async fn coverage(cases: &mut Cases) {
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

pub(super) async fn times(cases: &mut Cases) {
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

    // A stricter policy: until `expires` if there is one, otherwise for a minute.
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

pub(super) async fn replays(cases: &mut Cases) {
    let verifier = builder(cases.version).build();
    let forge = Forge::new(cases.version);
    let is_repeat = async |request: Request<Vec<u8>>| {
        verify(&verifier, request).await.map(|delivery| delivery.is_repeat)
    };
    let request = forge.made().await;
    // An invalid signature does not change the replay cache.
    let wrong = forge.made_with(&[7; 64]);
    assert!(is_repeat(wrong).await.is_err());
    assert!(!is_repeat(request.clone()).await.unwrap());
    cases.note(50);
    // A repeated delivery is flagged, not rejected. The same with another signature of the same
    // content, which anyone can derive from an ECDSA signature.
    for _ in 0..2 {
        assert!(is_repeat(request.clone()).await.unwrap());
        assert!(is_repeat(forge.made().await).await.unwrap());
    }
    cases.note(45);
    // An equal nonce alone is not a repetition: otherwise another event would be lost.
    let mut other = forge.clone();
    other.set_body(BODY.replace("200.00", "300.00").as_bytes());
    assert!(!is_repeat(other.made().await).await.unwrap());
    cases.note(45);
    let mut other = forge.clone();
    other.reword(P521, ED25519);
    other.signs = ED25519;
    assert!(!is_repeat(other.made().await).await.unwrap());
    cases.note(46);

    // Of many concurrent deliveries, exactly one is the first.
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
