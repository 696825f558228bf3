//! Properties of every parser of untrusted input, for any input.
//!
//! Each function takes any bytes and panics if a property does not hold. The property tests and the
//! fuzz targets call the same functions.

use std::sync::OnceLock;
use std::time::Duration;

use http::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::runtime::{Builder, Runtime};
use upvest_core::__sandbox::AccessToken;
use upvest_core::__sandbox::{SignatureInput, sign};
use upvest_core::signature::{JsonWebKey, SignatureVersion, SigningKey};
use upvest_core::webhook::{Event, Inbox, VerificationKeySet, WebhookError, WebhookVerifier};
use upvest_core::{Amount, CallRecord, Client, ErrorKind, Outcome, Problem, Timestamp};
use upvest_virtual_cash::VirtualCashIncrease;

use crate::in_memory::{
    Server, Thing, Things, problem as problem_response, reply, signing_key, thing,
};

/// The name of a parser, its function, and seed inputs.
pub type Parser = (&'static str, fn(&[u8]), fn() -> Vec<Vec<u8>>);

/// All parsers.
pub const PARSERS: [Parser; 9] = [
    ("response", response, || vec![RESPONSE.as_bytes().to_vec()]),
    ("problem", problem, || {
        vec![br#"{"type":"https://docs.upvest.co/errors/invalid_request","title":"x","status":400,"detail":"y","instance":"/z","request_id":"1"}"#.to_vec()]
    }),
    ("retry_after", retry_after, || {
        vec![
            b"120".to_vec(),
            b"Sun, 06 Nov 1994 08:49:37 GMT".to_vec(),
            b"Sunday, 06-Nov-94 08:49:37 GMT".to_vec(),
        ]
    }),
    ("token_response", token_response, || {
        [
            // One that is accepted, and one for each reason to reject it.
            br#"{"access_token":"ory_at_no_word_of_a_sentence","token_type":"bearer","expires_in":1799,"scope":"a b"}"#.as_slice(),
            br#"{"access_token":"ory_at no word of a sentence","token_type":"bearer","expires_in":1799}"#,
            br#"{"access_token":"ory_at_no_word_of_a_sentence","token_type":"mac","expires_in":1799}"#,
            br#"{"access_token":"ory_at_no_word_of_a_sentence","token_type":"bearer"}"#,
            br#"{"access_token":["ory_at_no_word_of_a_sentence"]}"#,
            // A token may contain the text of the error message.
            br#"{"access_token":"_token` cannot be used in a header"}"#,
        ]
        .map(<[u8]>::to_vec)
        .into()
    }),
    ("call_record", call_record, || {
        vec![serde_json::to_vec(&client().create("x").record()).unwrap_or_default()]
    }),
    ("pem", pem, || {
        [
            "sec1_plain.pem",
            "p8_plain.pem",
            "upvest_doc_p521.priv",
            "ed25519_plain.pem",
            "openssh_p521",
        ]
        .iter()
        .filter_map(|name| std::fs::read(crate::data("keys").join(name)).ok())
        .collect()
    }),
    ("signature_input", signature_input, || {
        vec![br#"sig1=("@method" "@path" "accept" "content-digest");keyid="8d4997a8-cf7a-4e51-adbb-401656a3e5c2";created=1633529659;expires=1633529669;nonce="a1b2""#.to_vec()]
    }),
    ("webhook", webhook, || {
        let event = r#"{"id":"8962b496-8d42-4560-bfab-10c8d1a3b5c7","created_at":"2027-01-15T08:00:00Z","type":"A.B","object":{"id":"6ffa6b16-2380-4e7a-88b2-ae625c8eef99","status":"C"},"webhook_id":"a8eb3540-5a84-40f9-b2bb-7f99f282fc5a"}"#;
        vec![
            format!(r#"{{"payload":[{event},{event}]}}"#).into_bytes(),
            b"{\"payload\":[],\"x\":\"\xff\"}".to_vec(),
        ]
    }),
    ("json_web_key", json_web_key, || {
        vec![
            br#"{"kid":"9ed77463-c18e-4794-ab5c-17423f9b801a","kty":"EC","crv":"P-521","x":"AcYAf5Ou0UvtehpeRvyhnvvrUQvjI4B3VCxfSmxK4gqKJGxO_jTB-nTdrHbBfmZpwmwYR86DppMg43E579K5MQ54","y":"ALkrId77iD0Ye2vBS5bTkLqPH-bo8urTpTXiNc6Ub-VOFbXfJrR0tQ8COvVXXu58BTu8jWV-1mtbjfJpDl3ISbcK"}"#.to_vec(),
            br#"{"kid":"x","kty":"OKP","crv":"Ed25519","x":"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"}"#.to_vec(),
            br#"{"kty":"AKP","kid":"pq","crv":null}"#.to_vec(),
        ]
    }),
];

const RESPONSE: &str = r#"{"id":"8b0a24b3-5e4e-4ca9-b2f6-b1f0d3bb9d5c","account_group_id":"2596db3b-0d03-4651-9eda-970910479dfb","amount":"200.00","currency":"EUR","status":"ISSUED","created_at":"2020-08-24T14:15:22Z","updated_at":"2020-08-24T14:15:22Z"}"#;

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        Builder::new_multi_thread().worker_threads(1).enable_time().build().expect("a runtime")
    })
}

/// Returns a client of a server that always responds with a success.
fn client() -> &'static Client {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    CLIENT.get_or_init(|| Server::new(|_, _| thing()).client())
}

