//! `pay` of the README of virtual cash: run as often as you like, with any pauses, kills and clock
//! jumps, it pays once.
//!
//! ```text
//! UPVEST_RUNS=10000 cargo test -p upvest-tests --test money pay_once -- --nocapture
//! ```

use std::error::Error;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _};
use upvest_core::{CallRecord, Client, ErrorKind, IdempotencyKey, Outcome, Timestamp};
use upvest_sandbox::{Effect, Entry, Fault, Sandbox, Verdict};
use upvest_tests::Chance;
use upvest_virtual_cash::{AccountGroupId, CreateVirtualCashIncrease, Currency, VirtualCash};
use uuid::Uuid;

/// Pays `order` once, however often this runs, and returns the state of the payout.
async fn pay(
    client: &Client,
    ledger: &Connection,
    id: &str,
    order: &CreateVirtualCashIncrease,
) -> Result<String, Box<dyn Error>> {
    let call = client.increase(order).timeout(Duration::from_secs(20));
    let find = "SELECT state, record FROM payout WHERE id = ?1";
    let row: Option<(String, String)> =
        ledger.query_row(find, [id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let call = match row {
        Some((state, _)) if state != "pending" => return Ok(state),
        // The money may have moved. After 23 hours this fails, because it could then move twice.
        Some((_, first)) => call.resume(serde_json::from_str(&first)?)?,
        None => {
            // Before anything is sent, and only once: `id` is the primary key.
            let first = serde_json::to_string(&call.record())?;
            ledger.execute("INSERT INTO payout VALUES (?1, ?2, 'pending', NULL)", [id, &first])?;
            call
        }
    };
    let (state, result) = match call.await {
        Ok(increase) => ("done", increase.id.to_string()),
        Err(error) if error.outcome() == Outcome::Rejected && !error.is_retryable() => {
            ("rejected", error.to_string())
        }
        // The money may have moved, or may still be moved: run this again.
        Err(error) => ("pending", error.to_string()),
    };
    let mark = "UPDATE payout SET state = ?2, result = ?3 WHERE id = ?1 AND state = 'pending'";
    ledger.execute(mark, [id, state, &result])?;
    Ok(state.to_owned())
}

/// Creates a ledger as the README describes it.
fn ledger() -> Connection {
    let ledger = Connection::open_in_memory().unwrap();
    let table = "CREATE TABLE payout (
        id TEXT PRIMARY KEY, record TEXT NOT NULL, state TEXT NOT NULL, result TEXT)";
    ledger.execute(table, []).unwrap();
    ledger
}

#[tokio::test]
async fn an_order_is_paid_once() -> Result<(), Box<dyn Error>> {
    let (sandbox, ledger) = (Sandbox::start().await?, ledger());
    let (client, order) = (sandbox.client()?, order(Uuid::new_v4().into()));
    for _ in 0..2 {
        assert_eq!(pay(&client, &ledger, "payout-4711", &order).await?, "done");
    }
    assert_eq!(sandbox.state().ledger_entries(order.account_group_id, &order.currency), 1);
    Ok(())
}

fn order(group: AccountGroupId) -> CreateVirtualCashIncrease {
    CreateVirtualCashIncrease {
        account_group_id: group,
        amount: "200.00".parse().unwrap(),
        currency: Currency::Eur,
    }
}

#[tokio::test]
async fn a_lost_response_is_fetched_within_the_replay_window_and_not_after_it() {
    let sandbox = Sandbox::start().await.unwrap();
    let ledger = ledger();
    let order = order(Uuid::new_v4().into());
    // Each run of the program has a new client; only the ledger persists.
    let run = async |order: &CreateVirtualCashIncrease| {
        let client = sandbox.client().unwrap();
        pay(&client, &ledger, "payout-4711", order).await
    };
    let entries = |group| sandbox.state().ledger_entries(group, &Currency::Eur);
    let record = || {
        let find = "SELECT record FROM payout";
        ledger.query_row(find, [], |row| row.get::<_, String>(0)).unwrap()
    };

    // The money moves, but the program does not receive the response.
    let lost = Fault::new(Effect::Reset).on("POST", "/virtual_cash_balances/*").after_commit();
    sandbox.faults().add(lost).unwrap();
    assert_eq!(run(&order).await.unwrap(), "pending");
    let first = record();
    // The same again after 22 hours.
    sandbox.clock().advance(Duration::from_secs(79_200));
    assert_eq!(run(&order).await.unwrap(), "pending");
    assert_eq!((record(), entries(order.account_group_id)), (first.clone(), 1));

    // A changed order is not paid under the same id.
    let changed = CreateVirtualCashIncrease { amount: "300.00".parse().unwrap(), ..order.clone() };
    let error = run(&changed).await.unwrap_err().to_string();
    assert!(error.contains("its body differs from that of this call"), "{error}");

    // After 25 hours Upvest no longer knows the key.
    sandbox.faults().clear();
    sandbox.clock().advance(Duration::from_secs(10_800));
    let error = run(&order).await.unwrap_err();
    let error: &upvest_core::Error = error.downcast_ref().unwrap();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Replay, Outcome::Unknown));
    assert_eq!((record(), entries(order.account_group_id)), (first, 1));
}

