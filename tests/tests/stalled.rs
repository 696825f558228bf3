//! Ten thousand calls to a server that takes them all and answers none: what they cost in memory.
//!
//! The client has this process for itself, and the server another one: what is measured is what the
//! system says that the process holds.
#![cfg(target_os = "linux")]

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use upvest_core::{ErrorKind, Outcome};
use upvest_tests::in_memory::Things;
use upvest_tests::scripted::builder;

const CALLS: u64 = 10_000;
/// 200 MiB for all of them.
const BYTES_A_CALL: u64 = 200 * 1024 * 1024 / CALLS;

/// Bytes that this process holds in memory.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// Not a test: the other process.
#[tokio::test]
#[ignore = "the server of the other test"]
async fn serves_nothing() {
    let _ = rlimit::increase_nofile_limit(CALLS + 100);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("\nport {}", listener.local_addr().unwrap().port());
    let mut held: Vec<TcpStream> = Vec::new();
    loop {
        held.push(listener.accept().await.unwrap().0);
    }
}

#[tokio::test]
async fn ten_thousand_calls_that_wait_cost_two_hundred_mebibytes_at_most() {
    // As many as the system lets this process have connections.
    let limit = rlimit::increase_nofile_limit(CALLS + 100).unwrap();
    let calls = limit.saturating_sub(100).min(CALLS);
    let mut server = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "serves_nothing", "--ignored", "--nocapture"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let port = loop {
        let line = lines.next().unwrap().unwrap();
        if let Some(port) = line.strip_prefix("port ") {
            break port.to_owned();
        }
    };

    let base_url = format!("http://127.0.0.1:{port}");
    let client = builder(&base_url).attempt_timeout(Duration::from_mins(5)).build().unwrap();
    // What there is once is there before.
    let warm = client.create("x").timeout(Duration::from_millis(100)).await.unwrap_err();
    assert_eq!((warm.kind(), warm.outcome()), (ErrorKind::Timeout, Outcome::Unknown));
    let before = resident();
    let mut waiting = JoinSet::new();
    for number in 0..calls {
        waiting.spawn(client.create("x").into_future());
        // Not faster than they can be accepted.
        if number % 100 == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    // All of them are out when the last one is; a failed one would have ended.
    let ended = tokio::time::timeout(Duration::from_secs(3), waiting.join_next()).await;
    assert!(ended.is_err(), "{ended:?}");
    let held = resident().saturating_sub(before);
    println!("{calls} calls that wait hold {} MiB, {} bytes each", held >> 20, held / calls);
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(held <= calls * BYTES_A_CALL, "{held} bytes");
}