/// An increase is parsed or rejected; a parsed one survives a round trip. A success whose body
/// cannot be parsed has the outcome `Applied`.
pub fn response(input: &[u8]) {
    if let Ok(increase) = serde_json::from_slice::<VirtualCashIncrease>(input) {
        let amount = serde_json::to_string(&increase.amount).expect("an amount");
        assert_eq!(serde_json::from_str::<Amount>(&amount).expect("the same"), increase.amount);
        let written = increase.created_at.to_string();
        assert_eq!(written.parse::<Timestamp>().expect("the same"), increase.created_at);
    }
    let body = String::from_utf8_lossy(input).into_owned();
    if serde_json::from_str::<Thing>(&body).is_ok() {
        return;
    }
    let error = call(&Server::new(move |_, _| reply(200, "application/json", &body)));
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Applied));
}

/// A problem document is parsed or rejected; a parsed one survives a round trip.
pub fn problem(input: &[u8]) {
    let Ok(problem) = serde_json::from_slice::<Problem>(input) else { return };
    let written = serde_json::to_vec(&problem).expect("a problem document");
    assert_eq!(serde_json::from_slice::<Problem>(&written).expect("the same"), problem);
    assert!(!problem.code().contains('/'));
    // The same document as the error of a call.
    let body = String::from_utf8_lossy(input).into_owned();
    let server = Server::new(move |_, _| reply(400, "application/problem+json", &body));
    let error = call(&server);
    assert!(!error.to_string().contains(['\n', '\r']), "{error}");
    assert!(error.to_string().len() < 4_096, "{error}");
}

/// A `retry-after` is understood or not; the call fails at once either way.
pub fn retry_after(input: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(input) else { return };
    let server = Server::new(move |_, _| {
        problem_response(429, "too_many_requests").map(|mut reply| {
            reply.headers_mut().insert(RETRY_AFTER, value.clone());
            reply
        })
    });
    let error = call(&server);
    let wish = error.retry_after();
    if !input.is_empty() && input.iter().all(u8::is_ascii_digit) {
        let seconds = std::str::from_utf8(input).ok().and_then(|text| text.parse().ok());
        assert_eq!(wish, Some(Duration::from_secs(seconds.unwrap_or(u64::MAX))));
    }
}

fn call(server: &Server) -> upvest_core::Error {
    let _inside = runtime().enter();
    // Each client has its own token cache, so the token must be available at once.
    let server = server.clone().with_tokens(|number| {
        Box::pin(
            async move { reply(200, "application/json", &crate::in_memory::token(number, 60)) },
        )
    });
    let call = server.client().create("x").max_attempts(1);
    runtime().block_on(call.into_future()).expect_err("an error")
}

/// An accepted token can be sent in a header and lives for at most a day. No error repeats a token.
pub fn token_response(input: &[u8]) {
    match serde_json::from_slice::<AccessToken>(input) {
        Ok(token) => {
            let secret = token.secret().expose_secret();
            assert!(!secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_graphic()));
            assert!(token.expires_in() <= Duration::from_secs(86_400));
        }
        Err(error) => {
            let message = error.to_string();
            // These texts are the same for every response, and a token may consist of their words.
            let is_fixed = [
                "its `access_token` cannot be used in a header",
                "it has no string `access_token`",
                "its `token_type` is not `bearer`",
                "its `expires_in` is ",
            ]
            .iter()
            .any(|sentence| message.starts_with(sentence));
            let given = serde_json::from_slice::<Value>(input).ok();
            let secret = given.as_ref().and_then(|given| given.get("access_token")?.as_str());
            // A shorter secret may be a word of another message.
            if let Some(secret) = secret.filter(|secret| !is_fixed && secret.len() > 20) {
                assert!(!message.contains(secret), "{message}");
            }
        }
    }
}

