//! Rows that somebody edited, and rows of another client.

use upvest_core::{Client, Environment};
use upvest_outbox::{Outbox, PaymentState, SealKey};
use upvest_tests::CLIENT_SECRET;
use upvest_tests::in_memory::{Server, Things as _, signing_key};
use upvest_virtual_cash::VirtualCash;

use crate::database::{ENDPOINTS, Fixture, TestDatabase, accepting, client, on_each_database};

on_each_database! {
    a_sealed_payment_that_was_changed_is_not_sent,
    without_a_seal_a_writer_can_redirect_a_payment,
    a_seal_and_a_key_go_together,
    a_changed_record_is_not_sent_even_without_a_seal,
    a_payment_of_another_client_is_not_sent,
}

fn key(byte: u8) -> SealKey {
    SealKey::new(&[byte; 32]).unwrap()
}

/// Returns the record of another payment, as somebody could make it who knows this library.
fn forged(client: &Client, body: &str) -> String {
    serde_json::to_string(&client.create(body).record()).unwrap().replace('\'', "''")
}

async fn enqueue<DB: TestDatabase>(test: &Fixture<DB>, outbox: &Outbox<DB>, client: &Client) {
    let mut tx = test.pool.begin().await.unwrap();
    outbox.enqueue(&mut tx, "1", &client.create("100")).ordered_by("a").await.unwrap();
    tx.commit().await.unwrap();
}

fn other_client(server: &Server, id: &str, host: &str) -> Client {
    Client::builder(Environment::Custom(host.to_owned()))
        .credentials(id, CLIENT_SECRET)
        .signing_key(signing_key())
        .scopes(["things:admin"])
        .transport(server.clone())
        .build()
        .unwrap()
}

/// That of `Server`.
const OWN_ID: &str = "5ec16164-6173-461d-b90d-116d68f55b40";
const OTHER_ID: &str = "00000000-0000-4000-8000-000000000001";

async fn a_sealed_payment_that_was_changed_is_not_sent<DB: TestDatabase>(test: &Fixture<DB>) {
    let server = accepting();
    let client = client(&server);
    let outbox = test.outbox.clone().sealed_by(key(1));
    let other = other_client(&server, OTHER_ID, client.base_url());
    let changes = [
        // Amount, path, key and client id, each with a digest that fits.
        format!("record = '{}'", forged(&client, "900")),
        format!("record = '{}'", forged(&other, "100")),
        "record = replace(record, '/things', '/thongs')".to_owned(),
        "id = '2'".to_owned(),
        "ordered_by = NULL".to_owned(),
        "ordered_by = 'b'".to_owned(),
        "seal = NULL".to_owned(),
        "seal = 'AAAA'".to_owned(),
        "unsent_claim = -1".to_owned(),
    ];
    for change in changes {
        enqueue(test, &outbox, &client).await;
        assert_eq!(test.run(format!("UPDATE upvest_payment SET {change}")).await, 1);
        for sender in [&client, &other] {
            let worker = outbox.worker(sender.clone(), ENDPOINTS);
            worker.run_until_idle().await.unwrap();
            assert!(server.sent().is_empty(), "{change}");
            test.advance(std::time::Duration::from_secs(3_600)).await;
        }
        let id = if change.starts_with("id") { "2" } else { "1" };
        let payment = test.payment(id).await;
        assert_eq!(payment.state(), PaymentState::Pending, "{change}");
        let why = payment.error().unwrap();
        assert!(why.starts_with(&format!("cannot send payment `{id}`: it")), "{why}");
        assert!(why.contains("seal"), "{why}");
        test.run("DELETE FROM upvest_payment").await;
    }
    enqueue(test, &outbox, &client).await;
    outbox.worker(client, ENDPOINTS).run_until_idle().await.unwrap();
    assert_eq!(test.state("1").await, PaymentState::Accepted);
}

