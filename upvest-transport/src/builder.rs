//! A transport for the network of a company: its authorities, client certificate, proxy and pool.

use std::fmt;
use std::time::Duration;

use reqwest::Proxy;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::over_reqwest::ReqwestTransport;
use super::pools::{Pools, Route, Settings};
use super::setup::SetupError;
use super::tls::{Authorities, Identity, Tls};

/// A year: a longer time would overflow when it is added to the present.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Builds a [`ReqwestTransport`] with settings for the network that it runs in.
///
/// Everything that protects money stays as it is, and cannot be changed: no redirects, no
/// compression, no retries below the client, TLS 1.2 or 1.3 with verified certificates. A finished
/// `reqwest::Client` is not accepted, because it does not show how it treats these; for other needs,
/// implement [`Transport`](super::Transport).
///
/// # Examples
///
/// ```
/// # mod upvest_core { pub use upvest_transport as transport; }
/// use upvest_core::transport::ReqwestTransport;
///
/// # let company_ca = "-----BEGIN CERTIFICATE-----
/// # MIIBlzCCAT2gAwIBAgIUQEn5sSBMLtSB/1HIrZ2r6D6WZq8wCgYIKoZIzj0EAwIw
/// # -----END CERTIFICATE-----";
/// # fn example(company_ca: &str) -> Result<(), upvest_core::transport::SetupError> {
/// let transport = ReqwestTransport::builder()
///     .trust(company_ca)
///     .proxy("http://proxy.example.com:3128")
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct TransportBuilder {
    authorities: Vec<Vec<u8>>,
    trusts_the_system: bool,
    identity: Option<(Vec<u8>, Vec<u8>)>,
    route: WantedRoute,
    connect_timeout: Duration,
    idle_timeout: Duration,
    max_idle_connections: usize,
}

enum WantedRoute {
    Environment,
    Direct,
    Proxy(String),
}

impl Default for TransportBuilder {
    fn default() -> Self {
        let Settings { connect_timeout, idle_timeout, max_idle_connections, .. } =
            Settings::default();
        Self {
            authorities: Vec::new(),
            trusts_the_system: true,
            identity: None,
            route: WantedRoute::Environment,
            connect_timeout,
            idle_timeout,
            max_idle_connections,
        }
    }
}

impl ReqwestTransport {
    /// Returns a builder, for own certificate authorities, mutual TLS, a proxy and the pool.
    pub fn builder() -> TransportBuilder {
        TransportBuilder::default()
    }
}

impl TransportBuilder {
    /// Trusts these certificate authorities too, one or more certificates in PEM.
    ///
    /// For a proxy of your company that inspects TLS, or a test environment. The authorities of the
    /// system stay trusted.
    pub fn trust(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.authorities.push(pem.as_ref().to_vec());
        self
    }

    /// Trusts only these certificate authorities, and not those of the system.
    pub fn trust_only(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.trusts_the_system = false;
        self.trust(pem)
    }

    /// Authenticates with this certificate (mutual TLS), for a gateway that requires one.
    ///
    /// `chain` is the certificate, then its issuers; `key` is its private key, not encrypted. Both
    /// are PEM.
    pub fn client_certificate(mut self, chain: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Self {
        self.identity = Some((chain.as_ref().to_vec(), key.as_ref().to_vec()));
        self
    }

    /// Sends through this proxy, except to this machine, instead of the one in the environment.
    ///
    /// The URL may contain a user name and a password.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.route = WantedRoute::Proxy(url.into());
        self
    }

    /// Uses no proxy, even if the environment names one.
    pub fn no_proxy(mut self) -> Self {
        self.route = WantedRoute::Direct;
        self
    }

    /// Sets how long a connection may take to open, with TLS; 3 seconds by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets how long an unused connection stays open; 60 seconds by default.
    ///
    /// It should be shorter than that of any firewall or load balancer in between.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// Sets how many unused connections stay open; no limit by default.
    pub fn max_idle_connections(mut self, connections: usize) -> Self {
        self.max_idle_connections = connections;
        self
    }

    /// Builds the transport, and loads the certificate authorities.
    ///
    /// # Errors
    /// Fails if a certificate or the key cannot be read, if they do not belong together, if no
    /// authority is trusted, or if the URL of the proxy is invalid.
    pub fn build(self) -> Result<ReqwestTransport, SetupError> {
        let mut certificates = Vec::new();
        for pem in &self.authorities {
            certificates.extend(read_certificates("certificate authority", pem)?);
        }
        let authorities = if self.trusts_the_system {
            Authorities::SystemAnd(certificates)
        } else {
            Authorities::Only(certificates)
        };
        let identity = match &self.identity {
            None => None,
            Some((chain, key)) => {
                let chain = read_certificates("client certificate", chain)?;
                // The cause is left out: it could quote the key.
                let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| {
                    SetupError::new(
                        "invalid key of the client certificate: expected a private key in PEM that \
                         is not encrypted",
                    )
                })?;
                Some(Identity { chain, key })
            }
        };
        let route = match self.route {
            WantedRoute::Environment => Route::Environment,
            WantedRoute::Direct => Route::Direct,
            // The URL is not shown: it may contain a password.
            WantedRoute::Proxy(url) => Route::Proxy(Box::new(Proxy::all(url).map_err(|_| {
                SetupError::new("invalid URL of the proxy (write scheme, host and port)")
            })?)),
        };
        let tls = Tls::new(authorities, identity)
            .map_err(|error| SetupError::new("cannot set up TLS").because(error))?;
        let transport = ReqwestTransport::of(Pools::new(
            tls,
            Settings {
                route,
                connect_timeout: self.connect_timeout.min(LONGEST),
                idle_timeout: self.idle_timeout.min(LONGEST),
                max_idle_connections: self.max_idle_connections,
            },
        ));
        transport.__load_authorities()?;
        Ok(transport)
    }
}

fn read_certificates(what: &str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, SetupError> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(SetupError::new(format!(
            "invalid {what}: expected PEM, `-----BEGIN CERTIFICATE-----`"
        ))),
    }
}

/// Certificates, key and proxy are left out.
impl fmt::Debug for TransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportBuilder")
            .field("trusts_the_system", &self.trusts_the_system)
            .field("has_client_certificate", &self.identity.is_some())
            .field("connect_timeout", &self.connect_timeout)
            .field("idle_timeout", &self.idle_timeout)
            .field("max_idle_connections", &self.max_idle_connections)
            .finish_non_exhaustive()
    }
}
