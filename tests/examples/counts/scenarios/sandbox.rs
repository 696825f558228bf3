//! A signed request to the sandbox, over loopback in the same thread.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::Request;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use upvest_core::{Call, api};
use upvest_sandbox::Sandbox;
use upvest_tests::data;
use upvest_tests::in_memory::{Reply, counting, reply};

use super::{Work, noon, runtime};

#[api(scope = "positions:read")]
trait Balances {
    /// The balance of an account group.
    #[endpoint(GET, "/account_groups/{account_group_id}/payments/cash_balance", signed)]
    fn cash_balance(&self, account_group_id: &str) -> Call<serde_json::Value>;
}

/// More than a scenario runs.
const REQUESTS: usize = 64;

/// The requests are signed beforehand, so that only the sandbox is counted, and what sends bytes.
pub fn request() -> Option<Work> {
    let runtime = runtime();
    let pem = std::fs::read_to_string(data("keys/p8_plain.pem")).expect("a key file");
    let sandbox = Sandbox::builder().seed(7).clock(noon).signing_key(pem, None);
    let sandbox = runtime.block_on(sandbox.start()).expect("a sandbox");
    let address = sandbox.address();
    let requests = runtime.block_on(signed_requests(&sandbox));
    let mut requests = requests.into_iter();
    let mut stream = runtime.block_on(TcpStream::connect(address)).expect("a connection");
    stream.set_nodelay(true).expect("an option");
    Some(Box::new(move || {
        let _sandbox = &sandbox;
        let request = requests.next().expect("a request");
        let response = runtime.block_on(exchange(&mut stream, &request));
        assert!(response.starts_with("HTTP/1.1 200"), "{response}");
    }))
}

async fn signed_requests(sandbox: &Sandbox) -> Vec<Vec<u8>> {
    let address = sandbox.address();
    let recorded: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let recorder = Arc::clone(&recorded);
    let client = sandbox
        .client_builder()
        .scopes(<dyn Balances>::SCOPES)
        .randomness(counting())
        .transport(move |request: Request<Bytes>| {
            let recorder = Arc::clone(&recorder);
            async move { record(&recorder, address, &request).await }
        })
        .build()
        .expect("a client");
    for _ in 0..REQUESTS {
        client.cash_balance("ac1c39e9-2101-46b8-a624-d10a9e351b6c").await.expect("a balance");
    }
    std::mem::take(&mut *recorded.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Sends a request for a token to the sandbox, and stores each other request.
async fn record(
    recorder: &Mutex<Vec<Vec<u8>>>,
    sandbox: SocketAddr,
    request: &Request<Bytes>,
) -> Reply {
    let bytes = on_the_wire(request);
    if request.uri().path() != "/auth/token" {
        recorder.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
        return reply(200, "application/json", "{}");
    }
    let mut stream = TcpStream::connect(sandbox).await.expect("a connection");
    let response = exchange(&mut stream, &bytes).await;
    let (_, body) = response.split_once("\r\n\r\n").expect("a body");
    reply(200, "application/json", body)
}

fn on_the_wire(request: &Request<Bytes>) -> Vec<u8> {
    let mut bytes =
        format!("{} {} HTTP/1.1\r\nhost: localhost\r\n", request.method(), request.uri().path());
    for (name, value) in request.headers() {
        bytes += &format!("{name}: {}\r\n", value.to_str().expect("text"));
    }
    bytes += "\r\n";
    [bytes.as_bytes(), request.body()].concat()
}

async fn exchange(stream: &mut TcpStream, request: &[u8]) -> String {
    stream.write_all(request).await.expect("a request");
    let mut response = Vec::with_capacity(4096);
    loop {
        assert!(stream.read_buf(&mut response).await.expect("a response") > 0, "no more bytes");
        let text = String::from_utf8_lossy(&response);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().expect("a length")) {
                return text.into_owned();
            }
        }
    }
}
