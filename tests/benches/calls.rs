//! Measures a whole call against the same request built, signed and sent without the client: in
//! memory, where only CPU time counts, and over loopback with reqwest.
//!
//! Both are measured alternately in one run; the ratio is the median over all turns.

#[path = "shared/manual.rs"]
mod manual;
#[path = "shared/server.rs"]
mod server;
mod shared;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::BodyExt as _;
use manual::Manual;
use server::{GROUP, TOKEN, respond};
use shared::{KEY_ID, is_trial, median, time};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use upvest_core::{Client, Environment, SigningKey};
use upvest_tests::data;
use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash, VirtualCashIncrease};
use uuid::Uuid;

const CLIENT_ID: &str = "5ec16164-6173-461d-b90d-116d68f55b40";

fn manual_client(pem: &[u8], base_url: &str) -> Manual {
    let mut manual = Manual::new(base_url, CLIENT_ID, KEY_ID, pem);
    manual.token = TOKEN.to_owned();
    manual
}

fn order(group: Uuid) -> CreateVirtualCashIncrease {
    CreateVirtualCashIncrease {
        account_group_id: group.into(),
        amount: "200.00".parse().expect("an amount"),
        currency: Currency::Eur,
    }
}

fn signing_key(pem: &[u8]) -> SigningKey {
    SigningKey::from_pem(KEY_ID, pem, None).expect("a P-521 key")
}

/// Measures CPU time alone.
fn in_memory(runtime: &Runtime, pem: &[u8]) {
    let (turns, per_turn) = if is_trial() { (1, 1) } else { (201, 20) };
    let by_hand = manual_client(pem, "https://sandbox.upvest.co");
    let client = Client::builder(Environment::Sandbox)
        .credentials(CLIENT_ID, "x")
        .signing_key(signing_key(pem))
        .scopes(<dyn VirtualCash>::SCOPES)
        .transport(respond)
        .build()
        .expect("a client");
    let group = GROUP;
    let one_manual = || {
        runtime.block_on(async {
            let response = respond(by_hand.increase(group)).await.expect("a response");
            let body = response.into_body().collect().await.expect("a body").to_bytes();
            serde_json::from_slice::<VirtualCashIncrease>(&body).expect("an increase")
        })
    };
    let one_by_client = || {
        let order = order(group);
        runtime.block_on(client.increase(&order).into_future()).expect("an increase")
    };
    assert_eq!(one_by_client(), one_manual());

    let (mut hands, mut ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..turns {
        let hand = time(|| (0..per_turn).for_each(|_| drop(one_manual())));
        let our = time(|| (0..per_turn).for_each(|_| drop(one_by_client())));
        hands.push(hand);
        ours.push(our);
        ratios.push(our.as_secs_f64() / hand.as_secs_f64());
    }
    let per = |total: Vec<Duration>| median(total).as_secs_f64() * 1e6 / f64::from(per_turn);
    println!(
        "one increase in memory, P-521: manual {:.1} µs, client {:.1} µs, ratio {:.3}",
        per(hands),
        per(ours),
        median(ratios)
    );
    let hand = allocation_counter::measure(|| drop(one_manual()));
    let our = allocation_counter::measure(|| drop(one_by_client()));
    println!(
        "allocations of one increase: manual {} ({} bytes), client {} ({} bytes)",
        hand.count_total, hand.bytes_total, our.count_total, our.bytes_total
    );
}

/// Measures requests per second over loopback, with `at_once` requests in flight.
fn over_loopback(runtime: &Runtime, pem: &[u8], address: SocketAddr, at_once: usize) {
    let (turns, requests) = if is_trial() { (1, at_once) } else { (7, 2_048) };
    let base_url = format!("http://{address}");
    let by_hand = Arc::new(manual_client(pem, &base_url));
    let plain = reqwest::Client::builder().no_proxy().build().expect("a client");
    let client = Client::builder(Environment::Custom(base_url))
        .credentials(CLIENT_ID, "x")
        .signing_key(signing_key(pem))
        .scopes(<dyn VirtualCash>::SCOPES)
        .build()
        .expect("a client");
    let group = GROUP;
    let rounds = requests / at_once;
    let run_manual = || {
        let mut workers = JoinSet::new();
        for _ in 0..at_once {
            let (by_hand, plain) = (Arc::clone(&by_hand), plain.clone());
            workers.spawn(async move {
                for _ in 0..rounds {
                    let request = by_hand.increase(group).try_into().expect("a request");
                    let response = plain.execute(request).await.expect("a response");
                    let body = response.bytes().await.expect("a body");
                    serde_json::from_slice::<VirtualCashIncrease>(&body).expect("an increase");
                }
            });
        }
        runtime.block_on(workers.join_all());
    };
    let run_client = || {
        let mut workers = JoinSet::new();
        for _ in 0..at_once {
            let client = client.clone();
            workers.spawn(async move {
                for _ in 0..rounds {
                    client.increase(&order(group)).await.expect("an increase");
                }
            });
        }
        runtime.block_on(workers.join_all());
    };
    let _inside = runtime.enter();
    // Warm up: open the connections and fetch a token.
    run_manual();
    run_client();
    let (mut hands, mut ours, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..turns {
        let (hand, our) = (time(run_manual).as_secs_f64(), time(run_client).as_secs_f64());
        let a_second = |seconds: f64| (rounds * at_once) as f64 / seconds;
        hands.push(a_second(hand));
        ours.push(a_second(our));
        ratios.push(hand / our);
    }
    println!(
        "over loopback, {at_once} in flight: manual {:.0}/s, client {:.0}/s, ratio {:.3}",
        median(hands),
        median(ours),
        median(ratios)
    );
}

fn main() {
    let pem = std::fs::read(data("keys/p8_plain.pem")).expect("a key file");
    let alone = Builder::new_current_thread().enable_all().build().expect("a runtime");
    in_memory(&alone, &pem);
    let runtime =
        Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let address = server::start();
    for at_once in [1, 16, 256] {
        over_loopback(&runtime, &pem, address, at_once);
    }
}
