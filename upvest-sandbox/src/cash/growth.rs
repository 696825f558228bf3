//! How the work grows with the number of operations, counted in steps of SQLite.

use std::sync::Arc;
use std::time::Duration;

use upvest_core::{AccountGroupId, Currency, IdempotencyKey, Timestamp};
use uuid::Uuid;

use super::{Keyed, OperationKind, Order, Step};
use crate::clock::SandboxClock;
use crate::settings::{Progress, Settings};
use crate::store::Store;

const START: i64 = 1_000_000;

struct Bank {
    store: Arc<Store>,
    settings: Settings,
}

impl Bank {
    fn new(progress: Progress) -> Self {
        let settings = Settings { progress, ..Settings::default() };
        Self { store: Arc::new(Store::open(None, None).unwrap()), settings }
    }

    fn order(&self, kind: OperationKind, group: u64, amount: &str, at: i64) -> Uuid {
        let order = Order {
            account_group_id: group_id(group),
            amount: amount.parse().unwrap(),
            amount_text: amount.to_owned(),
            currency: Currency::Eur,
        };
        let keyed = Keyed { key: IdempotencyKey::random(), endpoint: "x", body: b"x" };
        let ordered = self.store.order(kind, &keyed, &order, time(at), &self.settings).unwrap();
        let body: serde_json::Value = serde_json::from_str(&ordered.body).unwrap();
        body["id"].as_str().unwrap().parse().unwrap()
    }

    fn balance(&self, group: u64, at: i64) -> i64 {
        self.store.balance(group_id(group), &Currency::Eur, time(at)).unwrap()
    }
}

fn group_id(number: u64) -> AccountGroupId {
    Uuid::from_u128(number.into()).into()
}

fn time(at: i64) -> Timestamp {
    Timestamp::from_unix_seconds(at).unwrap()
}

/// Fails if the steps of `count` operations grow faster than their number.
fn assert_linear(what: &str, steps_of: impl Fn(u64) -> u64) {
    let (few, many) = (steps_of(100), steps_of(1_000));
    println!("{what}: {few} steps for 100, {many} for 1,000");
    assert!(many < 13 * few, "{what}: {few} steps for 100, {many} for 1,000");
}

/// Orders `count` increases, and returns the steps until all of them have taken effect.
fn settled(count: u64, group_of: fn(u64) -> u64, after: fn(u64) -> i64) -> u64 {
    let bank = Bank::new(Progress::After(Duration::from_secs(86_400)));
    for number in 0..count {
        bank.order(OperationKind::Increase, group_of(number), "1.00", START + after(number));
    }
    let end = START + 2 * 86_400;
    let steps = bank.store.steps(|| {
        bank.balance(0, end);
    });
    let groups = bank.store.account_groups(10_000).unwrap().len() as u64;
    let sum: i64 = (0..groups).map(|group| bank.balance(group, end)).sum();
    assert_eq!(sum.unsigned_abs(), 100 * count);
    steps
}

#[test]
fn settling_grows_with_the_operations_that_are_due() {
    let (same, other) = (|_| 0, |number| number);
    assert_linear("one account group, one due time", |count| settled(count, same, |_| 0));
    let later = |number: u64| i64::try_from(number).unwrap();
    assert_linear("one account group, many due times", |count| settled(count, same, later));
    assert_linear("many account groups, one due time", |count| settled(count, other, |_| 0));
    assert_linear("many account groups, many due times", |count| settled(count, other, later));
}

#[test]
fn one_payment_costs_the_same_however_many_wait() {
    let step = |count: u64| {
        let bank = Bank::new(Progress::Manual);
        let orders: Vec<Uuid> =
            (0..count).map(|_| bank.order(OperationKind::Increase, 0, "1.00", START)).collect();
        let last = *orders.last().unwrap();
        bank.store.steps(|| {
            bank.store.step(last, Step::Confirm, time(START)).unwrap();
        })
    };
    let behind_a_queue = |count: u64| {
        let bank = Bank::new(Progress::Instant);
        for _ in 0..count {
            bank.order(OperationKind::Decrease, 0, "1.00", START);
        }
        bank.store.steps(|| {
            bank.order(OperationKind::Increase, 0, "1.00", START);
        })
    };
    let not_due = |count: u64| {
        let mut bank = Bank::new(Progress::After(Duration::from_secs(60)));
        for _ in 0..count {
            bank.order(OperationKind::Decrease, 0, "1.00", START);
        }
        bank.settings.progress = Progress::Instant;
        bank.store.steps(|| {
            bank.order(OperationKind::Increase, 0, "1.00", START);
        })
    };
    let read = |count: u64| {
        let bank = Bank::new(Progress::Instant);
        for _ in 0..count {
            bank.order(OperationKind::Increase, 0, "1.00", START);
        }
        bank.store.steps(|| {
            bank.balance(0, START);
        })
    };
    let expired = |count: u64| {
        let bank = Bank::new(Progress::Instant);
        for _ in 0..10 * count {
            bank.order(OperationKind::Increase, 0, "1.00", START);
        }
        bank.store.steps(|| {
            bank.order(OperationKind::Increase, 0, "1.00", START + 2 * 86_400);
        })
    };
    let works: [(&str, &dyn Fn(u64) -> u64); 5] = [
        ("manual step", &step),
        ("increase before a queue of decreases", &behind_a_queue),
        ("increase before decreases that are not due", &not_due),
        ("balance", &read),
        ("order after a day", &expired),
    ];
    for (what, steps_of) in works {
        let (few, many) = (steps_of(100), steps_of(1_000));
        println!("{what}: {few} steps among 100, {many} among 1,000");
        assert!(many < 2 * few + 100, "{what}: {few} steps among 100, {many} among 1,000");
    }
}

#[test]
fn a_long_way_of_the_clock_is_made_of_short_transactions() {
    let day = Duration::from_secs(86_400);
    let bank = Bank::new(Progress::After(day / 2));
    for number in 0..4_500 {
        bank.order(OperationKind::Increase, 0, "1.00", START + number);
    }
    let clock = SandboxClock::new(Box::new(|| time(START)), Arc::clone(&bank.store)).unwrap();
    let commits = bank.store.commits(|| clock.advance(day));
    // At each of four stops, the clock is set and a thousand operations are settled.
    assert_eq!(commits, 4 * 2 + 1);
    let end = START + 86_400;
    assert_eq!(clock.now().unix_seconds(), end);
    assert_eq!(bank.store.commits(|| assert_eq!(bank.balance(0, end), 450_000)), 1);
    assert!(bank.store.is_balanced().unwrap());

    // A clock that is frozen stops at the same times.
    bank.order(OperationKind::Increase, 0, "1.00", end);
    clock.freeze();
    assert_eq!(bank.store.commits(|| clock.advance(day)), 1);
    assert_eq!(bank.balance(0, clock.now().unix_seconds()), 450_100);
}
