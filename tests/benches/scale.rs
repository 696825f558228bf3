//! Shows how time and memory grow with size: waiting calls, calls without a token, batches of
//! webhooks, and operations in the sandbox.
//!
//! Run it with `cargo bench -p upvest-tests --bench scale`. There are up to 10,000 operations;
//! `UPVEST_OPERATIONS=1000000` adds larger numbers. The last row of a table shows the growth for ten
//! times the size, from the third largest size to the largest: × 10 is linear. The benchmark fails
//! only for figures that do not depend on the load of the machine.

#[path = "shared/batch.rs"]
mod batch;
mod shared;
#[path = "shared/table.rs"]
mod table;

use std::hint::black_box;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use batch::NOON;
use shared::{KEY_ID, is_trial, median, time};
use table::{Table, sizes};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinSet, yield_now};
use tokio::time::timeout;
use upvest_core::signature::{SignatureVersion, SigningKey};
use upvest_core::webhook::{
    CreateWebhook, Event, UpdateWebhook, WebhookConfig, WebhookVerifier, Webhooks as _,
};
use upvest_core::{Client, Outcome, Timestamp};
use upvest_sandbox::Sandbox;
use upvest_tests::in_memory::{Server, Things as _, reply, thing, token};
use upvest_tests::{data, now};
use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash as _};
use uuid::Uuid;

const DAY: i64 = 86_400;
const MEBIBYTE: f64 = 1024.0 * 1024.0;
/// The maximum number of requests of a client in flight.
const IN_FLIGHT: usize = 256;

fn main() {
    let runtime =
        Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let most = std::env::var("UPVEST_OPERATIONS").ok().and_then(|number| number.parse().ok());
    let most = if is_trial() { 100 } else { most.unwrap_or(10_000) };
    operations(&runtime, most);
    events(&runtime, most.min(100_000));
    drop(runtime);
    batches();
    // Last, because they take memory that the process keeps.
    let alone = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let most = if is_trial() { 100 } else { 100_000 };
    waiting_calls(&alone, most);
    cold_calls(&alone, most);
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Returns the resident memory of this process in bytes, or 0 if the system does not say.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or(0.0)
        * 1024.0
}

/// Calls to a server that never responds: 256 are in flight, and the others are queued.
fn waiting_calls(runtime: &Runtime, most: usize) {
    let columns = ["start, ms", "end, ms", "KiB each"];
    let mut table = Table::new("Calls that wait for a server", "calls", &columns);
    for size in sizes(most) {
        runtime.block_on(async {
            let server = Server::slow(|number, _| {
                Box::pin(async move {
                    if number > 0 {
                        std::future::pending::<()>().await;
                    }
                    thing()
                })
            });
            let client = server.unwatched().timeout(Duration::from_secs(600)).build();
            let client = client.expect("a client");
            client.create("x").await.expect("a response, with a token for the other calls");
            let before = resident();
            let mut waiting = JoinSet::new();
            let begin = Instant::now();
            for _ in 0..size {
                waiting.spawn(client.create("x").into_future());
            }
            // All tasks have the same queue, so each of them waits when this one runs again.
            for _ in 0..5 {
                yield_now().await;
            }
            let started = begin.elapsed();
            assert_eq!(server.sent().len(), 1 + size.min(IN_FLIGHT));
            assert!(waiting.try_join_next().is_none(), "all calls wait");
            let memory = (resident() - before).max(0.0) / size as f64 / 1024.0;
            if size > IN_FLIGHT {
                let error = client.create("x").timeout(Duration::from_millis(10)).await;
                assert_eq!(error.expect_err("no slot is free").outcome(), Outcome::NotSent);
            }
            let begin = Instant::now();
            waiting.shutdown().await;
            let ended = milliseconds(begin.elapsed());
            table.row(size, vec![milliseconds(started), ended, memory]);
        });
    }
    table.growth();
}

/// Calls of a client that has no token yet: one request fetches it for all.
fn cold_calls(runtime: &Runtime, most: usize) {
    let columns = ["all, ms", "µs each", "tokens"];
    let mut table = Table::new("Calls of a client without a token", "calls", &columns);
    for size in sizes(most) {
        runtime.block_on(async {
            let server = Server::new(|_, _| thing()).with_tokens(|number| {
                Box::pin(async move {
                    // Until all calls wait for it.
                    for _ in 0..5 {
                        yield_now().await;
                    }
                    reply(200, "application/json", &token(number, 1800))
                })
            });
            let client = server.unwatched().build().expect("a client");
            let begin = Instant::now();
            let mut calls = JoinSet::new();
            for _ in 0..size {
                calls.spawn(client.create("x").into_future());
            }
            while let Some(call) = calls.join_next().await {
                call.expect("no panic").expect("a response");
            }
            let all = milliseconds(begin.elapsed());
            assert_eq!((server.token_requests(), server.sent().len()), (1, size));
            table.row(size, vec![all, all * 1e3 / size as f64, 1.0]);
        });
    }
    table.growth();
}

