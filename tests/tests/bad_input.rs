//! Bad input is refused in one clear sentence, before a byte leaves.

use std::collections::HashMap;
use std::ffi::OsString;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::prelude::{
    BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD,
};
use bytes::Bytes;
use serde::{Serialize, Serializer, ser};
use upvest_core::signature::SigningKey;
use upvest_core::transport::{Body, TransportError};
use upvest_core::{
    Call, Client, ClientBuilder, Environment, Error, ErrorKind, IdempotencyKey, IdempotentCall,
    Outcome, api,
};
use upvest_tests::{PASSPHRASE, data};

struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(ser::Error::custom("a map key that is no text"))
    }
}

#[api(scope = "files:read")]
trait Files: Send + Sync {
    #[endpoint(GET, "/files/{folder}/{file_name}", signed)]
    fn get(&self, folder: &str, file_name: &str) -> Call<()>;

    #[endpoint(POST, "/files", idempotent, signed)]
    fn create(&self, body: &Unwritable) -> IdempotentCall<()>;

    #[endpoint(GET, "/files", signed)]
    fn list(&self, query: &Unwritable) -> Call<()>;
}

fn builder() -> ClientBuilder {
    let pem = std::fs::read(data("keys/ed25519_plain.pem")).unwrap();
    Client::builder(Environment::Sandbox)
        .credentials("5ec16164-6173-461d-b90d-116d68f55b40", "the-client-secret")
        .signing_key(SigningKey::from_pem("the-key-id", pem, None).unwrap())
        .scopes(["files:read"])
}

/// A client whose token endpoint answers like this, and the number of requests it got.
fn client(content_type: &'static str, answer: &str) -> (Client, Arc<AtomicUsize>) {
    let (answer, count) = (answer.to_owned(), Arc::new(AtomicUsize::new(0)));
    let requests = Arc::clone(&count);
    let transport = move |request: http::Request<Bytes>| {
        requests.fetch_add(1, Ordering::SeqCst);
        let is_token = request.uri().path() == "/auth/token";
        let body = if is_token { answer.clone() } else { String::new() };
        async move {
            let reply = http::Response::builder()
                .header("content-type", content_type)
                .header("upvest-request-id", "the-request-id");
            Ok::<_, TransportError>(reply.body(Body::from(body)).unwrap())
        }
    };
    (builder().transport(transport).build().unwrap(), count)
}

/// One sentence: it begins, goes on, and does not end in the middle of a dump.
fn is_one_sentence(error: &Error) {
    let text = error.to_string();
    assert!(!text.contains('\n') && text.len() < 400 && text.len() > 10, "{text}");
    assert!(!text.contains("secret"), "{text}");
}

#[tokio::test]
async fn a_path_value_cannot_reach_another_route() {
    for value in
        ["", ".", "..", "a/b", "/", "?x=1", "a?b", "#", "a#b", "%2e%2e", "a b", "ü", "\r\nx: y"]
    {
        let (client, requests) = client("application/json", "{}");
        for call in [client.get(value, "x"), client.get("x", value)] {
            let error = call.await.unwrap_err();
            assert_eq!(
                (error.kind(), error.outcome()),
                (ErrorKind::Request, Outcome::NotSent),
                "{value:?}"
            );
            assert!(
                error
                    .to_string()
                    .starts_with("GET /files/{folder}/{file_name} was not sent: the path value")
            );
            is_one_sentence(&error);
        }
        assert_eq!(requests.load(Ordering::SeqCst), 0);
    }
}

