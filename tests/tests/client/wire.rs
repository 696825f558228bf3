//! The request as reqwest sends it: no relevant header is added.

use upvest_tests::scripted::{ReceivedRequest, Script, Scripted, http};
use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash};
use uuid::Uuid;

fn names(received: &ReceivedRequest) -> Vec<&str> {
    let lines = received.head.lines().skip(1);
    let mut names: Vec<&str> =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, _)| name).collect();
    names.sort_unstable();
    names
}

#[tokio::test(start_paused = true)]
async fn only_the_host_header_is_added() {
    let done = || http(204, "upvest-request-id: x\r\n", "");
    let server = Scripted::start([Script::new().respond(done()).respond(done())]).await;
    let client = server.client();
    client.cancel_decrease(Uuid::new_v4().into()).await.unwrap();
    let order = CreateVirtualCashIncrease {
        account_group_id: Uuid::new_v4().into(),
        amount: "200.00".parse().unwrap(),
        currency: Currency::Eur,
    };
    let increase = client.increase(&order).max_attempts(1).await;
    assert!(increase.is_err(), "an increase needs a response body");
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
