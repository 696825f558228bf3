//! Signatures made by Upvest's own Python package verify, and their bases are rebuilt to the byte.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use upvest_core::Timestamp;
use upvest_core::signature::{Message, Policy, Refusal, SignatureInput, VerifyingKey, signature_base, verify};

/// Odd on purpose: what was signed is not what the URL says.
const ODD: [&str; 3] = ["path_semicolon_params", "raw_unicode_path_query", "duplicate_headers_by_case"];

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

    fn verify(&self, message: &Message<'_>, body: &[u8]) -> Result<(), Refusal> {
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
    let mut compared = 0;
    for vector in vectors().iter().filter(|vector| !ODD.contains(&vector.name.as_str())) {
        let input = SignatureInput::from_headers(&vector.headers).unwrap();
        let base = signature_base(&vector.message(), &input.components, &input.parameters).unwrap();
        assert_eq!(base, vector.base, "{}", vector.name);
        compared += 1;
    }
    assert_eq!(compared, 20);
}

#[test]
fn every_signature_verifies() {
    for vector in vectors() {
        let result = vector.verify(&vector.message(), &vector.body);
        // Its base holds raw UTF-8, which no HTTP library sends.
        if vector.name == "raw_unicode_path_query" {
            assert!(vector.path.contains('ß') && result.is_ok(), "{result:?}");
        } else {
            assert_eq!(result, Ok(()), "{}", vector.name);
        }
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
            assert_eq!(vector.verify(&message, &body), Err(Refusal::Digest), "{}", vector.name);
        }
    }
}