#[tokio::test]
async fn what_cannot_be_written_is_not_sent() {
    let (client, requests) = client("application/json", "{}");
    let call = client.create(&Unwritable);
    let key = call.key();
    let error = call.await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "POST /files was not sent: the body cannot be written as JSON: a map key that is no text"
    );
    assert_eq!((error.outcome(), error.idempotency_key()), (Outcome::NotSent, Some(key)));
    let error = client.list(&Unwritable).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "GET /files was not sent: the query cannot be written: a map key that is no text"
    );
    assert_eq!(requests.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn an_unusable_token_answer_is_explained() {
    let with = |expires_in: &str| {
        format!(
            r#"{{"access_token":"the-secret-token","token_type":"bearer","expires_in":{expires_in}}}"#
        )
    };
    // What may have come apart on its way is asked for again.
    for (content_type, answer, sentence, expected_requests) in [
        (
            "text/html",
            "<html>the-secret-token".to_owned(),
            "no access token: POST /auth/token answered 200, but its body is no JSON",
            3,
        ),
        (
            "application/json",
            String::new(),
            "no access token: POST /auth/token answered 200, but its body is empty",
            3,
        ),
        (
            "application/json",
            with("\"soon\""),
            "no access token: POST /auth/token answered 200, but its `expires_in` is a text that is not a \
             number: expected a whole number of seconds",
            1,
        ),
    ] {
        let (client, requests) = client(content_type, &answer);
        let error = client.get("a", "b").await.unwrap_err();
        assert_eq!(error.to_string(), sentence);
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Token, Outcome::NotSent));
        let mut chain = format!("{error:?} {error}");
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            chain.push_str(&format!(" {error} {error:?}"));
            cause = error.source();
        }
        assert!(!chain.contains("the-secret-token"), "{chain}");
        assert_eq!(requests.load(Ordering::SeqCst), expected_requests);
        assert_eq!((error.attempts(), error.body()), (0, &b""[..]));
    }
}

#[tokio::test]
async fn an_odd_life_of_a_token_is_borne() {
    // Calls made, requests expected: a token without a life is used once, and never in a circle.
    for (expires_in, requests) in
        [("0", 4), ("-5", 4), ("1000000000000", 3), ("\"1799\"", 3), ("1799.0", 3)]
    {
        let answer =
            format!(r#"{{"access_token":"t","token_type":"bearer","expires_in":{expires_in}}}"#);
        let (client, count) = client("application/json", &answer);
        for _ in 0..2 {
            client.get("a", "b").await.unwrap();
        }
        assert_eq!(count.load(Ordering::SeqCst), requests, "{expires_in}");
    }
}

#[test]
fn a_client_is_not_built_from_half_of_what_it_needs() {
    let error = Client::builder(Environment::Sandbox).build().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the client lacks the credentials (`.credentials(client_id, client_secret)`), the signing key \
         (`.signing_key(…)`), the scopes (`.scopes(<dyn Users>::SCOPES)` for a trait `Users`)"
    );
    let error = builder().credentials("acme", "the-client-secret").build().unwrap_err();
    assert_eq!(error.to_string(), "the client id is no UUID: take the one that Upvest gave you");
    is_one_sentence(&error);
}

#[test]
fn a_host_in_the_clear_is_refused() {
    for host in [
        "http://api.upvest.co",
        "http://10.0.0.1",
        "http://127.0.0.1.nip.io",
        "nonsense",
        "https://x/y",
    ] {
        let pem = std::fs::read(data("keys/ed25519_plain.pem")).unwrap();
        let error = Client::builder(Environment::Custom(host.to_owned()))
            .credentials("5ec16164-6173-461d-b90d-116d68f55b40", "the-client-secret")
            .signing_key(SigningKey::from_pem("x", pem, None).unwrap())
            .scopes(["x"])
            .build()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        is_one_sentence(&error);
    }
}

fn from(variables: &[(&str, &str)]) -> Result<Client, Error> {
    let variables: HashMap<String, String> = variables
        .iter()
        .map(|(name, value)| (format!("UPVEST_API_{name}"), (*value).to_owned()))
        .collect();
    ClientBuilder::from_variables(|name| variables.get(name).cloned())?.build()
}

