//! Recovery after a crash: over several endpoints, with a fake, and by the code that made the call.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use upvest_core::{
    Call, CallRecord, Client, Endpoint, Error, ErrorKind, IdempotencyKey, IdempotentCall, Outcome,
    Replay, Result, Timestamp,
};
use upvest_sandbox::Sandbox;
use upvest_tests::in_memory::{Server, Thing, Things, problem, thing};
use upvest_virtual_cash::{
    CreateVirtualCashDecrease, CreateVirtualCashIncrease, Currency, VirtualCash,
    VirtualCashDecrease, VirtualCashIncrease,
};
use uuid::Uuid;

fn increase() -> CreateVirtualCashIncrease {
    CreateVirtualCashIncrease {
        account_group_id: Uuid::new_v4().into(),
        amount: "1.00".parse().unwrap(),
        currency: Currency::Eur,
    }
}

fn decrease() -> CreateVirtualCashDecrease {
    let CreateVirtualCashIncrease { account_group_id, amount, currency } = increase();
    CreateVirtualCashDecrease { account_group_id, amount, currency }
}

#[tokio::test]
async fn a_record_says_what_it_is_of() {
    let server = Server::new(|_, _| thing());
    let client = server.client();
    let call = client.increase(&increase());
    let record = call.record();
    assert_eq!(record.method(), Some("POST"));
    assert_eq!(record.path_template(), Some("/virtual_cash_balances/increases"));
    assert_eq!(record.path(), Some("/virtual_cash_balances/increases"));
    let body: CreateVirtualCashIncrease = serde_json::from_str(record.body().unwrap()).unwrap();
    assert_eq!(body.amount.to_string(), "1.00");
    assert!(record.is_call_to(&<dyn VirtualCash>::INCREASE));
    assert!(!record.is_call_to(&<dyn VirtualCash>::DECREASE));
    assert!(record.made_at().unwrap() <= Timestamp::now());

    let fake: IdempotentCall<Thing> = Call::ready(Ok(Thing { id: 7 }));
    let newer: CallRecord = serde_json::from_str(r#"{"version":2}"#).unwrap();
    for (record, has_time) in [(fake.record(), true), (newer, false)] {
        assert_eq!((record.method(), record.path_template()), (None, None));
        assert_eq!((record.path(), record.body()), (None, None));
        assert!(!record.is_call_to(&<dyn VirtualCash>::INCREASE));
        assert_eq!(record.made_at().is_some(), has_time);
    }
}

#[tokio::test]
async fn a_record_is_replayed_only_as_the_type_of_its_endpoint() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = sandbox.client().unwrap();
    let upvest: &dyn Replay = &client;
    let record = client.decrease(&decrease()).record();
    for error in [
        client.replay::<VirtualCashIncrease>(<dyn VirtualCash>::ENDPOINTS, record.clone()),
        client.replay::<VirtualCashIncrease>(<dyn VirtualCash>::DECREASE, record.clone()),
        upvest.replay::<VirtualCashIncrease>(<dyn VirtualCash>::ENDPOINTS, record.clone()),
    ]
    .map(|replay| replay.err().unwrap())
    {
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Replay, Outcome::Unknown));
        let why = "POST /virtual_cash_balances/decreases does not return \
                   `upvest_virtual_cash::VirtualCashIncrease`";
        assert!(error.to_string().contains(why), "{error}");
    }
    assert!(sandbox.log().entries().is_empty(), "nothing is sent");
    // As any JSON, and as its own type.
    let endpoints = <dyn VirtualCash>::ENDPOINTS;
    let json = client.replay::<Value>(endpoints, record.clone()).unwrap().await.unwrap();
    let untyped = client.replay_untyped(endpoints, record.clone()).unwrap().await.unwrap();
    let typed = upvest.replay::<VirtualCashDecrease>(endpoints, record).unwrap().await.unwrap();
    assert_eq!((&json["id"], json == untyped), (&json!(typed.id), true));
}

/// Recovery code of an application, for two endpoints.
async fn recover(upvest: &dyn Replay, record: CallRecord) -> Result<String> {
    let (increase, decrease) = (<dyn VirtualCash>::INCREASE, <dyn VirtualCash>::DECREASE);
    if record.is_call_to(&increase) {
        let increase: VirtualCashIncrease = upvest.replay(increase, record)?.await?;
        Ok(format!("increase {}", increase.status))
    } else {
        let decrease: VirtualCashDecrease = upvest.replay(decrease, record)?.await?;
        Ok(format!("decrease {}", decrease.status))
    }
}

/// An Upvest that responds with this JSON to every recorded call.
struct Fake(Result<Value>);

impl Replay for Fake {
    fn replay_untyped(&self, _: &[Endpoint], record: CallRecord) -> Result<IdempotentCall<Value>> {
        Call::ready(self.0.clone()).resume(record)
    }
}

/// A fake that does not resume the record.
struct Careless;