/// Batches of webhooks up to 1 MiB, signed with P-521: verified, and their events parsed.
fn batches() {
    let columns = ["events", "whole, µs", "µs/event"];
    let mut table = Table::new("A batch of webhooks", "bytes", &columns);
    let pem = std::fs::read(data("keys/p8_plain.pem")).expect("a key file");
    let key = SigningKey::from_pem(KEY_ID, &pem, None).expect("a P-521 key");
    let verifier = WebhookVerifier::builder()
        .key(KEY_ID, key.verifying_key().expect("a key"))
        .version(SignatureVersion::V6)
        .clock(|| Timestamp::from_unix_seconds(NOON).expect("a time"))
        .build();
    for size in [1 << 10, 10 << 10, 100 << 10, 1 << 20] {
        let (head, body, _) = batch::signed(SignatureVersion::V6, &key, size);
        let read = || {
            let webhook = now(verifier.verify(&head, &body)).expect("a valid signature");
            for event in &webhook.events {
                black_box(event.json().parse::<Event>().expect("an event"));
            }
            webhook.events.len()
        };
        let events = read() as f64;
        let turns = if is_trial() { 1 } else { 21 };
        let times = (0..turns).map(|_| time(|| _ = black_box(read())).as_secs_f64() * 1e6);
        let whole = median(times.collect());
        table.row(size, vec![events, whole, whole / events]);
    }
    table.growth();
}

/// A state file with operations that become due in the course of a day, which then passes.
fn operations(runtime: &Runtime, most: usize) {
    let columns = [
        "start, ms",
        "a day, ms",
        "longest wait",
        "order, ms",
        "page, ms",
        "start again",
        "MiB file",
        "MiB memory",
    ];
    let title = "Operations in the sandbox (longest wait: for the page, while the day passes)";
    let mut table = Table::new(title, "operations", &columns);
    for size in sizes(most) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("state.db");
        drop(started(runtime, &file));
        fill(&file, size);

        let before = resident();
        let begin = Instant::now();
        let sandbox = started(runtime, &file);
        let start = milliseconds(begin.elapsed());
        // Due operations are settled by all that use the state; here, nothing is due yet.
        let group = Uuid::nil().into();
        assert_eq!(sandbox.state().balance(group, &Currency::Eur), 0);

        let has_passed = AtomicBool::new(false);
        let (day, longest) = std::thread::scope(|scope| {
            let others = scope.spawn(|| {
                let mut longest = Duration::ZERO;
                while !has_passed.load(Ordering::Relaxed) {
                    longest = longest.max(page(sandbox.address()));
                }
                longest
            });
            let begin = Instant::now();
            let body = format!(r#"{{"advance_seconds":{DAY}}}"#);
            send(sandbox.address(), "POST /_sandbox/clock", &body);
            black_box(sandbox.state().balance(group, &Currency::Eur));
            let day = begin.elapsed();
            has_passed.store(true, Ordering::Relaxed);
            (day, others.join().expect("no panic"))
        });
        let balance = sandbox.state().balance(group, &Currency::Eur);
        assert_eq!(usize::try_from(balance), Ok(100 * size / 10), "all have taken effect");

        let client = sandbox.client().expect("a client");
        let turns = 0..if is_trial() { 1 } else { 21 };
        let order = median(turns.clone().map(|_| order(runtime, &client)).collect());
        let page = median(turns.map(|_| page(sandbox.address())).collect());
        let memory = (resident() - before).max(0.0) / MEBIBYTE;
        drop(sandbox);
        let length = std::fs::metadata(&file).expect("a file").len() as f64 / MEBIBYTE;
        let again = milliseconds(time(|| drop(started(runtime, &file))));
        let times = [day, longest, order, page].map(milliseconds);
        table.row(size, [&[start], &times[..], &[again, length, memory]].concat());
    }
    table.growth();
}

fn started(runtime: &Runtime, file: &Path) -> Sandbox {
    let clock = || Timestamp::from_unix_seconds(NOON).expect("a time");
    let builder = Sandbox::builder().state_file(file).clock(clock);
    runtime.block_on(builder.start()).expect("a sandbox")
}

