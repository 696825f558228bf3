//! 47 to 58: content of responses.

use upvest_core::{Amount, Call, Currency, Error, ErrorKind, Outcome, Timestamp};
use upvest_tests::in_memory::{Server, Thing, Things, problem, reply, thing};
use upvest_virtual_cash::{VirtualCashIncrease, VirtualCashIncreaseStatus};

/// Returns the error of a call that gets this response to every attempt.
async fn error_for(status: u16, content_type: &'static str, body: &'static str) -> Error {
    let server = Server::new(move |_, _| reply(status, content_type, body));
    server.client().create("x").await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn f47_a_success_without_json_is_not_trusted() {
    for content_type in ["text/html", "application/problem+json", "application/octet-stream"] {
        let error = error_for(200, content_type, r#"{"id":7}"#).await;
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Unknown));
        assert_eq!(error.attempts(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn f48_an_empty_success_has_taken_effect_and_is_retried() {
    let error = error_for(200, "application/json", "").await;
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Applied));
    assert!(error.is_retryable());
    let server =
        Server::new(
            |number, _| {
                if number == 0 { reply(202, "application/json", "") } else { thing() }
            },
        );
    assert_eq!(server.client().create("x").await.unwrap(), Thing { id: 7 });
}

#[tokio::test(start_paused = true)]
async fn f49_a_removal_succeeds_with_any_success() {
    for status in [200, 202, 204] {
        let server = Server::new(move |_, _| reply(status, "application/json", ""));
        let response = server.client().remove(7).with_response().await.unwrap();
        assert_eq!((response.status().as_u16(), response.attempts()), (status, 1));
    }
    let server = Server::new(|_, _| reply(202, "application/json", r#"{"accepted":true}"#));
    assert!(server.client().remove(7).await.is_ok(), "an unexpected body is not a failure");
}

#[tokio::test(start_paused = true)]
async fn f50_a_creation_succeeds_with_any_success() {
    for status in [200, 201, 202] {
        let server = Server::new(move |_, _| reply(status, "application/json", r#"{"id":7}"#));
        assert!(server.client().create("x").await.is_ok());
    }
}

const INCREASE: &str = r#"{"id":"8b0a24b3-5e4e-4ca9-b2f6-b1f0d3bb9d5c","account_group_id":"2596db3b-0d03-4651-9eda-970910479dfb","amount":"200.00","currency":"EUR","status":"ISSUED","created_at":"2020-08-24T14:15:22Z","updated_at":"2020-08-24T14:15:22Z"}"#;

#[test]
fn f51_unknown_values_are_preserved() {
    let json = INCREASE.replace("ISSUED", "FROZEN").replace("EUR", "SEK");
    let increase: VirtualCashIncrease = serde_json::from_str(&json).unwrap();
    assert!(matches!(increase.status, VirtualCashIncreaseStatus::Unknown(_)));
    assert_eq!((increase.status.as_str(), increase.currency.as_str()), ("FROZEN", "SEK"));
    assert_eq!(serde_json::to_string(&increase.currency).unwrap(), r#""SEK""#);
    assert_eq!(serde_json::to_string(&increase.status).unwrap(), r#""FROZEN""#);
    assert!(matches!(increase.currency, Currency::Unknown(_)));
}

#[test]
fn f52_fields_may_be_added_and_reordered_but_not_repeated() {
    let more = INCREASE.replacen('{', r#"{"note":[{"x":1}],"#, 1);
    assert!(serde_json::from_str::<VirtualCashIncrease>(&more).is_ok());
    let mut fields: Vec<&str> = INCREASE.trim_matches(['{', '}']).split(',').collect();
    fields.reverse();
    let reversed = format!("{{{}}}", fields.join(","));
    assert!(serde_json::from_str::<VirtualCashIncrease>(&reversed).is_ok());
    let twice = INCREASE.replacen('{', r#"{"amount":"1.00","#, 1);
    assert!(serde_json::from_str::<VirtualCashIncrease>(&twice).is_err());
}

#[test]
fn f53_an_amount_is_a_string_with_two_decimals_or_none() {
    for bad in [
        "200.00",
        r#""1e2""#,
        r#""1,00""#,
        r#""-1.00""#,
        r#""+1.00""#,
        r#"" 1.00""#,
        r#""1.0""#,
        r#""1.000""#,
        r#""٣.00""#,
        r#""1_000.00""#,
        r#""NaN""#,
        r#""1234567890.00""#,
        r#""""#,
        "null",
    ] {
        assert!(serde_json::from_str::<Amount>(bad).is_err(), "{bad}");
        let json = INCREASE.replace(r#""200.00""#, bad);
        assert!(serde_json::from_str::<VirtualCashIncrease>(&json).is_err(), "{bad}");
    }
}

#[test]
fn f54_an_id_is_a_uuid_in_either_case() {
    let id = "8b0a24b3-5e4e-4ca9-b2f6-b1f0d3bb9d5c";
    let with = |text: &str| {
        serde_json::from_str::<VirtualCashIncrease>(&INCREASE.replace(id, text)).is_ok()
    };
    assert!(with(id) && with(&id.to_uppercase()));
    for bad in ["x", "", "{8b0a24b3-5e4e-4ca9-b2f6-b1f0d3bb9d5c}", "urn:uuid:x", &id[1..]] {
        assert!(!with(bad), "{bad}");
    }
}

#[test]
fn f55_a_timestamp_has_a_zone() {
    for good in [
        "2020-08-24T14:15:22+02:00",
        "2020-08-24T14:15:22.123456789Z",
        "2016-12-31T23:59:60Z",
        "2020-08-24t14:15:22z",
        "9999-12-31T23:59:59Z",
        "2020-08-24T14:15:22.1234567890123Z",
    ] {
        assert!(good.parse::<Timestamp>().is_ok(), "{good}");
        let json = INCREASE.replace("2020-08-24T14:15:22Z", good);
        assert!(serde_json::from_str::<VirtualCashIncrease>(&json).is_ok(), "{good}");
        let event = format!(
            r#"{{"id":"8962b496-8d42-4560-bfab-10c8d1a3b5c7","created_at":"{good}","type":"A.B","object":{json},"webhook_id":"a8eb3540-5a84-40f9-b2bb-7f99f282fc5a"}}"#
        );
        let event: upvest_core::webhook::Event = event.parse().unwrap();
        assert_eq!(event.created_at(), good.parse().unwrap());
        assert!(event.object::<VirtualCashIncrease>().is_ok(), "{good}");
    }
    for bad in ["2020-08-24T14:15:22", "2020-08-24", "yesterday", ""] {
        assert!(bad.parse::<Timestamp>().is_err(), "{bad}");
    }
}

#[tokio::test(start_paused = true)]
async fn f56_malformed_json_is_an_error() {
    let deep: &'static str = Box::leak("[".repeat(10_000).into_boxed_str());
    for body in [deep, "\u{feff}{\"id\":7}", r#"{"id":"\ud800"}"#, "{\"id\":7", "nul", "7"] {
        let error = error_for(200, "application/json", body).await;
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Applied));
    }
    let server = Server::new(|_, _| {
        reply(200, "application/json", "").map(|reply| reply.map(|_| b"{\"id\":\xff}"[..].into()))
    });
    let error = server.client().create("x").await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Applied));
}

#[tokio::test(start_paused = true)]
async fn f57_the_status_of_an_error_counts_regardless_of_its_body() {
    for (body, content_type, code) in [
        (
            r#"{"type":"https://x/errors/invalid_request","status":500}"#,
            "application/problem+json",
            Some("invalid_request"),
        ),
        ("{}", "application/problem+json", Some("")),
        ("{}", "application/json", Some("")),
        ("[]", "application/json", None),
        ("", "application/problem+json", None),
        ("<html>", "text/html", None),
        (r#"{"type":"x"}"#, "text/plain", None),
        ("{", "application/problem+json", None),
    ] {
        let error = error_for(422, content_type, body).await;
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Api, Outcome::Rejected), "{body}");
        assert_eq!(error.status().unwrap().as_u16(), 422);
        assert_eq!(error.problem().map(|problem| problem.code()), code, "{body}");
        assert_eq!((error.body(), error.attempts()), (body.as_bytes(), 1));
    }
    let long: &'static str = Box::leak("x".repeat(10 * 1024 * 1024).into_boxed_str());
    let error = error_for(422, "application/problem+json", long).await;
    assert_eq!((error.outcome(), error.body().len()), (Outcome::Rejected, 64 * 1024));
}

#[tokio::test(start_paused = true)]
async fn f58_the_code_is_the_last_part_of_the_type() {
    for (kind, code) in [
        ("https://docs.upvest.co/errors/invalid_request", "invalid_request"),
        ("invalid_request", "invalid_request"),
        ("https://docs.upvest.co/errors/brand_new", "brand_new"),
    ] {
        let server = Server::new(move |_, _| problem(400, kind));
        let error = server.client().create("x").await.unwrap_err();
        assert_eq!(error.problem().unwrap().code(), code);
    }
}

#[tokio::test]
async fn an_error_has_the_size_of_a_pointer_and_a_fake_can_create_one() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    let call: Call<()> = Call::ready(Err(Error::from_problem(503, "service_unavailable")));
    let error = call.await.unwrap_err();
    assert!(error.is_retryable() && error.attempts() == 1);
    let call: Call<()> = Call::ready(Err(Error::from_problem(422, "unprocessable_entity")));
    assert!(!call.await.unwrap_err().is_retryable());
}
