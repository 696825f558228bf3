//! TLS with rustls. The certificate authorities of the system are loaded when first needed.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, Error, RootCertStore};
use rustls_platform_verifier::Verifier;

use super::failure::{Failure, TransportError};

/// Why no `https` request can be sent, and what to do.
pub(super) const NO_AUTHORITIES: &str = "cannot load any CA certificate of the system (install a CA \
    bundle, for example the package ca-certificates, or set SSL_CERT_FILE to one)";
const INVALID_AUTHORITY: &str = "a certificate authority that was added is invalid";
const INVALID_IDENTITY: &str =
    "the client certificate is invalid, or its key belongs to another one";

/// Which certificate authorities are trusted.
#[derive(Debug)]
pub(super) enum Authorities {
    SystemAnd(Vec<CertificateDer<'static>>),
    Only(Vec<CertificateDer<'static>>),
}

/// What the client authenticates itself with.
pub(super) struct Identity {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
}

/// The settings of all connections.
pub(super) struct Tls {
    provider: Arc<CryptoProvider>,
    authorities: Authorities,
    identity: Option<Identity>,
    /// Shared by all pools, because loading reads and parses more than a hundred certificates.
    trusting: OnceLock<ClientConfig>,
    /// For plain HTTP, which needs no certificate authority.
    plain: ClientConfig,
}

impl Tls {
    pub(super) fn new(authorities: Authorities, identity: Option<Identity>) -> Result<Self, Error> {
        // Like reqwest: an application may have installed one.
        let provider = CryptoProvider::get_default()
            .map_or_else(|| Arc::new(aws_lc_rs::default_provider()), Arc::clone);
        let plain = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        Ok(Self { provider, authorities, identity, trusting: OnceLock::new(), plain })
    }

    /// Returns the settings for `https`. A failure is not cached: a CA bundle may be installed
    /// later.
    pub(super) fn trusting(&self) -> Result<&ClientConfig, TransportError> {
        if let Some(config) = self.trusting.get() {
            return Ok(config);
        }
        let config = self.load()?;
        Ok(self.trusting.get_or_init(|| config))
    }

    /// Returns the settings for `http`.
    pub(super) fn plain(&self) -> &ClientConfig {
        &self.plain
    }

    fn load(&self) -> Result<ClientConfig, TransportError> {
        let config = |why| move |error| TransportError::new(Failure::Misconfigured(why), error);
        let builder = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(config("TLS cannot be set up"))?;
        let builder = match &self.authorities {
            Authorities::SystemAnd(more) => {
                let why = if more.is_empty() { NO_AUTHORITIES } else { INVALID_AUTHORITY };
                let provider = Arc::clone(&self.provider);
                let verifier = if more.is_empty() {
                    Verifier::new(provider)
                } else {
                    Verifier::new_with_extra_roots(more.iter().cloned(), provider)
                };
                let verifier = verifier.map_err(config(why))?;
                builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
            }
            Authorities::Only(roots) => {
                let mut store = RootCertStore::empty();
                for root in roots {
                    store.add(root.clone()).map_err(config(INVALID_AUTHORITY))?;
                }
                builder.with_root_certificates(store)
            }
        };
        let config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some(Identity { chain, key }) => builder
                .with_client_auth_cert(chain.clone(), key.clone_key())
                .map_err(config(INVALID_IDENTITY))?,
        };
        Ok(with_alpn(config))
    }
}

/// The key of a client certificate is left out.
impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("authorities", &self.authorities).finish_non_exhaustive()
    }
}

/// Enables HTTP/2 and HTTP/1.1; reqwest does so only in a configuration that it creates itself.
fn with_alpn(mut config: ClientConfig) -> ClientConfig {
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}
