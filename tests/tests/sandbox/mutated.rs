//! Randomly mutated requests, and a scripted run that a seed makes reproducible.

use bytes::Bytes;
use http::Request;
use upvest_sandbox::{Effect, Fault, Sandbox};
use upvest_tests::{Chance, data};

use crate::fixture::{Bench, INCREASES, noon, to, wire, with, with_body};

fn pick(chance: &mut Chance, length: usize) -> usize {
    usize::try_from(chance.below(u64::try_from(length.max(1)).unwrap())).unwrap()
}

/// Makes one to four changes at random positions.
fn mutated(chance: &mut Chance, mut bytes: Vec<u8>) -> Vec<u8> {
    for _ in 0..=chance.below(4) {
        if bytes.is_empty() {
            return bytes;
        }
        let at = pick(chance, bytes.len());
        let end = (at + pick(chance, 40)).min(bytes.len());
        match chance.below(7) {
            0 => bytes[at] ^= 1 << chance.below(8),
            1 => bytes[at] = u8::try_from(chance.below(256)).unwrap(),
            2 => drop(bytes.drain(at..end)),
            3 => bytes.insert(at, u8::try_from(chance.below(256)).unwrap()),
            4 => {
                let copy = bytes[at..end].to_vec();
                let there = pick(chance, bytes.len());
                bytes.splice(there..there, copy);
            }
            5 => {
                let odd: [&[u8]; 8] = [
                    b"\r\n",
                    b"\0",
                    b"\"",
                    b"%",
                    b":",
                    b"\xff\xfe",
                    b"99999999999999999999",
                    b"{}",
                ];
                let odd = odd[pick(chance, odd.len())];
                bytes.splice(at..at, odd.iter().copied());
            }
            _ => bytes.truncate(at),
        }
    }
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_mutated_requests_cause_no_server_error() {
    let mut chance = Chance::new();
    // Ed25519, so that verifying invalid signatures does not dominate the run time.
    let pem = std::fs::read_to_string(data("keys/ed25519_plain.pem")).unwrap();
    let bench = Bench::of(Sandbox::builder().signing_key(pem, None)).await;
    let decrease = "/virtual_cash_balances/decreases/6ffa6b16-2380-4e7a-88b2-ae625c8eef99";
    let balance = "/account_groups/ac1c39e9-2101-46b8-a624-d10a9e351b6c/payments/cash_balance";
    let (mut responded, mut closed) = (0, 0);
    for number in 0..10_000 {
        let request = match chance.below(5) {
            0 => bench.token_request("positions:read"),
            1 => bench.bodiless("DELETE", decrease),
            2 => bench.bodiless("GET", balance),
            _ => with(bench.increase(), "idempotency-key", &uuid::Uuid::new_v4().to_string()),
        };
        let bytes = if chance.below(2) == 0 && !request.body().is_empty() {
            // Mutated before signing, so that it passes the signature check.
            let body = mutated(&mut chance, request.body().to_vec());
            wire(&bench.signed(request.map(|_| Bytes::from(body))).await)
        } else {
            mutated(&mut chance, wire(&bench.signed(request).await))
        };
        match bench.raw_and_gone(&bytes).await {
            Some(status) => {
                assert!(status < 500, "{status} for request {number}: {}", bytes.escape_ascii());
                responded += 1;
            }
            None => closed += 1,
        }
    }
    println!("{responded} got a response, {closed} were closed");
    assert!(responded > 5_000, "most mutated requests are still valid HTTP");
    assert!(bench.sandbox.log().entries().iter().all(|entry| entry.status < Some(500)));
    assert!(bench.sandbox.state().is_balanced());
    assert_eq!(bench.send(bench.signed(bench.increase()).await).await.0, 202, "it still responds");
}

/// Runs a script and returns the whole log as JSON.
async fn log_of_a_script() -> String {
    let bench = Bench::of(Sandbox::builder().seed(7)).await;
    let percent =
        Fault::new(Effect::Html).percent(50).on("POST", "/virtual_cash_balances/decreases");
    bench.sandbox.faults().add(percent).unwrap();
    let decrease = |amount: &str| {
        let request = with_body(bench.increase(), "200.00", amount);
        to(request, "/virtual_cash_balances/decreases")
    };
    let requests: Vec<Request<Bytes>> = vec![
        bench.increase(),
        bench.increase(),
        with_body(bench.increase(), "200.00", "900.00"),
        with_body(bench.increase(), "200.00", "0"),
        decrease("1.00"),
        decrease("2.00"),
        decrease("3.00"),
        to(bench.increase(), "/virtual_cash_balances/increases?x=1"),
        with(bench.increase(), "accept", "text/html"),
        bench.bodiless("GET", "/account_groups/x/payments/cash_balances"),
    ];
    for (number, request) in requests.into_iter().enumerate() {
        let key = bench.sandbox.credentials().signing_key();
        let mut request = to(request.clone(), request.uri().path_and_query().unwrap().as_str());
        let nonce = [u8::try_from(number).unwrap(); 16];
        upvest_core::__sandbox::sign(
            upvest_core::signature::SignatureVersion::V15,
            &mut request,
            key,
            noon(),
            nonce,
        )
        .await
        .unwrap();
        let status = bench.raw(&wire(&request)).await;
        assert!(status.is_some(), "request {number} to {INCREASES} and others");
        // Again with an invalid signature.
        let request = with(request, "upvest-api-version", "2");
        bench.raw(&wire(&request)).await;
    }
    let entries = bench.sandbox.log().entries();
    let entries: Vec<_> = entries.iter().skip(1).map(AsRef::as_ref).collect();
    serde_json::to_string_pretty(&entries).unwrap()
}

#[tokio::test]
async fn the_same_seed_and_the_same_script_give_the_same_log() {
    let first = log_of_a_script().await;
    assert!(first.lines().count() > 300, "{first}");
    assert_eq!(first, log_of_a_script().await);
}
