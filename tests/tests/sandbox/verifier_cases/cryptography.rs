//! Keys, algorithms and encodings.

use super::*;

/// Encodes a DER integer.
fn integer(digits: &[u8]) -> Vec<u8> {
    [&[0x02, u8::try_from(digits.len()).unwrap()], digits].concat()
}

/// Encodes a DER sequence.
fn sequence(content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap();
    let head = if length < 0x80 { vec![0x30, length] } else { vec![0x30, 0x81, length] };
    [head, content.to_vec()].concat()
}

pub(super) async fn cryptography(cases: &mut Cases) {
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
        (52, "an extra number", sequence(&[integer(&r), integer(&s), integer(&[1])].concat())),
        (52, "a missing number", sequence(&integer(&r))),
        (52, "trailing bytes", [right.clone(), vec![0]].concat()),
        (52, "a long-form length", {
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
    cases.accepted(51, "the valid one, after all these", request.clone()).await;
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
    // Generated with `openssl ecparam -genkey -name prime256v1`.
    let p256 = "-----BEGIN PUBLIC KEY-----\n\
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEGa67YBFuIelA5xfTRdug8MXO6rOw\n\
        sGkxHyQ+bn263JetNU/Uv1X7DCxk2G8Cdlf+oDs9yG6Ew7rr19I51J5n1g==\n\
        -----END PUBLIC KEY-----";
    assert!(VerifyingKey::from_pem(p256).unwrap_err().to_string().contains("expected ECDSA P-521"));
    cases.note(58, "a P-256 key is not registered");

    // Generated with `openssl dgst -sha256 -sign tests/data/keys/sec1_plain.pem`.
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
    assert!(VerifyingKey::from_pem(bare).is_err(), "32 bytes are not a `PUBLIC KEY`");
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
    cases.hostile(61, "a signature base of v6 with version 15", request.clone()).await;
    cases.hostile(61, "a signature base of v6", without(request, "upvest-signature-version")).await;
    let request = cases.signed().await;
    cases
        .hostile(61, "a base of 15 as v6", with(request.clone(), "upvest-signature-version", "6"))
        .await;
    cases.hostile(61, "a base of 15 without", without(request, "upvest-signature-version")).await;
}
