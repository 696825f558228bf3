//! The memory of ten thousand calls to a server that accepts connections but never responds. 256 of
//! them, the maximum, are in flight; the others are queued.
//!
//! Apart from the server's ends of the connections, this process runs nothing else. The resident
//! memory of the process is measured.
#![cfg(target_os = "linux")]

use std::net::TcpListener;
use std::time::Duration;

use tokio::task::JoinSet;
use upvest_core::{ErrorKind, Outcome};
use upvest_tests::in_memory::Things;
use upvest_tests::scripted::builder;

const CALLS: u64 = 10_000;
const MIB: u64 = 1024 * 1024;

/// Returns the resident memory of this process, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

#[tokio::test]
async fn ten_thousand_waiting_calls_cost_two_hundred_mebibytes_at_most() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // Accepts all connections and keeps them open.
    std::thread::spawn(move || {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept() {
            held.push(stream);
        }
        // The limit of open files is reached; existing connections must stay open.
        std::mem::forget(held);
    });

    let client = builder(&format!("http://{address}"))
        .timeout(Duration::from_secs(600))
        .attempt_timeout(Duration::from_secs(600))
        .build()
        .unwrap();
    // Allocate everything that exists only once before measuring.
    let warm = client.create("x").timeout(Duration::from_millis(100)).await.unwrap_err();
    assert_eq!((warm.kind(), warm.outcome()), (ErrorKind::Timeout, Outcome::Unknown));
    let before = resident();
    let mut waiting = JoinSet::new();
    for _ in 0..CALLS {
        waiting.spawn(client.create("x").into_future());
    }
    // If no call has ended after a while, all of them are waiting.
    let ended = tokio::time::timeout(Duration::from_secs(3), waiting.join_next()).await;
    assert!(ended.is_err(), "{ended:?}");
    let held = resident().saturating_sub(before);
    println!("{CALLS} waiting calls use {} MiB", held / MIB);
    assert!(held <= 200 * MIB, "{held} bytes");

    // One more call stays queued and is not sent.
    let error = client.create("x").timeout(Duration::from_millis(100)).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::NotSent));
    assert_eq!((error.attempts(), error.is_retryable()), (0, true));
}
