//! How users use a declared trait: behind `dyn`, in another task, faked, mocked.

use std::sync::Arc;

use upvest_core::{
    Call, Error, ErrorKind, IdempotencyKey, IdempotentCall, Outcome, Timestamp, api,
};
use upvest_sandbox::Sandbox;
use upvest_virtual_cash::{
    CreateVirtualCashDecrease, CreateVirtualCashIncrease, Currency, VirtualCash,
    VirtualCashDecrease, VirtualCashDecreaseId, VirtualCashIncrease, VirtualCashIncreaseStatus,
};
use uuid::Uuid;

fn order() -> CreateVirtualCashIncrease {
    CreateVirtualCashIncrease {
        account_group_id: Uuid::new_v4().into(),
        amount: "200.00".parse().unwrap(),
        currency: Currency::Eur,
    }
}

fn issued(order: &CreateVirtualCashIncrease) -> VirtualCashIncrease {
    VirtualCashIncrease::new(
        "6ffa6b16-2380-4e7a-88b2-ae625c8eef99".parse().unwrap(),
        order.account_group_id,
        order.amount,
        order.currency.clone(),
        VirtualCashIncreaseStatus::Issued,
        "2020-08-24T14:15:22Z".parse().unwrap(),
    )
}

/// Application code that accepts any implementation of the trait.
async fn pay_in<A: VirtualCash>(
    api: A,
    order: CreateVirtualCashIncrease,
) -> Result<String, Outcome> {
    let call = api.increase(&order);
    let key = call.key();
    match call.await {
        Ok(increase) => Ok(increase.amount.to_string()),
        Err(error) => {
            assert_eq!(error.idempotency_key(), Some(key), "the key survives the failure");
            Err(error.outcome())
        }
    }
}

