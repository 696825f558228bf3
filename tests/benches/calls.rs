//! Measures a whole call against the same request built, signed and sent without the client: in
//! memory, where only CPU time counts, and over loopback with reqwest.
//!
//! Both are measured alternately in one run; the ratio is the median over all turns.

mod shared;

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA512, digest};
use aws_lc_rs::rand::{SystemRandom, fill};
use aws_lc_rs::signature::{ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use http_body_util::BodyExt as _;
use serde::Serialize;
use shared::{KEY_ID, is_trial, median, time};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use upvest_core::transport::{Body, TransportError};
use upvest_core::{Client, Environment, SigningKey, Timestamp};
use upvest_tests::data;
use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash, VirtualCashIncrease};
use uuid::{Uuid, uuid};

const CLIENT_ID: &str = "5ec16164-6173-461d-b90d-116d68f55b40";
const TOKEN: &str = "ory_at_J4tXl6kJ1hI7o0Qb9cV3n5m8r2s1u4w7.z0y9x8v7u6t5s4r3q2p1";
/// The account group of the response, which repeats that of the order.
const GROUP: Uuid = uuid!("2596db3b-0d03-4651-9eda-970910479dfb");
const RESPONSE: &str = r#"{"id":"8b0a24b3-5e4e-4ca9-b2f6-b1f0d3bb9d5c","account_group_id":"2596db3b-0d03-4651-9eda-970910479dfb","amount":"200.00","currency":"EUR","status":"ISSUED","created_at":"2020-08-24T14:15:22Z","updated_at":"2020-08-24T14:15:22Z"}"#;
const INCREASES: &str = "/virtual_cash_balances/increases";

fn token_response() -> String {
    format!(r#"{{"access_token":"{TOKEN}","token_type":"bearer","expires_in":86400,"scope":"x"}}"#)
}

/// The order, as a program without the client would define it.
#[derive(Serialize)]
struct Order<'a> {
    account_group_id: Uuid,
    amount: &'a str,
    currency: &'a str,
}

/// A minimal implementation without the client: no retries, no token cache, no error types.
struct Manual {
    key: EcdsaKeyPair,
    random: SystemRandom,
    base_url: String,
}

impl Manual {
    fn new(pem: &[u8], base_url: &str) -> Self {
        let der = pem::parse(pem).expect("PEM");
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P521_SHA512_ASN1_SIGNING, der.contents());
        Self {
            key: key.expect("a P-521 key"),
            random: SystemRandom::new(),
            base_url: base_url.to_owned(),
        }
    }

    fn increase(&self, group: Uuid) -> Request<Bytes> {
        let order = Order { account_group_id: group, amount: "200.00", currency: "EUR" };
        let body = serde_json::to_vec(&order).expect("JSON");
        let body_digest =
            format!("sha-512=:{}:", BASE64_STANDARD.encode(digest(&SHA512, &body).as_ref()));
        let length = body.len().to_string();
        let key = Uuid::new_v4().to_string();
        let authorization = format!("Bearer {TOKEN}");
        let mut nonce = [0; 16];
        fill(&mut nonce).expect("randomness");
        let created = Timestamp::now().unix_seconds();
        let parameters = format!(
            "(\"@method\" \"@path\" \"accept\" \"authorization\" \"content-length\" \
             \"content-type\" \"content-digest\" \"idempotency-key\" \"upvest-api-version\" \
             \"upvest-client-id\");keyid=\"{KEY_ID}\";created={created};expires={};nonce=\"{:032x}\"",
            created + 30,
            u128::from_be_bytes(nonce)
        );
        let mut base = String::with_capacity(1024);
        let lines = [
            ("@method", "POST"),
            ("@path", INCREASES),
            ("accept", "application/json"),
            ("authorization", &authorization),
            ("content-length", &length),
            ("content-type", "application/json"),
            ("content-digest", &body_digest),
            ("idempotency-key", &key),
            ("upvest-api-version", "1"),
            ("upvest-client-id", CLIENT_ID),
        ];
        for (name, value) in lines {
            writeln!(base, "\"{name}\": {value}").expect("memory");
        }
        write!(base, "\"@signature-params\": {parameters}").expect("memory");
        let signature = self.key.sign(&self.random, base.as_bytes()).expect("a signature");
        let signature = format!("sig1=:{}:", BASE64_STANDARD.encode(signature.as_ref()));
        let mut headers = HeaderMap::with_capacity(16);
        for (name, value) in &lines[2..] {
            let name = HeaderName::from_static(name);
            headers.insert(name, HeaderValue::from_str(value).expect("a value"));
        }
        for (name, value) in [
            ("user-agent", "by-hand/0.1.0"),
            ("signature-input", &format!("sig1={parameters}")),
            ("signature", &signature),
            ("upvest-signature-version", "15"),
        ] {
            let name = HeaderName::from_static(name);
            headers.insert(name, HeaderValue::from_str(value).expect("a value"));
        }
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(format!("{}{INCREASES}", self.base_url))
            .body(Bytes::from(body))
            .expect("a request");
        *request.headers_mut() = headers;
        request
    }
}

