//! Clients that send or read too slowly or too much: each is limited in time and memory.
//!
//! Tokio's clock is paused here, and jumps to the next timer when all tasks are idle.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use upvest_sandbox::{Effect, Fault, Sandbox};

use crate::fixture::{raw_to, started};

/// Longer than any timeout of the sandbox.
const LONG: Duration = Duration::from_secs(300);

async fn connected(sandbox: &Sandbox, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(sandbox.address()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

/// Returns the bytes received until the connection ends, which must happen within `LONG`.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A reset ends the connection too.
    let _ = timeout(LONG, stream.read_to_end(&mut bytes)).await.expect("the connection ends");
    bytes
}

#[tokio::test(start_paused = true)]
async fn an_incomplete_header_times_out() {
    let sandbox = started(Sandbox::builder()).await;
    for sent in ["", "G", "GET /users HTTP/1.1\r\nhost: local", "\r\n"] {
        let begin = Instant::now();
        let mut stream = connected(&sandbox, sent.as_bytes()).await;
        assert_eq!(rest(&mut stream).await, b"", "{sent:?}");
        let seconds = begin.elapsed().as_secs();
        assert!((74..=76).contains(&seconds), "{sent:?}: {seconds} s");
    }
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_times_out() {
    let sandbox = started(Sandbox::builder()).await;
    let mut stream = connected(&sandbox, b"GET /users HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    let response = rest(&mut stream).await;
    assert!(response.starts_with(b"HTTP/1.1 400 "), "{}", response.escape_ascii());
}

#[tokio::test(start_paused = true)]
async fn an_incomplete_body_is_a_408() {
    let sandbox = started(Sandbox::builder()).await;
    for path in ["/virtual_cash_balances/increases", "/_sandbox/clock"] {
        let head =
            format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{{");
        let mut stream = connected(&sandbox, head.as_bytes()).await;
        let response = rest(&mut stream).await;
        assert!(response.starts_with(b"HTTP/1.1 408 "), "{path}: {}", response.escape_ascii());
    }
    let entry = sandbox.log().last().unwrap();
    assert_eq!(entry.reason.as_deref(), Some("The body did not arrive within 30 seconds"));
}

/// Responses that exceed every buffer, in the header and in the body.
fn huge() -> [Fault; 2] {
    let fault = || Fault::new(Effect::Huge { bytes: HUGE });
    [fault(), fault().in_body()]
}

const HUGE: u32 = 64 << 20;
const ASKS: &[u8] = b"GET /users HTTP/1.1\r\nhost: localhost\r\n\r\n";

/// In real time: a paused clock jumps while the system transfers the bytes.
#[tokio::test]
async fn a_client_that_reads_gets_the_whole_huge_response() {
    let sandbox = started(Sandbox::builder()).await;
    for fault in huge() {
        sandbox.faults().clear();
        sandbox.faults().add(fault).unwrap();
        let mut stream = connected(&sandbox, ASKS).await;
        assert!(rest(&mut stream).await.len() > HUGE as usize);
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_loses_its_response() {
    let sandbox = started(Sandbox::builder()).await;
    for fault in huge() {
        sandbox.faults().clear();
        sandbox.faults().add(fault).unwrap();
        let mut stream = connected(&sandbox, ASKS).await;
        tokio::time::sleep(LONG).await;
        let arrived = rest(&mut stream).await.len();
        assert!(arrived < HUGE as usize, "{arrived} bytes");
    }
}

/// The header limit is exact, whatever the header contains.
#[tokio::test]
async fn a_header_may_have_64_kib() {
    let sandbox = started(Sandbox::builder()).await;
    let of_length = |length: usize, fields: usize| {
        let mut head = "GET /users HTTP/1.1\r\nhost: localhost\r\n".to_owned();
        for number in 0..fields {
            head += &format!("note-{number}: x\r\n");
        }
        let rest = length - head.len() - "last: \r\n\r\n".len();
        head + &format!("last: {}\r\n\r\n", "x".repeat(rest))
    };
    for fields in [0, 90] {
        let whole = of_length(64 << 10, fields);
        assert_eq!(raw_to(sandbox.address(), whole.into_bytes()).await, Some(400), "{fields}");
        let longer = of_length((64 << 10) + 1, fields);
        assert_eq!(raw_to(sandbox.address(), longer.into_bytes()).await, Some(431), "{fields}");
    }
}

#[tokio::test]
async fn the_log_is_bounded_in_bytes() {
    let sandbox = started(Sandbox::builder()).await;
    let mut head = "GET /users HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n".to_owned();
    for number in 0..90 {
        head += &format!("upvest-{number}: {}\r\n", "v".repeat(600));
    }
    head += "\r\n";
    for _ in 0..700 {
        assert_eq!(raw_to(sandbox.address(), head.clone().into_bytes()).await, Some(400));
    }
    let entries = sandbox.log().entries();
    let lengths = entries.iter().map(|entry| {
        entry.headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>()
    });
    assert!(lengths.clone().all(|length| length < 17 << 10), "each entry is bounded");
    assert!(lengths.sum::<usize>() < 8 << 20, "the log is bounded");
    let last = entries.last().unwrap();
    assert_eq!((last.number, entries.len() < 700), (700, true), "the oldest entries are dropped");
    let (name, value) = last.headers.last().unwrap();
    assert_eq!((&**name, &**value), ("…", "64 more, not logged"));
    sandbox.log().clear();
    assert!(sandbox.log().entries().is_empty());
}
