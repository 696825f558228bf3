//! A record replays the call that it was created from, and no other.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use upvest_core::__sandbox::AccessTokens;
use upvest_core::{Call, Outcome, Timestamp, api};
use upvest_core::{
    CallRecord, Client, Endpoint, ErrorKind, IdempotencyKey, IdempotentCall, Method,
};
use upvest_sandbox::Sandbox;
use upvest_tests::in_memory::{Server, Thing, Things, thing};
use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash, VirtualCashIncrease};

/// Returns a client and the clock that it reads.
fn clocked(server: &Server) -> (Client, Arc<AtomicI64>) {
    let clock = Arc::new(AtomicI64::new(1_800_000_000));
    let reading = Arc::clone(&clock);
    let now = move || Timestamp::from_unix_seconds(reading.load(Ordering::SeqCst)).unwrap();
    (server.builder().clock(now).build().unwrap(), clock)
}

fn read(json: &serde_json::Value) -> CallRecord {
    serde_json::from_value(json.clone()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_record_is_replayed_byte_for_byte() {
    let server = Server::new(|_, _| thing());
    let (client, clock) = clocked(&server);
    let call = client.create("x \u{fc}\u{1f4b6} \" \\");
    let record = call.record();
    let text = serde_json::to_string(&record).unwrap();
    for secret in ["the-client-secret", "ory_at_", "signature", "authorization"] {
        assert!(!text.contains(secret), "{text}");
    }
    let debug = format!("{record:?}");
    assert!(debug.contains("POST /things") && !debug.contains('\u{1f4b6}'), "{debug}");
    call.await.unwrap();

    clock.fetch_add(3_600, Ordering::SeqCst);
    let read: CallRecord = serde_json::from_str(&text).unwrap();
    assert_eq!(read, record);
    let replay = client.replay::<Thing>(<dyn Things>::ENDPOINTS, read.clone()).unwrap();
    assert_eq!(replay.record(), record, "its age counts from the first call");
    replay.await.unwrap();
    // With another key, it would be another payment.
    let same = client.replay::<Thing>(<dyn Things>::ENDPOINTS, read.clone()).unwrap();
    let key = same.key();
    same.idempotency_key(key, client.now()).await.unwrap();
    let other = client
        .replay::<Thing>(<dyn Things>::ENDPOINTS, read)
        .unwrap()
        .idempotency_key(IdempotencyKey::random(), client.now());
    let error = other.await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Replay, Outcome::Unknown));
    assert_eq!(server.sent().len(), 3);
    let sent = server.sent();
    assert_eq!(sent[0].body(), sent[1].body());
    assert_eq!((sent[0].method(), sent[0].uri()), (sent[1].method(), sent[1].uri()));
    for (name, value) in sent[0].headers() {
        if !name.as_str().starts_with("signature") {
            assert_eq!(sent[1].headers().get(name), Some(value), "{name}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_rejected_replay_leaves_the_first_attempt_unknown() {
    let server = Server::new(|_, _| upvest_tests::in_memory::problem(422, "unprocessable_entity"));
    let client = server.client();
    let record = client.create("x").record();
    let error = client.replay::<Thing>(<dyn Things>::ENDPOINTS, record).unwrap().await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert!(
        error.to_string().ends_with("; an earlier call with its key may have taken effect"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_invalid_record_is_rejected_before_anything_is_sent() {
    let server = Server::new(|_, _| thing());
    let (client, clock) = clocked(&server);
    let good = serde_json::to_value(client.create("x").record()).unwrap();
    let refused = |record: CallRecord, part: &str| {
        let error = client.replay::<Thing>(<dyn Things>::ENDPOINTS, record).unwrap_err();
        assert!(error.to_string().starts_with("this record cannot be replayed: "), "{error}");
        assert!(error.to_string().contains(part), "{part}: {error}");
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Replay, Outcome::Unknown));
        assert!(!error.is_retryable());
    };
    assert!(client.replay::<Thing>(<dyn Things>::ENDPOINTS, read(&good)).is_ok());
    let changed = "it was changed after it was made";
    for (pointer, value, part) in [
        ("/version", "2", "it has version 2, but this library reads version 1"),
        ("/request/client_id", r#""5ec16164-6173-461d-b90d-116d68f55b41""#, "it is for client id"),
        ("/request/base_url", r#""https://api.upvest.co""#, "it is for \"https://api.upvest.co\""),
        ("/request", "null", "it contains no request"),
        ("/request/body", r#""\"y\"""#, changed),
        ("/request/method", r#""PUT""#, changed),
        ("/request/path", r#""/other""#, changed),
        ("/request/template", r#""/other""#, changed),
        ("/request/content_type", "null", changed),
        ("/idempotency_key", r#""ccb07f42-4104-44ad-8e1f-c660bb7b269c""#, changed),
        ("/made_at", r#""2027-01-15T08:00:01Z""#, changed),
        ("/digest", r#""sha-512=:AA==:""#, changed),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = serde_json::from_str(value).unwrap();
        let record = read(&bad);
        assert_eq!(serde_json::to_value(&record).unwrap(), bad, "the record is stored unchanged");
        refused(record, part);
    }
    let mut scrubbed = good.clone();
    scrubbed.as_object_mut().unwrap().remove("request");
    refused(read(&scrubbed), "it contains no request");
    // A record of a newer version, with a number beyond 64 bits, survives repeated storing
    // unchanged.
    let newer = r#"{"version":2,"sequence":1111111111111111111110}"#;
    let newer: CallRecord = serde_json::from_str(newer).unwrap();
    let stored = serde_json::to_string(&newer).unwrap();
    assert!(serde_json::from_str::<CallRecord>(&stored).unwrap() == newer, "{stored}");
    for bad in ["{}", r#"{"version":1}"#, r#"{"version":"1"}"#, "[]", "7"] {
        assert!(serde_json::from_str::<CallRecord>(bad).is_err(), "{bad}");
    }
    let made = clock.load(Ordering::SeqCst);
    for (age, is_in_time) in
        [(-301, false), (-300, true), (0, true), (23 * 3_600 - 1, true), (23 * 3_600, false)]
    {
        clock.store(made + age, Ordering::SeqCst);
        let replay = client.replay::<Thing>(<dyn Things>::ENDPOINTS, read(&good));
        assert_eq!(replay.is_ok(), is_in_time, "{age}");
    }
    clock.store(made + 23 * 3_600, Ordering::SeqCst);
    refused(read(&good), "more than 23 hours ago");
    clock.store(made - 3_600, Ordering::SeqCst);
    refused(read(&good), "one of the clocks is wrong");
    assert!(server.sent().is_empty() && server.token_requests() == 0);
}

/// Forges a record: changes its fields and recomputes its digest.
fn forged(good: &serde_json::Value, changes: &[(&str, &str)]) -> CallRecord {
    let mut forged = good.clone();
    for (field, value) in changes {
        forged["request"][field] = (*value).into();
    }
    let whole = ["version", "idempotency_key", "made_at"].map(|name| forged[name].to_string());
    // In the order in which a record is written, which differs from that of a `Value`.
    let request = &forged["request"];
    let fields = ["base_url", "client_id", "method", "path", "template", "content_type", "body"]
        .map(|name| format!("\"{name}\":{}", request[name]));
    let text = format!("[{},{{{}}}]", whole.join(","), fields.join(","));
    forged["digest"] = upvest_core::signature::SignatureVersion::V15.digest(text.as_bytes()).into();
    read(&forged)
}

/// Endpoints with a placeholder or a query that take an idempotency key, and one without a key.
#[api(scope = "users:admin")]
trait Users: Send + Sync {
    #[endpoint(POST, "/users/{id}/notes", idempotent, signed)]
    fn annotate(&self, id: &str, body: &str) -> IdempotentCall<Thing>;

    #[endpoint(POST, "/users", idempotent, signed)]
    fn register(&self, query: &[(&str, &str)], body: &str) -> IdempotentCall<Thing>;

    #[endpoint(POST, "/users/{id}/close", idempotent, signed)]
    fn close(&self, id: &str) -> IdempotentCall<Thing>;

    #[endpoint(DELETE, "/users/{id}", signed)]
    fn delete(&self, id: &str) -> Call<()>;
}

/// Checks that the record is rejected with `part` in the message, before anything is sent.
fn is_refused(client: &Client, endpoints: &[Endpoint], record: CallRecord, part: &str) {
    let key = record.idempotency_key();
    let error = client.replay::<Thing>(endpoints, record).unwrap_err();
    let sentence = error.to_string();
    assert!(sentence.starts_with("this record cannot be replayed: "), "{sentence}");
    assert!(sentence.contains(part) && !sentence.contains('\n'), "{part}: {sentence}");
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Replay, Outcome::Unknown));
    assert!(!error.is_retryable() && error.idempotency_key() == key);
}

#[tokio::test(start_paused = true)]
async fn a_forged_record_cannot_make_another_call() {
    let server = Server::new(|_, _| thing());
    let client = server.client();
    let note = serde_json::to_value(client.annotate("7", "x").record()).unwrap();
    let users = <dyn Users>::ENDPOINTS;
    client.replay::<Thing>(users, read(&note)).unwrap().await.unwrap();
    client.replay::<Thing>(<dyn Users>::ANNOTATE, read(&note)).unwrap().await.unwrap();
    // A record of another call of the same endpoint is valid.
    let _ = client.replay::<Thing>(users, forged(&note, &[("path", "/users/8/notes")])).unwrap();
    let sent = server.sent().len();

    let other_path = "it is not a call to POST /users/{id}/notes: its path";
    for path in [
        "/users/8",
        "/users//notes",
        "/users/./notes",
        "/users/../notes",
        "/users/%2e%2e/notes",
        "/users/8%2f/notes",
        "/users/8/notes/",
        "/users/8/notes/9",
        "/users/8/../notes",
        "/users/8/notes?force=true",
        "/users/8/notes#x",
        "/users/8 /notes",
        "/users/8/Notes",
        "/users/{id}/notes",
        "users/8/notes",
        "@evil.example/users/8/notes",
        ":1@evil.example/users/8/notes",
        "//evil.example/notes",
        "https://evil.example/users/8/notes",
        "/users/8\r\n/notes",
        "/auth/token",
        "/",
        "",
    ] {
        is_refused(&client, users, forged(&note, &[("path", path)]), other_path);
    }

    // This endpoint can be called, but not recorded.
    client.delete("1").await.unwrap();
    let sent = sent + 1;
    let (table, never) = ("is not in the table that was passed", "is never replayed");
    let delete = [("method", "DELETE"), ("template", "/users/{id}"), ("path", "/users/1")];
    let token = [("template", "/auth/token"), ("path", "/auth/token")];
    let form = "application/x-www-form-urlencoded";
    for (changes, part) in [
        (&delete[..], "DELETE /users/{id} is never replayed: it takes no idempotency key"),
        (&token, "its endpoint \"POST /auth/token\" is not in the table"),
        (&[("method", "PUT")], table),
        (&[("method", "BREW")], table),
        (&[("method", "post")], table),
        (&[("method", "")], table),
        (&[("template", "/users/1/notes"), ("path", "/users/1/notes")], table),
        (&[("template", "/x\n\u{202e}/y")], table),
        (&[("content_type", "text/plain")], "its body has a different type"),
        (&[("content_type", form)], "its body has a different type"),
    ] {
        is_refused(&client, users, forged(&note, changes), part);
    }
    // It is rejected even if the table contains it.
    let everything = [users, <dyn AccessTokens>::ENDPOINTS].concat();
    let token: Vec<_> = token.into_iter().chain([("content_type", form)]).collect();
    is_refused(&client, &everything, forged(&note, &token), never);
    is_refused(&client, &[], read(&note), table);
    is_refused(&client, <dyn Things>::ENDPOINTS, read(&note), table);
    // It is rejected under a made-up endpoint too.
    let endpoint = |path| Endpoint::new("x", Method::Post, path).json_body().signed();
    for path in ["/auth/token", "/auth/{id}", "/{a}/{b}", "/{a}/token"] {
        let table = [endpoint(path).idempotent()];
        let record = forged(&note, &[("template", path), ("path", "/auth/token")]);
        is_refused(&client, &table, record, "it requests an access token");
    }
    for endpoint in [
        endpoint("/x"),
        Endpoint::new("x", Method::Post, "/x").json_body().idempotent(),
        endpoint("/x").idempotent().anonymous(),
        endpoint("/x").idempotent().form_body(),
        endpoint("/x").idempotent().accept("text/csv"),
        endpoint("/x").idempotent().header("accept-language"),
        endpoint("/x").idempotent().redirect(),
    ] {
        let record = forged(&note, &[("template", "/x"), ("path", "/x")]);
        is_refused(&client, &[endpoint], record, never);
    }
    // If two endpoints have the same route, the one that can be replayed is used.
    let table = [endpoint("/x"), endpoint("/x").idempotent()];
    let record = forged(&note, &[("template", "/x"), ("path", "/x")]);
    let _ = client.replay::<Thing>(table, record).unwrap();
    assert_eq!(server.sent().len(), sent, "nothing is sent");
}

#[tokio::test(start_paused = true)]
async fn every_recordable_call_can_be_replayed() {
    let server = Server::new(|_, _| thing());
    let client = server.client();
    let queries = [vec![], vec![("a", "b c/?#&=+%,:~*-._\u{fc}\u{1f4b6}"), ("\u{202e}", "")]];
    let ids = ["7", "urn:isin:US0378331005", "...", "a-._~:b"];
    let calls = queries
        .iter()
        .map(|query| client.register(query, "x \u{fc}"))
        .chain(ids.map(|id| client.annotate(id, "")))
        .chain([client.close("7")]);
    for call in calls {
        let stored = serde_json::to_string(&call.record()).unwrap();
        call.await.unwrap();
        let record: CallRecord = serde_json::from_str(&stored).unwrap();
        let replay = client.replay::<Thing>(<dyn Users>::ENDPOINTS, record).unwrap();
        replay.await.unwrap();
        let sent = server.sent();
        let [.., first, second] = &sent[..] else { panic!("two requests") };
        assert_eq!((first.uri(), first.body()), (second.uri(), second.body()));
        assert_eq!(first.headers().len(), second.headers().len());
    }
    // A call without a body cannot get one.
    let close = serde_json::to_value(client.close("7").record()).unwrap();
    for changes in [&[("body", "{}")][..], &[("content_type", "application/json")]] {
        let record = forged(&close, changes);
        is_refused(&client, <dyn Users>::ENDPOINTS, record, "its body has a different type");
    }
}

#[tokio::test]
async fn a_forged_record_has_no_effect_on_the_sandbox() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = sandbox.client().unwrap();
    let order = CreateVirtualCashIncrease {
        account_group_id: uuid::Uuid::new_v4().into(),
        amount: "1.00".parse().unwrap(),
        currency: Currency::Eur,
    };
    let good = serde_json::to_value(client.increase(&order).record()).unwrap();
    let decrease = format!("/virtual_cash_balances/decreases/{}", uuid::Uuid::new_v4());
    let cancel = <dyn VirtualCash>::CANCEL_DECREASE;
    for changes in [
        &[("method", "DELETE"), ("template", cancel.path()), ("path", &decrease)][..],
        &[("template", "/auth/token"), ("path", "/auth/token")],
    ] {
        let endpoints = <dyn VirtualCash>::ENDPOINTS;
        let record = forged(&good, changes);
        client.replay::<VirtualCashIncrease>(endpoints, record).unwrap_err();
    }
    assert!(sandbox.log().entries().is_empty());
}

#[tokio::test]
async fn the_record_of_a_fake_has_its_key_and_cannot_be_replayed() {
    let fake: IdempotentCall<Thing> = upvest_core::Call::ready(Ok(Thing { id: 7 }));
    let (key, record) = (fake.key(), fake.record());
    assert_eq!(record.idempotency_key(), Some(key));
    let error = Server::new(|_, _| thing())
        .client()
        .replay::<Thing>(<dyn Things>::ENDPOINTS, record)
        .unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Replay, Outcome::Unknown));
}
