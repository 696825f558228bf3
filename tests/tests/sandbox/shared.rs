//! One sandbox for many tests, each with its own runtime.

use std::sync::LazyLock;

use upvest_sandbox::Sandbox;
use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash as _};
use uuid::Uuid;

static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| Sandbox::builder().start_in_thread().unwrap());

/// What each of the tests below does, in any order and at the same time.
async fn pays() {
    let order = CreateVirtualCashIncrease {
        account_group_id: Uuid::new_v4().into(),
        amount: "1.00".parse().unwrap(),
        currency: Currency::Eur,
    };
    SANDBOX.client().unwrap().increase(&order).await.unwrap();
    assert_eq!(SANDBOX.state().balance(order.account_group_id, &order.currency), 100);
}

#[tokio::test]
async fn a_first_test_pays() {
    pays().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_test_pays() {
    pays().await;
}

#[test]
fn it_works_over_several_runtimes_and_outside_of_one() {
    for _ in 0..3 {
        tokio::runtime::Runtime::new().unwrap().block_on(pays());
    }
}

#[tokio::test]
async fn it_ends_when_it_is_dropped_and_says_why_it_cannot_start() {
    let sandbox = Sandbox::builder().start_in_thread().unwrap();
    let address = sandbox.address();
    let error = Sandbox::builder().port(address.port()).start_in_thread().unwrap_err();
    assert!(error.to_string().contains("cannot listen on"), "{error}");
    drop(sandbox);
    let stopped = async {
        while tokio::net::TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), stopped).await.unwrap();
}
