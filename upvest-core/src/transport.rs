//! How bytes leave: an object-safe trait, and the one that uses reqwest.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use tokio::time::{Instant, timeout_at};

use crate::BoxFuture;
use crate::environment::is_loopback;
use crate::error::{Error, Result};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Shorter than servers keep theirs, so that few requests meet a connection that is being closed.
const IDLE_TIMEOUT: Duration = Duration::from_mins(1);

/// Most bodies are not as long.
const SHORT_BODY: usize = 16 * 1024;

/// The first room for a longer one; then it doubles: few bodies need all that they may have.
const STEP: usize = 1024 * 1024;

/// Sends one finished, signed request once, and gives back the answer.
///
/// An implementation changes nothing in the request, follows no redirect, tries nothing twice and
/// decompresses nothing: each of these would break the signature or the promise about the money.
/// It sets no timeout for the attempt: the client does.
///
/// A closure is a transport, for tests:
///
/// ```
/// use upvest_core::transport::{Body, Transport, TransportError};
///
/// let offline = |_request: http::Request<bytes::Bytes>| async {
///     Err::<http::Response<Body>, _>(TransportError::not_sent("no network in this test"))
/// };
/// # fn takes(_: impl Transport) {}
/// takes(offline);
/// ```
pub trait Transport: Send + Sync {
    /// Sends `request`; ready when the headers of the answer are there.
    ///
    /// # Errors
    /// If there is no answer. Whether the request may have left decides what the caller is told of
    /// its money: in doubt it may.
    ///
    /// # Cancel safety
    /// It is dropped when the time of the attempt is over. The request may have left by then.
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, std::result::Result<http::Response<Body>, TransportError>>;
}

impl<F, A> Transport for F
where
    F: Fn(http::Request<Bytes>) -> A + Send + Sync,
    A: Future<Output = std::result::Result<http::Response<Body>, TransportError>> + Send + 'static,
{
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, std::result::Result<http::Response<Body>, TransportError>> {
        Box::pin(self(request))
    }
}

/// The body of an answer, read piece by piece up to a limit.
pub struct Body(UnsyncBoxBody<Bytes, TransportError>);

impl Body {
    /// Any body.
    pub fn new<B>(body: B) -> Self
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        Self(body.map_err(TransportError::maybe_sent).boxed_unsync())
    }

    /// What comes of it until `ends`, at most `limit` bytes; and why that is not all, if it is not.
    pub(crate) async fn read(mut self, limit: usize, ends: Instant) -> (Bytes, Option<BodyError>) {
        let promised = usize::try_from(self.size_hint().lower()).unwrap_or(limit);
        // A promise costs a hostile server nothing.
        let mut read = Vec::with_capacity(promised.min(limit).min(STEP));
        let broken = loop {
            let data = match timeout_at(ends, self.frame()).await {
                Ok(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
                Ok(Some(Err(error))) => break Some(BodyError::Broken(error.into_cause())),
                Ok(None) => break None,
                Err(_) => break Some(BodyError::OutOfTime),
            };
            // One that is never pending never lets the time run out.
            if Instant::now() >= ends {
                break Some(BodyError::OutOfTime);
            }
            let room = limit.saturating_sub(read.len());
            let fits = data.get(..room).unwrap_or(&data);
            let needed = read.len() + fits.len();
            if needed > SHORT_BODY && needed > read.capacity() {
                // In few steps: growing needs the old and the new.
                let capacity = needed.next_power_of_two().max(STEP).min(limit);
                read.reserve_exact(capacity.saturating_sub(read.len()));
            }
            read.extend_from_slice(fits);
            if data.len() > room {
                break Some(BodyError::TooLong(limit));
            }
        };
        (read.into(), broken)
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, TransportError>>> {
        Pin::new(&mut self.0).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl<B: Into<Bytes>> From<B> for Body {
    fn from(bytes: B) -> Self {
        Self::new(Full::new(bytes.into()))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}

/// Why a body could not be read.
#[derive(Debug)]
pub(crate) enum BodyError {
    TooLong(usize),
    OutOfTime,
    Broken(Box<dyn StdError + Send + Sync>),
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong(limit) => write!(f, "the body is longer than {limit} bytes"),
            Self::OutOfTime => f.write_str("the body did not end in time"),
            Self::Broken(_) => f.write_str("the body broke off"),
        }
    }
}

impl StdError for BodyError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::TooLong(_) | Self::OutOfTime => None,
            Self::Broken(source) => Some(source.as_ref()),
        }
    }
}

