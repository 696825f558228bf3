//! Signatures made by Upvest's own packages verify, and their signature bases are rebuilt byte for
//! byte: the Python package in V15, the Go packages in V6.

use std::time::Duration;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use upvest_core::__sandbox::{Message, SignatureInput, sign, verify};
use upvest_core::Timestamp;
use upvest_core::signature::{
    SignatureBase,
    SignatureVersion::{self, V6, V15},
    SigningKey, VerifierPolicy, VerifyError, VerifyingKey,
};
use upvest_core::webhook::{WebhookError, WebhookVerifier};

struct Vector {
    version: SignatureVersion,
    name: String,
    method: String,
    path: String,
    query: Option<String>,
    headers: HeaderMap,
    body: Vec<u8>,
    base: String,
    public_key: VerifyingKey,
}

impl Vector {
    fn message(&self) -> Message<'_> {
        Message {
            method: &self.method,
            path: &self.path,
            query: self.query.as_deref(),
            headers: &self.headers,
        }
    }

    fn base(&self) -> String {
        let input = SignatureInput::from_headers(&self.headers).unwrap();
        SignatureBase::new(self.version, &self.message(), &input.components, &input.parameters)
            .unwrap()
            .expose_token()
            .to_owned()
    }

    fn verify(&self, message: &Message<'_>, body: &[u8]) -> Result<(), VerifyError> {
        let mut policy = VerifierPolicy::default();
        policy.version = self.version;
        if self.version == V6 {
            policy.max_age = Some(Duration::from_secs(60));
        }
        if message.path.is_empty() {
            // One of the Go signers omits an empty path.
            policy.required.retain(|component| *component != "@path");
        }
        self.verify_with(message, body, &policy)
    }

    fn verify_with(
        &self,
        message: &Message<'_>,
        body: &[u8],
        policy: &VerifierPolicy,
    ) -> Result<(), VerifyError> {
        let created = SignatureInput::from_headers(&self.headers)?.created;
        let now = Timestamp::from_unix_seconds(created).unwrap();
        verify(message, body, |_| Some(&self.public_key), now, policy).map(|_| ())
    }
}

fn read(json: &Value) -> Vector {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut headers = HeaderMap::new();
    let mut add = |name: &str, value: &str| {
        let name = HeaderName::from_bytes(name.to_ascii_lowercase().as_bytes()).unwrap();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
    };
    let (method, target, body);
    if let Some(line) = json["request_line"].as_str() {
        let mut words = line.split(' ');
        method = words.next().unwrap().to_owned();
        target = words.next().unwrap().to_owned();
        body = text(&json["body_base64"]);
        for pair in json["headers"].as_array().unwrap() {
            add(pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
        }
    } else {
        method = text(&json["request"]["method"]);
        let url = json["canonical"]["url"].as_str().or(json["request"]["url"].as_str()).unwrap();
        target = url.splitn(4, '/').nth(3).map(|rest| format!("/{rest}")).unwrap_or_default();
        body = text(&json["request"]["body_base64"]);
        for headers in [&json["request"]["headers"], &json["headers"]] {
            for (name, value) in headers.as_object().unwrap() {
                let value = value.as_str().or(value[0].as_str());
                add(name, value.unwrap());
            }
        }
    }
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path.to_owned(), Some(query.to_owned())),
        None => (target, None),
    };
    let version = match json["draft"].as_str() {
        Some("v06") => V6,
        Some("v15") => V15,
        other => panic!("unknown signature version: {other:?}"),
    };
    Vector {
        version,
        name: text(&json["name"]),
        method,
        path,
        query,
        headers,
        body: BASE64_STANDARD.decode(body).unwrap(),
        base: text(&json["signature_base"]),
        public_key: VerifyingKey::from_pem(text(&json["public_key_pem"])).unwrap(),
    }
}