#[test]
fn settings_name_all_that_is_missing_at_once() {
    let error = from(&[("KEY_ID", ""), ("BASE_URL", "https://sandbox.upvest.co")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the environment lacks UPVEST_API_CLIENT_ID, UPVEST_API_CLIENT_SECRET, UPVEST_API_KEY_ID, \
         UPVEST_API_HTTP_SIGN_PRIVATE_KEY_FILENAME (or UPVEST_API_HTTP_SIGN_PRIVATE_KEY, or \
         UPVEST_API_HTTP_SIGN_PRIVATE_KEY_BASE64)"
    );
}

#[test]
fn settings_take_the_key_from_file_text_or_base64() {
    let path = data("keys/upvest_doc_p521.priv");
    let text = std::fs::read_to_string(&path).unwrap();
    let base64 = BASE64_STANDARD.encode(&text);
    let rest = [
        ("CLIENT_ID", "5ec16164-6173-461d-b90d-116d68f55b40"),
        ("CLIENT_SECRET", "s"),
        ("KEY_ID", "k"),
        ("SCOPES", "a:read, b:read"),
        ("HTTP_SIGN_PRIVATE_KEY_PASSPHRASE", PASSPHRASE),
    ];
    let with = |name: &'static str, value: &str| {
        let mut all: Vec<(&str, &str)> = rest.to_vec();
        all.push((name, value));
        from(&all)
    };
    assert!(with("HTTP_SIGN_PRIVATE_KEY_FILENAME", path.to_str().unwrap()).is_ok());
    assert!(
        with("HTTP_SIGN_PRIVATE_KEY_FILENAME", data("keys/sec1.der").to_str().unwrap()).is_ok()
    );
    assert!(with("HTTP_SIGN_PRIVATE_KEY", &text).is_ok());
    assert!(with("HTTP_SIGN_PRIVATE_KEY_BASE64", &base64).is_ok());
    for (name, value, part) in [
        ("HTTP_SIGN_PRIVATE_KEY_FILENAME", "/nowhere/key.pem", "cannot be read: /nowhere/key.pem"),
        ("HTTP_SIGN_PRIVATE_KEY", "no key", "it has no `-----BEGIN"),
        ("HTTP_SIGN_PRIVATE_KEY_FILENAME", &text, "cannot be read"),
        ("HTTP_SIGN_PRIVATE_KEY_FILENAME", &base64, "cannot be read"),
        ("HTTP_SIGN_PRIVATE_KEY_BASE64", "%%%", "is no base64"),
    ] {
        let error = with(name, value).unwrap_err();
        assert!(error.to_string().contains(part) && error.to_string().contains(name), "{error}");
        is_one_sentence(&error);
        let secret = text.lines().nth(5).unwrap();
        assert!(
            !format!("{error:?}").contains(secret) && !format!("{error:?}").contains(&base64[..64])
        );
    }
}

/// Settings that are right but for what the test changes.
fn settings() -> HashMap<&'static str, OsString> {
    let pem = std::fs::read_to_string(data("keys/upvest_doc_p521.priv")).unwrap();
    HashMap::from([
        ("UPVEST_API_CLIENT_ID", "5ec16164-6173-461d-b90d-116d68f55b40".into()),
        ("UPVEST_API_CLIENT_SECRET", "hunter2".into()),
        ("UPVEST_API_KEY_ID", "8d4997a8-cf7a-4e51-adbb-401656a3e5c2".into()),
        ("UPVEST_API_SCOPES", "a:read".into()),
        ("UPVEST_API_BASE_URL", "https://api.example.com".into()),
        ("UPVEST_API_HTTP_SIGN_PRIVATE_KEY", pem.into()),
        ("UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE", PASSPHRASE.into()),
    ])
}

fn built(settings: &HashMap<&'static str, OsString>) -> Result<Client, Error> {
    ClientBuilder::from_variables(|name| settings.get(name).cloned())?.build()
}

/// Such a line break comes from `export NAME="$(cat FILE; echo)"`, Kubernetes secrets and env files.
#[test]
fn white_space_around_a_setting_is_cut_where_it_cannot_be_meant() {
    let file = data("keys/sec1_plain.pem").into_os_string().into_string().unwrap();
    for (before, after) in [("", "\n"), ("", "\r\n"), (" ", ""), ("\t", " \n")] {
        for name in ["CLIENT_ID", "KEY_ID", "SCOPES", "BASE_URL", "HTTP_SIGN_PRIVATE_KEY"] {
            let mut settings = settings();
            let name = settings.keys().find(|known| known.ends_with(name)).copied().unwrap();
            let value = settings[name].clone().into_string().unwrap();
            settings.insert(name, format!("{before}{value}{after}").into());
            let client = built(&settings).unwrap_or_else(|error| panic!("{name}: {error}"));
            let shown = format!("{client:?}");
            for value in ["\"8d4997a8-cf7a-4e51-adbb-401656a3e5c2\"", "\"https://api.example.com\""]
            {
                assert!(shown.contains(value), "{name}: {shown}");
            }
        }
    }
    for line_break in ["\n", "\r\n"] {
        let mut settings = settings();
        let name = "UPVEST_API_HTTP_SIGN_PRIVATE_KEY_FILENAME";
        settings.insert(name, format!("{file}{line_break}").into());
        built(&settings).unwrap();
    }
    // What is left empty is not set.
    let mut settings = settings();
    settings.insert("UPVEST_API_KEY_ID", " \n".into());
    let error = built(&settings).unwrap_err().to_string();
    assert_eq!(error, "the environment lacks UPVEST_API_KEY_ID");
}