#[tokio::test]
async fn the_trait_works_behind_dyn() {
    let sandbox = Sandbox::start().await.unwrap();
    let api: Arc<dyn VirtualCash> = Arc::new(sandbox.client().unwrap());
    assert_eq!(pay_in(Arc::clone(&api), order()).await, Ok("200.00".to_owned()));
    let boxed: Box<dyn VirtualCash> = Box::new(Arc::clone(&api));
    assert_eq!(pay_in(boxed, order()).await, Ok("200.00".to_owned()));
    assert_eq!(pay_in(&*api, order()).await, Ok("200.00".to_owned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_trait_works_in_another_task() {
    let sandbox = Sandbox::start().await.unwrap();
    let api: Arc<dyn VirtualCash> = Arc::new(sandbox.client().unwrap());
    let task = tokio::spawn(pay_in(Arc::clone(&api), order()));
    assert_eq!(task.await.unwrap(), Ok("200.00".to_owned()));

    // A call borrows nothing from its arguments.
    let order = order();
    let call = api.increase(&order);
    drop((api, order));
    assert!(tokio::spawn(call.into_future()).await.unwrap().is_ok());
}

#[tokio::test]
async fn the_trait_can_be_implemented_by_a_fake() {
    struct Lost;

    impl VirtualCash for Lost {
        fn increase(&self, _: &CreateVirtualCashIncrease) -> IdempotentCall<VirtualCashIncrease> {
            Call::ready(Err(Error::from_problem(503, "unavailable")))
        }
        fn decrease(&self, _: &CreateVirtualCashDecrease) -> IdempotentCall<VirtualCashDecrease> {
            Call::ready(Err(Error::from_problem(422, "unprocessable_entity")))
        }
        fn cancel_decrease(&self, _: VirtualCashDecreaseId) -> Call<()> {
            Call::ready(Ok(()))
        }
    }

    assert_eq!(pay_in(Lost, order()).await, Err(Outcome::Unknown));
    assert_eq!(Lost.cancel_decrease(Uuid::new_v4().into()).await.ok(), Some(()));
    let key: IdempotencyKey = "ccb07f42-4104-44ad-8e1f-c660bb7b269c".parse().unwrap();
    let call = Lost.increase(&order()).idempotency_key(key, Timestamp::now());
    let error = call.await.unwrap_err();
    assert_eq!((error.kind(), error.idempotency_key()), (ErrorKind::Api, Some(key)));
}

#[tokio::test]
async fn the_trait_can_be_mocked() {
    mockall::mock! {
        Cash {}
        impl VirtualCash for Cash {
            fn increase(&self, body: &CreateVirtualCashIncrease) -> IdempotentCall<VirtualCashIncrease>;
            fn decrease(&self, body: &CreateVirtualCashDecrease) -> IdempotentCall<VirtualCashDecrease>;
            fn cancel_decrease(&self, id: VirtualCashDecreaseId) -> Call<()>;
        }
    }

    let mut mock = MockCash::new();
    mock.expect_increase().times(1).returning(|order| Call::ready(Ok(issued(order))));
    assert_eq!(pay_in(mock, order()).await, Ok("200.00".to_owned()));
}

#[tokio::test]
async fn a_user_trait_can_be_mocked() {
    #[api(scope = "things:admin")]
    #[mockall::automock]
    trait Users: Send + Sync {
        #[endpoint(GET, "/users/{user_id}", signed)]
        fn get(&self, user_id: u8) -> Call<String>;
    }

    let mut mock = MockUsers::new();
    mock.expect_get().returning(|id| Call::ready(Ok(format!("user {id}"))));
    assert_eq!(mock.get(7).await.ok().as_deref(), Some("user 7"));
    assert_eq!(<dyn Users>::GET.path(), "/users/{user_id}");
}

#[test]
fn the_endpoint_table_matches_the_trait() {
    let table: Vec<String> = <dyn VirtualCash>::ENDPOINTS.iter().map(ToString::to_string).collect();
    assert_eq!(
        table,
        [
            "POST /virtual_cash_balances/increases",
            "POST /virtual_cash_balances/decreases",
            "DELETE /virtual_cash_balances/decreases/{virtual_cash_decrease_id}",
        ]
    );
    let flags: Vec<_> = <dyn VirtualCash>::ENDPOINTS
        .iter()
        .map(|endpoint| (endpoint.is_idempotent(), endpoint.is_signed(), endpoint.is_anonymous()))
        .collect();
    assert_eq!(flags, [(true, true, false), (true, true, false), (false, true, false)]);
    assert_eq!(<dyn VirtualCash>::SCOPES, ["virtual_cash_balances:admin"]);
}

#[test]
fn unknown_values_survive_a_round_trip_and_unknown_fields_are_ignored() {
    let mut json = serde_json::to_value(issued(&order())).unwrap();
    json["status"] = "FROZEN".into();
    json["currency"] = "CHF".into();
    let mut extended = json.clone();
    extended["note"] = serde_json::json!({"new": ["in", 2027]});
    let increase: VirtualCashIncrease = serde_json::from_value(extended).unwrap();
    assert_eq!(increase.status.as_str(), "FROZEN");
    assert_eq!(serde_json::to_value(&increase).unwrap(), json);
}

#[tokio::test(start_paused = true)]
async fn none_is_null_in_a_body_and_omitted_from_a_query() {
    use upvest_tests::in_memory::{Server, thing};

    #[derive(serde::Serialize)]
    struct Note {
        text: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        left_out: Option<&'static str>,
    }

    #[api(scope = "notes:admin")]
    trait Notes {
        #[endpoint(POST, "/notes", signed)]
        fn write(&self, query: &Note, body: &Note) -> Call<()>;
    }

    let server = Server::new(|_, _| thing());
    let note = Note { text: None, left_out: None };
    server.client().write(&note, &note).await.unwrap();
    let sent = server.sent().pop().unwrap();
    assert_eq!((sent.uri().path(), sent.uri().query()), ("/notes", None));
    assert_eq!(sent.body(), r#"{"text":null}"#);
}
