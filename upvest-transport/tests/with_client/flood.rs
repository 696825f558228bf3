//! A server that sends endless informational responses: the deadline still holds.

use std::sync::mpsc;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::time::Instant;

use upvest_transport::__core::{AttemptEnds, within};
use upvest_transport::Transport as _;

use crate::testing::acceptor;
use crate::trusting;

const TIME: Duration = Duration::from_millis(300);

/// Returns many early hints with 60 header fields each.
fn hints(protocol: &str) -> Vec<u8> {
    let fields = (0..60).map(|number| (format!("x-hint-{number:02}"), "v".repeat(20)));
    let mut hint = Vec::new();
    if protocol == "h2" {
        hint.extend([8, 3]);
        hint.extend(b"103");
        for (name, value) in fields {
            hint.extend([0, u8::try_from(name.len()).unwrap()]);
            hint.extend(name.as_bytes());
            hint.push(u8::try_from(value.len()).unwrap());
            hint.extend(value.as_bytes());
        }
        let length = u32::try_from(hint.len()).unwrap().to_be_bytes();
        let head = [length[1], length[2], length[3], 1, 4, 0, 0, 0, 1];
        hint = [&head[..], &hint].concat();
    } else {
        hint.extend(b"HTTP/1.1 103 Early Hints\r\n");
        for (name, value) in fields {
            hint.extend(format!("{name}: {value}\r\n").bytes());
        }
        hint.extend(b"\r\n");
    }
    hint.repeat(64)
}

/// Runs on its own runtime, because a real server runs on its own machine.
fn serve(protocol: &'static str, with_tls: bool) -> u16 {
    let (sender, port) = mpsc::channel();
    std::thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            sender.send(listener.local_addr().unwrap().port()).unwrap();
            let (stream, _) = listener.accept().await.unwrap();
            let hints = hints(protocol);
            if with_tls {
                let mut stream = acceptor("good", &[protocol]).accept(stream).await.unwrap();
                flood(&mut stream, protocol, &hints).await
            } else {
                let mut stream = stream;
                flood(&mut stream, protocol, &hints).await
            }
        })
    });
    port.recv().unwrap()
}

async fn flood<S>(stream: &mut S, protocol: &str, hints: &[u8]) -> Option<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    // The request, or the preface of HTTP/2.
    stream.read_exact(&mut [0; 16]).await.ok()?;
    if protocol == "h2" {
        stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).await.ok()?;
        // Until its request was received.
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    loop {
        stream.write_all(hints).await.ok()?;
    }
}

/// Returns how late a request that waits for a response ends; `None` is a single-threaded runtime.
fn lateness(protocol: &'static str, with_tls: bool, workers: Option<usize>) -> Duration {
    let port = serve(protocol, with_tls);
    let runtime = match workers {
        None => Builder::new_current_thread().enable_all().build(),
        Some(workers) => Builder::new_multi_thread().worker_threads(workers).enable_all().build(),
    };
    let runtime = runtime.unwrap();
    let scheme = if with_tls { "https" } else { "http" };
    let request = http::Request::post(format!("{scheme}://127.0.0.1:{port}/x"));
    let mut request = request.body(Bytes::from_static(b"x")).unwrap();
    let late = runtime.block_on(async {
        let sending = async move {
            let transport = trusting("ca");
            let ends = Instant::now() + TIME;
            request.extensions_mut().insert(AttemptEnds(ends));
            let response = within(ends, transport.send(request)).await;
            assert!(response.is_err(), "there is no response");
            Instant::now() - ends
        };
        tokio::spawn(sending).await.unwrap()
    });
    runtime.shutdown_background();
    late
}

/// The output shows how late it is. That depends on the machine, so the bound only checks that the
/// request ends at all.
#[test]
fn a_flood_of_informational_responses_does_not_hold_up_the_deadline() {
    for (protocol, with_tls) in [("http/1.1", false), ("http/1.1", true), ("h2", true)] {
        for workers in [None, Some(1), Some(2)] {
            let late = lateness(protocol, with_tls, workers);
            println!("{protocol}, TLS {with_tls}, workers {workers:?}: late by {late:?}");
            assert!(late < Duration::from_secs(60), "{protocol} {with_tls} {workers:?}: {late:?}");
        }
    }
}
