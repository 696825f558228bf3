//! A malformed body under `/_sandbox/` is refused with an error that says what to write.

use bytes::Bytes;
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::Value;
use upvest_core::transport::{ReqwestTransport, Transport as _};
use upvest_sandbox::Sandbox;

use crate::fixture::started;

async fn refusal(sandbox: &Sandbox, path: &str, body: impl Into<Bytes>) -> String {
    let request = Request::post(format!("{}/_sandbox/{path}", sandbox.url()));
    let request = request.body(body.into()).unwrap();
    let response = ReqwestTransport::new().unwrap().send(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let value: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(status, 400, "{value}");
    let error = value["error"].as_str().unwrap().to_owned();
    for jargon in
        ["variant", "invalid type", "invalid value", "expected struct", "u8", "u64", "untagged"]
    {
        assert!(!error.contains(jargon), "{error}");
    }
    error
}

#[tokio::test]
async fn a_malformed_fault_names_the_field_and_shows_an_example() {
    let sandbox = started(Sandbox::builder()).await;
    for (body, parts) in [
        (
            r#"{"do":"status"}"#,
            ["`do`: `status` needs the field `status`", r#"{"do": {"status": {"status": 503}}}"#],
        ),
        (
            r#"{"do":"delay"}"#,
            [
                "`do`: `delay` needs the field `milliseconds`",
                r#"{"do": {"delay": {"milliseconds": 2000}}}"#,
            ],
        ),
        (
            r#"{"do":"slow"}"#,
            ["`slow` needs the field `bytes_per_second`", r#"{"bytes_per_second": 20}"#],
        ),
        (
            r#"{"do":"huge"}"#,
            ["`huge` needs the field `bytes`", r#"{"do": {"huge": {"bytes": 1048576}}}"#],
        ),
        (r#"{"do":"gzip_bomb"}"#, ["`gzip_bomb` needs the field `bytes`", "gzip_bomb"]),
        (r#"{"do":"redirect"}"#, ["`redirect` needs the field `location`", "https://"]),
        (r#"{"do":{"status":429}}"#, ["`do`: `status` must be an object", r#"{"status": 503}"#]),
        (r#"{"do":{"status":{}}}"#, ["`do`: `status` needs the field `status`", "503"]),
        (
            r#"{"do":{"status":{"status":"429"}}}"#,
            ["`do`: `status`: `status` must be a whole number from 400 to 599", "503"],
        ),
        (
            r#"{"do":{"status":{"status":70000}}}"#,
            ["`status` must be a whole number from 400 to 599", "503"],
        ),
        (
            r#"{"do":{"status":{"status":503,"retry_after":2}}}"#,
            ["`retry_after` must be a string", r#""2""#],
        ),
        (
            r#"{"do":{"status":{"code":503}}}"#,
            ["`do`: `status`: unknown field `code`", "(expected `status`, `retry_after`"],
        ),
        (
            r#"{"do":{"status":503,"retry_after":"2"}}"#,
            ["`do` must name one effect", r#"{"do": {"status""#],
        ),
        (r#"{"do":{}}"#, ["`do` must name one effect", r#""do": "reset""#]),
        (r#"{"do":{"reset":{}}}"#, ["`do`: `reset` has no fields", r#"{"do": "reset"}"#]),
        (r#"{"do":{"explode":{}}}"#, ["`do`: unknown effect `explode`", "`reset`, `hang`"]),
        (r#"{"do":"explode"}"#, ["`do`: unknown effect `explode`", "`overtake`"]),
        (r#"{"do":7}"#, ["`do` must name one effect", "reset"]),
        (r#"{"do":null}"#, ["`do` must name one effect", "reset"]),
        (
            r#"{"do":{"delay":{"milliseconds":-1}}}"#,
            ["`milliseconds` must be a whole number from 0 to 3600000", "2000"],
        ),
        (
            r#"{"do":{"huge":{"bytes":99999999999}}}"#,
            ["`bytes` must be a whole number from 0 to 67108864", "1048576"],
        ),
        ("{}", ["missing field `do`", r#"{"do": "reset"}"#]),
        (r#"{"do":"hang","chance":1}"#, ["unknown field `chance`", "`percent`"]),
        (r#"{"do":"hang","time":1}"#, ["unknown field `time`", "`times`"]),
        (
            r#"{"do":"hang","percent":300}"#,
            ["`percent` must be a whole number from 0 to 100", r#""percent": 20"#],
        ),
        (
            r#"{"do":"hang","percent":"20"}"#,
            ["`percent` must be a whole number from 0 to 100", r#""percent": 20"#],
        ),
        (r#"{"do":"hang","percent":0.5}"#, ["`percent` must be a whole number", "20"]),
        (r#"{"do":"hang","times":-1}"#, ["`times` must be a whole number from 1", r#""times": 1"#]),
        (r#"{"do":"hang","nth":true}"#, ["`nth` must be a whole number from 1", r#""nth": 2"#]),
        (
            r#"{"do":"hang","when":"later"}"#,
            ["`when` must be `before_commit` or `after_commit`", "for example"],
        ),
        (
            r#"{"do":"hang","when":null}"#,
            ["`when` must be `before_commit` or `after_commit`", "for example"],
        ),
        (r#"{"do":"hang","at":"foot"}"#, ["`at` must be `header` or `body`", "for example"]),
        (
            r#"{"do":"reset","of":"webhook"}"#,
            ["`of` must be `requests` or `webhooks`", "for example"],
        ),
        (r#"{"do":"hang","path":7}"#, ["`path` must be a string", "/virtual_cash_balances/*"]),
        (
            r#"{"do":"hang","method":["POST"]}"#,
            ["`method` must be a string", r#""method": "POST""#],
        ),
        (r#"{"do":"hang","do":"hang"}"#, ["a field appears twice", "for example"]),
        (
            r#"{"do":{"delay":{"milliseconds":1,"milliseconds":1}}}"#,
            ["a field appears twice", "for example"],
        ),
        (r#"[{"do":"hang"}]"#, ["the body must be an object", r#"{"do": "reset"}"#]),
        (r#""hang""#, ["the body must be an object", "for example"]),
        ("{do: hang}", ["the body is not JSON, at line 1, column 2", "for example"]),
        (r#"{"do":"hang""#, ["the body is not JSON, at line 1, column 12", "for example"]),
        ("do=hang", ["the body is not JSON, at line 1", "for example"]),
        ("", ["the body is empty", r#"{"do": "reset"}"#]),
    ] {
        let error = refusal(&sandbox, "faults", body).await;
        assert!(error.starts_with("invalid fault: "), "{body}: {error}");
        for part in parts {
            assert!(error.contains(part), "{body}: {part}: {error}");
        }
    }
    let error = refusal(&sandbox, "faults", &b"{\"do\":\"\xff\"}"[..]).await;
    assert!(error.contains("the body is not JSON"), "{error}");
    // Long and odd texts are not repeated in full.
    let long = format!(r#"{{"do":"{}"}}"#, "x\\u202e".repeat(5_000));
    let error = refusal(&sandbox, "faults", long).await;
    assert!(error.len() < 500 && !error.contains('\u{202e}'), "{error}");
    assert!(sandbox.faults().active().is_empty());
}

#[tokio::test]
async fn every_example_of_a_refusal_is_accepted() {
    let sandbox = started(Sandbox::builder()).await;
    for effect in ["status", "delay", "slow", "huge", "gzip_bomb", "redirect"] {
        let error = refusal(&sandbox, "faults", format!(r#"{{"do":"{effect}"}}"#)).await;
        let example = error.split_once("for example `").unwrap().1.rsplit_once('`').unwrap().0;
        let fault: upvest_sandbox::Fault = serde_json::from_str(example).unwrap();
        sandbox.faults().add(fault).unwrap();
    }
}

#[tokio::test]
async fn a_malformed_clock_or_account_group_names_the_field() {
    let sandbox = started(Sandbox::builder()).await;
    for (path, body, part) in [
        ("clock", r#"{"freeze":"yes"}"#, "`freeze` must be true or false"),
        ("clock", r#"{"reset":1}"#, "`reset` must be true or false"),
        ("clock", r#"{"advance_seconds":-1}"#, "`advance_seconds` must be a whole number from 0"),
        ("clock", r#"{"advance_seconds":"60"}"#, "`advance_seconds` must be a whole number from 0"),
        ("clock", r#"{"freeze_at":"noon"}"#, "`freeze_at` must be a time"),
        ("clock", r#"{"freeze_at":7}"#, "`freeze_at` must be a time"),
        ("clock", r#"{"thaw":1}"#, "unknown field `thaw` (expected `freeze`"),
        ("clock", "", "the body is empty"),
        ("account_groups", "{}", "missing field `id`"),
        ("account_groups", r#"{"id":"x"}"#, "`id` must be a UUID"),
        ("account_groups", r#"{"id":7}"#, "`id` must be a UUID"),
        ("account_groups", "[]", "the body must be an object"),
    ] {
        let error = refusal(&sandbox, path, body).await;
        assert!(error.contains(part) && error.contains("(for example `{"), "{body}: {error}");
    }
}
