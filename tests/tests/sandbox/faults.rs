//! Injected faults, byte by byte, before and after the commit.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use upvest_core::Outcome;
use upvest_sandbox::{Assumption, Effect, Fault, Sandbox, Verdict};
use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash, VirtualCashIncrease};
use uuid::Uuid;

use crate::fixture::{Bench, GROUP, INCREASES, started, wire};

/// The bytes received until the connection ends, and how it ends.
struct Arrived {
    bytes: Vec<u8>,
    is_reset: bool,
}

impl Arrived {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    fn body(&self) -> &[u8] {
        let end = self.bytes.windows(4).position(|four| four == b"\r\n\r\n");
        end.map_or(&[], |end| &self.bytes[end + 4..])
    }
}

async fn exchange(bench: &Bench, bytes: &[u8]) -> Arrived {
    let mut stream = TcpStream::connect(bench.sandbox.address()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut bytes = Vec::new();
    let is_reset = stream.read_to_end(&mut bytes).await.is_err();
    Arrived { bytes, is_reset }
}

/// Sends one increase with a new key, under a fault that applies to it.
async fn hit(bench: &Bench, fault: Fault) -> Arrived {
    bench.sandbox.faults().clear();
    bench.sandbox.faults().add(fault.times(1)).unwrap();
    let key = Uuid::new_v4().to_string();
    let request = crate::fixture::with(bench.increase(), "idempotency-key", &key);
    exchange(bench, &wire(&bench.signed(request).await)).await
}

#[tokio::test]
async fn each_fault_has_its_effect_and_money_moves_only_with_after_commit() {
    let bench = Bench::new().await;
    let mut effects = 0;
    type Check = fn(&Arrived);
    let status = |status, retry_after: Option<&str>| Effect::Status {
        status,
        retry_after: retry_after.map(str::to_owned),
    };
    let location = || "https://elsewhere.example/".to_owned();
    let cases: Vec<(Fault, Check)> = vec![
        (Fault::new(status(503, Some("7"))), |it| {
            assert!(it.text().starts_with("HTTP/1.1 503 "), "{}", it.text());
            assert!(it.text().contains("\r\nretry-after: 7\r\n"));
            assert!(it.text().contains("https://docs.upvest.co/errors/unavailable"));
        }),
        (Fault::new(status(429, None)), |it| {
            assert!(it.text().starts_with("HTTP/1.1 429 ") && !it.text().contains("retry-after"));
        }),
        (Fault::new(Effect::Reset), |it| assert!(it.is_reset && it.bytes.is_empty())),
        (Fault::new(Effect::Reset).in_body(), |it| {
            assert!(it.is_reset || !it.body().ends_with(b"}"), "{}", it.text());
            assert!(it.bytes.is_empty() || !it.body().is_empty(), "half of the body");
        }),
        (Fault::new(Effect::Truncate), |it| {
            assert!(!it.is_reset && it.bytes.starts_with(b"HTTP/1.1 "), "{}", it.text());
            assert!(!it.text().contains("\r\n\r\n"));
        }),
        (Fault::new(Effect::Truncate).in_body(), |it| {
            assert!(!it.is_reset && it.body().starts_with(b"{") && !it.body().ends_with(b"}"));
        }),
        (Fault::new(Effect::Garbage), |it| {
            assert!(it.bytes.len() == 64 && !it.bytes.starts_with(b"HTTP"));
        }),
        (Fault::new(Effect::Garbage).in_body(), |it| {
            assert!(it.bytes.starts_with(b"HTTP/1.1 ") && it.body().len() == 64);
            assert!(serde_json::from_slice::<serde_json::Value>(it.body()).is_err());
        }),
        (Fault::new(Effect::Html), |it| {
            assert!(it.text().starts_with("HTTP/1.1 502 ") && it.body().starts_with(b"<html>"));
            assert!(it.text().contains("content-type: text/html"));
        }),
        (Fault::new(Effect::Redirect { location: location() }), |it| {
            assert!(it.text().starts_with("HTTP/1.1 307 ") && it.body().is_empty());
            assert!(it.text().contains("location: https://elsewhere.example/"));
        }),
        (Fault::new(Effect::Huge { bytes: 300_000 }), |it| {
            assert!(it.bytes.len() > 300_000 && it.body().len() < 1_000);
        }),
        (Fault::new(Effect::Huge { bytes: 300_000 }).in_body(), |it| {
            assert_eq!(it.body().len(), 300_000);
        }),
        (Fault::new(Effect::GzipBomb { bytes: 1 << 20 }), |it| {
            assert!(it.text().contains("content-encoding: gzip") && it.body().len() < 10_000);
            assert!(it.body().starts_with(&[0x1f, 0x8b]), "the body is gzip");
        }),
    ];
    for (fault, check) in cases {
        for fault in [fault.clone().before_commit(), fault.after_commit()] {
            let is_late = fault.to_string().ends_with("after commit");
            let name = fault.to_string();
            println!("{name}");
            check(&hit(&bench, fault).await);
            effects += i64::from(is_late);
            assert_eq!(bench.effects(), effects, "{name}");
            let entry = bench.sandbox.log().last().unwrap();
            assert_eq!(entry.fault.as_deref(), Some(&*name));
            let expected = if is_late { Verdict::Accepted } else { Verdict::Lost };
            assert_eq!(entry.verdict, expected, "{name}");
            assert_eq!(entry.status, is_late.then_some(202));
        }
    }
    assert!(bench.sandbox.state().is_balanced());
}

#[tokio::test]
async fn a_hanging_response_never_arrives() {
    let bench = Bench::new().await;
    for (fault, part) in [
        (Fault::new(Effect::Hang).before_commit(), 0),
        (Fault::new(Effect::Hang).after_commit().in_body(), 1),
    ] {
        bench.sandbox.faults().clear();
        bench.sandbox.faults().add(fault).unwrap();
        let request = bench.signed(bench.increase()).await;
        let mut stream = TcpStream::connect(bench.sandbox.address()).await.unwrap();
        stream.write_all(&wire(&request)).await.unwrap();
        let mut arrived = Vec::new();
        while part == 1 && !arrived.windows(4).any(|four| four == b"\r\n\r\n") {
            arrived.push(stream.read_u8().await.unwrap());
        }
        let rest = stream.read_to_end(&mut arrived);
        let waited = tokio::time::timeout(Duration::from_millis(200), rest);
        assert!(waited.await.is_err(), "the sandbox neither responds nor closes");
        let text = String::from_utf8(arrived).unwrap();
        assert_eq!(text.starts_with("HTTP/1.1 202 "), part == 1, "{text}");
        assert!(!text.ends_with('}'));
    }
    assert_eq!(bench.effects(), 1);
}

#[tokio::test]
async fn a_slow_response_arrives_whole_in_small_pieces() {
    let bench = Bench::new().await;
    let begin = std::time::Instant::now();
    let fault = Fault::new(Effect::Slow { bytes_per_second: 1_000 });
    bench.sandbox.faults().add(fault).unwrap();
    let request = bench.signed(bench.increase()).await;
    let mut stream = TcpStream::connect(bench.sandbox.address()).await.unwrap();
    stream.write_all(&wire(&request)).await.unwrap();
    let mut bytes = Vec::new();
    loop {
        let mut some = vec![0; 10_000];
        let count = stream.read(&mut some).await.unwrap();
        if count == 0 {
            break;
        }
        bytes.extend(&some[..count]);
    }
    assert!(bytes.starts_with(b"HTTP/1.1 202 ") && bytes.ends_with(b"}"));
    // The last piece may arrive without a delay.
    let least = Duration::from_millis(u64::try_from(bytes.len()).unwrap().saturating_sub(100));
    assert!(begin.elapsed() >= least, "{} bytes in {:?}", bytes.len(), begin.elapsed());
    assert_eq!(bench.effects(), 1, "a slow response is a response, before or after the commit");
}

/// In version 1.9.0 the response to a cancellation has no body that could be broken.
#[tokio::test]
async fn a_response_without_a_body_can_be_broken_too() {
    let bench = Bench::of(Sandbox::builder().spec(upvest_sandbox::Spec::V1_9)).await;
    for fault in [
        Fault::new(Effect::Garbage).in_body(),
        Fault::new(Effect::Huge { bytes: 100 }).in_body(),
        Fault::new(Effect::GzipBomb { bytes: 100 }),
        Fault::new(Effect::Truncate).in_body(),
        Fault::new(Effect::Reset).in_body(),
    ] {
        bench.sandbox.faults().clear();
        let there = bench.url("/virtual_cash_balances/decreases");
        let large = crate::fixture::with_body(bench.increase(), "200.00", "900.00");
        let key = Uuid::new_v4().to_string();
        let large =
            crate::fixture::with(crate::fixture::to(large, &there), "idempotency-key", &key);
        let (_, body) = bench.send(bench.signed(large).await).await;
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        let path = format!("/virtual_cash_balances/decreases/{}", body["id"].as_str().unwrap());
        let name = fault.to_string();
        bench.sandbox.faults().add(fault.after_commit()).unwrap();
        let request = bench.signed(bench.bodiless("DELETE", &path)).await;
        let arrived = exchange(&bench, &wire(&request)).await;
        let is_broken = arrived.is_reset
            || !arrived.text().contains("\r\n\r\n")
            || !arrived.body().is_empty() && arrived.text().starts_with("HTTP/1.1 200 ");
        assert!(is_broken, "{name}: {}", arrived.text());
    }
}

/// The dangerous fault: the money moves after the client has disconnected.
#[tokio::test]
async fn a_delayed_request_is_executed_after_its_client_disconnected() {
    let bench = Bench::new().await;
    bench.sandbox.faults().add(Fault::new(Effect::Delay { milliseconds: 50 })).unwrap();
    let request = bench.signed(bench.increase()).await;
    let seen = bench.sandbox.log().last().unwrap().number;
    let mut stream = TcpStream::connect(bench.sandbox.address()).await.unwrap();
    stream.write_all(&wire(&request)).await.unwrap();
    while bench.sandbox.faults().active()[0].hits == 0 {
        tokio::task::yield_now().await;
    }
    drop(stream);
    assert_eq!(bench.effects(), 0);
    let carried_out = bench.sandbox.log().changed(seen);
    tokio::time::timeout(Duration::from_secs(30), carried_out).await.expect("it is executed");
    assert_eq!(bench.effects(), 1);
}

#[tokio::test]
async fn a_concurrent_duplicate_waits_or_conflicts() {
    for (assumption, statuses) in
        [(None, [202, 202]), (Some(Assumption::DuplicateConflicts), [202, 409])]
    {
        let builder = Sandbox::builder();
        let builder = match assumption {
            Some(assumption) => builder.assume(assumption),
            None => builder,
        };
        let bench = Bench::of(builder).await;
        let delay = Fault::new(Effect::Delay { milliseconds: 1_000 }).times(1).after_commit();
        bench.sandbox.faults().add(delay).unwrap();
        let first = bench.signed(bench.increase()).await;
        let second = bench.signed(bench.increase()).await;
        let first = bench.send(first);
        let second = async {
            while bench.sandbox.faults().active()[0].hits == 0 {
                tokio::task::yield_now().await;
            }
            bench.send(second).await
        };
        let (first, second) = tokio::join!(first, second);
        assert_eq!([first.0, second.0], statuses, "{}", second.1);
        assert_eq!(bench.effects(), 1);
        // Once the first has finished, the request is a replay.
        assert_eq!(bench.send(bench.signed(bench.increase()).await).await, first);
    }
}

/// With every way to lose a response and a client that retries, each payment takes effect once.
#[tokio::test]
async fn the_client_pays_once_whatever_happens_to_responses() {
    let sandbox = started(Sandbox::builder().seed(7)).await;
    let client = sandbox.client().unwrap();
    let group = GROUP.parse().unwrap();
    for effect in [Effect::Reset, Effect::Truncate, Effect::Garbage, Effect::Html] {
        for fault in [Fault::new(effect.clone()), Fault::new(effect.clone()).after_commit()] {
            sandbox.faults().add(fault.percent(10).on("POST", INCREASES)).unwrap();
        }
    }
    let order = CreateVirtualCashIncrease {
        account_group_id: group,
        amount: "1.00".parse().unwrap(),
        currency: Currency::Eur,
    };
    let mut open = Vec::new();
    for _ in 0..40 {
        let call = client.increase(&order);
        let record = call.record();
        match call.await {
            Ok(_) => {}
            Err(error) if error.outcome() >= Outcome::Unknown => open.push(record),
            Err(error) => panic!("{error}"),
        }
    }
    assert!(sandbox.faults().active().iter().any(|fault| fault.hits > 0));
    sandbox.faults().clear();
    for record in open {
        client
            .replay::<VirtualCashIncrease>(<dyn VirtualCash>::ENDPOINTS, record)
            .unwrap()
            .await
            .unwrap();
    }
    assert_eq!(sandbox.state().ledger_entries(group, &Currency::Eur), 40);
    assert!(sandbox.state().is_balanced());
}

#[tokio::test]
async fn a_fault_applies_to_tokens_but_not_to_sandbox_endpoints() {
    let bench = Bench::new().await;
    bench.sandbox.faults().add(Fault::new(Effect::Html)).unwrap();
    let request = bench.signed(bench.token_request("positions:read")).await;
    let response = exchange(&bench, &wire(&request)).await;
    assert!(response.text().starts_with("HTTP/1.1 502 "));
    let health = b"GET /_sandbox/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let response = exchange(&bench, health).await;
    assert!(response.text().starts_with("HTTP/1.1 200 "), "{}", response.text());
}
