//! A sandbox with a frozen clock, and requests signed without the client.

use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderValue, Request};
use http_body_util::BodyExt as _;
use secrecy::ExposeSecret as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use upvest_core::__sandbox::sign;
use upvest_core::signature::{SignatureVersion::V15, Signer as _, SigningKey};
use upvest_core::transport::{ReqwestTransport, Transport as _};
use upvest_core::{Problem, Timestamp};
use upvest_sandbox::{Sandbox, SandboxBuilder};
use upvest_tests::watch_logs;
use upvest_virtual_cash::Currency;
use uuid::Uuid;

/// Starts the sandbox and watches the logs for its client secret.
pub(crate) async fn started(builder: SandboxBuilder) -> Sandbox {
    let sandbox = builder.start().await.unwrap();
    watch_logs(sandbox.credentials().client_secret().expose_secret());
    sandbox
}

pub(crate) const GROUP: &str = "ac1c39e9-2101-46b8-a624-d10a9e351b6c";
pub(crate) const KEY: &str = "ccb07f42-4104-44ad-8e1f-c660bb7b269c";
pub(crate) const NOON: i64 = 1_800_000_000;
pub(crate) const INCREASES: &str = "/virtual_cash_balances/increases";

/// Returns the time of the frozen clock.
pub(crate) fn noon() -> Timestamp {
    Timestamp::from_unix_seconds(NOON).unwrap()
}

