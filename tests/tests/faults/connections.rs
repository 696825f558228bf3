//! 1 to 29: names, connections, TLS, and what a socket may deliver instead of a response.
//!
//! 1, 17, 18 and 25 need their own resolver, HTTP/2 without TLS, or their own root certificate,
//! which only the unit tests of the transport can have.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::Instant;
use upvest_core::{Client, Environment, Error, ErrorKind, Outcome};
use upvest_tests::in_memory::{Thing, Things};
use upvest_tests::scripted::{Script, Scripted, TICK, black_hole, builder, http, json};

use crate::assert_is_signed_retry;

const ATTEMPT: Duration = Duration::from_secs(15);

fn known(error: &Error) -> (ErrorKind, Outcome) {
    (error.kind(), error.outcome())
}

/// Returns the error of a call with a single attempt against this script.
async fn once(script: Script) -> Error {
    let server = Scripted::start([script]).await;
    let error = server.client().create("x").max_attempts(1).await.unwrap_err();
    assert_eq!((server.connections(), error.attempts()), (1, 1), "{error}");
    assert!(error.idempotency_key().is_some());
    error
}

/// Checks that a call fails against this script and then succeeds with a retry of the same request.
async fn recovers_from(script: Script) {
    let server = Scripted::start([script, Script::new().thing()]).await;
    let response = server.client().create("x").with_response().await.unwrap();
    assert_eq!((response.value(), response.attempts()), (&Thing { id: 7 }, 2));
    if let [first, second] = &server.requests()[..] {
        assert_is_signed_retry(first, second);
    }
    assert_eq!(server.connections(), 2);
}

#[tokio::test(start_paused = true)]
async fn f02_a_refused_connection_means_not_sent_and_is_retried() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let client = builder(&format!("http://{address}")).build().unwrap();
    let error = client.create("x").await.unwrap_err();
    assert_eq!(known(&error), (ErrorKind::Connect, Outcome::NotSent));
    assert_eq!(error.attempts(), 3);
    assert!(error.is_retryable());
    // The same without a key: nothing was sent.
    let error = client.note(7, "x").await.unwrap_err();
    assert_eq!((error.outcome(), error.attempts()), (Outcome::NotSent, 3));
    let expected = format!("was not sent: could not connect to http://{address}");
    assert!(error.to_string().ends_with(&expected), "{error}");
}

#[cfg(target_os = "linux")]
#[tokio::test(start_paused = true)]
async fn f03_a_black_hole_times_out_after_three_seconds_and_nothing_was_sent() {
    let (address, _hole) = black_hole().await;
    let client = builder(&format!("http://{address}")).build().unwrap();
    let started = Instant::now();
    let error = client.create("x").max_attempts(1).await.unwrap_err();
    assert_eq!(known(&error), (ErrorKind::Connect, Outcome::NotSent));
    assert!(started.elapsed() >= Duration::from_secs(3) && started.elapsed() < ATTEMPT);
}

#[tokio::test(start_paused = true)]
async fn f04_a_silent_server_costs_one_attempt() {
    let started = Instant::now();
    let error = once(Script::new().request().stall()).await;
    assert_eq!(known(&error), (ErrorKind::Timeout, Outcome::Unknown));
    assert_eq!(started.elapsed(), ATTEMPT);
    // The same for a server that does not even read.
    let error = once(Script::new().stall()).await;
    assert_eq!(known(&error), (ErrorKind::Timeout, Outcome::Unknown));
    recovers_from(Script::new().request().stall()).await;
}

#[tokio::test(start_paused = true)]
async fn f05_a_reset_on_accept_may_have_been_sent() {
    let error = once(Script::new().reset()).await;
    assert_eq!(known(&error), (ErrorKind::Transport, Outcome::Unknown));
    recovers_from(Script::new().reset()).await;
}

#[tokio::test(start_paused = true)]
async fn f06_a_request_before_a_reset_may_have_taken_effect() {
    let error = once(Script::new().request().reset()).await;
    assert_eq!(known(&error), (ErrorKind::Transport, Outcome::Unknown));
    recovers_from(Script::new().request().reset()).await;
}

#[tokio::test(start_paused = true)]
async fn f07_a_request_before_a_close_without_response_may_have_taken_effect() {
    let error = once(Script::new().request()).await;
    assert_eq!(known(&error), (ErrorKind::Transport, Outcome::Unknown));
    recovers_from(Script::new().request()).await;
}

