//! Payments over an unreliable connection: each payment that succeeded, at once or by a replay,
//! took effect once. Each rejected one took no effect.
//!
//! ```text
//! UPVEST_CALLS=100000 cargo test --release -p upvest-tests --test money duplicates -- --nocapture
//! UPVEST_SECONDS=180  cargo test --release -p upvest-tests --test money duplicates -- --nocapture
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use secrecy::ExposeSecret as _;
use tokio::task::JoinSet;
use upvest_core::{CallRecord, Client, Environment, Outcome};
use upvest_sandbox::Sandbox;
use upvest_tests::chaos::UnreliableProxy;
use upvest_tests::{Chance, watch_logs};
use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash, VirtualCashIncrease};
use uuid::Uuid;

/// The maximum number of replays of one call. Losing half of the messages needs fewer.
const MOST_REPLAYS: u32 = 200;
/// Calls in flight at any time.
const AT_ONCE: usize = 64;

struct Bank {
    sandbox: Sandbox,
    proxy: UnreliableProxy,
    client: Client,
}

#[derive(Default)]
struct Tally {
    calls: AtomicU64,
    well: AtomicU64,
    replayed: AtomicU64,
    replays: AtomicU64,
    refused: AtomicU64,
}

impl Bank {
    async fn new(seed: u64) -> Self {
        let sandbox = Sandbox::start().await.unwrap();
        let proxy = UnreliableProxy::to(sandbox.address(), seed).await;
        let credentials = sandbox.credentials();
        let client = Client::builder(Environment::Custom(format!("http://{}", proxy.address())))
            .credentials(credentials.client_id(), credentials.client_secret().clone())
            .signing_key(credentials.signing_key().clone())
            .scopes(<dyn VirtualCash>::SCOPES)
            .attempt_timeout(Duration::from_secs(1))
            .build()
            .unwrap();
        Self { sandbox, proxy, client }
    }

    /// Makes one payment, with replays if needed, and checks it against the ledger.
    async fn pay(&self, tally: &Tally) {
        let order = CreateVirtualCashIncrease {
            // A separate account group, so that its ledger holds only this payment.
            account_group_id: Uuid::new_v4().into(),
            amount: "1.00".parse().unwrap(),
            currency: Currency::Eur,
        };
        let call = self.client.increase(&order);
        let key = call.key().to_string();
        // Stored as text, as the outbox does.
        let stored = serde_json::to_string(&call.record()).unwrap();
        let result = match call.await {
            Ok(increase) => {
                tally.well.fetch_add(1, Ordering::Relaxed);
                Some(increase)
            }
            Err(error) if error.outcome() >= Outcome::Unknown => {
                tally.replayed.fetch_add(1, Ordering::Relaxed);
                Some(self.replay(&stored, tally).await)
            }
            Err(error) => {
                assert!(matches!(error.outcome(), Outcome::NotSent | Outcome::Rejected));
                tally.refused.fetch_add(1, Ordering::Relaxed);
                None
            }
        };
        let entries = self.sandbox.state().ledger_entries(order.account_group_id, &order.currency);
        match result {
            Some(increase) => {
                assert_eq!(entries, 1, "{key}");
                let first = self.proxy.first_response(&key).unwrap();
                let first: VirtualCashIncrease = serde_json::from_str(&first).unwrap();
                assert_eq!(increase.id, first.id, "{key}");
            }
            None => assert_eq!(entries, 0, "{key}: a rejected payment took effect"),
        }
        tally.calls.fetch_add(1, Ordering::Relaxed);
    }

    async fn replay(&self, stored: &str, tally: &Tally) -> VirtualCashIncrease {
        for _ in 0..MOST_REPLAYS {
            tally.replays.fetch_add(1, Ordering::Relaxed);
            let record: CallRecord = serde_json::from_str(stored).unwrap();
            match self
                .client
                .replay::<VirtualCashIncrease>(<dyn VirtualCash>::ENDPOINTS, record)
                .unwrap()
                .await
            {
                Ok(increase) => return increase,
                Err(error) => assert!(error.outcome() >= Outcome::Unknown, "{error}"),
            }
        }
        panic!("{stored} was replayed {MOST_REPLAYS} times without success");
    }
}

fn from_env(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_payment_is_duplicated_or_lost() {
    let seed = Chance::new().below(u64::MAX);
    let seconds = from_env("UPVEST_SECONDS");
    let calls = from_env("UPVEST_CALLS").unwrap_or(if seconds.is_some() { u64::MAX } else { 500 });
    let started = Instant::now();
    let time = Duration::from_secs(seconds.unwrap_or(u64::from(u32::MAX)));
    let bank = Arc::new(Bank::new(seed).await);
    // Long runs are for the number of calls, not for their logs.
    if seconds.is_none() && calls <= 500 {
        watch_logs(bank.sandbox.credentials().client_secret().expose_secret());
    }
    let tally = Arc::new(Tally::default());
    let begun = Arc::new(AtomicU64::new(0));
    let mut workers = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (bank, tally, begun) = (Arc::clone(&bank), Arc::clone(&tally), Arc::clone(&begun));
        workers.spawn(async move {
            while started.elapsed() < time && begun.fetch_add(1, Ordering::Relaxed) < calls {
                bank.pay(&tally).await;
            }
        });
    }
    while let Some(result) = workers.join_next().await {
        result.unwrap();
    }
    let [calls, well, replayed, replays, refused] =
        [&tally.calls, &tally.well, &tally.replayed, &tally.replays, &tally.refused]
            .map(|count| count.load(Ordering::Relaxed));
    println!(
        "{calls} calls in {:?} with {} faults: {well} ended well, {replayed} were unknown and \
         replayed ({replays} replays), {refused} were refused; none took effect twice",
        started.elapsed(),
        bank.proxy.faults()
    );
    assert_eq!(well + replayed + refused, calls);
    assert!(replayed > 0 && well > 0, "the random faults did not cover both outcomes");
}