/// A server in memory.
async fn respond(request: Request<Bytes>) -> Result<Response<Body>, TransportError> {
    let body = match request.uri().path() {
        "/auth/token" => token_response(),
        _ => RESPONSE.to_owned(),
    };
    let response = Response::builder()
        .header("content-type", "application/json")
        .header("upvest-request-id", "6d3c5a56-6c5b-4f5c-8d2c-3f2d7d9f1b0a");
    Ok(response.body(Body::from(body)).expect("a response"))
}

fn order(group: Uuid) -> CreateVirtualCashIncrease {
    CreateVirtualCashIncrease {
        account_group_id: group.into(),
        amount: "200.00".parse().expect("an amount"),
        currency: Currency::Eur,
    }
}

fn signing_key(pem: &[u8]) -> SigningKey {
    SigningKey::from_pem(KEY_ID, pem, None).expect("a P-521 key")
}

/// Measures CPU time alone.
fn in_memory(runtime: &Runtime, pem: &[u8]) {
    let (turns, per_turn) = if is_trial() { (1, 1) } else { (201, 20) };
    let by_hand = Manual::new(pem, "https://sandbox.upvest.co");
    let client = Client::builder(Environment::Sandbox)
        .credentials(CLIENT_ID, "x")
        .signing_key(signing_key(pem))
        .scopes(<dyn VirtualCash>::SCOPES)
        .transport(respond)
        .build()
        .expect("a client");
    let group = GROUP;
    let one_manual = || {
        runtime.block_on(async {
            let response = respond(by_hand.increase(group)).await.expect("a response");
            let body = response.into_body().collect().await.expect("a body").to_bytes();
            serde_json::from_slice::<VirtualCashIncrease>(&body).expect("an increase")
        })
    };
    let one_by_client = || {
        let order = order(group);
        runtime.block_on(client.increase(&order).into_future()).expect("an increase")
    };
    assert_eq!(one_by_client(), one_manual());

    let (mut hands, mut ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..turns {
        let hand = time(|| (0..per_turn).for_each(|_| drop(one_manual())));
        let our = time(|| (0..per_turn).for_each(|_| drop(one_by_client())));
        hands.push(hand);
        ours.push(our);
        ratios.push(our.as_secs_f64() / hand.as_secs_f64());
    }
    let per = |total: Vec<Duration>| median(total).as_secs_f64() * 1e6 / f64::from(per_turn);
    println!(
        "one increase in memory, P-521: manual {:.1} µs, client {:.1} µs, ratio {:.3}",
        per(hands),
        per(ours),
        median(ratios)
    );
    let hand = allocation_counter::measure(|| drop(one_manual()));
    let our = allocation_counter::measure(|| drop(one_by_client()));
    println!(
        "allocations of one increase: manual {} ({} bytes), client {} ({} bytes)",
        hand.count_total, hand.bytes_total, our.count_total, our.bytes_total
    );
}

/// Starts a server on its own thread that responds to every request with a success.
fn server() -> SocketAddr {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            sender.send(listener.local_addr().expect("an address")).expect("a receiver");
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                stream.set_nodelay(true).expect("an option");
                tokio::spawn(serve(stream));
            }
        });
    });
    receiver.recv().expect("an address")
}

