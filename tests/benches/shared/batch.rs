//! A signed batch of webhooks.

use bytes::Bytes;
use http::Request;
use http::request::Parts;
use upvest_core::__sandbox::sign;
use upvest_core::Timestamp;
use upvest_core::signature::{SignatureVersion, SigningKey};
use upvest_tests::now;

/// The time of the signature, in Unix seconds.
pub const NOON: i64 = 1_800_000_000;

/// Returns a batch of as many increases as fit into `length` bytes.
fn batch(length: usize) -> Bytes {
    let event = |number: usize| {
        format!(
            r#"{{"id":"8962b496-8d42-4560-bfab-{number:012}","created_at":"2027-01-15T08:00:00Z","type":"VIRTUAL_CASH_INCREASE.CONFIRMED","object":{{"id":"6ffa6b16-2380-4e7a-88b2-{number:012}","account_group_id":"ac1c39e9-2101-46b8-a624-d10a9e351b6c","amount":"200.00","currency":"EUR","status":"CONFIRMED","created_at":"2027-01-15T08:00:00Z","updated_at":"2027-01-15T08:00:00Z"}},"webhook_id":"a8eb3540-5a84-40f9-b2bb-7f99f282fc5a"}}"#
        )
    };
    let mut body = r#"{"payload":["#.to_owned();
    for number in 0.. {
        let event = event(number);
        if body.len() + event.len() + 3 > length {
            break;
        }
        body.extend([if number == 0 { "" } else { "," }, &*event]);
    }
    // JSON allows spaces here.
    body.push_str(&" ".repeat(length - body.len() - 2));
    (body + "]}").into()
}

/// Returns a batch of this length, and the signature base.
pub fn signed(
    version: SignatureVersion,
    key: &SigningKey,
    length: usize,
) -> (Parts, Bytes, Vec<u8>) {
    let mut request = Request::post("https://receiver.example/webhooks")
        .header("host", "receiver.example")
        .header("user-agent", "upvest")
        .header("content-type", "application/json")
        .body(batch(length))
        .expect("a request");
    let created = Timestamp::from_unix_seconds(NOON).expect("a time");
    let base = now(sign(version, &mut request, key, created, [7; 16])).expect("a signature");
    let (head, body) = request.into_parts();
    (head, body, base.as_bytes().to_vec())
}
