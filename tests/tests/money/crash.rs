//! Kills the outbox example at random moments and restarts it until its ledger is settled.
//!
//! `UPVEST_KILLS=1000 cargo test -p upvest-tests --test money crash` kills it more often.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use upvest_sandbox::Sandbox;
use upvest_tests::{Chance, example};
use upvest_virtual_cash::{AccountGroupId, Currency};
use uuid::Uuid;

struct Outbox {
    sandbox: Sandbox,
    group: AccountGroupId,
    folder: TempDir,
    reuses_nothing: bool,
}

impl Outbox {
    async fn new(reuses_nothing: bool) -> Self {
        let sandbox = Sandbox::start().await.unwrap();
        Self {
            sandbox,
            group: Uuid::new_v4().into(),
            folder: TempDir::new().unwrap(),
            reuses_nothing,
        }
    }

    fn ledger(&self) -> std::path::PathBuf {
        self.folder.path().join("payouts.sqlite")
    }

    fn start(&self, payouts: u32) -> Child {
        let mut command: Command = example("outbox");
        command
            .envs(self.sandbox.settings())
            .args(["--payouts", &payouts.to_string()])
            .args(["--account-group", &self.group.to_string()])
            .arg("--ledger")
            .arg(self.ledger())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if self.reuses_nothing {
            command.arg("--reuse-nothing");
        }
        command.spawn().unwrap()
    }

    /// Starts the outbox and kills it: half of the time while it starts or replays, otherwise after
    /// its first new payment. How long that takes depends on the machine.
    async fn start_and_kill(&self, chance: &mut Chance) {
        let before = self.effects();
        let started = Instant::now();
        let mut child = self.start(1_000_000);
        if chance.below(2) == 0 {
            tokio::time::sleep(Duration::from_micros(chance.below(60_000))).await;
        } else {
            while self.effects() == before && started.elapsed() < Duration::from_secs(60) {
                tokio::time::sleep(Duration::from_micros(200)).await;
            }
            tokio::time::sleep(Duration::from_micros(chance.below(20_000))).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Returns the number of payments that have taken effect and are not marked as done.
    fn unmarked(&self) -> i64 {
        if !self.ledger().exists() {
            return 0;
        }
        let has_table = "SELECT count(*) FROM sqlite_master WHERE name = 'payout'";
        if count(&self.ledger(), has_table) == 0 {
            return 0;
        }
        let done = "SELECT count(*) FROM payout WHERE state = 'done'";
        self.effects() - count(&self.ledger(), done)
    }

    /// Lets the outbox finish and returns the number of payouts that are done.
    async fn settle(&self) -> i64 {
        let mut child = self.start(0);
        let status = tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();
        assert!(status.success());
        count(&self.ledger(), "SELECT count(*) FROM payout WHERE state = 'done'")
    }

    fn effects(&self) -> i64 {
        self.sandbox.state().ledger_entries(self.group, &Currency::Eur)
    }
}

fn count(ledger: &Path, query: &str) -> i64 {
    let db = rusqlite::Connection::open(ledger).unwrap();
    db.query_row(query, [], |row| row.get(0)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_outbox_pays_each_payout_once() {
    let kills: u32 = std::env::var("UPVEST_KILLS").map_or(20, |kills| kills.parse().unwrap());
    let mut chance = Chance::new();
    let outbox = Outbox::new(false).await;
    let mut in_the_middle = 0;
    for _ in 0..kills {
        outbox.start_and_kill(&mut chance).await;
        in_the_middle += i64::from(outbox.unmarked() > 0);
    }
    let payouts = outbox.settle().await;
    let all = count(&outbox.ledger(), "SELECT count(*) FROM payout");
    println!("{kills} kills, {in_the_middle} of them between payment and mark; {all} payouts");
    assert!(in_the_middle > 0, "no kill hit between a payment and its mark");
    assert_eq!(payouts, all, "every payout is done");
    assert_eq!(outbox.effects(), payouts, "each payout has taken effect once");
    let ids = count(&outbox.ledger(), "SELECT count(DISTINCT result) FROM payout");
    assert_eq!(ids, payouts, "each payout has its own increase");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_test_detects_a_duplicated_payout() {
    let mut chance = Chance::new();
    let outbox = Outbox::new(true).await;
    for _ in 0..1_000 {
        outbox.start_and_kill(&mut chance).await;
        // A payment that has taken effect and is not marked as done is paid again.
        let payouts = outbox.settle().await;
        if outbox.effects() > payouts {
            return;
        }
    }
    panic!("no payout was duplicated in a thousand kills without a stored key");
}
