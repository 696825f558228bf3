//! Money moves as the API documents.

use upvest_core::Timestamp;
use upvest_sandbox::Sandbox;
use upvest_virtual_cash::{
    AccountGroupId, CreateVirtualCashDecrease, CreateVirtualCashIncrease, Currency, VirtualCash,
    VirtualCashDecreaseId, VirtualCashDecreaseStatus, VirtualCashIncreaseStatus,
};
use uuid::Uuid;

use crate::fixture::{GROUP, KEY, started};

#[tokio::test]
async fn money_follows_the_state_machine() {
    let sandbox = started(Sandbox::builder()).await;
    let client = sandbox.client().unwrap();
    let group: AccountGroupId = GROUP.parse().unwrap();
    let increase = CreateVirtualCashIncrease {
        account_group_id: group,
        amount: "200.00".parse().unwrap(),
        currency: Currency::Eur,
    };
    let decrease = |amount: &str| CreateVirtualCashDecrease {
        account_group_id: group,
        amount: amount.parse().unwrap(),
        currency: Currency::Eur,
    };

    let first = client.increase(&increase).await.unwrap();
    assert_eq!(first.status, VirtualCashIncreaseStatus::Issued);
    assert_eq!(
        sandbox.state().increase(first.id).unwrap().status,
        VirtualCashIncreaseStatus::Confirmed
    );
    let paid = client.decrease(&decrease("50.00")).await.unwrap();
    assert_eq!(
        sandbox.state().decrease(paid.id).unwrap().status,
        VirtualCashDecreaseStatus::Confirmed
    );
    let waiting = client.decrease(&decrease("300.00")).await.unwrap();
    assert_eq!(waiting.status, VirtualCashDecreaseStatus::Issued);
    assert_eq!(
        sandbox.state().decrease(waiting.id).unwrap().status,
        VirtualCashDecreaseStatus::Queued
    );
    client.increase(&increase).await.unwrap();
    assert_eq!(
        sandbox.state().decrease(waiting.id).unwrap().status,
        VirtualCashDecreaseStatus::Confirmed
    );
    assert_eq!(
        (
            sandbox.state().balance(group, &Currency::Eur),
            sandbox.state().ledger_entries(group, &Currency::Eur)
        ),
        (5_000, 4)
    );

    let large = client.decrease(&decrease("500.00")).await.unwrap();
    client.cancel_decrease(large.id).await.unwrap();
    for id in [large.id, paid.id] {
        let error = client.cancel_decrease(id).await.unwrap_err();
        assert_eq!(error.problem().unwrap().code(), "unprocessable_entity");
    }
    let error =
        client.cancel_decrease(VirtualCashDecreaseId::from(Uuid::new_v4())).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 404);
}

#[tokio::test]
async fn one_key_takes_effect_once() {
    let sandbox = started(Sandbox::builder()).await;
    let client = sandbox.client().unwrap();
    let group: AccountGroupId = GROUP.parse().unwrap();
    let mut order = CreateVirtualCashIncrease {
        account_group_id: group,
        amount: "1.00".parse().unwrap(),
        currency: Currency::Usd,
    };
    let key = KEY.parse().unwrap();
    let first = client.increase(&order).idempotency_key(key, Timestamp::now()).await.unwrap();
    let again = client.increase(&order).idempotency_key(key, Timestamp::now()).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(sandbox.state().ledger_entries(group, &Currency::Usd), 1);
    assert!(sandbox.log().last().unwrap().is_replay());

    order.amount = "2.00".parse().unwrap();
    let error = client.increase(&order).idempotency_key(key, Timestamp::now()).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 422);

    // Fifty concurrent requests with one key.
    let key = Uuid::new_v4().try_into().unwrap();
    let calls: Vec<_> = (0..50)
        .map(|_| {
            tokio::spawn(
                client.increase(&order).idempotency_key(key, Timestamp::now()).into_future(),
            )
        })
        .collect();
    let mut ids = Vec::new();
    for call in calls {
        ids.push(call.await.unwrap().unwrap().id);
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(sandbox.state().ledger_entries(group, &Currency::Usd), 2);
}