fn vectors_in(folder: &str, count: usize) -> Vec<Vector> {
    let mut paths: Vec<_> = std::fs::read_dir(upvest_tests::data(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert_eq!(paths.len(), count, "unexpected number of vectors");
    paths
        .iter()
        .map(|path| read(&serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()))
        .collect()
}

fn vectors() -> Vec<Vector> {
    let mut vectors = vectors_in("vectors/v15", 23);
    vectors.extend(vectors_in("vectors/v6", 4));
    vectors
}

#[test]
fn every_signature_base_is_rebuilt_from_the_request() {
    for vector in vectors() {
        assert_eq!(vector.base(), vector.base, "{}", vector.name);
    }
}

#[test]
fn every_signature_verifies() {
    for vector in vectors() {
        let result = vector.verify(&vector.message(), &vector.body);
        assert_eq!(result, Ok(()), "{}", vector.name);
    }
}

#[test]
fn a_change_in_any_part_is_detected() {
    for vector in vectors() {
        let message = vector.message();
        let longer = format!("{}x", vector.path);
        for (what, changed) in [
            ("method", Message { method: "PUT", ..message }),
            ("path", Message { path: &longer, ..message }),
            ("query", Message { query: Some("limit=3"), ..message }),
        ] {
            assert!(vector.verify(&changed, &vector.body).is_err(), "{}: {what}", vector.name);
        }
        let input = SignatureInput::from_headers(&vector.headers).unwrap();
        for component in input.components.iter().filter(|component| !component.starts_with('@')) {
            let mut headers = vector.headers.clone();
            let name: HeaderName = component.parse().unwrap();
            headers.insert(&name, HeaderValue::from_static("changed"));
            let changed = Message { headers: &headers, ..message };
            assert!(vector.verify(&changed, &vector.body).is_err(), "{}: {name}", vector.name);
            headers.remove(&name);
            let changed = Message { headers: &headers, ..message };
            assert!(vector.verify(&changed, &vector.body).is_err(), "{}: no {name}", vector.name);
        }
        if !vector.body.is_empty() {
            let mut body = vector.body.clone();
            body[0] ^= 1;
            let refused = VerifyError::Digest(vector.version);
            assert_eq!(vector.verify(&message, &body), Err(refused), "{}", vector.name);
        }
    }
}

/// Changes each byte of the body and of every covered value, one at a time.
#[test]
fn no_byte_can_be_changed() {
    let mut changes = 0;
    for vector in vectors_in("vectors/v6", 4) {
        let message = vector.message();
        let mut refused = |message: &Message<'_>, body: &[u8], what: &str| {
            changes += 1;
            assert!(vector.verify(message, body).is_err(), "{}: {what}", vector.name);
        };
        // Flip each bit of each byte.
        let flipped = |text: &str| {
            let text = text.as_bytes().to_vec();
            (0..8 * text.len()).map(move |bit| {
                let mut bytes = text.clone();
                bytes[bit / 8] ^= 1 << (bit % 8);
                bytes
            })
        };
        let texts = |text: &str| flipped(text).filter_map(|bytes| String::from_utf8(bytes).ok());
        // The method is always signed in upper case.
        let others = texts(&vector.method).filter(|text| text.to_uppercase() != vector.method);
        for method in others {
            refused(&Message { method: &method, ..message }, &vector.body, "method");
        }
        // One vector has no path and does not cover it.
        for path in texts(&vector.path) {
            refused(&Message { path: &path, ..message }, &vector.body, "path");
        }
        for query in texts(vector.query.as_deref().unwrap_or_default()) {
            let changed = Message { query: Some(&query), ..message };
            refused(&changed, &vector.body, "query");
        }
        let input = SignatureInput::from_headers(&vector.headers).unwrap();
        let mut names = input.components;
        names.retain(|component| !component.starts_with('@'));
        names.extend(["signature".to_owned(), "signature-input".to_owned()]);
        for name in names {
            let name: HeaderName = name.parse().unwrap();
            let value = vector.headers[&name].to_str().unwrap();
            for bytes in flipped(value) {
                let mut headers = vector.headers.clone();
                let Ok(value) = HeaderValue::from_bytes(&bytes) else { continue };
                headers.insert(&name, value);
                refused(&Message { headers: &headers, ..message }, &vector.body, name.as_str());
            }
        }
        for body in flipped(std::str::from_utf8(&vector.body).unwrap()) {
            refused(&message, &body, "body");
        }
        let mut body = vector.body.clone();
        body.push(b' ');
        refused(&message, &body, "a longer body");
    }
    assert!(changes > 10_000, "{changes}");
}

/// The vectors are requests, not batches of events. That is detected only after the signature is
/// verified.
#[tokio::test]
async fn the_webhook_verifier_accepts_their_signatures() {
    for vector in vectors_in("vectors/v6", 4) {
        let input = SignatureInput::from_headers(&vector.headers).unwrap();
        let (created, key) = (input.created, vector.public_key.clone());
        let verifier = WebhookVerifier::builder()
            .key(input.key_id, key)
            .clock(move || Timestamp::from_unix_seconds(created).unwrap())
            .policy(|policy| {
                // One of the Go signers omits an empty path.
                policy.required.retain(|name| *name != "@path" || !vector.path.is_empty());
            })
            .build();
        let target = match (&*vector.path, &vector.query) {
            ("", _) => "/".to_owned(),
            (path, None) => path.to_owned(),
            (path, Some(query)) => format!("{path}?{query}"),
        };
        let mut request = http::Request::builder().method(&*vector.method).uri(target);
        *request.headers_mut().unwrap() = vector.headers.clone();
        let (mut head, ()) = request.body(()).unwrap().into_parts();
        let error = verifier.verify(&head, &vector.body).await.unwrap_err();
        assert!(matches!(error, WebhookError::Unreadable(_)), "{}: {error}", vector.name);
        head.headers.insert("accept", HeaderValue::from_static("application/jso"));
        let error = verifier.verify(&head, &vector.body).await.unwrap_err();
        assert!(matches!(error, WebhookError::WrongSignature { .. }), "{}: {error}", vector.name);
    }
}

/// Neither version is accepted as the other, and uncovered components are rejected.
#[test]
fn the_version_is_chosen_by_the_verifier() {
    for vector in vectors() {
        let mut policy = VerifierPolicy::default();
        policy.max_age = Some(Duration::from_secs(60));
        policy.required.clear();
        policy.version = if vector.version == V6 { V15 } else { V6 };
        let refused = VerifyError::Version(policy.version);
        let result = vector.verify_with(&vector.message(), &vector.body, &policy);
        assert_eq!(result, Err(refused), "{}", vector.name);

        // The same with a matching version header: the digest is in another header, or the
        // signature base differs.
        let mut headers = vector.headers.clone();
        headers
            .insert("upvest-signature-version", HeaderValue::from_static(policy.version.as_str()));
        let message = Message { headers: &headers, ..vector.message() };
        let result = vector.verify_with(&message, &vector.body, &policy);
        let digest_name = policy.version.digest_name();
        match result {
            Err(VerifyError::WrongSignature(_)) => {
                assert!(vector.body.is_empty(), "{}", vector.name)
            }
            Err(VerifyError::NotCovered(name)) => assert_eq!(name, digest_name, "{}", vector.name),
            other => panic!("{}: {other:?}", vector.name),
        }
    }
}

/// A signature base made with other tools and compared by its hash: an increase as the client sends
/// it, except for the nonce and the lifetime.
#[tokio::test]
async fn the_signature_base_of_an_increase_matches_other_tools() {
    let pem = std::fs::read(upvest_tests::data("keys/ed25519_plain.pem")).unwrap();
    let key = SigningKey::from_pem("8d4997a8-cf7a-4e51-adbb-401656a3e5c2", pem, None).unwrap();
    let mut request = http::Request::post("https://sandbox.upvest.co/virtual_cash_balances/increases")
        .header("accept", "application/json")
        .header("authorization", "Bearer access-token")
        .header("content-type", "application/json")
        .header("idempotency-key", "ccb07f42-4104-44ad-8e1f-c660bb7b269c")
        .header("upvest-api-version", "1")
        .header("upvest-client-id", "5ec16164-6173-461d-b90d-116d68f55b40")
        .header("user-agent", "upvest-rs/0.1.0")
        .body(Bytes::from_static(
            br#"{"account_group_id":"2596db3b-0d03-4651-9eda-970910479dfb","amount":"200.00","currency":"EUR"}"#,
        ))
        .unwrap();
    let created = Timestamp::from_unix_seconds(1_633_529_659).unwrap();
    sign(V15, &mut request, &key, created, [7; 16]).await.unwrap();

    let input = SignatureInput::from_headers(request.headers()).unwrap();
    let listed = input.parameters.split(';').next().unwrap();
    let parameters = format!(
        "{listed};keyid=\"8d4997a8-cf7a-4e51-adbb-401656a3e5c2\";created=1633529659;expires=1633529664;nonce=\"o085M4cMgpbicuOL\""
    );
    let base =
        SignatureBase::new(V15, &Message::of(&request), &input.components, &parameters).unwrap();
    assert_eq!(base.as_bytes().len(), 710);
    let hash = digest::digest(&digest::SHA256, base.as_bytes());
    assert_eq!(
        hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
        "8e4f68ce3ead5de51762dab1b5faca1a2aa3e765c0ed0a3205ddc2fb203bf967"
    );
}