pub(crate) struct Bench {
    pub(crate) sandbox: Sandbox,
    pub(crate) token: String,
    transport: ReqwestTransport,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::of(Sandbox::builder()).await
    }

    pub(crate) async fn of(builder: SandboxBuilder) -> Self {
        let sandbox = started(builder.clock(noon)).await;
        let transport = ReqwestTransport::new().unwrap();
        let mut bench = Self { sandbox, token: String::new(), transport };
        bench.token = bench.fetch_token("virtual_cash_balances:admin").await;
        bench
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sandbox.url())
    }

    pub(crate) fn now(&self) -> i64 {
        self.sandbox.clock().now().unix_seconds()
    }

    pub(crate) async fn fetch_token(&self, scope: &str) -> String {
        let (status, body) = self.send(self.signed(self.token_request(scope)).await).await;
        assert_eq!(status, 200, "{body}");
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            (body["expires_in"].as_i64(), body["token_type"].as_str()),
            (Some(1799), Some("bearer"))
        );
        body["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) fn token_request(&self, scope: &str) -> Request<Bytes> {
        let credentials = self.sandbox.credentials();
        let body = format!(
            "client_id={}&client_secret={}&grant_type=client_credentials&scope={scope}",
            credentials.client_id(),
            credentials.client_secret().expose_secret()
        );
        Request::post(self.url("/auth/token"))
            .header("accept", "application/json")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("upvest-client-id", credentials.client_id().to_string())
            .body(body.into())
            .unwrap()
    }

    /// An unsigned increase that is accepted once it is signed.
    pub(crate) fn increase(&self) -> Request<Bytes> {
        let body =
            format!(r#"{{"account_group_id":"{GROUP}","amount":"200.00","currency":"EUR"}}"#);
        Request::post(self.url(INCREASES))
            .header("accept", "application/json")
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .header("idempotency-key", KEY)
            .header("upvest-api-version", "1")
            .header("upvest-client-id", self.sandbox.credentials().client_id().to_string())
            .body(body.into())
            .unwrap()
    }

    /// A request without a body.
    pub(crate) fn bodiless(&self, method: &str, path: &str) -> Request<Bytes> {
        let mut request = without(self.increase(), "content-type").map(|_| Bytes::new());
        request.headers_mut().remove("idempotency-key");
        *request.method_mut() = method.parse().unwrap();
        *request.uri_mut() = self.url(path).parse().unwrap();
        request
    }

    pub(crate) async fn signed(&self, request: Request<Bytes>) -> Request<Bytes> {
        self.signed_at(request, self.now()).await
    }

    pub(crate) async fn signed_at(
        &self,
        mut request: Request<Bytes>,
        created: i64,
    ) -> Request<Bytes> {
        let created = Timestamp::from_unix_seconds(created).unwrap();
        let nonce = *Uuid::new_v4().as_bytes();
        sign(V15, &mut request, self.sandbox.credentials().signing_key(), created, nonce)
            .await
            .unwrap();
        request
    }

    /// Returns what a custom signer covers: all headers present, and the derived components.
    pub(crate) fn components(&self, request: &Request<Bytes>) -> Vec<String> {
        let mut components = vec!["@method".to_owned(), "@path".to_owned()];
        if request.uri().query().is_some_and(|query| !query.is_empty()) {
            components.push("@query".to_owned());
        }
        components.extend(request.headers().keys().map(|name| name.as_str().to_owned()));
        components
    }

    /// Returns the parameters of a signature made now.
    pub(crate) fn parameters(&self) -> String {
        let key_id = self.sandbox.credentials().key_id();
        let (now, nonce) = (self.now(), Uuid::new_v4());
        format!(r#";keyid="{key_id}";created={now};expires={};nonce="{nonce}""#, now + 30)
    }

    /// Adds the headers that a body needs.
    pub(crate) fn digested(&self, request: Request<Bytes>) -> Request<Bytes> {
        let digest = V15.digest(request.body());
        let length = request.body().len().to_string();
        with(with(request, "content-digest", &digest), "content-length", &length)
    }

    /// Signs exactly these components, even if they make no sense: missing ones are signed as
    /// empty.
    pub(crate) async fn forged(
        &self,
        request: Request<Bytes>,
        components: &[String],
        parameters: &str,
    ) -> Request<Bytes> {
        let key = self.sandbox.credentials().signing_key();
        let input = format!("{}{parameters}", list(components));
        let base = base(&request, components, &input);
        let signature = key.sign(base.as_bytes()).await.unwrap();
        sealed(request, &input, &signature)
    }

    /// An increase signed with other components.
    pub(crate) async fn covering(&self, change: impl FnOnce(&mut Vec<String>)) -> Request<Bytes> {
        let request = self.digested(self.increase());
        let mut components = self.components(&request);
        change(&mut components);
        self.forged(request, &components, &self.parameters()).await
    }

    /// An increase signed with other parameters.
    pub(crate) async fn with_parameters(&self, parameters: &str) -> Request<Bytes> {
        let request = self.digested(self.increase());
        let components = self.components(&request);
        self.forged(request, &components, parameters).await
    }

    pub(crate) async fn send(&self, request: Request<Bytes>) -> (u16, String) {
        let response = self.transport.send(request).await.unwrap();
        assert!(response.headers().contains_key("upvest-request-id"));
        let status = response.status().as_u16();
        let is_problem = response
            .headers()
            .get("content-type")
            .is_some_and(|content_type| content_type == "application/problem+json");
        assert_eq!(is_problem, status >= 400);
        let id = response.headers()["upvest-request-id"].to_str().unwrap().to_owned();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body = String::from_utf8(body.to_vec()).unwrap();
        if is_problem {
            let problem: Problem = serde_json::from_str(&body).unwrap();
            assert_eq!((problem.status, problem.request_id), (Some(status), Some(id)));
        }
        (status, body)
    }

    /// Checks that the request is rejected, and returns the logged reason.
    pub(crate) async fn refused(
        &self,
        what: &str,
        request: Request<Bytes>,
        status: u16,
        code: &str,
    ) -> String {
        let (got, body) = self.send(request).await;
        let problem: Problem = serde_json::from_str(&body).unwrap_or_default();
        assert_eq!((got, problem.code()), (status, code), "{what}: {body}");
        let entry = self.sandbox.log().last().unwrap();
        entry.reason.clone().unwrap_or_default()
    }

    /// Sends these bytes only and returns the status, or `None` if the connection was closed.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> Option<u16> {
        raw_to(self.sandbox.address(), bytes.to_vec()).await
    }

    /// The same, but also closes the sending side. This is faster, but a server may then not
    /// respond.
    pub(crate) async fn raw_and_gone(&self, bytes: &[u8]) -> Option<u16> {
        let mut stream = TcpStream::connect(self.sandbox.address()).await.unwrap();
        // An early close is a valid outcome too.
        let _ = stream.write_all(bytes).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        status_of(&answer)
    }

    pub(crate) fn effects(&self) -> i64 {
        self.sandbox.state().ledger_entries(GROUP.parse().unwrap(), &Currency::Eur)
    }
}

/// Sends these bytes to a sandbox and returns the status. The sending side is closed only if no
/// response arrives for a while.
pub(crate) async fn raw_to(address: SocketAddr, bytes: Vec<u8>) -> Option<u16> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // An early close is a valid outcome too.
    let _ = stream.write_all(&bytes).await;
    let mut answer = Vec::new();
    let mut some = [0; 4096];
    if let Ok(read) = tokio::time::timeout(Duration::from_secs(2), stream.read(&mut some)).await {
        answer.extend(&some[..read.unwrap_or(0)]);
    } else {
        let _ = stream.shutdown().await;
        let _ = stream.read_to_end(&mut answer).await;
    }
    status_of(&answer)
}