async fn serve(mut stream: TcpStream) -> Option<()> {
    let mut received = Vec::with_capacity(4096);
    loop {
        let end = loop {
            if let Some(at) = received.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            if stream.read_buf(&mut received).await.ok()? == 0 {
                return None;
            }
        };
        let head = String::from_utf8_lossy(&received[..end]).into_owned();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let whole = end + length.map_or(0, |length| length.parse().expect("a length"));
        while received.len() < whole {
            stream.read_buf(&mut received).await.ok()?;
        }
        received.drain(..whole);
        let body =
            if head.starts_with("POST /auth/") { token_response() } else { RESPONSE.to_owned() };
        let response = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nupvest-request-id: x\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(response.as_bytes()).await.ok()?;
    }
}

/// Measures requests per second over loopback, with `at_once` requests in flight.
fn over_loopback(runtime: &Runtime, pem: &[u8], address: SocketAddr, at_once: usize) {
    let (turns, requests) = if is_trial() { (1, at_once) } else { (7, 2_048) };
    let base_url = format!("http://{address}");
    let by_hand = Arc::new(Manual::new(pem, &base_url));
    let plain = reqwest::Client::builder().no_proxy().build().expect("a client");
    let client = Client::builder(Environment::Custom(base_url))
        .credentials(CLIENT_ID, "x")
        .signing_key(signing_key(pem))
        .scopes(<dyn VirtualCash>::SCOPES)
        .build()
        .expect("a client");
    let group = GROUP;
    let rounds = requests / at_once;
    let run_manual = || {
        let mut workers = JoinSet::new();
        for _ in 0..at_once {
            let (by_hand, plain) = (Arc::clone(&by_hand), plain.clone());
            workers.spawn(async move {
                for _ in 0..rounds {
                    let request = by_hand.increase(group).try_into().expect("a request");
                    let response = plain.execute(request).await.expect("a response");
                    let body = response.bytes().await.expect("a body");
                    serde_json::from_slice::<VirtualCashIncrease>(&body).expect("an increase");
                }
            });
        }
        runtime.block_on(workers.join_all());
    };
    let run_client = || {
        let mut workers = JoinSet::new();
        for _ in 0..at_once {
            let client = client.clone();
            workers.spawn(async move {
                for _ in 0..rounds {
                    client.increase(&order(group)).await.expect("an increase");
                }
            });
        }
        runtime.block_on(workers.join_all());
    };
    let _inside = runtime.enter();
    // Warm up: open the connections and fetch a token.
    run_manual();
    run_client();
    let (mut hands, mut ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..turns {
        let (hand, our) = (time(run_manual).as_secs_f64(), time(run_client).as_secs_f64());
        let a_second = |seconds: f64| (rounds * at_once) as f64 / seconds;
        hands.push(a_second(hand));
        ours.push(a_second(our));
        ratios.push(hand / our);
    }
    println!(
        "over loopback, {at_once} in flight: manual {:.0}/s, client {:.0}/s, ratio {:.3}",
        median(hands),
        median(ours),
        median(ratios)
    );
}

fn main() {
    let pem = std::fs::read(data("keys/p8_plain.pem")).expect("a key file");
    let alone = Builder::new_current_thread().enable_all().build().expect("a runtime");
    in_memory(&alone, &pem);
    let runtime =
        Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let address = server();
    for at_once in [1, 16, 256] {
        over_loopback(&runtime, &pem, address, at_once);
    }
}
