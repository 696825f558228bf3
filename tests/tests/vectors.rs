//! Signatures made by Upvest's own Python package verify, and their bases are rebuilt to the byte.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use upvest_core::Timestamp;
use upvest_core::signature::{
    Message, Policy, SignatureInput, SigningKey, VerifyError, VerifyingKey, sign, signature_base,
    verify,
};

struct Vector {
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

    fn verify(&self, message: &Message<'_>, body: &[u8]) -> Result<(), VerifyError> {
        let created = SignatureInput::from_headers(message.headers)?.created;
        let now = Timestamp::from_unix_seconds(created).unwrap();
        verify(message, body, |_| Some(&self.public_key), now, &Policy::default()).map(|_| ())
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
        let url = text(&json["canonical"]["url"]);
        target = url.splitn(4, '/').nth(3).map(|rest| format!("/{rest}")).unwrap_or_default();
        body = text(&json["request"]["body_base64"]);
        for headers in [&json["request"]["headers"], &json["headers"]] {
            for (name, value) in headers.as_object().unwrap() {
                add(name, value.as_str().unwrap());
            }
        }
    }
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path.to_owned(), Some(query.to_owned())),
        None => (target, None),
    };
    Vector {
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

fn vectors() -> Vec<Vector> {
    let mut paths: Vec<_> = std::fs::read_dir(upvest_tests::data("vectors/v15"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert_eq!(paths.len(), 23, "a vector is missing or new");
    paths
        .iter()
        .map(|path| read(&serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()))
        .collect()
}

#[test]
fn every_base_is_rebuilt_from_what_was_received() {
    for vector in vectors() {
        let input = SignatureInput::from_headers(&vector.headers).unwrap();
        let base = signature_base(&vector.message(), &input.components, &input.parameters).unwrap();
        assert_eq!(base, vector.base, "{}", vector.name);
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
fn a_change_in_any_part_is_found() {
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
            assert_eq!(vector.verify(&message, &body), Err(VerifyError::Digest), "{}", vector.name);
        }
    }
}

/// A base that was made with other tools, known by its hash: that of an increase as we send it, but
/// for the nonce and the lifetime.
#[tokio::test]
async fn an_increase_has_the_base_that_other_tools_made() {
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
    sign(&mut request, &key, created, [7; 16]).await.unwrap();

    let input = SignatureInput::from_headers(request.headers()).unwrap();
    let listed = input.parameters.split(';').next().unwrap();
    let parameters = format!(
        "{listed};keyid=\"8d4997a8-cf7a-4e51-adbb-401656a3e5c2\";created=1633529659;expires=1633529664;nonce=\"o085M4cMgpbicuOL\""
    );
    let base = signature_base(&Message::of(&request), &input.components, &parameters).unwrap();
    assert_eq!(base.len(), 710);
    let hash = digest::digest(&digest::SHA256, base.as_bytes());
    assert_eq!(
        hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
        "8e4f68ce3ead5de51762dab1b5faca1a2aa3e765c0ed0a3205ddc2fb203bf967"
    );
}