impl Replay for Careless {
    fn replay_untyped(&self, _: &[Endpoint], _: CallRecord) -> Result<IdempotentCall<Value>> {
        Ok(Call::ready(Err(Error::from_problem(422, "unprocessable_entity"))))
    }
}

#[tokio::test]
async fn recovery_works_with_the_client_and_with_a_fake() {
    let sandbox = Sandbox::start().await.unwrap();
    let client: Client = sandbox.client().unwrap();
    let records = || {
        let call = client.increase(&increase());
        (call.record(), client.decrease(&decrease()).record(), call.key())
    };
    let (first, second, _) = records();
    assert_eq!(recover(&client, first).await.unwrap(), "increase ISSUED");
    assert_eq!(recover(&client, second).await.unwrap(), "decrease ISSUED");

    let (first, second, key) = records();
    let response = json!({
        "id": Uuid::new_v4(), "account_group_id": Uuid::new_v4(), "amount": "1.00",
        "currency": "EUR", "status": "CONFIRMED", "created_at": "2020-08-24T14:15:22Z",
        "updated_at": "2020-08-24T14:15:22Z",
    });
    let upvest: Arc<dyn Replay> = Arc::new(Fake(Ok(response)));
    assert_eq!(recover(&*upvest, first.clone()).await.unwrap(), "increase CONFIRMED");
    assert_eq!(recover(&*upvest, second).await.unwrap(), "decrease CONFIRMED");

    let error = recover(&Fake(Ok(json!({}))), first.clone()).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Applied));
    assert_eq!(error.attempts(), 1, "{error:#}");
    let refusing = Fake(Err(Error::from_problem(422, "unprocessable_entity")));
    let error = recover(&refusing, first).await.unwrap_err();
    // As with a real server: the refusal of a replay says nothing about the first call.
    assert_eq!((error.outcome(), error.idempotency_key()), (Outcome::Unknown, Some(key)));
    let error = recover(&Careless, records().0).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
}

#[tokio::test(start_paused = true)]
async fn a_call_resumes_its_own_record_and_no_other() {
    let server = Server::new(|number, _| match number {
        0 => problem(503, "service_unavailable"),
        _ => thing(),
    });
    let client = server.client();
    let first = client.create("x");
    let record = first.record();
    first.max_attempts(1).await.unwrap_err();

    let again = client.create("x").resume(record.clone()).unwrap();
    assert_eq!(again.record(), record);
    again.await.unwrap();
    let key = |number: usize| server.sent()[number].headers()["idempotency-key"].clone();
    assert_eq!(key(0), key(1));
    assert_eq!(server.sent()[0].body(), server.sent()[1].body());

    let refused = |call: IdempotentCall<Thing>, what: &str| {
        let error = call.resume(record.clone()).unwrap_err();
        let why = format!("its {what} differs from that of this call");
        assert!(error.to_string().contains(&why), "{error}");
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Replay, Outcome::Unknown));
        assert_eq!(error.idempotency_key(), record.idempotency_key());
        assert!(!error.is_expired(), "another record is not too old");
    };
    refused(client.create("y"), "body");
    let error = client.increase(&increase()).resume(record.clone()).unwrap_err();
    assert!(error.to_string().contains("its endpoint differs"), "{error}");
    let newer: CallRecord = serde_json::from_str(r#"{"version":2}"#).unwrap();
    let error = client.create("x").resume(newer).unwrap_err();
    assert!(error.to_string().contains("it has version 2"), "{error}");
    let other = Server::new(|_, _| thing());
    let other = other
        .builder()
        .credentials("5ec16164-6173-461d-b90d-116d68f55b41", "the-client-secret")
        .build()
        .unwrap();
    let error = other.create("x").resume(record.clone()).unwrap_err();
    assert!(error.to_string().contains("it is for client id"), "{error}");
    assert_eq!(server.sent().len(), 2);

    // A key that was set is that of another intent, or its age is older.
    let key = IdempotencyKey::random();
    let error = client.create("x").idempotency_key(key, client.now()).resume(record.clone());
    assert!(error.unwrap_err().to_string().contains("this call has another key"));
    let since = client.now().checked_sub(Duration::from_secs(22 * 3_600)).unwrap();
    let key = record.idempotency_key().unwrap();
    let call = client.create("x").idempotency_key(key, since).resume(record.clone()).unwrap();
    assert_eq!(call.record().made_at(), Some(since));

    // A fake takes the key, and says nothing better of the money than a real call.
    let fake: IdempotentCall<Thing> = Call::ready(Err(Error::from_problem(422, "x")));
    let fake = fake.resume(record.clone()).unwrap();
    assert_eq!(Some(fake.key()), record.idempotency_key());
    assert_eq!(fake.await.unwrap_err().outcome(), Outcome::Unknown);
}