#[test]
fn white_space_around_a_secret_is_named() {
    for (name, shown) in [
        ("UPVEST_API_CLIENT_SECRET", "hunter2"),
        ("UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE", PASSPHRASE),
    ] {
        for value in
            [format!("{shown}\n"), format!("{shown}\r\n"), format!(" {shown}"), " \n".into()]
        {
            let mut settings = settings();
            settings.insert(name, value.clone().into());
            let error = built(&settings).unwrap_err();
            let text = error.to_string();
            assert!(text.starts_with(&format!("{name}: ")), "{value:?}: {text}");
            assert!(text.contains("begins or ends with white space"), "{value:?}: {text}");
            assert!(!format!("{error:?} {text}").contains(shown), "{value:?}: {error:?}");
            assert!(!text.contains('\n'), "{text}");
        }
    }
    // A passphrase that is not needed is not looked at.
    let mut plain = settings();
    let pem = std::fs::read_to_string(data("keys/p8_plain.pem")).unwrap();
    plain.insert("UPVEST_API_HTTP_SIGN_PRIVATE_KEY", pem.into());
    plain.insert("UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE", "x\n".into());
    built(&plain).unwrap();
    // And a wrong one without white space blames the key, as it may be damaged.
    let mut wrong = settings();
    wrong.insert("UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE", "wrong".into());
    let error = built(&wrong).unwrap_err().to_string();
    assert_eq!(error, "UPVEST_API_HTTP_SIGN_PRIVATE_KEY: wrong passphrase or damaged key");

    // The builder itself.
    let error = builder().credentials("5ec16164-6173-461d-b90d-116d68f55b40", "hunter2\n");
    let error = error.build().unwrap_err();
    let sentence = "invalid client secret: it begins or ends with white space (remove it)";
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Config, sentence));
    let id = " 5ec16164-6173-461d-b90d-116d68f55b40\n";
    let trimmed = builder().credentials(id, "hunter2").scopes(["b:read\n", " files:read"]);
    let shown = format!("{trimmed:?}");
    assert!(shown.contains(id.trim()), "{shown}");
    assert!(shown.contains(r#"["files:read", "b:read"]"#), "{shown}");
    trimmed.build().unwrap();
}

#[test]
fn a_key_id_that_cannot_be_used_blames_its_own_variable() {
    for value in ["a\"b", "a\\b", "ü", "a\nb"] {
        let mut settings = settings();
        settings.insert("UPVEST_API_KEY_ID", value.into());
        let error = built(&settings).unwrap_err();
        assert!(error.to_string().starts_with("UPVEST_API_KEY_ID: the key id must be"), "{error}");
        assert!(!error.to_string().contains("PRIVATE_KEY"), "{error}");
    }
}

#[test]
fn a_key_in_a_variable_is_read_without_line_breaks_and_padding() {
    let name = "UPVEST_API_HTTP_SIGN_PRIVATE_KEY";
    let pem = settings()[name].clone().into_string().unwrap().replace("\r\n", "\n");
    for text in [
        pem.replace('\n', "\\n"),
        pem.replace('\n', "\\r\\n"),
        format!("'{}'", pem.replace('\n', "\\n")),
        pem.replace('=', ""),
        // In base64, which is meant for another variable.
        BASE64_STANDARD.encode(&pem),
        BASE64_STANDARD_NO_PAD.encode(&pem),
    ] {
        let mut settings = settings();
        settings.insert(name, text.clone().into());
        built(&settings).unwrap_or_else(|error| panic!("{error}: {text}"));
    }
    let der = std::fs::read(data("keys/sec1.der")).unwrap();
    // Of each length, so that padding is missing.
    let longer = [pem.clone(), format!("{pem}\n"), format!("{pem}\n\n")];
    let texts = longer.iter().flat_map(|pem| {
        let padded = BASE64_STANDARD.encode(pem);
        let lines: Vec<_> = padded.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
        let lines = lines.join("\n");
        [
            BASE64_STANDARD_NO_PAD.encode(pem),
            BASE64_URL_SAFE_NO_PAD.encode(pem),
            BASE64_URL_SAFE.encode(pem),
            lines.replace('\n', "\\n"),
            lines,
            padded,
            pem.clone(),
        ]
    });
    for text in texts.chain([BASE64_STANDARD_NO_PAD.encode(&der), BASE64_STANDARD.encode(&der)]) {
        let mut settings = settings();
        settings.remove(name);
        settings.insert("UPVEST_API_HTTP_SIGN_PRIVATE_KEY_BASE64", text.clone().into());
        built(&settings).unwrap_or_else(|error| panic!("{error}: {text}"));
    }
}

#[cfg(unix)]
#[test]
fn a_setting_that_is_not_utf_8_is_named() {
    use std::os::unix::ffi::OsStringExt as _;

    for name in settings().into_keys() {
        let mut settings = settings();
        settings.insert(name, OsString::from_vec(b"hunter2\xff".to_vec()));
        let error = built(&settings).unwrap_err();
        assert_eq!(error.to_string(), format!("{name}: the value is not UTF-8"));
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
    // But a file may have such a name.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(OsString::from_vec(b"key-\xff.pem".to_vec()));
    std::fs::copy(data("keys/sec1_plain.pem"), &path).unwrap();
    let mut settings = settings();
    settings.insert("UPVEST_API_HTTP_SIGN_PRIVATE_KEY_FILENAME", path.into());
    built(&settings).unwrap();
    let missing = folder.path().join(OsString::from_vec(b"none-\xff.pem".to_vec()));
    settings.insert("UPVEST_API_HTTP_SIGN_PRIVATE_KEY_FILENAME", missing.into());
    let error = built(&settings).unwrap_err();
    assert!(error.to_string().contains("cannot be read: "), "{error}");
    is_one_sentence(&error);
}

/// The environment of this process is not changed: another one reads it.
#[cfg(unix)]
#[test]
fn the_environment_itself_is_read_so() {
    use std::os::unix::ffi::OsStringExt as _;

    if std::env::var_os("READ_THE_ENVIRONMENT").is_some() {
        let error = ClientBuilder::from_env().unwrap_err();
        println!("{error}");
        return;
    }
    let mut settings = settings();
    let name = "UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE";
    settings.insert(name, OsString::from_vec(b"\xff".to_vec()));
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_environment_itself_is_read_so", "--nocapture"])
        .envs(settings)
        .env("READ_THE_ENVIRONMENT", "1")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(&format!("{name}: the value is not UTF-8")), "{said}");
}

#[test]
fn f66_keys_of_the_wrong_kind_are_refused_with_the_reason() {
    for (text, part) in [
        ("01890a5d-ac96-774b-bcce-b302099a8057", "refuses this version"),
        ("1ec9414c-232a-6b00-b3c8-9e6bdeced846", "refuses this version"),
        ("01890a5d-ac96-874b-bcce-b302099a8057", "refuses this version"),
        ("00000000-0000-0000-0000-000000000000", "nil UUID"),
        ("ffffffff-ffff-ffff-ffff-ffffffffffff", "RFC 4122"),
        ("payout-4711", "must be a UUID"),
        ("", "must be a UUID"),
        ("{ccb07f42-4104-44ad-8e1f-c660bb7b269c}", "must be a UUID"),
        ("urn:uuid:ccb07f42-4104-44ad-8e1f-c660bb7b269c", "must be a UUID"),
    ] {
        let error = text.parse::<IdempotencyKey>().unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
    let bare: IdempotencyKey = "ccb07f42410444ad8e1fc660bb7b269c".parse().unwrap();
    assert_eq!(bare.to_string(), "ccb07f42-4104-44ad-8e1f-c660bb7b269c");
}