/// Why there is no answer; above all, whether the request may have left.
#[derive(Debug)]
pub struct TransportError {
    maybe_sent: bool,
    source: Box<dyn StdError + Send + Sync>,
}

impl TransportError {
    /// Certainly no byte of the request reached the server: no address, no connection, no TLS.
    pub fn not_sent(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { maybe_sent: false, source: source.into() }
    }

    /// Some of the request may have reached the server.
    pub fn maybe_sent(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { maybe_sent: true, source: source.into() }
    }

    pub(crate) fn into_cause(self) -> Box<dyn StdError + Send + Sync> {
        self.source
    }

    /// Whether some of the request may have reached the server.
    #[must_use]
    pub fn may_have_been_sent(&self) -> bool {
        self.maybe_sent
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.maybe_sent {
            "the connection broke"
        } else {
            "no connection could be made"
        })
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.source.as_ref())
    }
}

/// The transport that is used unless you bring your own.
///
/// TLS by rustls; HTTP/1.1 and HTTP/2; a connection must stand within 3 seconds. Certificates are
/// checked against the roots of the system; on Linux, `SSL_CERT_FILE` and `SSL_CERT_DIR` replace these.
/// Proxies are taken from `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, but never for an address on this
/// machine. Redirects, compression and reqwest's own retries are off.
#[derive(Debug, Clone)]
pub struct ReqwestTransport {
    remote: reqwest::Client,
    loopback: reqwest::Client,
}

impl ReqwestTransport {
    /// With the defaults above.
    ///
    /// # Errors
    /// If the TLS library cannot be set up.
    pub fn new() -> Result<Self> {
        let remote = Self::builder().build();
        // A proxy would be told the credentials in the clear.
        let loopback = Self::builder().no_proxy().build();
        let failed = |error| Error::config("the HTTP client could not be set up").because(error);
        Ok(Self { remote: remote.map_err(failed)?, loopback: loopback.map_err(failed)? })
    }

    #[cfg(test)]
    fn of(builder: reqwest::ClientBuilder) -> Self {
        let client = builder.build().unwrap();
        Self { remote: client.clone(), loopback: client }
    }

    fn builder() -> reqwest::ClientBuilder {
        reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            // A redirect can turn a POST into a GET that "succeeds" elsewhere, and takes the signed
            // headers along.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // Its own retry sends the same signature, with the same nonce, a second time.
            .retry(reqwest::retry::never())
    }
}

impl Transport for ReqwestTransport {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, std::result::Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let request = reqwest::Request::try_from(request)
                .map_err(|error| TransportError::not_sent(error.without_url()))?;
            let client = if is_loopback(request.url()) { &self.loopback } else { &self.remote };
            match client.execute(request).await {
                Ok(response) => Ok(http::Response::from(response).map(Body::new)),
                Err(error) if error.is_connect() || was_turned_away(&error) => {
                    Err(TransportError::not_sent(error.without_url()))
                }
                Err(error) => Err(TransportError::maybe_sent(error.without_url())),
            }
        })
    }
}