/// Polls `times` times, whenever it is woken, then drops the future, like a process that is killed.
async fn killed_after<F: Future>(future: F, times: u64) -> Option<F::Output> {
    let (mut future, mut left) = (pin!(future), times);
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

/// When the request was signed, by the clock of the program.
fn created(entry: &Entry) -> i64 {
    let input = entry.headers.iter().find(|(name, _)| name == "signature-input").unwrap();
    let created = input.1.split("created=").nth(1).unwrap();
    created.split(|character: char| !character.is_ascii_digit()).next().unwrap().parse().unwrap()
}

/// The record of a payout, if it was stored before the program was killed.
fn recorded(ledger: &Connection, id: &str) -> Option<CallRecord> {
    let find = "SELECT record FROM payout WHERE id = ?1";
    let record: Option<String> = ledger.query_row(find, [id], |row| row.get(0)).optional().unwrap();
    record.map(|record| serde_json::from_str(&record).unwrap())
}

fn has_key(entry: &Entry, key: IdempotencyKey) -> bool {
    entry.headers.iter().any(|(name, value)| name == "idempotency-key" && *value == key.to_string())
}

const HOUR: u64 = 3_600;

/// How much the clock of the program may differ from that of the sandbox, in seconds.
const SKEW: i64 = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_pays_once_with_any_pauses_kills_and_clock_jumps() {
    let runs = std::env::var("UPVEST_RUNS").map_or(500, |runs| runs.parse().unwrap());
    let mut chance = Chance::new();
    let sandbox = Sandbox::builder().seed(chance.below(u64::MAX)).start().await.unwrap();
    let path = "/virtual_cash_balances/*";
    for (fault, percent) in [
        (Fault::new(Effect::Reset).before_commit(), 10),
        (Fault::new(Effect::Reset).after_commit(), 20),
        (Fault::new(Effect::Truncate).after_commit(), 10),
        (Fault::new(Effect::Status { status: 503, retry_after: None }).after_commit(), 10),
        (Fault::new(Effect::Status { status: 429, retry_after: None }).before_commit(), 10),
    ] {
        sandbox.faults().add(fault.on("POST", path).percent(percent)).unwrap();
    }
    let ledger = ledger();
    let (skew, count) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicU64::new(0)));
    let client = || {
        let (clock, skew, count) = (sandbox.clock().clone(), Arc::clone(&skew), Arc::clone(&count));
        let now = move || {
            let seconds = clock.now().unix_seconds() + skew.load(Ordering::SeqCst);
            Timestamp::from_unix_seconds(seconds).unwrap()
        };
        // Its first half, which determines the delays between attempts, is zero.
        let random = move || Ok(u128::from(count.fetch_add(1, Ordering::SeqCst)).to_be_bytes());
        let builder = sandbox.client_builder().scopes(<dyn VirtualCash>::SCOPES);
        builder.clock(now).randomness(random).build().unwrap()
    };
    let (mut done, mut rejected, mut unclear, mut kills) = (0, 0, 0, 0);
    let (mut run, mut paid_when_killed, mut unclear_groups, mut settled) =
        (0, 0, Vec::new(), Vec::new());
    while run < runs {
        let (id, group) = (format!("payout-{run}"), AccountGroupId::from(Uuid::new_v4()));
        let mut first_known = None;
        loop {
            run += 1;
            assert!(run < runs + 2_000, "{id} never ends");
            // A correct clock, a slightly wrong one, or one that is hours off.
            let jump = match chance.below(20) {
                0 => i64::try_from(chance.below(12 * HOUR)).unwrap() - 6 * 3_600,
                1..=5 => i64::try_from(chance.below(40)).unwrap() - SKEW,
                _ => 0,
            };
            skew.store(jump, Ordering::SeqCst);
            // Killed before the result is stored, at any other await, or not at all.
            let (is_mark_lost, polls) = match chance.below(4) {
                0 => (true, u64::MAX),
                1 | 2 => (false, chance.below(30)),
                _ => (false, u64::MAX),
            };
            if is_mark_lost {
                let kill = "CREATE TEMP TRIGGER kill BEFORE UPDATE ON payout
                            BEGIN SELECT RAISE(ABORT, 'killed'); END";
                ledger.execute_batch(kill).unwrap();
            }
            let (client, order) = (client(), order(group));
            let seen = sandbox.log().last().map_or(0, |entry| entry.number);
            let result = killed_after(pay(&client, &ledger, &id, &order), polls).await;
            ledger.execute_batch("DROP TRIGGER IF EXISTS kill").unwrap();
            kills += u64::from(is_mark_lost || result.is_none());
            let Some(record) = recorded(&ledger, &id) else { continue };
            let (key, made_at) = (record.idempotency_key().unwrap(), record.made_at().unwrap());
            for entry in sandbox.log().after(seen) {
                if !has_key(&entry, key) {
                    continue;
                }
                // By the clock of the program, which may have been wrong when the intent was made.
                let age = created(&entry) - made_at.unix_seconds();
                let is_known = matches!(entry.verdict, Verdict::Accepted | Verdict::Replayed);
                // A wrong clock, or a request that was on its way when the program was killed.
                let is_off = (created(&entry) - entry.at.unix_seconds()).abs() > SKEW + 5;
                assert!(age <= 23 * 3_600 || is_off && !is_known, "{age} s: {entry}");
                // By the clock of the sandbox, since it knows the key. It does not accept what a
                // wrong clock has signed, so a record from a wrong clock is not sent earlier.
                if is_known {
                    let now = entry.at.unix_seconds();
                    let since = *first_known.get_or_insert(now);
                    assert!(now - since < 24 * 3_600, "{} s: {entry}", now - since);
                }
            }
            let entries = sandbox.state().ledger_entries(group, &Currency::Eur);
            paid_when_killed += i64::from(result.is_none()) * entries;
            assert!(entries <= 1, "{id} took effect {entries} times");
            match result {
                Some(Ok(state)) if state == "done" => {
                    settled.push((group, 1));
                    done += 1;
                    break;
                }
                Some(Ok(state)) if state == "rejected" => {
                    settled.push((group, 0));
                    rejected += 1;
                    break;
                }
                Some(Err(error)) if error.to_string().contains("more than 23 hours ago") => {
                    unclear += 1;
                    unclear_groups.push(group);
                    break;
                }
                _ => {}
            }
            let pause = match chance.below(10) {
                0 => chance.below(30 * HOUR),
                1 | 2 => chance.below(8 * HOUR),
                _ => chance.below(60),
            };
            sandbox.clock().advance(Duration::from_secs(pause));
        }
    }
    // What was on its way when the program was killed has arrived by now.
    let entries = |group| sandbox.state().ledger_entries(group, &Currency::Eur);
    for (group, expected) in settled {
        assert_eq!(entries(group), expected);
    }
    let late: i64 = unclear_groups.iter().map(|group| entries(*group)).sum();
    assert!(unclear_groups.into_iter().all(|group| entries(group) <= 1));
    println!(
        "{run} runs of the program, {kills} of them killed, {paid_when_killed} after the payment: \
         {done} payouts done, {rejected} rejected, {unclear} unclear after 23 hours, of which {late} \
         had taken effect; none twice"
    );
    assert!(done > 0 && kills > 0);
    // With fewer runs, chance may leave one out.
    assert!(runs < 5_000 || unclear > 0 && late > 0 && paid_when_killed > 0);
}
