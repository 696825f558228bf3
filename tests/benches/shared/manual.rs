//! A minimal client without this project's crates: no retries, no renewal of tokens, no error types.

use std::fmt::Write as _;
use std::time::SystemTime;

use aws_lc_rs::digest::{SHA512, digest};
use aws_lc_rs::rand::{SystemRandom, fill};
use aws_lc_rs::signature::{ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use serde::Serialize;
use uuid::Uuid;

const INCREASES: &str = "/virtual_cash_balances/increases";

/// The order, as a program without the client would define it.
#[derive(Serialize)]
struct Order<'a> {
    account_group_id: Uuid,
    amount: &'a str,
    currency: &'a str,
}

enum Key {
    P521(Box<EcdsaKeyPair>, SystemRandom),
    Ed25519(Ed25519KeyPair),
}

impl Key {
    fn from_pem(pem: &[u8]) -> Self {
        let der = pem::parse(pem).expect("PEM");
        match EcdsaKeyPair::from_pkcs8(&ECDSA_P521_SHA512_ASN1_SIGNING, der.contents()) {
            Ok(key) => Self::P521(Box::new(key), SystemRandom::new()),
            Err(_) => Self::Ed25519(
                Ed25519KeyPair::from_pkcs8(der.contents()).expect("a P-521 or Ed25519 key"),
            ),
        }
    }

    fn sign(&self, base: &[u8]) -> String {
        match self {
            Self::P521(key, random) => {
                BASE64_STANDARD.encode(key.sign(random, base).expect("a signature"))
            }
            Self::Ed25519(key) => BASE64_STANDARD.encode(key.sign(base)),
        }
    }
}

pub struct Manual {
    base_url: String,
    client_id: String,
    key_id: String,
    key: Key,
    /// The access token.
    pub token: String,
}

impl Manual {
    pub fn new(base_url: &str, client_id: &str, key_id: &str, pem: &[u8]) -> Self {
        Self {
            base_url: base_url.to_owned(),
            client_id: client_id.to_owned(),
            key_id: key_id.to_owned(),
            key: Key::from_pem(pem),
            token: String::new(),
        }
    }

    pub fn increase(&self, group: Uuid) -> Request<Bytes> {
        let order = Order { account_group_id: group, amount: "200.00", currency: "EUR" };
        let body = serde_json::to_vec(&order).expect("JSON");
        let authorization = format!("Bearer {}", self.token);
        let key = Uuid::new_v4().to_string();
        let headers = [
            ("authorization", authorization.as_str()),
            ("content-type", "application/json"),
            ("idempotency-key", &key),
        ];
        self.signed(INCREASES, body, &headers)
    }

    /// Returns a signed POST with these headers and with those of every request.
    pub fn signed(
        &self,
        path: &str,
        body: Vec<u8>,
        headers: &[(&'static str, &str)],
    ) -> Request<Bytes> {
        let body_digest =
            format!("sha-512=:{}:", BASE64_STANDARD.encode(digest(&SHA512, &body).as_ref()));
        let length = body.len().to_string();
        let mut covered = Vec::with_capacity(10);
        covered.extend([("@method", "POST"), ("@path", path), ("accept", "application/json")]);
        covered.extend_from_slice(headers);
        covered.extend([
            ("content-length", length.as_str()),
            ("content-digest", &body_digest),
            ("upvest-api-version", "1"),
            ("upvest-client-id", &self.client_id),
        ]);

        let mut base = String::with_capacity(1024);
        let mut names = String::with_capacity(256);
        for (name, value) in &covered {
            writeln!(base, "\"{name}\": {value}").expect("memory");
            write!(names, "\"{name}\" ").expect("memory");
        }
        let mut nonce = [0; 16];
        fill(&mut nonce).expect("randomness");
        let created = SystemTime::UNIX_EPOCH.elapsed().expect("a time after 1970").as_secs();
        let parameters = format!(
            "({});keyid=\"{}\";created={created};expires={};nonce=\"{:032x}\"",
            names.trim_end(),
            self.key_id,
            created + 30,
            u128::from_be_bytes(nonce)
        );
        write!(base, "\"@signature-params\": {parameters}").expect("memory");
        let signature = format!("sig1=:{}:", self.key.sign(base.as_bytes()));

        let mut map = HeaderMap::with_capacity(16);
        let input = format!("sig1={parameters}");
        let uncovered = [
            ("user-agent", "manual/0.1.0"),
            ("signature-input", &input),
            ("signature", &signature),
            ("upvest-signature-version", "15"),
        ];
        for (name, value) in covered[2..].iter().chain(&uncovered) {
            let value = HeaderValue::from_str(value).expect("a value");
            map.insert(HeaderName::from_static(name), value);
        }
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(format!("{}{path}", self.base_url))
            .body(Bytes::from(body))
            .expect("a request");
        *request.headers_mut() = map;
        request
    }
}
