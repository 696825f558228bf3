//! Tests of the TLS settings, against a TLS server: what a client makes of each certificate.

use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use upvest_core::transport::{ReqwestTransport, TransportBuilder};
use upvest_core::{Call, Client, Environment, ErrorKind, Outcome, SigningKey, api};

use crate::pem;

#[api(scope = "things:admin")]
trait Things: Send + Sync {
    #[endpoint(GET, "/things", signed)]
    fn list(&self) -> Call<Vec<u8>>;
}

/// Starts a server with this certificate that issues tokens and returns an empty list. Returns its
/// port.
async fn serve(certificate: &str, requires_client_certificate: bool) -> u16 {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem("ca").as_bytes()).unwrap()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let config = if requires_client_certificate {
        let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
        config.with_client_cert_verifier(verifier.build().unwrap())
    } else {
        config.with_no_client_auth()
    };
    let chain = vec![CertificateDer::from_pem_slice(pem(certificate).as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(pem("key").as_bytes()).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config.with_single_cert(chain, key).unwrap()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut stream = match acceptor.accept(stream).into_fallible().await {
                    Ok(stream) => stream,
                    Err((_, mut refused)) => {
                        // Closing it with unread data would reset it, perhaps before the alert was
                        // read.
                        let _ = refused.read_to_end(&mut Vec::new()).await;
                        return None;
                    }
                };
                let mut request = Vec::new();
                while !is_complete(&request) {
                    stream.read_buf(&mut request).await.ok().filter(|read| *read > 0)?;
                }
                let token = r#"{"access_token":"x","token_type":"bearer","expires_in":1800}"#;
                let is_token = request.starts_with(b"POST /auth/token");
                let body = if is_token { token } else { "[]" };
                let response = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nupvest-request-id: x\r\n\
                     connection: close\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                stream.write_all(response.as_bytes()).await.ok()?;
                stream.shutdown().await.ok()
            });
        }
    });
    port
}

fn is_complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.split_once("content-length: ").map_or("0", |(_, rest)| rest);
    body.len() >= length.lines().next().unwrap().parse().unwrap()
}

fn client(url: String, transport: ReqwestTransport) -> Client {
    let key = format!("{}/../tests/data/keys/ed25519_plain.pem", env!("CARGO_MANIFEST_DIR"));
    Client::builder(Environment::Custom(url))
        .credentials("5ec16164-6173-461d-b90d-116d68f55b40", "secret")
        .signing_key(SigningKey::from_pem("k", std::fs::read(key).unwrap(), None).unwrap())
        .scopes(<dyn Things>::SCOPES)
        .max_attempts(1)
        .transport(transport)
        .build()
        .unwrap()
}

type Builder<'b> = &'b dyn Fn() -> TransportBuilder;

#[tokio::test]
async fn each_certificate_has_its_outcome_and_its_sentence() {
    let ours = || ReqwestTransport::builder().trust_only(pem("ca"));
    let more = || ReqwestTransport::builder().trust(pem("ca"));
    let mutual = || ours().client_certificate(pem("good"), pem("key"));
    // The certificate of a server is not one of an authority.
    let other = || ReqwestTransport::builder().trust_only(pem("good"));
    let cases: [(&str, bool, Builder<'_>, Option<&str>); 9] = [
        ("good", false, &ours, None),
        ("good", false, &more, None),
        ("good", true, &mutual, None),
        ("good", false, &mutual, None),
        ("good", true, &ours, Some("the server requires a client certificate")),
        ("expired", false, &ours, Some("the server's certificate has expired")),
        ("wrong_host", false, &ours, Some("the server's certificate is not valid for this host")),
        ("good", false, &other, Some("its issuer is unknown")),
        ("good", false, &ReqwestTransport::builder, Some("its issuer is unknown")),
    ];
    for (certificate, requires_client_certificate, builder, why) in cases {
        let port = serve(certificate, requires_client_certificate).await;
        // The machine of the test may have no authorities.
        let Ok(transport) = builder().build() else { continue };
        let result = client(format!("https://127.0.0.1:{port}"), transport).list().await;
        let Some(why) = why else {
            result.unwrap_or_else(|error| panic!("{certificate}: {error:?}"));
            continue;
        };
        let error = result.expect_err(why);
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Token, Outcome::NotSent));
        assert!(!error.is_retryable(), "{error}");
        let sentence = error.to_string();
        assert!(sentence.contains(why) && sentence.contains("https://127.0.0.1:"), "{sentence}");
    }
}

#[test]
fn settings_that_cannot_work_are_refused_in_one_sentence() {
    let builder = ReqwestTransport::builder;
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (builder, why) in [
        (builder().trust("hunter2"), "invalid certificate authority: expected PEM"),
        (builder().trust(broken), "a certificate authority that was added is invalid"),
        (builder().trust_only(broken), "a certificate authority that was added is invalid"),
        (builder().trust_only(pem("key")), "invalid certificate authority: expected PEM"),
        (
            builder().trust_only(pem("ca")).client_certificate(pem("good"), "hunter2"),
            "invalid key of the client certificate: expected a private key",
        ),
        (
            builder().trust_only(pem("ca")).client_certificate("hunter2", pem("key")),
            "invalid client certificate: expected PEM",
        ),
        (
            builder().trust_only(pem("ca")).client_certificate(pem("ca"), pem("key")),
            "the client certificate is invalid, or its key belongs to another one",
        ),
        (builder().trust_only(pem("ca")).proxy("http://hunter2:port"), "invalid URL of the proxy"),
    ] {
        assert!(!format!("{builder:?}").contains("hunter2"));
        let error = upvest_core::Error::from(builder.build().unwrap_err());
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Config, Outcome::NotSent));
        assert!(error.to_string().starts_with(why), "{error}");
        let all = format!("{error:?}");
        assert!(!all.contains("hunter2") && !all.contains("PRIVATE KEY"), "{all}");
    }
}

#[tokio::test]
async fn the_proxy_that_is_set_is_used_and_not_for_this_machine() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://user:hunter2@{}", listener.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 1024];
        let length = stream.read(&mut request).await.unwrap();
        stream.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n").await.unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    let builder = ReqwestTransport::builder().trust_only(pem("ca")).proxy(proxy);
    let transport = builder.build().unwrap();
    // To this machine, it connects directly.
    let port = serve("good", false).await;
    client(format!("https://127.0.0.1:{port}"), transport.clone()).list().await.unwrap();
    let client = client("https://upvest.example".to_owned(), transport.clone());
    let error = client.list().await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent, "{error}");
    for shown in [format!("{error:?}"), format!("{transport:?}")] {
        // In base64 too, as a header has it.
        assert!(!shown.contains("hunter2") && !shown.contains("dXNlcjpodW50ZXIy"), "{shown}");
    }
    assert!(asked.await.unwrap().starts_with("CONNECT upvest.example:443 HTTP/1.1"));
}
