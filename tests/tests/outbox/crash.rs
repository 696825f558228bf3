//! Workers that are killed, stopped and continued, over a network that loses requests and responses,
//! on a database that is restarted: each payment takes effect once.
//!
//! ```text
//! UPVEST_PAYMENTS=10000 UPVEST_KILLS=1000 UPVEST_RESTARTS=20 bash tests/interop/postgres.sh \
//!     cargo test --release -p upvest-tests --test outbox crash -- --nocapture
//! ```

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::{Postgres, Sqlite};
use upvest_core::{Client, ClientBuilder};
use upvest_outbox::Stats;
use upvest_sandbox::{Assumption, Effect, Fault, Sandbox};
use upvest_tests::chaos::UnreliableProxy;
use upvest_tests::{Chance, example};
use upvest_virtual_cash::{AccountGroupId, CreateVirtualCashIncrease, Currency, VirtualCash};
use uuid::Uuid;

use crate::database::{Fixture, TestDatabase};

/// Longer than any run should take.
const PATIENCE: Duration = Duration::from_secs(1_200);

fn from_env(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

/// How much happens in one run.
struct Scale {
    payments: u64,
    workers: u64,
    kills: u64,
    restarts: u64,
}

/// What became of the payments.
#[derive(Debug, PartialEq, Eq)]
struct Effects {
    none: usize,
    one: usize,
    more: usize,
}

struct Run<'t, DB: TestDatabase> {
    test: &'t Fixture<DB>,
    sandbox: Arc<Sandbox>,
    proxy: UnreliableProxy,
    settings: Vec<(&'static str, String)>,
    groups: Vec<AccountGroupId>,
    has_new_keys: bool,
}

impl<'t, DB: TestDatabase> Run<'t, DB> {
    async fn new(test: &'t Fixture<DB>, seed: u64, chance_of_fault: f64) -> Self {
        let sandbox = Sandbox::builder().assume(Assumption::DuplicateConflicts).start();
        let sandbox = Arc::new(sandbox.await.unwrap());
        let proxy = UnreliableProxy::of(sandbox.address(), seed, chance_of_fault).await;
        let url = format!("http://{}", proxy.address());
        let settings = sandbox.settings().into_iter();
        let settings = settings.map(|(name, value)| match name {
            "UPVEST_API_BASE_URL" => (name, url.clone()),
            _ => (name, value),
        });
        let settings = settings.collect();
        Self { test, sandbox, proxy, settings, groups: Vec::new(), has_new_keys: false }
    }

    fn client(&self) -> Client {
        let setting = |name: &str| {
            self.settings.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
        };
        let builder = ClientBuilder::from_variables(setting).unwrap();
        builder.scopes(<dyn VirtualCash>::SCOPES).build().unwrap()
    }

    /// Enqueues payments, each to its own account group.
    async fn enqueue(&mut self, payments: u64) {
        let client = self.client();
        for number in 0..payments {
            let order = CreateVirtualCashIncrease {
                account_group_id: Uuid::new_v4().into(),
                amount: "1.00".parse().unwrap(),
                currency: Currency::Eur,
            };
            let mut tx = self.test.pool.begin().await.unwrap();
            let (id, call) = (format!("payment-{number}"), client.increase(&order));
            self.test.outbox.enqueue(&mut tx, &id, &call).await.unwrap();
            tx.commit().await.unwrap();
            self.groups.push(order.account_group_id);
        }
    }

    fn command(&self) -> Command {
        let mut command = example("outbox_worker");
        command
            .envs(self.settings.iter().map(|(name, value)| (*name, value)))
            .env("UPVEST_TEST_DATABASE", &self.test.address)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if self.has_new_keys {
            command.env("UPVEST_TEST_NEW_KEYS", "");
        }
        command
    }

    /// Returns the numbers once the database responds; it may be restarting.
    async fn stats(&self) -> Stats {
        loop {
            if let Ok(stats) = self.test.outbox.stats().await {
                return stats;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Kills, stops and restarts until all payments are settled.
    async fn survive(&self, scale: &Scale, chance: &mut Chance) {
        let conflicts = self.count_conflicts();
        let mut workers: Vec<Child> =
            (0..scale.workers).map(|_| self.command().spawn().unwrap()).collect();
        let mut stopped: Vec<(usize, Instant)> = Vec::new();
        let (began, mut kills, mut restarts, mut pauses) = (Instant::now(), 0, 0, 0);
        loop {
            tokio::time::sleep(Duration::from_millis(50 + chance.below(150))).await;
            self.make_failures_due().await;
            let stats = self.stats().await;
            if stats.pending == 0 && kills >= scale.kills {
                break;
            }
            assert!(began.elapsed() < PATIENCE, "{stats:?} after {kills} kills");
            stopped.retain(|(worker, until)| {
                let is_over = Instant::now() >= *until;
                if is_over {
                    signal(&workers[*worker], "CONT");
                }
                !is_over
            });
            let at = usize::try_from(chance.below(scale.workers)).unwrap();
            if stopped.iter().any(|(worker, _)| *worker == at) {
                continue;
            }
            if chance.below(20) == 0 {
                // For longer than its leases, 7 seconds.
                signal(&workers[at], "STOP");
                stopped.push((at, Instant::now() + Duration::from_secs(9)));
                pauses += 1;
            } else if kills < scale.kills || workers[at].try_wait().unwrap().is_some() {
                workers[at].kill().unwrap();
                workers[at].wait().unwrap();
                workers[at] = self.command().spawn().unwrap();
                kills += 1;
            }
            if restarts < scale.restarts && kills * scale.restarts >= restarts * scale.kills {
                restart_database().await;
                restarts += 1;
            }
        }
        for mut worker in workers {
            worker.kill().unwrap();
            worker.wait().unwrap();
        }
        println!(
            "{} payments, {kills} kills, {pauses} stops, {restarts} restarts, {} faults, {} s",
            self.groups.len(),
            self.proxy.faults(),
            began.elapsed().as_secs()
        );
        // Two requests with one key at a time would be a conflict.
        assert_eq!(conflicts.load(Ordering::SeqCst), 0, "conflicts");
    }

    /// What failed is due after minutes. The test does not wait.
    async fn make_failures_due(&self) {
        // It fails while the database restarts.
        let _ = self.test.outbox.retry_now().await;
    }

    fn count_conflicts(&self) -> Arc<AtomicU64> {
        let (count, sandbox) = (Arc::new(AtomicU64::new(0)), Arc::clone(&self.sandbox));
        let conflicts = Arc::clone(&count);
        tokio::spawn(async move {
            let mut last = 0;
            loop {
                sandbox.log().changed(last).await;
                for entry in sandbox.log().after(last) {
                    last = entry.number;
                    if entry.status == Some(409) {
                        conflicts.fetch_add(1, Ordering::SeqCst);
                    }
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        count
    }

    fn effects(&self) -> Effects {
        let mut effects = Effects { none: 0, one: 0, more: 0 };
        for group in &self.groups {
            match self.sandbox.state().ledger_entries(*group, &Currency::Eur) {
                0 => effects.none += 1,
                1 => effects.one += 1,
                _ => effects.more += 1,
            }
        }
        effects
    }
}

fn signal(process: &Child, name: &str) {
    let id = process.id().to_string();
    // It may have ended.
    let _ = Command::new("kill").args([&format!("-{name}"), &id]).stderr(Stdio::null()).status();
}

async fn restart_database() {
    let command = std::env::var("UPVEST_RESTART_POSTGRES").unwrap();
    let restart = move || Command::new(command).stdout(Stdio::null()).status().unwrap();
    assert!(tokio::task::spawn_blocking(restart).await.unwrap().success());
}

async fn each_payment_takes_effect_once<DB: TestDatabase>(test: &Fixture<DB>, scale: Scale) {
    let mut chance = Chance::new();
    let mut run = Run::new(test, chance.below(u64::MAX), 0.3).await;
    run.enqueue(scale.payments).await;
    run.survive(&scale, &mut chance).await;
    let all = run.groups.len();
    assert_eq!(run.effects(), Effects { none: 0, one: all, more: 0 });
    let stats = run.stats().await;
    assert_eq!((stats.accepted, stats.unresolved), (all as u64, 0));
    let operations = "SELECT CAST(count(DISTINCT operation_id) AS TEXT) FROM upvest_payment";
    assert_eq!(test.text(operations).await, all.to_string());
}

async fn the_test_detects_new_keys<DB: TestDatabase>(test: &Fixture<DB>) {
    let mut chance = Chance::new();
    let mut run = Run::new(test, chance.below(u64::MAX), 0.3).await;
    run.has_new_keys = true;
    run.enqueue(100).await;
    let scale = Scale { payments: 100, workers: 2, kills: 5, restarts: 0 };
    run.survive(&scale, &mut chance).await;
    assert!(run.effects().more > 0, "{:?}", run.effects());
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_workers_pay_once_on_sqlite() {
    let test = Fixture::<Sqlite>::new().await.unwrap();
    let kills = from_env("UPVEST_KILLS", 10);
    let payments = from_env("UPVEST_PAYMENTS", 200);
    let scale = Scale { payments, workers: 3, kills, restarts: 0 };
    each_payment_takes_effect_once(&test, scale).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_workers_and_databases_pay_once_on_postgres() {
    let Some(test) = Fixture::<Postgres>::new().await else { return };
    let can_restart = std::env::var_os("UPVEST_RESTART_POSTGRES").is_some();
    let restarts = from_env("UPVEST_RESTARTS", 2) * u64::from(can_restart);
    let kills = from_env("UPVEST_KILLS", 20);
    let payments = from_env("UPVEST_PAYMENTS", 300);
    let scale = Scale { payments, workers: 8, kills, restarts };
    each_payment_takes_effect_once(&test, scale).await;
    test.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_test_detects_new_keys_on_sqlite() {
    the_test_detects_new_keys(&Fixture::<Sqlite>::new().await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_test_detects_new_keys_on_postgres() {
    let Some(test) = Fixture::<Postgres>::new().await else { return };
    the_test_detects_new_keys(&test).await;
    test.end().await;
}

/// A process that is stopped while its request is under way, and continued when another worker has
/// its payment.
async fn a_stopped_worker_changes_nothing<DB: TestDatabase>(test: &Fixture<DB>) {
    let mut run = Run::new(test, 0, 0.0).await;
    let late = Fault::new(Effect::Hang);
    let late = late.on("POST", "/virtual_cash_balances/*").after_commit().times(1);
    run.sandbox.faults().add(late).unwrap();
    run.enqueue(1).await;
    let mut first = run.command().env("UPVEST_TEST_ONCE", "").spawn().unwrap();
    while run.effects().one == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    signal(&first, "STOP");
    test.advance(Duration::from_secs(60)).await;
    let worker = test.outbox.worker(run.client(), <dyn VirtualCash>::ENDPOINTS);
    worker.run_until_idle().await.unwrap();
    let before = test.payment("payment-0").await;
    assert!(before.operation().is_some(), "{before:?}");
    signal(&first, "CONT");
    let ended = tokio::task::spawn_blocking(move || first.wait().unwrap()).await.unwrap();
    assert!(ended.success());
    let after = test.payment("payment-0").await;
    assert_eq!(after.operation(), before.operation());
    assert_eq!((after.claims(), after.settled_at()), (2, before.settled_at()));
    assert_eq!((after.error(), run.effects().one), (None, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_worker_changes_nothing_on_sqlite() {
    a_stopped_worker_changes_nothing(&Fixture::<Sqlite>::new().await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_worker_changes_nothing_on_postgres() {
    let Some(test) = Fixture::<Postgres>::new().await else { return };
    a_stopped_worker_changes_nothing(&test).await;
    test.end().await;
}