/// A record survives a round trip, and is replayed unchanged or rejected as incomplete.
pub fn call_record(input: &[u8]) {
    let Ok(record) = serde_json::from_slice::<CallRecord>(input) else { return };
    let written = serde_json::to_vec(&record).expect("a record");
    assert!(serde_json::from_slice::<CallRecord>(&written).expect("the same") == record);
    let _ = (record.idempotency_key(), record.replayable_until(), format!("{record:?}"));
    match client().replay::<Value>(<dyn Things>::ENDPOINTS, record.clone()) {
        Ok(call) => assert!(call.record() == record),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Replay);
            assert!(!error.to_string().contains('\n') && error.to_string().len() < 1_000);
        }
    }
}

/// A key is loaded or rejected; no error shows the content of the file.
pub fn pem(input: &[u8]) {
    // An encrypted PKCS #8 key sets its own work factor, which can take seconds.
    let is_slow = input.windows(9).any(|window| window == b"ENCRYPTED");
    for passphrase in [None, Some(crate::PASSPHRASE)] {
        if is_slow && passphrase.is_some() && input.windows(4).any(|window| window == b"MIIB") {
            continue;
        }
        if let Err(error) = SigningKey::from_pem("x", input, passphrase) {
            let message = error.to_string();
            assert!(!message.contains('\n') && message.len() < 300, "{message}");
            let text = String::from_utf8_lossy(input);
            for line in text.lines().filter(|line| line.len() > 40 && !line.contains(' ')) {
                assert!(!message.contains(line), "{message}");
            }
        }
    }
}

/// A `signature-input` is parsed or rejected.
pub fn signature_input(input: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(input) else { return };
    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::from_static("signature-input"), value);
    headers.insert(HeaderName::from_static("signature"), HeaderValue::from_static("sig1=:AA==:"));
    match SignatureInput::from_headers(&headers) {
        Ok(read) => assert!(!format!("{read:?}").is_empty()),
        Err(error) => assert!(!error.to_string().contains('\n'), "{error}"),
    }
}

/// A body with a valid signature is parsed or unreadable, but its signature is never rejected.
/// Parsed events keep their exact text and order.
pub fn webhook(input: &[u8]) {
    static VERIFIER: OnceLock<(SigningKey, WebhookVerifier)> = OnceLock::new();
    let (key, verifier) = VERIFIER.get_or_init(|| {
        let key = signing_key();
        let verifying = key.verifying_key().expect("its public half");
        (key, WebhookVerifier::builder().key("the-key-id", verifying).build())
    });
    let result = runtime().block_on(async {
        let mut request = http::Request::post("/webhooks")
            .header("content-type", "application/json")
            .body(input.to_vec().into())
            .expect("a request");
        let version = SignatureVersion::V6;
        sign(version, &mut request, key, Timestamp::now(), [0; 16]).await.expect("a signature");
        let (head, body) = request.into_parts();
        verifier.verify(&head, &body).await
    });
    let events = match result {
        Ok(delivery) => delivery.events,
        Err(WebhookError::Unreadable(error)) => {
            assert!(error.to_string().len() < 256, "{error}");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    let mut rest = std::str::from_utf8(input).expect("UTF-8, because it was parsed");
    for event in &events {
        let at = rest.find(event.json()).expect("the event as sent, in order");
        rest = &rest[at + event.json().len()..];
        assert_eq!(event.json().parse::<Event>().as_ref(), Ok(event));
        assert_eq!(serde_json::to_string(event).expect("the same"), event.json());
        let _ = event.object::<VirtualCashIncrease>();
    }
    let inbox = Inbox::new();
    let new = inbox.put(events.clone());
    assert_eq!(inbox.events(), new);
    assert!(inbox.put(events).is_empty());
}

/// A public key is parsed or rejected; a parsed one survives a round trip. In a set, an invalid key
/// does not affect the others.
pub fn json_web_key(input: &[u8]) {
    if serde_json::from_slice::<&RawValue>(input).is_ok() {
        let good = r#"{"kid":"good","kty":"OKP","crv":"Ed25519","x":"JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"}"#;
        let set = [br#"{"keys":["#, input, b",", good.as_bytes(), b",", input, b"]}"].concat();
        let set: VerificationKeySet = serde_json::from_slice(&set).expect("a set");
        assert!(set.keys.iter().any(|key| key.key_id == "good" && key.verifying_key().is_ok()));
    }
    let Ok(key) = serde_json::from_slice::<JsonWebKey>(input) else { return };
    if let Ok(verifying) = key.verifying_key() {
        let written = JsonWebKey::new(key.key_id.clone(), &verifying).expect("a key");
        assert_eq!((&written.kind, &written.curve), (&key.kind, &key.curve));
        assert_eq!((&written.x, &written.y), (&key.x, &key.y));
    }
}
