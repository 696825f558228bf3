//! No token, secret, passphrase or key appears in any log line, `Debug`, `Display` or error chain.

use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use secrecy::{ExposeSecret as _, SecretString};
use tracing_subscriber::fmt::format::FmtSpan;
use upvest_core::__sandbox::{AccessTokens as _, TokenRequest};
use upvest_core::__sandbox::{Message, sign, verify};
use upvest_core::signature::{SignatureVersion::V15, SigningKey, VerifierPolicy};
use upvest_core::transport::{Body, ReqwestTransport, Transport, TransportError};
use upvest_core::{BoxFuture, Client, Environment, Timestamp};
use upvest_sandbox::Sandbox;
use upvest_tests::{PASSPHRASE, data};
use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash, VirtualCashIncrease};
use uuid::Uuid;

/// What is logged, at any level.
#[derive(Clone, Default)]
pub(crate) struct Captured(pub(crate) Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Forwards requests and records their tokens.
#[derive(Clone)]
struct Listening {
    inner: ReqwestTransport,
    tokens: Arc<Mutex<Vec<String>>>,
}

impl Transport for Listening {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        if let Some(header) = request.headers().get("authorization") {
            let token = header.to_str().unwrap().strip_prefix("Bearer ").unwrap();
            self.tokens.lock().unwrap().push(token.to_owned());
        }
        self.inner.send(request)
    }
}

fn show(seen: &mut String, error: &dyn std::error::Error) {
    let mut next = Some(error);
    while let Some(error) = next {
        write!(seen, "{error} {error:?} {error:#?}").unwrap();
        next = error.source();
    }
}

