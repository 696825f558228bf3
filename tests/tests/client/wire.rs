//! What stands on the wire when reqwest sends: nothing added that matters.

use upvest_tests::scripted::{Received, Script, Scripted, http};
use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash};
use uuid::Uuid;

fn names(received: &Received) -> Vec<&str> {
    let lines = received.head.lines().skip(1);
    let mut names: Vec<&str> =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, _)| name).collect();
    names.sort_unstable();
    names
}

#[tokio::test(start_paused = true)]
async fn the_headers_are_ours_and_the_host() {
    let done = || http(204, "upvest-request-id: x\r\n", "");
    let server = Scripted::start([Script::new().answer(done()).answer(done())]).await;
    let client = server.client();
    client.cancel_decrease(Uuid::new_v4().into()).await.unwrap();
    let order = CreateVirtualCashIncrease {
        account_group_id: Uuid::new_v4().into(),
        amount: "200.00".parse().unwrap(),
        currency: Currency::Eur,
    };
    let increase = client.increase(&order).max_attempts(1).await;
    assert!(increase.is_err(), "an increase has an answer");
    let requests = server.requests();
    assert_eq!(
        names(&requests[0]),
        [
            "accept",
            "authorization",
            "host",
            "signature",
            "signature-input",
            "upvest-api-version",
            "upvest-client-id",
            "upvest-signature-version",
            "user-agent",
        ]
    );
    assert_eq!(
        names(&requests[1]),
        [
            "accept",
            "authorization",
            "content-digest",
            "content-length",
            "content-type",
            "host",
            "idempotency-key",
            "signature",
            "signature-input",
            "upvest-api-version",
            "upvest-client-id",
            "upvest-signature-version",
            "user-agent",
        ]
    );
    let line = "POST /virtual_cash_balances/increases HTTP/1.1\r\n";
    assert!(requests[1].head.starts_with(line));
}