#[tokio::test(start_paused = true)]
async fn f06_a_write_without_a_key_is_not_retried() {
    for script in [Script::new().reset(), Script::new().request(), Script::new().request().stall()]
    {
        let server = Scripted::start([script]).await;
        let error = server.client().note(7, "x").await.unwrap_err();
        assert_eq!((error.outcome(), error.attempts()), (Outcome::Unknown, 1));
        assert!(!error.is_retryable() && error.idempotency_key().is_none());
        assert_eq!(server.connections(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn f08_a_closed_idle_connection_does_not_fail_a_call() {
    let server = Scripted::start([Script::new().thing(), Script::new().thing()]).await;
    let client = server.client();
    for _ in 0..2 {
        let response = client.create("x").with_response().await.unwrap();
        assert_eq!(response.attempts(), 1);
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(server.connections(), 2);
}

#[tokio::test(start_paused = true)]
async fn f09_a_reset_in_the_middle_of_the_head() {
    let script = || Script::new().request().write("HTTP/1.1 202 Acc").reset();
    let error = once(script()).await;
    assert_eq!(known(&error), (ErrorKind::Transport, Outcome::Unknown));
    recovers_from(script()).await;
}

const CUT: &str = "HTTP/1.1 202 Accepted\r\nupvest-request-id: x\r\ncontent-type: application/json\r\n\
                   content-length: 90\r\n\r\n{\"id\":";

#[tokio::test(start_paused = true)]
async fn f10_a_reset_in_the_middle_of_the_body() {
    let script = || Script::new().request().write(CUT).reset();
    // A reset may arrive before data that was written earlier.
    assert!(once(script()).await.outcome() >= Outcome::Unknown);
    recovers_from(script()).await;
}

#[tokio::test(start_paused = true)]
async fn f11_a_success_with_a_truncated_body_has_taken_effect() {
    let chunked = "HTTP/1.1 202 Accepted\r\nupvest-request-id: x\r\ncontent-type: application/json\
                   \r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"id\"\r\n";
    for cut in [CUT, chunked] {
        let error = once(Script::new().respond(cut)).await;
        assert_eq!(known(&error), (ErrorKind::Decode, Outcome::Applied), "{cut}");
        assert!(error.is_retryable() && error.body().starts_with(b"{\"id\""), "{error:?}");
        assert_eq!(error.request_id(), Some("x"));
        recovers_from(Script::new().respond(cut)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn f12_a_truncation_is_detected_by_the_json() {
    let cut = "HTTP/1.1 202 Accepted\r\nupvest-request-id: x\r\ncontent-type: application/json\r\n\
               \r\n{\"id\":";
    let error = once(Script::new().respond(cut)).await;
    assert_eq!(known(&error), (ErrorKind::Decode, Outcome::Applied));
    recovers_from(Script::new().respond(cut)).await;
}

#[tokio::test(start_paused = true)]
async fn f13_a_head_that_arrives_byte_by_byte_ends_with_the_attempt() {
    let started = Instant::now();
    let error = once(Script::new().request().drip(json(200, r#"{"id":7}"#))).await;
    assert_eq!(known(&error), (ErrorKind::Timeout, Outcome::Unknown));
    assert_eq!(started.elapsed(), ATTEMPT);
}

#[tokio::test(start_paused = true)]
async fn f14_a_body_that_arrives_byte_by_byte_ends_with_the_attempt() {
    let started = Instant::now();
    let error = once(Script::new().request().write(CUT).drip("0".repeat(60))).await;
    assert_eq!(known(&error), (ErrorKind::Timeout, Outcome::Applied));
    assert_eq!(started.elapsed(), ATTEMPT);
}

#[tokio::test(start_paused = true)]
async fn f15_a_response_may_arrive_before_the_request_has_ended() {
    let gate = Arc::new(Notify::new());
    let early = json(202, r#"{"id":7}"#);
    let server = Scripted::start([Script::new().request_head().write(early).gate(&gate)]).await;
    let long = "x".repeat(16 * 1024 * 1024);
    let response = server.client().create(&long).with_response().await.unwrap();
    assert_eq!((response.value(), response.attempts()), (&Thing { id: 7 }, 1));
    gate.notify_one();
}

#[tokio::test(start_paused = true)]
async fn f16_an_informational_response_is_not_the_response() {
    let answer = format!(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n{}",
        json(200, r#"{"id":7}"#)
    );
    let server = Scripted::start([Script::new().respond(answer)]).await;
    let response = server.client().create("x").with_response().await.unwrap();
    assert_eq!((response.status().as_u16(), response.attempts()), (200, 1));
}

#[tokio::test(start_paused = true)]
async fn f19_a_head_of_four_megabytes_fails_all_three_attempts() {
    let huge = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "y".repeat(4 * 1024 * 1024));
    let scripts = (0..4).map(|_| Script::new().respond(huge.clone()));
    let server = Scripted::start(scripts).await;
    let error = server.client().create("x").await.unwrap_err();
    assert_eq!(known(&error), (ErrorKind::Transport, Outcome::Unknown));
    assert_eq!((server.connections(), error.attempts()), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn f20_an_endless_body_is_truncated_and_its_connection_closed() {
    let endless = |status: u16| {
        let head = format!(
            "HTTP/1.1 {status} X\r\nupvest-request-id: x\r\ncontent-type: application/json\r\n\
             content-length: 1073741824\r\n\r\n"
        );
        Script::new().respond(head).flood(vec![b'['; 8192])
    };
    let error = once(endless(200)).await;
    assert_eq!(known(&error), (ErrorKind::Decode, Outcome::Applied));
    assert!(!error.is_retryable(), "a retry would be as long");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(cause, "the body is longer than 8388608 bytes");
    assert_eq!(error.body().len(), 64 * 1024);

    let error = once(endless(500)).await;
    assert_eq!(known(&error), (ErrorKind::Api, Outcome::Unknown));
    assert_eq!(error.body().len(), 64 * 1024);
    assert!(error.problem().is_none());
}

#[tokio::test(start_paused = true)]
async fn f21_a_compressed_body_is_not_decompressed() {
    let headers = "content-type: application/json\r\nupvest-request-id: x\r\n\
                   content-encoding: gzip\r\n";
    let server = Scripted::start([Script::new().respond(http(200, headers, "\u{1f}abc"))]).await;
    let error = server.client().create("x").max_attempts(1).await.unwrap_err();
    assert_eq!(known(&error), (ErrorKind::Decode, Outcome::Applied));
    assert_eq!(server.requests()[0].header("accept-encoding"), "", "nor requested");
}

#[tokio::test(start_paused = true)]
async fn f22_after_an_invalid_http_response_the_outcome_is_unknown() {
    for broken in [
        "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nx: a\r\n b: c\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx: a\0b\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        "HTTP/1.1 99999 OK\r\n\r\n",
    ] {
        let error = once(Script::new().respond(broken)).await;
        assert_eq!(known(&error), (ErrorKind::Transport, Outcome::Unknown), "{broken:?}");
        recovers_from(Script::new().respond(broken)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn f23_after_garbage_the_outcome_is_unknown() {
    let mut state = 1_u32;
    let mut noise = move || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state.to_le_bytes()
    };
    let garbage: Vec<u8> = (0..512).flat_map(|_| noise()).collect();
    for broken in [b"<html>Hello".to_vec(), b"SSH-2.0-OpenSSH_9.9\r\n\r\n".to_vec(), garbage] {
        let error = once(Script::new().respond(broken.clone())).await;
        assert_eq!(known(&error), (ErrorKind::Transport, Outcome::Unknown));
        recovers_from(Script::new().respond(broken)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn f24_a_captive_portal_is_not_trusted() {
    for (status, kind) in [(200, ErrorKind::Decode), (407, ErrorKind::Api)] {
        let page = http(status, "content-type: text/html\r\n", "<html>Please log in");
        let error = once(Script::new().respond(page)).await;
        assert_eq!(known(&error), (kind, Outcome::Unknown), "{status}");
        assert_eq!(error.body(), b"<html>Please log in");
        assert!(!error.to_string().contains("log in"), "{error}");
    }
}

#[tokio::test]
async fn f26_old_tls_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let hello = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = [0; 5];
        stream.read_exact(&mut head).await.unwrap();
        let mut hello = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
        stream.read_exact(&mut hello).await.unwrap();
        // The response of a server limited to TLS 1.1: alert, protocol_version.
        stream.write_all(b"\x15\x03\x02\x00\x02\x02\x46").await.unwrap();
        hello
    });
    let client = builder(&format!("https://{address}")).build().unwrap();
    let error = client.create("x").max_attempts(1).await.unwrap_err();
    assert_eq!(known(&error), (ErrorKind::Connect, Outcome::NotSent));
    // What the client offers: the extension supported_versions with TLS 1.3 and 1.2, in some order.
    let hello = hello.await.unwrap();
    let offers = |list: &[u8]| hello.windows(list.len()).any(|window| window == list);
    let (newer, older) =
        (b"\x00\x2b\x00\x05\x04\x03\x04\x03\x03", b"\x00\x2b\x00\x05\x04\x03\x03\x03\x04");
    assert!(offers(newer) || offers(older));
}

#[test]
fn f27_plain_http_to_another_host_is_rejected() {
    let environment = Environment::Custom("http://api.upvest.co".to_owned());
    let error = Client::builder(environment)
        .credentials("5ec16164-6173-461d-b90d-116d68f55b40", "x")
        .signing_key(upvest_tests::in_memory::signing_key())
        .scopes(["x"])
        .build()
        .unwrap_err();
    assert_eq!(known(&error), (ErrorKind::Config, Outcome::NotSent));
}

#[tokio::test(start_paused = true)]
async fn f28_a_redirect_to_another_host_is_not_followed() {
    let evil = Scripted::start([]).await;
    for status in [301, 302, 303, 307, 308] {
        let headers = format!("location: http://{}/evil\r\n", evil.address());
        let server = Scripted::start([Script::new().respond(http(status, &headers, ""))]).await;
        let error = server.client().create("x").await.unwrap_err();
        assert_eq!(known(&error), (ErrorKind::Redirect, Outcome::Unknown));
        assert_eq!((server.connections(), evil.connections()), (1, 0), "{status}");
        assert!(!error.is_retryable());
    }
}

#[tokio::test(start_paused = true)]
async fn f29_a_redirect_on_the_same_host_is_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let answer = http(status, "location: /evil\r\n", "");
        let server = Scripted::start([Script::new().respond(answer).thing()]).await;
        let error = server.client().create("x").await.unwrap_err();
        assert_eq!(known(&error), (ErrorKind::Redirect, Outcome::Unknown));
        assert_eq!(server.requests().len(), 1, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_at_its_deadline_under_every_fault() {
    let deadline = Duration::from_secs(2);
    let stalls = || Script::new().request().stall();
    let late = |script: Script| vec![script, stalls()];
    for scripts in [
        vec![Script::new().stall()],
        vec![stalls()],
        vec![Script::new().request().drip(json(200, r#"{"id":7}"#))],
        vec![Script::new().request().write(CUT).drip("0".repeat(60))],
        vec![Script::new().request().write(CUT).stall()],
        late(Script::new().reset()),
        late(Script::new().request()),
        late(Script::new().request().reset()),
        late(Script::new().respond(CUT)),
        late(Script::new().respond("<html>")),
        late(Script::new().respond(json(503, "{}"))),
        late(Script::new().respond(http(429, "retry-after: 1\r\n", ""))),
    ] {
        let server = Scripted::start(scripts).await;
        let started = Instant::now();
        let error = server.client().create("x").timeout(deadline).await.unwrap_err();
        let over = started.elapsed().checked_sub(deadline).expect("not before the deadline");
        assert!(over <= TICK, "{over:?}: {error}");
        assert!(error.outcome() >= Outcome::Unknown);
    }
    #[cfg(target_os = "linux")]
    {
        let (address, _hole) = black_hole().await;
        let client = builder(&format!("http://{address}")).build().unwrap();
        let started = Instant::now();
        client.create("x").timeout(deadline).await.unwrap_err();
        assert_eq!(started.elapsed(), deadline, "while connecting too");
    }
}

#[tokio::test]
async fn fifty_calls_end_at_their_deadline_in_real_time() {
    // In real time, the client's own work takes time too.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let client = builder(&format!("http://{}", listener.local_addr().unwrap())).build().unwrap();
    let deadline = Duration::from_millis(500);
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let client = client.clone();
        calls.spawn(async move {
            let started = Instant::now();
            client.create("x").timeout(deadline).await.unwrap_err();
            started.elapsed() - deadline
        });
    }
    let mut over = calls.join_all().await;
    over.sort();
    println!("over their deadline: {:?} at the median, {:?} at most", over[25], over[49]);
    // How late the last one is depends on the load of this machine.
    assert!(over[25] <= TICK, "{:?}", over[25]);
}

#[tokio::test(start_paused = true)]
async fn the_first_request_is_sent_at_once_and_connections_are_reused() {
    let server = Scripted::start([Script::new().thing().thing().thing()]).await;
    let client = server.client();
    let started = Instant::now();
    for _ in 0..3 {
        client.create("x").await.unwrap();
    }
    assert_eq!((started.elapsed(), server.connections()), (Duration::ZERO, 1));
}