/// As the documentation of `sealed_by` says.
async fn without_a_seal_a_writer_can_redirect_a_payment<DB: TestDatabase>(test: &Fixture<DB>) {
    let server = accepting();
    let client = client(&server);
    enqueue(test, &test.outbox, &client).await;
    let call = client.create("900");
    let record = serde_json::to_string(&call.record()).unwrap();
    let change = format!(
        "UPDATE upvest_payment SET idempotency_key = '{}', record = '{record}'",
        call.key(),
    );
    assert_eq!(test.run(change).await, 1);
    test.send(&client).await;
    assert_eq!(server.sent()[0].body(), "\"900\"");
}

async fn a_seal_and_a_key_go_together<DB: TestDatabase>(test: &Fixture<DB>) {
    let server = accepting();
    let client = client(&server);
    let (old, new) = (test.outbox.clone().sealed_by(key(1)), test.outbox.clone().sealed_by(key(2)));
    enqueue(test, &old, &client).await;
    for (outbox, why) in [
        (test.outbox.clone(), "it is sealed, but this outbox has no key"),
        (new.clone(), "its seal does not match"),
    ] {
        outbox.worker(client.clone(), ENDPOINTS).run_until_idle().await.unwrap();
        assert!(test.payment("1").await.error().unwrap().contains(why));
        test.advance(std::time::Duration::from_secs(3_600)).await;
    }
    assert!(server.sent().is_empty());
    // While the key is changed, both are accepted.
    let both = new.also_sealed_by(key(1));
    both.worker(client, ENDPOINTS).run_until_idle().await.unwrap();
    assert_eq!(test.state("1").await, PaymentState::Accepted);
    let shown = format!("{both:?}");
    assert!(!shown.contains("2, 2") && shown.contains("SealKey"), "{shown}");
}

async fn a_changed_record_is_not_sent_even_without_a_seal<DB: TestDatabase>(test: &Fixture<DB>) {
    let server = accepting();
    let client = client(&server);
    for (change, why) in [
        ("record = replace(record, '100', '900')", "it was changed after it was made"),
        ("record = 'x'", "its record cannot be read"),
        ("idempotency_key = 'x'", "its key differs from that of its record"),
        ("record = '{}'", "its record cannot be read"),
        ("record = replace(record, '\"version\":1', '\"version\":2')", "version 2"),
        ("record = replace(record, '/things', '/auth/token')", "it was changed after it was made"),
    ] {
        enqueue(test, &test.outbox, &client).await;
        assert_eq!(test.run(format!("UPDATE upvest_payment SET {change}")).await, 1);
        test.send(&client).await;
        let payment = test.payment("1").await;
        assert_eq!(payment.state(), PaymentState::Pending);
        assert!(payment.error().unwrap().contains(why), "{:?}", payment.error());
        assert!(server.sent().is_empty());
        test.run("DELETE FROM upvest_payment").await;
    }
}

async fn a_payment_of_another_client_is_not_sent<DB: TestDatabase>(test: &Fixture<DB>) {
    let server = accepting();
    let client = client(&server);
    enqueue(test, &test.outbox, &client).await;
    for (other, why) in [
        (other_client(&server, OTHER_ID, client.base_url()), "it is for client id"),
        (
            other_client(&server, OWN_ID, "https://example.com"),
            "it is for \"https://sandbox.upvest.co\"",
        ),
    ] {
        test.send(&other).await;
        let payment = test.payment("1").await;
        assert_eq!(payment.state(), PaymentState::Pending);
        assert!(payment.error().unwrap().contains(why), "{:?}", payment.error());
        assert_eq!(payment.failures(), 0, "the payment is not to blame");
        test.advance(std::time::Duration::from_secs(3_600)).await;
    }
    // Without an endpoint that fits, nothing is sent either.
    let worker = test.outbox.worker(client.clone(), <dyn VirtualCash>::ENDPOINTS);
    worker.run_until_idle().await.unwrap();
    assert!(test.payment("1").await.error().unwrap().contains("is not in the table"));
    assert!(server.sent().is_empty());
    test.advance(std::time::Duration::from_secs(3_600)).await;
    test.send(&client).await;
    assert_eq!(test.state("1").await, PaymentState::Accepted);
}
