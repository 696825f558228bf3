//! The state machine of operations, and the replay window.

use super::{Keyed, OperationKind, Order, Step};
use crate::handler::JsonResponse;
use crate::settings::{Assumption, Progress, Settings};
use crate::store::Store;
use upvest_core::{AccountGroupId, Currency, IdempotencyKey, Timestamp};
use uuid::Uuid;

struct Bank {
    store: Store,
    settings: Settings,
    group: AccountGroupId,
    now: Timestamp,
}

impl Bank {
    fn new() -> Self {
        Self {
            store: Store::open(None, None).unwrap(),
            settings: Settings::default(),
            group: Uuid::new_v4().into(),
            now: Timestamp::from_unix_seconds(1_000_000).unwrap(),
        }
    }

    fn order_with(&self, kind: OperationKind, amount: &str, key: IdempotencyKey) -> JsonResponse {
        let order = Order {
            account_group_id: self.group,
            amount: amount.parse().unwrap(),
            amount_text: amount.to_owned(),
            currency: Currency::Eur,
        };
        let keyed = Keyed { key, endpoint: "x", body: amount.as_bytes() };
        self.store.order(kind, &keyed, &order, self.now, &self.settings).unwrap()
    }

    fn order(&self, kind: OperationKind, amount: &str) -> Uuid {
        id(&self.order_with(kind, amount, IdempotencyKey::random()))
    }

    fn status(&self, id: Uuid) -> String {
        assert!(self.store.is_balanced().unwrap());
        self.store.find(id, self.now).unwrap().unwrap().status
    }

    fn cancel(&self, id: &str) -> Result<(), u16> {
        let refused = self.store.cancel_decrease(id, self.now, &self.settings);
        refused.map_err(|refused| refused.status.as_u16())
    }

    fn step(&self, id: Uuid, step: Step) -> Result<String, u16> {
        let stepped = self.store.step(id, step, self.now);
        stepped.map(|now| now.status).map_err(|refused| refused.status.as_u16())
    }

    fn advance(&mut self, seconds: i64) {
        let now = self.now.unix_seconds() + seconds;
        self.now = Timestamp::from_unix_seconds(now).unwrap();
    }

    fn balance(&self) -> (i64, i64) {
        let balance = self.store.balance(self.group, &Currency::Eur, self.now).unwrap();
        (balance, self.store.ledger_entries(self.group, &Currency::Eur, self.now).unwrap())
    }
}

fn id(response: &JsonResponse) -> Uuid {
    let body: serde_json::Value = serde_json::from_str(&response.body).unwrap();
    assert_eq!(body["status"], "ISSUED");
    body["id"].as_str().unwrap().parse().unwrap()
}

#[test]
fn a_decrease_waits_until_the_balance_suffices() {
    let bank = Bank::new();
    let first = bank.order(OperationKind::Decrease, "50.00");
    let second = bank.order(OperationKind::Decrease, "10.00");
    assert_eq!(bank.status(first), "QUEUED");
    bank.order(OperationKind::Increase, "20.00");
    // In order of creation: the balance suffices for the second one, but it is not the first.
    assert_eq!(bank.status(second), "QUEUED");
    bank.order(OperationKind::Increase, "40.00");
    assert_eq!(bank.status(first), "CONFIRMED");
    assert_eq!(bank.status(second), "CONFIRMED");
    assert_eq!(bank.balance(), (0, 4));
}

#[test]
fn only_a_pending_decrease_can_be_cancelled_and_it_unblocks_later_ones() {
    let bank = Bank::new();
    bank.order(OperationKind::Increase, "20.00");
    let large = bank.order(OperationKind::Decrease, "50.00");
    let small = bank.order(OperationKind::Decrease, "10.00");
    bank.cancel(&large.to_string()).unwrap();
    assert_eq!(bank.status(large), "CANCELLED");
    assert_eq!(bank.status(small), "CONFIRMED");
    for (id, status) in [
        (large.to_string(), 422),
        (small.to_string(), 422),
        (Uuid::new_v4().to_string(), 404),
        ("x".into(), 404),
    ] {
        assert_eq!(bank.cancel(&id), Err(status), "{id}");
    }
    assert_eq!(bank.balance(), (1_000, 2));
}

#[test]
fn a_key_takes_effect_once_within_the_replay_window() {
    let mut bank = Bank::new();
    let key = IdempotencyKey::random();
    let first = bank.order_with(OperationKind::Increase, "1.00", key);
    let again = bank.order_with(OperationKind::Increase, "1.00", key);
    assert!(!first.is_replay && again.is_replay);
    assert_eq!(first.body, again.body);
    assert_eq!(bank.balance(), (100, 1));

    let other = Order {
        account_group_id: bank.group,
        amount: "2.00".parse().unwrap(),
        amount_text: "2.00".to_owned(),
        currency: Currency::Eur,
    };
    let keyed = Keyed { key, endpoint: "x", body: b"2.00" };
    let ordered = |bank: &Bank| {
        let response =
            bank.store.order(OperationKind::Increase, &keyed, &other, bank.now, &bank.settings);
        response.map(|response| response.body).map_err(|refused| refused.status.as_u16())
    };
    assert_eq!(ordered(&bank), Err(422));
    bank.settings.assumptions = vec![Assumption::OtherBodyConflicts];
    assert_eq!(ordered(&bank), Err(409));
    bank.settings.assumptions = vec![Assumption::OtherBodyReplays];
    assert_eq!(ordered(&bank), Ok(first.body));
    bank.settings.assumptions.clear();

    bank.now = Timestamp::from_unix_seconds(1_000_000 + 24 * 60 * 60).unwrap();
    assert!(!bank.order_with(OperationKind::Increase, "1.00", key).is_replay);
    assert_eq!(bank.balance(), (200, 2));
}

