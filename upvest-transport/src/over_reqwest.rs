//! The default transport.

use std::sync::Arc;

use bytes::Bytes;

use super::deadline::AttemptEnds;
use super::failure::TransportError;
use super::pools::{Pools, Settings};
use super::setup::SetupError;
use super::tls::{Authorities, Tls};
use super::watch::{Watch, Watched};
use super::{Body, BoxFuture, Transport};

/// The default transport, with reqwest.
///
/// It uses TLS with rustls, and HTTP/1.1 and HTTP/2. The connect timeout is 3 seconds. Proxies are
/// read from `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, but never used for an address on this
/// machine. Redirects, compression and reqwest's own retries are off, even if another crate in the
/// build enables these features of reqwest.
///
/// The certificate authorities are those of the system, and are loaded before the first `https`
/// request. On Linux, `SSL_CERT_FILE` and `SSL_CERT_DIR` name others. Plain `http` needs none.
/// [`builder`](Self::builder) adds those of your company, and other settings.
///
/// Clones share connections, but each runtime has its own. A connection on which a request times
/// out is not used again: the next attempt opens a new one. The same holds if callers drop their
/// requests and there is no response for 3 seconds.
#[derive(Debug, Clone)]
pub struct ReqwestTransport(Arc<Pools>);

impl ReqwestTransport {
    /// Creates a transport with the defaults above.
    ///
    /// # Errors
    /// Fails if the TLS library cannot be set up.
    pub fn new() -> Result<Self, SetupError> {
        let failed = |error| SetupError::new("cannot set up the HTTP client").because(error);
        let tls = Tls::new(Authorities::SystemAnd(Vec::new()), None).map_err(failed)?;
        Ok(Self::of(Pools::new(tls, Settings::default())))
    }

    pub(super) fn of(pools: Pools) -> Self {
        Self(Arc::new(pools))
    }

    #[cfg(test)]
    pub(super) fn with(
        tls: Tls,
        configure: fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Self {
        let mut pools = Pools::new(tls, Settings::default());
        pools.configure = configure;
        Self::of(pools)
    }

    /// Loads the certificate authorities now instead of before the first request.
    ///
    /// # Errors
    /// Fails if there is none, or if an added one or the client certificate is invalid.
    #[doc(hidden)]
    pub fn __load_authorities(&self) -> Result<(), SetupError> {
        self.0.tls().trusting().map(drop).map_err(SetupError::of)
    }
}

impl Transport for ReqwestTransport {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let ends = request.extensions().get::<AttemptEnds>().copied();
            let request = reqwest::Request::try_from(request)
                .map_err(|error| TransportError::not_sent(error.without_url()))?;
            let pool = self.0.get(request.url())?;
            let mut watch = Watch::new(&self.0, &pool, ends);
            match pool.client().execute(request).await {
                Ok(response) => {
                    Ok(http::Response::from(response)
                        .map(|body| Body::new(Watched::new(body, watch))))
                }
                Err(error) => {
                    watch.end();
                    Err(error.into())
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use reqwest::dns::{Name, Resolve, Resolving};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};

    use super::super::failure::Failure;
    use super::super::testing::{acceptor, file};
    use super::super::tls::{Authorities, Tls};
    use super::{ReqwestTransport, Transport as _, TransportError};
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;

    /// Trusts the issuer of the test certificates alone.
    fn trusting() -> Tls {
        only([CertificateDer::from_pem_file(file("ca")).unwrap()])
    }

    /// Trusts these authorities alone.
    fn only<const N: usize>(authorities: [CertificateDer<'static>; N]) -> Tls {
        Tls::new(Authorities::Only(authorities.into()), None).unwrap()
    }

    struct NoSuchName;

    impl Resolve for NoSuchName {
        fn resolve(&self, _: Name) -> Resolving {
            Box::pin(async { Err("no such name".into()) })
        }
    }

    fn request(url: String) -> http::Request<Bytes> {
        http::Request::post(url).body(Bytes::from_static(b"x")).unwrap()
    }

    #[tokio::test]
    async fn f01_a_name_that_is_not_found_means_not_sent() {
        let transport = ReqwestTransport::with(only([]), |builder| {
            builder.no_proxy().dns_resolver(Arc::new(NoSuchName))
        });
        let error =
            transport.send(request("https://sandbox.upvest.co/x".into())).await.unwrap_err();
        assert!(!error.may_have_been_sent());
    }

    /// Starts a TLS server with this certificate, on 127.0.0.1, which sends no response.
    async fn tls_server(certificate: &str) -> u16 {
        let acceptor = acceptor(certificate, &[]);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let _ = stream.read(&mut [0; 1]).await;
            }
        });
        port
    }

    #[tokio::test]
    async fn f25_a_certificate_that_is_not_good_ends_it_before_a_byte_is_sent() {
        for (certificate, tls, why) in [
            ("good", trusting(), None),
            ("wrong_host", trusting(), Some("not valid for this host")),
            ("expired", trusting(), Some("has expired")),
            ("good", only([]), Some("its issuer is unknown")),
        ] {
            let port = tls_server(certificate).await;
            let transport = ReqwestTransport::with(tls, |builder| builder);
            let error =
                transport.send(request(format!("https://127.0.0.1:{port}/x"))).await.unwrap_err();
            // With the good one the request is sent, and the server closes the connection.
            assert_eq!(error.may_have_been_sent(), why.is_none(), "{certificate}: {error:?}");
            if let Some(why) = why {
                assert!(error.to_string().contains(why), "{error}");
                assert!(matches!(error.__failure(), Failure::Final(_)));
            }
        }
    }

    /// Serves HTTP/2 without TLS, as only a test does: responds to the first stream with these
    /// frames.
    async fn error_from(frames: &'static [u8]) -> TransportError {
        const HEADERS: u8 = 1;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
            stream.read_exact(&mut [0; 24]).await.unwrap();
            assert_eq!(preface.len(), 24);
            // SETTINGS, empty.
            stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).await.unwrap();
            while frame(&mut stream).await != HEADERS {}
            stream.write_all(frames).await.unwrap();
            let _ = stream.read_to_end(&mut Vec::new()).await;
        });
        let transport =
            ReqwestTransport::with(only([]), reqwest::ClientBuilder::http2_prior_knowledge);
        transport.send(request(format!("http://{address}/x"))).await.unwrap_err()
    }

    /// Reads a frame, and returns its type.
    async fn frame(stream: &mut TcpStream) -> u8 {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.unwrap();
        let [a, b, c, kind, ..] = head;
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        stream.read_exact(&mut vec![0; length]).await.unwrap();
        kind
    }

    #[tokio::test]
    async fn f17_a_server_that_goes_away_before_the_stream_has_done_nothing() {
        // GOAWAY, last stream 0, NO_ERROR.
        let error = error_from(&[0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).await;
        assert!(!error.may_have_been_sent(), "{error:?}");
        // The same, but the server may have processed the stream; then it closes the connection.
        let frames = &[
            0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, // GOAWAY, last stream 1
            0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 8, // RST_STREAM, CANCEL
        ];
        assert!(error_from(frames).await.may_have_been_sent());
    }

    #[tokio::test]
    async fn f18_a_refused_stream_was_not_worked_on() {
        let refused = &[0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 7];
        let error = error_from(refused).await;
        assert!(!error.may_have_been_sent(), "{error:?}");
        let internal = &[0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 2];
        assert!(error_from(internal).await.may_have_been_sent());
    }
}
