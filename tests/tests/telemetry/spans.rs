//! The telemetry of a call: a span for each attempt, an event for each retry.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use upvest_core::transport::TransportError;
use upvest_tests::in_memory::{Paging, Server, Things, problem, reply, thing};

type Fields = BTreeMap<String, String>;

/// Collects the spans named `request` and the events of the client.
#[derive(Clone, Default)]
struct Seen {
    spans: Arc<Mutex<Vec<(Id, Fields)>>>,
    events: Arc<Mutex<Vec<(Level, Fields)>>>,
}

struct Read<'f>(&'f mut Fields);

impl Visit for Read<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Seen {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        let mut fields = Fields::new();
        attributes.record(&mut Read(&mut fields));
        assert_eq!(
            (attributes.metadata().name(), attributes.metadata().target()),
            ("request", "upvest_core::telemetry")
        );
        self.spans.lock().unwrap().push((id.clone(), fields));
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, _: Context<'_, S>) {
        let mut spans = self.spans.lock().unwrap();
        let (_, fields) = spans.iter_mut().rev().find(|(known, _)| known == id).unwrap();
        record.record(&mut Read(fields));
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields::new();
        event.record(&mut Read(&mut fields));
        self.events.lock().unwrap().push((*event.metadata().level(), fields));
    }
}

impl Seen {
    /// Returns the spans of calls to `things`, token requests excluded.
    fn calls(&self) -> Vec<Fields> {
        let spans = self.spans.lock().unwrap();
        let is_call = |fields: &&Fields| fields["url.template"].starts_with("/things");
        spans.iter().map(|(_, fields)| fields).filter(is_call).cloned().collect()
    }

    fn resends(&self) -> Vec<Fields> {
        let events = self.events.lock().unwrap();
        let resends = events.iter().filter(|(_, fields)| fields["message"] == "retrying");
        resends.map(|(_, fields)| fields.clone()).collect()
    }
}

fn fields(of: &Fields, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| of.get(*name).cloned().unwrap_or_default()).collect()
}

#[test]
fn an_attempt_is_a_span_and_a_retry_is_an_event() {
    let (seen, key) = (Seen::default(), Mutex::new(String::new()));
    let subscriber = tracing_subscriber::registry().with(seen.clone());
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    tracing::subscriber::with_default(subscriber, || {
        runtime.unwrap().block_on(async {
            let server = Server::new(|number, _| match number {
                0 => problem(503, "service_unavailable"),
                1 => Err(TransportError::maybe_sent("reset")),
                2 => thing(),
                _ => problem(404, "not_found"),
            });
            // Not the subscriber that watches for secrets, which is global to the process.
            let client = server.unwatched().build().unwrap();
            let call = client.create("the-body");
            *key.lock().unwrap() = call.key().to_string();
            call.await.unwrap();
            let paging = Paging { limit: Some(7), note: Some("the-query") };
            client.get("the-id-of-somebody", &paging).await.unwrap_err();
        });
    });

    let calls = seen.calls();
    assert_eq!(calls.len(), 4);
    let keys: Vec<_> =
        calls.iter().map(|call| call.get("upvest.idempotency_key").map(String::as_str)).collect();
    let key = key.lock().unwrap();
    assert_eq!(keys, [Some(&**key), Some(&**key), Some(&**key), None]);
    for call in &calls[..3] {
        assert_eq!(
            fields(
                call,
                &[
                    "otel.name",
                    "otel.kind",
                    "http.request.method",
                    "url.template",
                    "server.address",
                    "server.port"
                ]
            ),
            ["POST /things", "client", "POST", "/things", "sandbox.upvest.co", "443"]
        );
    }
    let names = [
        "http.request.resend_count",
        "http.response.status_code",
        "error.type",
        "otel.status_code",
        "upvest.outcome",
        "upvest.request_id",
    ];
    assert_eq!(fields(&calls[0], &names), ["", "503", "503", "ERROR", "unknown", "the-request-id"]);
    assert_eq!(fields(&calls[1], &names), ["1", "", "connection", "ERROR", "unknown", ""]);
    assert_eq!(fields(&calls[2], &names), ["2", "200", "", "", "success", "the-request-id"]);
    assert_eq!(
        fields(&calls[3], &names),
        ["", "404", "404", "ERROR", "rejected", "the-request-id"]
    );
    assert_eq!(calls[3]["otel.name"], "GET /things/{id}");

    let resends = seen.resends();
    let reasons: Vec<_> =
        resends.iter().map(|event| fields(event, &["reason", "attempts", "outcome"])).collect();
    assert_eq!(reasons, [["503", "1", "unknown"], ["connection", "2", "unknown"]]);
    let everything = format!("{:?} {:?}", seen.spans.lock().unwrap(), seen.events.lock().unwrap());
    for hidden in ["the-id-of-somebody", "the-query", "the-body", "ory_at_", "the-client-secret"] {
        assert!(!everything.contains(hidden), "{hidden} appears: {everything}");
    }
}

/// A field is always one short line of visible text, whatever a server sends.
#[test]
fn server_texts_are_sanitized_in_fields() {
    let seen = Seen::default();
    let subscriber = tracing_subscriber::registry().with(seen.clone());
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let hostile = "\u{1b}[2J\n\u{85}\u{2028}\u{202e}\u{2066}";
    tracing::subscriber::with_default(subscriber, || {
        runtime.unwrap().block_on(async {
            let server = Server::new(move |number, _| {
                let document = serde_json::json!({ "type": hostile, "detail": hostile, "request_id": hostile });
                let mut reply = reply(503, "application/problem+json", &document.to_string())?;
                reply.headers_mut().remove("upvest-request-id");
                if number > 0 {
                    let id = "i".repeat(300_000);
                    reply.headers_mut().insert("upvest-request-id", id.parse().unwrap());
                }
                Ok(reply)
            });
            server.unwatched().build().unwrap().create("x").await.unwrap_err();
        });
    });
    let ids: Vec<String> =
        seen.calls().iter().map(|call| call["upvest.request_id"].clone()).collect();
    assert_eq!(ids[0], "\\u{1b}[2J\\n\\u{85}\\u{2028}\\u{202e}\\u{2066}");
    assert_eq!(ids[1], format!("{}…", "i".repeat(256)));
    let spans = seen.calls().into_iter();
    let events = seen.events.lock().unwrap().clone();
    for fields in spans.chain(events.into_iter().map(|(_, fields)| fields)) {
        for (name, value) in fields {
            assert!(value.len() < 1_024, "{name} has {} bytes", value.len());
            let is_active = |c: char| c.is_control() || (!c.is_ascii() && hostile.contains(c));
            assert!(!value.contains(is_active), "{name}: {value:?}");
        }
    }
}
