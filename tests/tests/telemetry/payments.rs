//! What the logs show of a payment in the outbox.

use sqlx::sqlite::SqlitePoolOptions;
use upvest_outbox::{Outbox, SealKey};
use upvest_tests::in_memory::{Server, Things, problem, reply};

use crate::secrets::Captured;

#[test]
fn a_payment_is_a_span_around_its_request_and_its_result_an_event() {
    let captured = Captured::default();
    let writer = captured.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tracing::subscriber::with_default(subscriber, || {
        runtime.block_on(async {
            let server = Server::new(|number, _| match number {
                0 => reply(202, "application/json", r#"{"id":"op-1","iban":"DE89-answer"}"#),
                1 => problem(422, "unprocessable_entity"),
                _ => problem(503, "unavailable"),
            });
            // Not the subscriber that watches for secrets, which is global to the process.
            let client = server.unwatched().build().unwrap();
            let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await;
            let pool = pool.unwrap();
            let key = SealKey::new(b"the-key-of-the-seal-is-32-bytes-!").unwrap();
            let outbox = Outbox::new(pool.clone()).sealed_by(key);
            outbox.migrate().await.unwrap();
            for id in ["accepted", "rejected", "retried"] {
                let mut tx = pool.begin().await.unwrap();
                let call = client.create("the-body-with-an-iban");
                outbox.enqueue(&mut tx, id, &call).await.unwrap();
                tx.commit().await.unwrap();
                let worker = outbox.worker(client.clone(), <dyn Things>::ENDPOINTS);
                worker.run_until_idle().await.unwrap();
                let shown = format!("{:?} {outbox:?}", outbox.payment(id).await.unwrap());
                tracing::debug!("{shown}");
            }
        });
    });
    let text = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    for (span, event) in [
        ("payment{id=\"accepted\" claim=1}", "the payment was accepted operation=\"op-1\""),
        ("payment{id=\"rejected\" claim=1}", "the payment was rejected error="),
        ("payment{id=\"retried\" claim=1}", "the payment will be retried error="),
    ] {
        let is_result = |line: &str| line.contains(span) && line.contains(event);
        assert!(text.lines().any(is_result), "{span}: {event}");
    }
    for hidden in ["the-body", "DE89", "the-key-of", "ory_at_", "the-client-secret"] {
        let line = text.lines().find(|line| line.contains(hidden));
        assert!(line.is_none(), "{hidden}: {line:?}");
    }
}