#[tokio::test(start_paused = true)]
async fn a_copy_of_a_call_does_no_harm() {
    let server = Server::new(|number, _| match number {
        0 => thing(),
        _ => problem(422, "unprocessable_entity"),
    });
    let client = server.client();
    // The copy is sent second. Its rejection says nothing about the first.
    let call: IdempotentCall<Thing> = client.create("x");
    let copy = call.clone();
    assert_eq!(call.key(), copy.key());
    call.await.unwrap();
    assert_eq!(copy.await.unwrap_err().outcome(), Outcome::Unknown);
    // The other way round, too: the first one may have had an effect that the second does not see.
    let call: IdempotentCall<Thing> = client.create("x");
    drop(call.clone());
    assert_eq!(call.await.unwrap_err().outcome(), Outcome::Unknown);
    // A write without a key is not sent twice.
    let call = client.note(7, "x");
    let error = call.clone().await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Request, Outcome::NotSent));
    assert!(error.to_string().contains("could take effect twice"), "{error}");
    assert_eq!(server.sent().len(), 3);
    call.await.unwrap_err();
    let read = client.get("7", &upvest_tests::in_memory::Paging { limit: None, note: None });
    assert_eq!(read.clone().await.unwrap_err(), read.await.unwrap_err());
    assert_eq!(server.sent().len(), 6);
    // A fake gives the same result each time.
    let fake: IdempotentCall<u8> = Call::ready(Err(Error::from_problem(422, "x")));
    assert_eq!(fake.clone().await.unwrap_err().outcome(), Outcome::Rejected);
    assert_eq!(fake.clone().await, fake.await);
}

/// What an outbox needs to know, to call a rejection certain.
#[tokio::test]
async fn only_the_owner_of_a_record_can_know_that_nothing_was_sent() {
    let server = Server::new(|_, _| problem(422, "unprocessable_entity"));
    let client = server.client();
    let call = client.create("x");
    assert!(call.is_unsent());
    let record = call.record();
    let replayed = || client.replay_untyped(<dyn Things>::ENDPOINTS, record.clone()).unwrap();
    let key = IdempotencyKey::random();
    let passed = client.create("x").idempotency_key(key, Timestamp::now());
    let resumed = client.create("x").resume(record.clone()).unwrap();
    assert!(!replayed().is_unsent() && !passed.is_unsent() && !resumed.is_unsent());

    assert_eq!(replayed().await.unwrap_err().outcome(), Outcome::Unknown);
    let owned = replayed().assume_unsent();
    assert!(owned.is_unsent());
    assert_eq!(owned.await.unwrap_err().outcome(), Outcome::Rejected);
    // What makes another use of the key possible, cancels it.
    let (owned, passed) = (replayed().assume_unsent(), passed.assume_unsent());
    let copy = owned.clone();
    assert!(!owned.is_unsent() && !copy.is_unsent());
    for call in [owned, copy] {
        assert_eq!(call.await.unwrap_err().outcome(), Outcome::Unknown);
    }
    let again = passed.idempotency_key(key, Timestamp::now());
    assert_eq!(again.await.unwrap_err().outcome(), Outcome::Unknown);
    let dynamic: &dyn Replay = &Owned(client.clone());
    let call = dynamic.replay::<Thing>(<dyn Things>::ENDPOINTS, record.clone()).unwrap();
    assert_eq!(call.await.unwrap_err().outcome(), Outcome::Unknown, "also of a fake");
}

/// Claims that no key was sent before.
struct Owned(Client);

impl Replay for Owned {
    fn replay_untyped(
        &self,
        endpoints: &[Endpoint],
        record: CallRecord,
    ) -> Result<IdempotentCall<Value>> {
        Ok(self.0.replay_untyped(endpoints, record)?.assume_unsent())
    }
}

#[test]
fn records_of_the_same_request_are_recognised() {
    let server = Server::new(|_, _| thing());
    let client = server.client();
    let order = increase();
    let of = |order: &CreateVirtualCashIncrease| client.increase(order).record();
    let (first, again) = (of(&order), of(&order));
    assert!(first != again && first.is_same_request(&again));
    let other = CreateVirtualCashIncrease { amount: "2.00".parse().unwrap(), ..order.clone() };
    let down = CreateVirtualCashDecrease {
        account_group_id: order.account_group_id,
        amount: order.amount,
        currency: order.currency.clone(),
    };
    let id = "00000000-0000-4000-8000-000000000001";
    let foreign = server.builder().credentials(id, "x").build().unwrap();
    let fake: IdempotentCall<Thing> = Call::ready(Ok(Thing { id: 7 }));
    for record in [
        of(&other),
        client.decrease(&down).record(),
        foreign.increase(&order).record(),
        fake.record(),
        serde_json::from_str(r#"{"version":2}"#).unwrap(),
    ] {
        assert!(!first.is_same_request(&record), "{record:?}");
        assert!(!record.is_same_request(&first) && !record.is_same_request(&fake.record()));
    }
}