#[test]
fn each_operation_changes_at_its_due_time() {
    let mut bank = Bank::new();
    bank.settings.progress = Progress::After(std::time::Duration::from_secs(10));
    let decrease = bank.order(OperationKind::Decrease, "5.00");
    bank.advance(4);
    let increase = bank.order(OperationKind::Increase, "5.00");
    bank.advance(5);
    assert_eq!(bank.status(decrease), "ISSUED");
    bank.advance(1);
    // The money arrives four seconds later.
    assert_eq!(bank.status(decrease), "QUEUED");
    assert_eq!(bank.status(increase), "ISSUED");
    bank.advance(100);
    assert_eq!(bank.status(decrease), "CONFIRMED");
    let increase = bank.store.find(increase, bank.now).unwrap().unwrap();
    assert_eq!(increase.status, "CONFIRMED");
    // The time when it was due, not when it was read.
    assert_eq!(increase.updated_at.unix_seconds(), 1_000_014);
    assert_eq!(bank.balance(), (0, 2));
}

#[test]
fn manual_steps_follow_the_state_machine() {
    let mut bank = Bank::new();
    bank.settings.progress = Progress::Manual;
    let increase = bank.order(OperationKind::Increase, "20.00");
    let first = bank.order(OperationKind::Decrease, "15.00");
    let second = bank.order(OperationKind::Decrease, "10.00");
    bank.advance(1_000_000);
    for id in [increase, first, second] {
        assert_eq!(bank.status(id), "ISSUED");
    }
    assert_eq!(bank.step(increase, Step::Queue), Err(409));
    assert_eq!(bank.step(first, Step::Confirm), Err(409), "there is no money yet");
    assert_eq!(bank.step(increase, Step::Confirm).unwrap(), "CONFIRMED");
    assert_eq!(bank.step(increase, Step::Confirm), Err(409));
    assert_eq!(bank.step(first, Step::Queue).unwrap(), "QUEUED");
    assert_eq!(bank.step(first, Step::Queue), Err(409));
    assert_eq!(bank.step(second, Step::Confirm).unwrap(), "CONFIRMED");
    assert_eq!(bank.status(first), "QUEUED", "a manually queued decrease changes only manually");
    assert_eq!(bank.step(first, Step::Cancel).unwrap(), "CANCELLED");
    assert_eq!(bank.step(Uuid::new_v4(), Step::Cancel), Err(404));
    assert_eq!(bank.balance(), (1_000, 2));
}

#[test]
fn a_manually_queued_decrease_changes_only_manually() {
    let mut bank = Bank::new();
    bank.settings.progress = Progress::After(std::time::Duration::from_secs(10));
    let waiting = bank.order(OperationKind::Decrease, "5.00");
    assert_eq!(bank.step(waiting, Step::Queue).unwrap(), "QUEUED");
    bank.order(OperationKind::Increase, "50.00");
    let behind = bank.order(OperationKind::Decrease, "1.00");
    bank.advance(100);
    assert_eq!(bank.status(waiting), "QUEUED");
    assert_eq!(bank.status(behind), "QUEUED");
    assert_eq!(bank.step(waiting, Step::Confirm).unwrap(), "CONFIRMED");
    assert_eq!(bank.status(behind), "CONFIRMED");
}

#[test]
fn assumptions_can_be_changed() {
    let mut bank = Bank::new();
    let waiting = bank.order(OperationKind::Decrease, "5.00").to_string();
    bank.cancel(&waiting).unwrap();
    assert_eq!(bank.cancel(&waiting), Err(422));
    bank.settings.assumptions = vec![Assumption::SecondCancelSucceeds, Assumption::AmountAsSent];
    assert_eq!(bank.cancel(&waiting), Ok(()));
    let id = bank.order(OperationKind::Increase, "007");
    assert_eq!(bank.store.find(id, bank.now).unwrap().unwrap().amount, "007");

    bank.settings.assumptions = vec![Assumption::AccountGroupsKnown];
    let group = Uuid::new_v4().into();
    let order = Order {
        account_group_id: group,
        amount: "1.00".parse().unwrap(),
        amount_text: "1.00".to_owned(),
        currency: Currency::Eur,
    };
    let keyed = Keyed { key: IdempotencyKey::random(), endpoint: "x", body: b"" };
    let ordered =
        || bank.store.order(OperationKind::Increase, &keyed, &order, bank.now, &bank.settings);
    assert_eq!(ordered().err().unwrap().status.as_u16(), 404);
    bank.store.add_account_group(group, bank.now).unwrap();
    assert!(ordered().is_ok());
}

#[test]
fn a_long_queue_is_settled_as_far_as_the_balance_suffices() {
    let bank = Bank::new();
    let waiting: Vec<Uuid> =
        (0..500).map(|_| bank.order(OperationKind::Decrease, "1.00")).collect();
    bank.order(OperationKind::Increase, "300.00");
    let statuses: Vec<String> = waiting.iter().map(|id| bank.status(*id)).collect();
    assert!(statuses[..300].iter().all(|status| status == "CONFIRMED"));
    assert!(statuses[300..].iter().all(|status| status == "QUEUED"));
    assert_eq!(bank.balance(), (0, 301));
}

#[test]
fn a_reset_state_is_empty_and_repeats_no_id() {
    let bank = Bank::new();
    let before = bank.order(OperationKind::Increase, "1.00");
    bank.store.reset().unwrap();
    assert_eq!(bank.balance(), (0, 0));
    assert!(bank.store.find(before, bank.now).unwrap().is_none());
    assert_ne!(bank.order(OperationKind::Increase, "1.00"), before);
}
