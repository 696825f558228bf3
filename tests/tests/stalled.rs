//! Ten thousand calls to a server that takes them and answers none: what they cost in memory. As many
//! as are allowed are under way, 256; the others wait for their turn.
//!
//! They have this process for themselves, but for the server's ends of the connections. What is
//! measured is what the system says that the process holds.
#![cfg(target_os = "linux")]

use std::net::TcpListener;
use std::time::Duration;

use tokio::task::JoinSet;
use upvest_core::{ErrorKind, Outcome};
use upvest_tests::in_memory::Things;
use upvest_tests::scripted::builder;

const CALLS: u64 = 10_000;
const MIB: u64 = 1024 * 1024;

/// Bytes that this process holds in memory.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

#[tokio::test]
async fn ten_thousand_calls_that_wait_cost_two_hundred_mebibytes_at_most() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // Takes whoever comes, and keeps them.
    std::thread::spawn(move || {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept() {
            held.push(stream);
        }
        // Where it can open no more files; what it has must stay open.
        std::mem::forget(held);
    });

    let client = builder(&format!("http://{address}"))
        .timeout(Duration::from_mins(10))
        .attempt_timeout(Duration::from_mins(10))
        .build()
        .unwrap();
    // What there is once is there before.
    let warm = client.create("x").timeout(Duration::from_millis(100)).await.unwrap_err();
    assert_eq!((warm.kind(), warm.outcome()), (ErrorKind::Timeout, Outcome::Unknown));
    let before = resident();
    let mut waiting = JoinSet::new();
    for _ in 0..CALLS {
        waiting.spawn(client.create("x").into_future());
    }
    // All of them wait when nothing has ended after a while.
    let ended = tokio::time::timeout(Duration::from_secs(3), waiting.join_next()).await;
    assert!(ended.is_err(), "{ended:?}");
    let held = resident().saturating_sub(before);
    println!("{CALLS} calls that wait hold {} MiB", held / MIB);
    assert!(held <= 200 * MIB, "{held} bytes");

    // A call more gets no turn, and was not sent.
    let error = client.create("x").timeout(Duration::from_millis(100)).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::NotSent));
    assert_eq!((error.attempts(), error.is_retryable()), (0, true));
}
