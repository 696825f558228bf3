//! Valid and invalid webhooks, built without the code under test.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request};
use upvest_core::Timestamp;
use upvest_core::signature::{SignatureVersion, Signer as _, SigningKey};
use upvest_core::webhook::{
    Delivery, WebhookError, WebhookId, WebhookVerifier, WebhookVerifierBuilder,
};
use upvest_tests::data;

use SignatureVersion::{V6, V15};

/// The time at which webhooks are created and received.
pub const NOON: i64 = 1_800_000_000;
pub const P521: &str = "9ed77463-c18e-4794-ab5c-17423f9b801a";
pub const ED25519: &str = "4c11b1a0-6d2a-4a8e-9f6e-1f5a3f1c7d20";

/// A body with two events, one of an unknown type.
pub const BODY: &str = r#"{"payload":[{"id":"8962b496-8d42-4560-bfab-10c8d1a3b5c7","created_at":"2027-01-15T08:00:00Z","type":"VIRTUAL_CASH_INCREASE.CONFIRMED","object":{"id":"6ffa6b16-2380-4e7a-88b2-ae625c8eef99","account_group_id":"ac1c39e9-2101-46b8-a624-d10a9e351b6c","amount":"200.00","currency":"EUR","status":"CONFIRMED","created_at":"2027-01-15T08:00:00Z","updated_at":"2027-01-15T08:00:00Z"},"webhook_id":"a8eb3540-5a84-40f9-b2bb-7f99f282fc5a"},{"id":"8962b496-8d42-4560-bfab-10c8d1a3b5c8","created_at":"2027-01-15T08:00:00Z","type":"SOMETHING.NEW","object":{"x":1.0},"webhook_id":"a8eb3540-5a84-40f9-b2bb-7f99f282fc5a"}]}"#;

/// The subscription of all events in [`BODY`].
pub fn webhook() -> WebhookId {
    "a8eb3540-5a84-40f9-b2bb-7f99f282fc5a".parse().unwrap()
}

pub fn key(id: &str) -> SigningKey {
    let file = if id == ED25519 { "ed25519_plain.pem" } else { "p8_plain.pem" };
    let pem = std::fs::read(data("keys").join(file)).unwrap();
    SigningKey::from_pem(id, pem, None).unwrap()
}

pub fn at(seconds: i64) -> impl Fn() -> Timestamp {
    move || Timestamp::from_unix_seconds(seconds).unwrap()
}

/// Returns a verifier builder with both keys and a clock at noon.
pub fn builder(version: SignatureVersion) -> WebhookVerifierBuilder {
    let builder = WebhookVerifier::builder().version(version).clock(at(NOON));
    [P521, ED25519]
        .into_iter()
        .fold(builder, |builder, id| builder.key(id, key(id).verifying_key().unwrap()))
}

/// A webhook. Its fields can be changed before signing, and its request afterwards.
#[derive(Clone)]
pub struct Forge {
    pub version: SignatureVersion,
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
    pub components: Vec<String>,
    pub parameters: String,
    /// Signed instead of the correct signature base, if set.
    pub base: Option<String>,
    pub signs: &'static str,
}

impl Forge {
    pub fn new(version: SignatureVersion) -> Self {
        let digest = digest_name(version);
        let components = ["@method", "@path", "@query", "content-type", digest];
        let mut forge = Self {
            version,
            method: "POST".to_owned(),
            target: "/webhooks?tenant=7".to_owned(),
            headers: Vec::new(),
            body: BODY.as_bytes().to_vec(),
            components: components.map(str::to_owned).to_vec(),
            parameters: format!(
                ";keyid=\"{P521}\";created={NOON};nonce=\"0979673574\";expires={}",
                NOON + 60
            ),
            base: None,
            signs: P521,
        };
        forge.set("host", "receiver.example");
        forge.set("content-type", "application/json");
        forge.set("content-length", &BODY.len().to_string());
        forge.set(digest, &digest_of(version, BODY.as_bytes()));
        if version == V15 {
            forge.set("upvest-signature-version", "15");
        }
        forge
    }