/// Adds operations to a state file, as they are after requests with idempotency keys: of ten account
/// groups in turn, due in the course of a day.
fn fill(file: &Path, size: usize) {
    let db = rusqlite::Connection::open(file).expect("a state file");
    let numbers =
        "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1)";
    // Ids are in no order, as those of the sandbox.
    let id = "printf('%08x-0000-4000-8000-%012x', (i * 2654435761) & 4294967295, i)";
    let group = "printf('00000000-0000-0000-0000-%012x', i % 10)";
    for statement in [
        "PRAGMA journal_mode = MEMORY".to_owned(),
        "BEGIN".to_owned(),
        format!("{numbers} INSERT OR IGNORE INTO account_group SELECT {group}, {NOON} FROM n"),
        format!(
            "{numbers} INSERT INTO operation
             (id, kind, account_group_id, currency, minor_units, amount, status, due, created, updated)
             SELECT {id}, 'increase', {group}, 'EUR', 100, '1.00', 'ISSUED',
                    {NOON} + 1 + i * {DAY} / ?1, {NOON}, {NOON} FROM n"
        ),
        format!(
            "{numbers} INSERT INTO idempotency
             SELECT {id}, 'POST /virtual_cash_balances/increases', zeroblob(99), {NOON}, 202,
                    printf('%300s', '{{}}') FROM n"
        ),
        "COMMIT".to_owned(),
    ] {
        let mut statement = db.prepare(&statement).expect("SQL for this version of the state");
        let size = i64::try_from(size).expect("a number");
        let parameters = if statement.parameter_count() > 0 { vec![size] } else { Vec::new() };
        let mut rows = statement.query(rusqlite::params_from_iter(parameters)).expect("SQL");
        while rows.next().expect("SQL").is_some() {}
    }
}

/// Makes one more payment, and returns its duration.
fn order(runtime: &Runtime, client: &Client) -> Duration {
    let order = CreateVirtualCashIncrease {
        account_group_id: Uuid::max().into(),
        amount: "1.00".parse().expect("an amount"),
        currency: Currency::Eur,
    };
    let begin = Instant::now();
    runtime.block_on(client.increase(&order).into_future()).expect("an increase");
    begin.elapsed()
}

/// Requests what the page shows, and returns the duration.
fn page(address: SocketAddr) -> Duration {
    time(|| {
        for path in [
            "requests?after=0",
            "operations?most=101",
            "account_groups?most=101",
            "deliveries?most=21",
            "webhooks",
            "faults",
            "clock",
        ] {
            send(address, &format!("GET /_sandbox/{path}"), "");
        }
    })
}

/// Sends a request, which must succeed.
fn send(address: SocketAddr, start: &str, body: &str) {
    let mut stream = TcpStream::connect(address).expect("a server");
    let length = body.len();
    let request = format!(
        "{start} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).expect("a request");
    let mut response = Vec::new();
    stream.read_to_end(&mut response).expect("a response");
    assert!(response.starts_with(b"HTTP/1.1 200 "), "{start}: {}", response.escape_ascii());
}

/// A day with a subscription: each operation is an event, sent in batches of at most 64 KiB.
fn events(runtime: &Runtime, most: usize) {
    let columns = ["all, ms", "µs each"];
    let mut table = Table::new("Events that the sandbox sends within a day", "events", &columns);
    let receiver = receiver();
    for size in sizes(most) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("state.db");
        let sandbox = started(runtime, &file);
        runtime.block_on(async {
            let client = sandbox.client().expect("a client");
            let config = WebhookConfig { max_package_size: Some(64 << 10), delay: None };
            let url = format!("http://{receiver}/webhooks");
            let wanted = CreateWebhook {
                title: "all".to_owned(),
                url,
                config: Some(config),
                ..CreateWebhook::default()
            };
            let webhook = client.create_webhook(&wanted).await.expect("a subscription");
            let enable = UpdateWebhook { enabled: Some(true), ..UpdateWebhook::default() };
            client.update_webhook(webhook.id, &enable).await.expect("a subscription");
        });
        drop(sandbox);
        fill(&file, size);
        let sandbox = started(runtime, &file);
        let begin = Instant::now();
        sandbox.clock().advance(Duration::from_secs(2 * DAY.unsigned_abs()));
        // Settles what became due last.
        assert!(!sandbox.state().operations().is_empty());
        runtime.block_on(async {
            let sent = timeout(Duration::from_secs(300), sandbox.webhooks().all_sent()).await;
            sent.expect("all webhooks are sent within 300 s");
        });
        let all = milliseconds(begin.elapsed());
        table.row(size, vec![all, all * 1e3 / size as f64]);
    }
    table.growth();
}

/// Starts a server that accepts each webhook.
fn receiver() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            std::thread::spawn(move || while accept(&mut stream).is_some() {});
        }
    });
    address
}

/// Reads one webhook and responds, unless the connection has ended.
fn accept(stream: &mut TcpStream) -> Option<()> {
    let (mut received, mut some) = (Vec::new(), [0; 64 * 1024]);
    loop {
        let end = received.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&received[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length?.parse().ok()?;
            if received.len() >= end + 4 + length {
                break;
            }
        }
        let count = stream.read(&mut some).ok().filter(|count| *count > 0)?;
        received.extend(&some[..count]);
    }
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").ok()
}