/// Whether an HTTP/2 server says that it has done nothing with the request: it refused the stream,
/// or went away before it (RFC 9113, sections 6.8 and 8.7).
fn was_turned_away(error: &reqwest::Error) -> bool {
    let mut next = error.source();
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<h2::Error>() {
            let reason = error.reason();
            return error.is_remote()
                && (error.is_reset() && reason == Some(h2::Reason::REFUSED_STREAM)
                    || error.is_go_away() && reason == Some(h2::Reason::NO_ERROR));
        }
        next = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;
    use reqwest::dns::{Name, Resolve, Resolving};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls;
    use tokio_rustls::rustls::pki_types::pem::PemObject as _;
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

    use super::{ReqwestTransport, Transport as _, TransportError};

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
        let builder = ReqwestTransport::builder().no_proxy().dns_resolver(Arc::new(NoSuchName));
        let transport = ReqwestTransport::of(builder);
        let error =
            transport.send(request("https://sandbox.upvest.co/x".into())).await.unwrap_err();
        assert!(!error.may_have_been_sent());
    }

    /// A TLS server with this certificate, on 127.0.0.1, which answers nothing.
    async fn tls_server(certificate: &str) -> u16 {
        let file =
            |name: &str| format!("{}/../tests/data/tls/{name}.pem", env!("CARGO_MANIFEST_DIR"));
        let certificate = CertificateDer::from_pem_file(file(certificate)).unwrap();
        let key = PrivateKeyDer::from_pem_file(file("key")).unwrap();
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let config = rustls::ServerConfig::builder_with_provider(provider.into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
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
        let ca = include_bytes!("../../tests/data/tls/ca.pem");
        let trusting = || {
            let ca = reqwest::Certificate::from_pem(ca).unwrap();
            ReqwestTransport::builder().no_proxy().tls_certs_only([ca])
        };
        for (certificate, builder, is_good) in [
            ("good", trusting(), true),
            ("wrong_host", trusting(), false),
            ("expired", trusting(), false),
            ("good", ReqwestTransport::builder().no_proxy(), false),
        ] {
            let port = tls_server(certificate).await;
            let transport = ReqwestTransport::of(builder);
            let error =
                transport.send(request(format!("https://127.0.0.1:{port}/x"))).await.unwrap_err();
            // With the good one the request leaves, and the server hangs up.
            assert_eq!(error.may_have_been_sent(), is_good, "{certificate}: {error:?}");
            assert_eq!(format!("{error:?}").contains("ertificate"), !is_good, "{error:?}");
        }
    }

    /// HTTP/2 without TLS, as only a test has it: answers the first stream with these frames.
    async fn answered_with(frames: &'static [u8]) -> TransportError {
        const HEADERS: u8 = 1;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
            stream.read_exact(&mut [0; 24]).await.unwrap();
            assert_eq!(preface.len(), 24);
            // SETTINGS, none of them.
            stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).await.unwrap();
            while frame(&mut stream).await != HEADERS {}
            stream.write_all(frames).await.unwrap();
            let _ = stream.read_to_end(&mut Vec::new()).await;
        });
        let transport =
            ReqwestTransport::of(ReqwestTransport::builder().no_proxy().http2_prior_knowledge());
        transport.send(request(format!("http://{address}/x"))).await.unwrap_err()
    }

    /// Takes in a frame, and gives its type.
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
        let error = answered_with(&[0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).await;
        assert!(!error.may_have_been_sent(), "{error:?}");
        // The same, but the stream is among those that it may have worked on; then it hangs up.
        let frames = &[
            0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, // GOAWAY, last stream 1
            0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 8, // RST_STREAM, CANCEL
        ];
        assert!(answered_with(frames).await.may_have_been_sent());
    }

    #[tokio::test]
    async fn f18_a_refused_stream_was_not_worked_on() {
        let refused = &[0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 7];
        let error = answered_with(refused).await;
        assert!(!error.may_have_been_sent(), "{error:?}");
        let internal = &[0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 2];
        assert!(answered_with(internal).await.may_have_been_sent());
    }
}
