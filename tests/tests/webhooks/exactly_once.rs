//! From the sandbox to the example receiver over an unreliable connection, with sandbox faults and
//! a receiver that is killed and restarted: each event takes effect exactly once.
#![cfg(unix)]

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use upvest_core::Timestamp;
use upvest_sandbox::{Check, Effect, Fault, Sandbox};
use upvest_tests::chaos::UnreliableProxy;
use upvest_tests::{Chance, example};
use upvest_virtual_cash::{
    AccountGroupId, Amount, CreateVirtualCashDecrease, CreateVirtualCashIncrease, Currency,
    VirtualCash,
};
use uuid::Uuid;

/// Each operation has two events: it is issued, and it is confirmed, which changes the books.
const OPERATIONS: u64 = 500;
const KILLS: u64 = 6;

struct Receiver {
    folder: TempDir,
    listen: SocketAddr,
    url: String,
    settings: Vec<(&'static str, String)>,
}

impl Receiver {
    fn books(&self) -> PathBuf {
        self.folder.path().join("webhooks.sqlite")
    }

    fn start(&self) -> Running {
        let child = example("webhooks")
            .envs(self.settings.clone())
            .arg("--books")
            .arg(self.books())
            .args(["--listen", &self.listen.to_string(), "--url", &self.url])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Running(child.unwrap())
    }

    /// Returns how many events have taken effect; 0 while there are no books.
    fn seen(&self) -> i64 {
        read(&self.books(), "SELECT count(*) FROM seen").unwrap_or(0)
    }

    async fn until_seen(&self, count: i64, running: &mut Running) {
        while self.seen() < count {
            running.still();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

fn read(books: &Path, query: &str) -> rusqlite::Result<i64> {
    rusqlite::Connection::open(books)?.query_row(query, [], |row| row.get(0))
}

/// A running receiver, killed on drop.
struct Running(Child);

impl Running {
    fn still(&mut self) {
        let ended = self.0.try_wait().unwrap();
        assert!(ended.is_none(), "the receiver exited: {ended:?}");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_events_take_effect_once_under_every_fault() {
    let limit = Duration::from_secs(480);
    tokio::time::timeout(limit, Box::pin(run())).await.expect("everything is sent in time");
}

async fn run() {
    let mut chance = Chance::new();
    // Starts half a day ago, so that it can advance: each reading is a second later.
    let time = AtomicI64::new(Timestamp::now().unix_seconds() - 12 * 60 * 60);
    let clock =
        move || Timestamp::from_unix_seconds(time.fetch_add(1, Ordering::Relaxed)).expect("a time");
    let sandbox = Sandbox::builder()
        .clock(clock)
        // The receiver has its own clock.
        .loose(Check::Lifetime)
        .loose(Check::Token)
        .webhook_timeout(Duration::from_millis(150))
        .seed(chance.below(u64::MAX))
        .start()
        .await
        .unwrap();
    for fault in [
        Fault::new(Effect::Duplicate).percent(10),
        Fault::new(Effect::Overtake).percent(10),
        Fault::new(Effect::Reset).percent(5),
        Fault::new(Effect::Reset).percent(10).after_commit(),
    ] {
        sandbox.faults().add(fault.of_webhooks()).unwrap();
    }
    // A port that is free now, and the proxy to it.
    let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let proxy = UnreliableProxy::of(listen, chance.below(u64::MAX), 0.2).await;
    let receiver = Receiver {
        folder: TempDir::new().unwrap(),
        listen,
        url: format!("http://{}/webhooks", proxy.address()),
        settings: sandbox.settings(),
    };
    let mut running = receiver.start();
    // No event is sent before it has subscribed.
    while !sandbox.log().entries().iter().any(|entry| entry.method == "PATCH") {
        running.still();
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    let group: AccountGroupId = Uuid::new_v4().into();
    let client = sandbox.client().unwrap();
    let mut cents = 0;
    for number in 1..=OPERATIONS {
        // All amounts differ, and the balance always suffices.
        let amount: Amount = format!("{number}.{:02}", number % 100).parse().unwrap();
        let units = i64::try_from(amount.minor()).unwrap();
        let (account_group_id, currency) = (group, Currency::Eur);
        if number % 5 == 0 {
            cents -= units;
            let order = CreateVirtualCashDecrease { account_group_id, amount, currency };
            client.decrease(&order).await.unwrap();
        } else {
            cents += units;
            let order = CreateVirtualCashIncrease { account_group_id, amount, currency };
            client.increase(&order).await.unwrap();
        }
    }
    let share = 2 * OPERATIONS / (KILLS + 1);
    for kills in 1..=KILLS {
        let count = share * kills + chance.below(share / 2);
        receiver.until_seen(i64::try_from(count).unwrap(), &mut running).await;
        drop(running);
        running = receiver.start();
    }
    sandbox.webhooks().all_sent().await;
    drop(running);

    let hits: u64 = sandbox.faults().active().iter().map(|fault| fault.hits).sum();
    println!(
        "{} events, {} faults of the connection, {hits} faults of the sandbox, {KILLS} kills",
        receiver.seen(),
        proxy.faults()
    );
    assert!(proxy.faults() > 100 && hits > 200, "too few faults");
    assert_eq!(receiver.seen(), i64::try_from(2 * OPERATIONS).unwrap());
    assert_eq!(sandbox.state().balance(group, &Currency::Eur), cents);
    let query = "SELECT minor_units FROM balance";
    assert_eq!(read(&receiver.books(), query).unwrap(), cents, "each took effect once");
}
