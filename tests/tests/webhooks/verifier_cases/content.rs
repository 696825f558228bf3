//! Cryptography, binding of the signature, and limits.

use super::*;

/// Returns the two integers of a signature, without the DER encoding.
fn raw_numbers(der: &[u8]) -> Vec<u8> {
    // SEQUENCE, its length in one or two bytes, and twice INTEGER, length, number.
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

pub(super) async fn cryptography(cases: &mut Cases) {
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
        cases.refused(51, "a bit of the signature base", forge.made().await, is_wrong).await;
    }
    let zero = [0x30, 6, 2, 1, 0, 2, 1, 0];
    for (number, what, signature) in [
        (52, "r and s are 0", zero.to_vec()),
        (52, "trailing bytes", [&right[..], &[0]].concat()),
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

    // 61: a signature of one version is never accepted as the other.
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
    cases.accepted(61, "its own version, stated", named).await;
    let twice = |forge: &mut Forge| {
        forge.set("upvest-signature-version", version.as_str());
        forge.add("upvest-signature-version", version.as_str().as_bytes());
    };
    cases.hostile(61, "twice", twice, refused).await;
    let other_base = |forge: &mut Forge| {
        let turned = Forge { version: other, ..forge.clone() };
        forge.base = Some(turned.base());
    };
    cases.hostile(61, "the signature base of the other version", other_base, is_wrong).await;
}

pub(super) async fn binding(cases: &mut Cases) {
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
    // White space around a value is not part of it.
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

/// RFC 3230: the case of algorithm names does not matter, and there may be several digests. The
/// keys of `content-digest` are in lower case (RFC 9530), and Upvest sends one.
pub(super) async fn names_of_digests(cases: &mut Cases) {
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

/// A proxy that sends the body in chunks drops `content-length`, and so does one that forwards over
/// HTTP/2. The signature contains the original length.
pub(super) async fn lengths(cases: &mut Cases) {
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
    // The signed length differs from the length of the body.
    let mut other = Forge::new(version);
    other.set("content-length", "7");
    other.components.push("content-length".to_owned());
    let mut other = other.made().await;
    other.headers_mut().remove("content-length");
    cases.refused(75, "another length signed", other, is_wrong).await;
    // No other header is reconstructed.
    let more = |forge: &mut Forge| forge.components.push("transfer-encoding".to_owned());
    cases.hostile(75, "another header", more, is_base).await;
}

pub(super) async fn availability(cases: &mut Cases) {
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
    // An unknown key is reported before the body is hashed: the digest is wrong too.
    let unknown = |forge: &mut Forge| {
        forge.reword(P521, "x");
        forge.body.push(b' ');
    };
    cases.hostile(78, "before hashing", unknown, |error| *error == VerifyError::UnknownKey).await;

    // The signature is verified before the body is parsed: an unsigned body is never parsed, and a
    // signed body that cannot be parsed is reported.
    let mut forge = Forge::new(cases.version);
    forge.set_body(b"{\"payload\":[{}]}");
    cases.refused(79, "not signed", forge.made_with(&[7; 64]), is_wrong).await;
    let error = verify(&cases.verifier, forge.made().await).await.unwrap_err();
    assert!(matches!(error, WebhookError::Unreadable(_)), "{error}");
    assert_eq!(error.status(), StatusCode::INTERNAL_SERVER_ERROR);
    // The response is the same for every rejection, and no token appears in the error for the log.
    let mut forge = Forge::new(cases.version);
    forge.set("authorization", "Bearer ory_at_secret");
    forge.components.push("authorization".to_owned());
    // Headers added by the receiver's proxy, and parameters in the receiver's URL.
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
    let beginning = "signature rejected: it does not match the received request (@method: POST, \
                     @path: /webhooks";
    assert!(error.starts_with(beginning), "{error}");
}