    pub fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.add(name, value.as_bytes());
    }

    pub fn add(&mut self, name: &str, value: &[u8]) {
        self.headers.push((name.to_owned(), value.to_vec()));
    }

    pub fn remove(&mut self, name: &str) {
        self.headers.retain(|(known, _)| known != name);
    }

    /// Sets the body, with the matching digest and length.
    pub fn set_body(&mut self, body: &[u8]) {
        self.body = body.to_vec();
        self.set(digest_name(self.version), &digest_of(self.version, body));
        self.set("content-length", &body.len().to_string());
    }

    /// Changes the parameters of the signature.
    pub fn reword(&mut self, from: &str, to: &str) {
        assert!(self.parameters.contains(from), "{}", self.parameters);
        self.parameters = self.parameters.replacen(from, to, 1);
    }

    pub fn cover(&mut self, components: &[&str]) {
        self.components = components.iter().map(|&name| name.to_owned()).collect();
    }

    pub fn uncover(&mut self, component: &str) {
        self.components.retain(|known| known != component);
    }

    fn list(&self) -> String {
        let quoted: Vec<String> =
            self.components.iter().map(|component| format!("\"{component}\"")).collect();
        format!("({})", quoted.join(" "))
    }

    pub fn base(&self) -> String {
        let quote = if self.version == V15 { "\"" } else { "" };
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let mut base = String::new();
        for component in &self.components {
            let value = match component.as_str() {
                "@method" => self.method.to_uppercase(),
                "@path" => path.to_owned(),
                "@query" => format!("?{query}"),
                name => {
                    let named = self.headers.iter().filter(|(known, _)| known == name);
                    let values: Vec<String> = named
                        .map(|(_, value)| String::from_utf8_lossy(value).trim().to_owned())
                        .collect();
                    values.join(", ")
                }
            };
            base += &format!("{quote}{component}{quote}: {value}\n");
        }
        base + &format!("{quote}@signature-params{quote}: {}{}", self.list(), self.parameters)
    }

    pub async fn signature(&self) -> Vec<u8> {
        let base = self.base.clone().unwrap_or_else(|| self.base());
        key(self.signs).sign(base.as_bytes()).await.unwrap()
    }

    pub async fn made(&self) -> Request<Vec<u8>> {
        self.made_with(&self.signature().await)
    }

    pub fn made_with(&self, signature: &[u8]) -> Request<Vec<u8>> {
        let mut request = Request::builder()
            .method(&*self.method)
            .uri(&self.target)
            .body(self.body.clone())
            .unwrap();
        let input = format!("sig1={}{}", self.list(), self.parameters);
        let signature = format!("sig1=:{}:", BASE64_STANDARD.encode(signature));
        let own = [("signature-input", input.into_bytes()), ("signature", signature.into_bytes())];
        let own = own.map(|(name, value)| (name.to_owned(), value));
        for (name, value) in self.headers.iter().chain(&own) {
            let name: HeaderName = name.parse().unwrap();
            request.headers_mut().append(name, HeaderValue::from_bytes(value).unwrap());
        }
        request
    }
}

/// Replaces a header of a signed request.
pub fn with(mut request: Request<Vec<u8>>, name: &str, value: &str) -> Request<Vec<u8>> {
    let name: HeaderName = name.parse().unwrap();
    request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
    request
}

pub fn digest_name(version: SignatureVersion) -> &'static str {
    if version == V6 { "digest" } else { "content-digest" }
}

pub fn digest_of(version: SignatureVersion, body: &[u8]) -> String {
    let encode = |algorithm| BASE64_STANDARD.encode(digest::digest(algorithm, body));
    match version {
        V6 => format!("SHA-256={}", encode(&digest::SHA256)),
        _ => format!("sha-512=:{}:", encode(&digest::SHA512)),
    }
}

pub async fn verify(
    verifier: &WebhookVerifier,
    request: Request<Vec<u8>>,
) -> Result<Delivery, WebhookError> {
    let (head, body): (Parts, Vec<u8>) = request.into_parts();
    verifier.verify(&head, &body).await
}