fn status_of(answer: &[u8]) -> Option<u16> {
    String::from_utf8_lossy(answer).strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}

/// Returns a request as bytes; a missing length and host are added.
pub(crate) fn wire(request: &Request<Bytes>) -> Vec<u8> {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let mut bytes = format!("{} {target} HTTP/1.1\r\n", request.method()).into_bytes();
    if !request.headers().contains_key("host") {
        bytes.extend(b"host: 127.0.0.1\r\n");
    }
    if !request.headers().contains_key("content-length") && !request.body().is_empty() {
        bytes.extend(format!("content-length: {}\r\n", request.body().len()).bytes());
    }
    for (name, value) in request.headers() {
        bytes.extend(format!("{name}: ").bytes());
        bytes.extend(value.as_bytes());
        bytes.extend(b"\r\n");
    }
    bytes.extend(b"\r\n");
    bytes.extend(request.body());
    bytes
}

/// Returns the list of components as in `signature-input`.
pub(crate) fn list(components: &[String]) -> String {
    let quoted: Vec<String> = components.iter().map(|name| format!("\"{name}\"")).collect();
    format!("({})", quoted.join(" "))
}

/// Builds the signature base independently of the client, and without checks.
pub(crate) fn base(request: &Request<Bytes>, components: &[String], input: &str) -> String {
    let mut base = String::new();
    for name in components {
        let headers = || {
            let values = request.headers().get_all(name).iter();
            values.map(|value| value.to_str().unwrap().trim()).collect::<Vec<_>>().join(", ")
        };
        let value = match name.as_str() {
            "@method" => request.method().to_string(),
            "@path" => request.uri().path().to_owned(),
            "@query" => format!("?{}", request.uri().query().unwrap_or_default()),
            name if name.starts_with('@') => String::new(),
            _ => headers(),
        };
        base.push_str(&format!("\"{name}\": {value}\n"));
    }
    base + &format!("\"@signature-params\": {input}")
}

/// Adds a signature to a request.
pub(crate) fn sealed(request: Request<Bytes>, input: &str, signature: &[u8]) -> Request<Bytes> {
    let request = with(request, "signature-input", &format!("sig1={input}"));
    let signature = format!("sig1=:{}:", BASE64_STANDARD.encode(signature));
    with(with(request, "signature", &signature), "upvest-signature-version", "15")
}

/// Returns the signature of a request, as bytes.
pub(crate) fn signature_of(request: &Request<Bytes>) -> Vec<u8> {
    let value = request.headers()["signature"].to_str().unwrap();
    let value = value.strip_prefix("sig1=:").unwrap().strip_suffix(':').unwrap();
    BASE64_STANDARD.decode(value).unwrap()
}

/// Signs with the given key.
pub(crate) async fn signature_by(key: &SigningKey, base: &str) -> Vec<u8> {
    key.sign(base.as_bytes()).await.unwrap()
}

pub(crate) fn with(mut request: Request<Bytes>, name: &'static str, value: &str) -> Request<Bytes> {
    request.headers_mut().insert(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    request
}

pub(crate) fn without(mut request: Request<Bytes>, name: &str) -> Request<Bytes> {
    request.headers_mut().remove(name);
    request
}

pub(crate) fn with_body(request: Request<Bytes>, from: &str, to: &str) -> Request<Bytes> {
    request.map(|body| {
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(body.contains(from));
        body.replace(from, to).into()
    })
}

pub(crate) fn to(mut request: Request<Bytes>, target: &str) -> Request<Bytes> {
    *request.uri_mut() = target.parse().unwrap();
    request
}

/// Returns the two integers of a DER signature, as encoded.
pub(crate) fn numbers(der: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let start = if der[1] == 0x81 { 3 } else { 2 };
    let length = usize::from(der[start + 1]);
    let r = der[start + 2..start + 2 + length].to_vec();
    let s = der[start + 4 + length..].to_vec();
    (r, s)
}

/// Returns the two integers of a signature, concatenated, in 66 bytes each.
pub(crate) fn raw_numbers(der: &[u8]) -> Vec<u8> {
    let fixed = |number: Vec<u8>| {
        let digits = number[number.len().saturating_sub(66)..].to_vec();
        [vec![0; 66 - digits.len()], digits].concat()
    };
    let (r, s) = numbers(der);
    [fixed(r), fixed(s)].concat()
}