#[tokio::test]
async fn no_secret_is_shown_anywhere() {
    let captured = Captured::default();
    let writer = captured.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    let mut seen = String::new();

    let sandbox = Sandbox::start().await.unwrap();
    let transport = Listening { inner: ReqwestTransport::new().unwrap(), tokens: Arc::default() };
    let builder =
        sandbox.client_builder().scopes(<dyn VirtualCash>::SCOPES).transport(transport.clone());
    write!(seen, "{builder:?} {builder:#?}").unwrap();
    let client = builder.build().unwrap();
    let order = CreateVirtualCashIncrease {
        account_group_id: Uuid::new_v4().into(),
        amount: "200.00".parse().unwrap(),
        currency: Currency::Eur,
    };
    let call = client.increase(&order);
    write!(seen, "{call:?} {call:#?}").unwrap();
    let record = call.record();
    write!(seen, "{record:?} {record:#?} {}", serde_json::to_string(&record).unwrap()).unwrap();
    let response = call.with_response().await.unwrap();
    write!(seen, "{response:?} {client:?} {client:#?} {transport:?}", transport = transport.inner)
        .unwrap();
    show(&mut seen, &client.cancel_decrease(Uuid::new_v4().into()).await.unwrap_err());
    let replay =
        client.replay::<VirtualCashIncrease>(<dyn VirtualCash>::ENDPOINTS, record.clone()).unwrap();
    write!(seen, "{replay:?}").unwrap();
    write!(seen, "{:?}", replay.await.unwrap()).unwrap();
    let stranger = Client::builder(sandbox.environment())
        .credentials(Uuid::new_v4(), "a-stranger")
        .signing_key(sandbox.credentials().signing_key().clone())
        .scopes(["x"])
        .build()
        .unwrap();
    show(
        &mut seen,
        &stranger.replay::<VirtualCashIncrease>(<dyn VirtualCash>::ENDPOINTS, record).unwrap_err(),
    );

    // A rejected signature: its signature base is shown, with the token masked.
    let elsewhere = SigningKey::from_pem(
        sandbox.credentials().key_id(),
        std::fs::read(data("keys/upvest_doc_p521.priv")).unwrap(),
        Some(PASSPHRASE),
    )
    .unwrap();
    write!(seen, "{elsewhere:?} {:?}", elsewhere.verifying_key().unwrap()).unwrap();
    let refused =
        sandbox.client_builder().signing_key(elsewhere).scopes(["positions:read"]).build().unwrap();
    show(&mut seen, &refused.increase(&order).await.unwrap_err());
    // A token without the scope.
    let good = sandbox.client().unwrap();
    let forbidden = sandbox
        .client_builder()
        .scopes(["positions:read"])
        .transport(transport.clone())
        .build()
        .unwrap();
    show(&mut seen, &forbidden.increase(&order).await.unwrap_err());

    let secret: SecretString = "a-wrong-secret-7f3a".into();
    let request = TokenRequest {
        client_id: sandbox.credentials().client_id(),
        client_secret: secret.clone(),
        scope: "positions:read".to_owned(),
    };
    write!(seen, "{request:?} {request:#?}").unwrap();
    let call = good.create_access_token(&request);
    write!(seen, "{call:?}").unwrap();
    let error = call.await.unwrap_err();
    show(&mut seen, &error);
    seen.push_str(error.signature_base().unwrap().expose_token());
    let right =
        TokenRequest { client_secret: sandbox.credentials().client_secret().clone(), ..request };
    let token = good.create_access_token(&right).await.unwrap();
    write!(seen, "{token:?} {token:#?}").unwrap();

    // Errors in the settings, the keys and the host.
    for name in ["dek_des3.pem", "p256_dek.pem", "upvest_doc_p521.priv"] {
        let file = std::fs::read(data("keys").join(name)).unwrap();
        let wrong = if name.starts_with("upvest") { "wrong-passphrase-5521" } else { PASSPHRASE };
        show(&mut seen, &SigningKey::from_pem("x", file, Some(wrong)).unwrap_err());
    }
    let url = "https://user:the-url-password@api.upvest.co";
    let key = sandbox.credentials().signing_key().clone();
    let environment = Environment::Custom(url.to_owned());
    write!(seen, "{environment:?}").unwrap();
    // The client id and the secret are swapped.
    let builder = Client::builder(environment).credentials(secret.expose_secret(), "no-secret");
    let builder = builder.signing_key(key).scopes(["x"]);
    write!(seen, "{builder:?} {builder:#?}").unwrap();
    show(&mut seen, &builder.build().unwrap_err());

    // The receiving side: its headers are not flagged as sensitive.
    let mut request = http::Request::get("https://sandbox.upvest.co/users")
        .header("accept", "application/json")
        .header("authorization", "Bearer ory_at_received")
        .body(Bytes::new())
        .unwrap();
    let key = sandbox.credentials().signing_key();
    sign(V15, &mut request, key, Timestamp::now(), [3; 16]).await.unwrap();
    let (public, policy) = (key.verifying_key().unwrap(), VerifierPolicy::default());
    let message = Message::of(&request);
    let verified = verify(&message, b"", |_| Some(&public), Timestamp::now(), &policy).unwrap();
    write!(seen, "{message:?} {verified:?} {verified:#?} {policy:?}").unwrap();

    write!(seen, "{sandbox:?} {sandbox:#?}").unwrap();
    for entry in sandbox.log().entries() {
        write!(seen, "{entry} {entry:?} {entry:#?}").unwrap();
    }

    let logged = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("/auth/token"), "the log was captured");
    assert!(
        logged.contains("hyper_util") || logged.contains("reqwest"),
        "the logs of the libraries too"
    );

    let settings = sandbox.settings();
    let mut secrets: Vec<String> = transport.tokens.lock().unwrap().clone();
    assert!(secrets.len() >= 3 && secrets.iter().all(|token| token.starts_with("ory_at_")));
    secrets.extend([
        sandbox.credentials().client_secret().expose_secret().to_owned(),
        secret.expose_secret().to_owned(),
        PASSPHRASE.to_owned(),
        "wrong-passphrase-5521".to_owned(),
        "the-url-password".to_owned(),
        "ory_at_".to_owned(),
        "PRIVATE KEY-----".to_owned(),
    ]);
    for name in
        ["UPVEST_API_HTTP_SIGN_PRIVATE_KEY_BASE64", "UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE"]
    {
        let (_, value) = settings.iter().find(|(known, _)| *known == name).unwrap();
        secrets.push(value.chars().take(32).collect());
    }
    let body = std::fs::read_to_string(data("keys/upvest_doc_p521.priv")).unwrap();
    secrets.extend(body.lines().filter(|line| line.len() == 64).map(str::to_owned));
    for secret in secrets {
        for (place, text) in [("a log line", &logged), ("a Debug or Display", &seen)] {
            if let Some(at) = text.find(&secret) {
                let from = text[..at].rfind('\n').unwrap_or(0);
                panic!("{secret} appears in {place}: {}", &text[from..(at + 100).min(text.len())]);
            }
        }
    }
}
