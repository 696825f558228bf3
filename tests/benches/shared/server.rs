//! A server that responds to every request with a success: over TCP, and in memory.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Response};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use upvest_core::transport::{Body, TransportError};
use uuid::{Uuid, uuid};

pub const TOKEN: &str = "ory_at_J4tXl6kJ1hI7o0Qb9cV3n5m8r2s1u4w7.z0y9x8v7u6t5s4r3q2p1";
/// The account group of the response, which repeats that of the order.
pub const GROUP: Uuid = uuid!("2596db3b-0d03-4651-9eda-970910479dfb");
const RESPONSE: &str = r#"{"id":"8b0a24b3-5e4e-4ca9-b2f6-b1f0d3bb9d5c","account_group_id":"2596db3b-0d03-4651-9eda-970910479dfb","amount":"200.00","currency":"EUR","status":"ISSUED","created_at":"2020-08-24T14:15:22Z","updated_at":"2020-08-24T14:15:22Z"}"#;

fn token_response() -> String {
    format!(r#"{{"access_token":"{TOKEN}","token_type":"bearer","expires_in":86400,"scope":"x"}}"#)
}

/// The server in memory, as a transport.
pub async fn respond(request: Request<Bytes>) -> Result<Response<Body>, TransportError> {
    let body = match request.uri().path() {
        "/auth/token" => token_response(),
        _ => RESPONSE.to_owned(),
    };
    let response = Response::builder()
        .header("content-type", "application/json")
        .header("upvest-request-id", "6d3c5a56-6c5b-4f5c-8d2c-3f2d7d9f1b0a");
    Ok(response.body(Body::from(body)).expect("a response"))
}

/// Starts the server on its own thread.
pub fn start() -> SocketAddr {
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
        let length =
            head.lines().filter_map(|line| line.split_once(": ")).find_map(|(name, value)| {
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.parse().expect("a length"))
            });
        let whole = end + length.unwrap_or(0);
        while received.len() < whole {
            if stream.read_buf(&mut received).await.ok()? == 0 {
                return None;
            }
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
