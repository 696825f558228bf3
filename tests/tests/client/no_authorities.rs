//! A machine without CA certificates: plain HTTP works, and an error with `https` names the fix.

use std::process::Command;

use bytes::Bytes;
use upvest_core::transport::{ReqwestTransport, Transport as _};
use upvest_core::{Client, Environment, ErrorKind, Outcome};
use upvest_tests::in_memory::{Thing, Things, signing_key};
use upvest_tests::scripted::{Script, Scripted, builder};

const NAME: &str = "no_authorities::without_certificate_authorities_plain_http_works";

#[test]
fn without_certificate_authorities_plain_http_works() {
    let nowhere = "/nonexistent";
    if std::env::var_os("SSL_CERT_FILE").is_some_and(|file| file == nowhere) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
        return runtime.unwrap().block_on(there_are_none());
    }
    // The environment is global to the process.
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", NAME])
        .env("SSL_CERT_FILE", nowhere)
        .env("SSL_CERT_DIR", nowhere)
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && output.contains("1 passed"), "{output}");
}

async fn there_are_none() {
    let server = Scripted::start([Script::new().thing()]).await;
    assert_eq!(server.client().create("x").await.unwrap(), Thing { id: 7 });

    let error = Client::builder(Environment::Sandbox)
        .credentials("5ec16164-6173-461d-b90d-116d68f55b40", "x")
        .signing_key(signing_key())
        .scopes(<dyn Things>::SCOPES)
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("SSL_CERT_FILE"), "{error}");

    // A transport is created before its target is known.
    let error = builder("https://127.0.0.1:1").build().unwrap().create("x").await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Config, Outcome::NotSent));
    assert_eq!((error.attempts(), error.is_retryable()), (1, false));
    assert!(error.to_string().contains("SSL_CERT_FILE"), "{error}");
    let request = http::Request::post("https://127.0.0.1:1/").body(Bytes::new()).unwrap();
    let error = ReqwestTransport::new().unwrap().send(request).await.unwrap_err();
    assert!(error.to_string().contains("SSL_CERT_FILE"), "{error}");
}
