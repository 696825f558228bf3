//! Key sets with unusable entries, and several keys with one id.

use super::*;

/// Entries of a key set that cannot verify a webhook; some are not JSON Web Keys.
fn odd_entries() -> Vec<String> {
    let mut odd: Vec<String> = [
        r#"{"kty":"AKP","kid":"pq","crv":null}"#,
        r#"{"kty":"AKP","kid":"pq","alg":"ML-DSA-65","pub":"AQAB"}"#,
        r#"{"kty":"RSA","kid":"rsa","n":"AQAB","e":"AQAB"}"#,
        r#"{"kty":"oct","kid":"symmetric","k":"AQAB"}"#,
        r#"{"kty":"EC","kid":"k","crv":"P-256","x":"AQAB","y":"AQAB"}"#,
        r#"{"kty":"OKP","kid":"k","crv":"Ed448","x":"AQAB"}"#,
        r#"{"kty":5,"kid":{},"crv":[],"x":true}"#,
        r#"{"kid":"twice","kid":"twice"}"#,
        r#"{"kid":"\ud800","n":1e999999}"#,
        "{}",
        "null",
        "true",
        "5",
        "1e999999",
        r#""a text""#,
        "[]",
    ]
    .map(str::to_owned)
    .to_vec();
    odd.push(format!("{}{}", "[".repeat(200), "]".repeat(200)));
    let zero = "A".repeat(88);
    for (field, value) in [
        ("kid", Value::Null),
        ("kid", json!("")),
        ("kid", json!(5)),
        ("kty", json!("RSA")),
        ("kty", Value::Null),
        ("crv", json!("P-256")),
        ("crv", Value::Null),
        ("x", json!("%%%")),
        ("x", json!(zero)),
        ("x", json!(["a", "b"])),
        ("y", Value::Null),
        ("y", json!("")),
        ("use", json!("enc")),
        ("use", json!(5)),
        ("key_ops", json!(["deriveKey"])),
        ("key_ops", json!([])),
        ("key_ops", json!("verify")),
    ] {
        odd.push(changed(P521, field, value));
    }
    odd
}

#[tokio::test(start_paused = true)]
async fn an_invalid_entry_does_not_affect_valid_keys() {
    let odd = odd_entries();
    let good = listed(P521).to_string();
    let of = |entries: &[&str]| {
        let set = format!(r#"{{"more":[{{}}],"keys":[{}]}}"#, entries.join(","));
        Server::new(move |_, _| reply(200, "application/json", &set))
    };
    let mut all: Vec<&str> = odd.iter().map(String::as_str).collect();
    all.push(&good);
    all.extend(odd.iter().map(String::as_str));
    let single = odd.iter().flat_map(|odd| [vec![odd, &*good], vec![&*good, odd]]);
    for entries in single.chain([all]) {
        let time = Time::new();
        let server = of(&entries);
        let verifier = WebhookVerifier::new(client(&server, &time), [webhook()]);
        let result = verify(&verifier, signed(P521).await).await;
        assert!(result.is_ok(), "{entries:?}: {result:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_key_next_to_an_invalid_entry_is_accepted() {
    for odd in odd_entries() {
        let time = Time::new();
        let both = format!(r#"{{"keys":[{odd},{},{}]}}"#, listed(P521), listed(ED25519));
        let server = Server::new(move |number, _| match number {
            0 => set(&[P521]),
            _ => reply(200, "application/json", &both),
        });
        let verifier = WebhookVerifier::new(client(&server, &time), [webhook()]);
        assert!(verify(&verifier, signed(P521).await).await.is_ok());
        time.add(60);
        for id in [ED25519, P521] {
            let result = verify(&verifier, signed(id).await).await;
            assert!(result.is_ok(), "{odd}: {result:?}");
        }
        assert_eq!(server.sent().len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_may_state_its_use() {
    for (field, value) in [
        ("use", json!("sig")),
        ("use", Value::Null),
        ("alg", json!("ES512")),
        ("key_ops", json!(["verify"])),
        ("key_ops", json!(["sign", "verify"])),
        ("key_ops", Value::Null),
        ("x5c", json!(["MII="])),
    ] {
        let time = Time::new();
        let one = format!(r#"{{"keys":[{}]}}"#, changed(P521, field, value));
        let response = one.clone();
        let server = Server::new(move |_, _| reply(200, "application/json", &response));
        let verifier = WebhookVerifier::new(client(&server, &time), [webhook()]);
        assert!(verify(&verifier, signed(P521).await).await.is_ok(), "{one}");
    }
}

/// RFC 7517, section 4.5: keys of different kinds may share an id.
#[tokio::test(start_paused = true)]
async fn each_key_of_an_id_is_tried() {
    let other = changed(ED25519, "kid", json!(P521));
    let good = listed(P521).to_string();
    for entries in [[&other, &good], [&good, &other]] {
        let time = Time::new();
        let response = format!(r#"{{"keys":[{},{}]}}"#, entries[0], entries[1]);
        let server = Server::new(move |_, _| reply(200, "application/json", &response));
        let verifier = WebhookVerifier::new(client(&server, &time), [webhook()]);
        let mut forge = Forge::new(V6);
        assert!(verify(&verifier, forge.made().await).await.is_ok());
        // A curve other than Ed25519.
        forge.parameters.push_str(";alg=\"ecdsa-p521-sha512\"");
        assert!(verify(&verifier, forge.made().await).await.is_ok());
        forge.signs = ED25519;
        forge.parameters = Forge::new(V6).parameters;
        assert!(verify(&verifier, forge.made().await).await.is_ok());
        let wrong = verify(&verifier, forge.made_with(&[7; 64])).await;
        assert!(matches!(wrong, Err(WebhookError::WrongSignature { .. })), "{wrong:?}");
    }
}

/// Otherwise, a list that is empty by mistake would make valid webhooks look forged.
#[tokio::test(start_paused = true)]
async fn a_list_without_a_usable_key_makes_the_sender_retry() {
    let odd = format!(r#"{{"keys":[{}]}}"#, odd_entries().join(","));
    for empty in [r#"{"keys":[]}"#, r#"{"keys":null}"#, &odd] {
        let time = Time::new();
        let empty = empty.to_owned();
        let server = Server::new(move |number, _| match number {
            0 | 2 => reply(200, "application/json", &empty),
            _ => set(&[P521]),
        });
        let verifier = WebhookVerifier::builder()
            .client(client(&server, &time))
            .key(ED25519, key(ED25519).verifying_key().unwrap())
            .build();
        let must_retry = async || {
            let error = verify(&verifier, signed(P521).await).await.unwrap_err();
            assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE, "{error}");
            let sentence = "cannot check the signature: GET /auth/verify_keys lists no usable key \
                            (expected at least one P-521 or Ed25519 key)";
            assert_eq!(error.to_string(), sentence);
        };
        must_retry().await;
        must_retry().await;
        assert_eq!(server.sent().len(), 1);
        // A configured key needs no list.
        assert!(verify(&verifier, signed(ED25519).await).await.is_ok());
        time.add(60);
        assert!(verify(&verifier, signed(P521).await).await.is_ok());
        // An unknown key is rejected while the list contains any key.
        let mut stranger = Forge::new(V6);
        stranger.reword(P521, "stranger");
        assert!(is_unknown(verify(&verifier, stranger.made().await).await));
        // A list that becomes empty withdraws its keys.
        time.add(86_400);
        must_retry().await;
        assert_eq!(server.sent().len(), 3);
    }
}
