//! TLS with rustls. The certificate authorities of the system are loaded when first needed.

use std::sync::{Arc, OnceLock};

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::{ClientConfig, Error, RootCertStore};
use rustls_platform_verifier::Verifier;

use super::failure::{Failure, TransportError};
use crate::error::kind::ErrorKind;

/// Why no `https` request can be sent, and what to do.
pub(super) const NO_AUTHORITIES: &str = "cannot load any CA certificate of the system (install a CA \
    bundle, for example the package ca-certificates, or set SSL_CERT_FILE to one)";

/// The settings of all connections.
#[derive(Debug)]
pub(super) struct Tls {
    provider: Arc<CryptoProvider>,
    /// Shared by all pools, because loading reads and parses more than a hundred certificates.
    trusting: OnceLock<ClientConfig>,
    /// For plain HTTP, which needs no certificate authority.
    plain: ClientConfig,
}

impl Tls {
    pub(super) fn new() -> Result<Self, Error> {
        // Like reqwest: an application may have installed one.
        let provider = CryptoProvider::get_default()
            .map_or_else(|| Arc::new(aws_lc_rs::default_provider()), Arc::clone);
        let plain = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        Ok(Self { provider, trusting: OnceLock::new(), plain })
    }

    /// Trusts these authorities instead of those of the system.
    #[cfg(test)]
    pub(super) fn trusting(roots: RootCertStore) -> Self {
        let tls = Self::new().unwrap();
        let config = ClientConfig::builder_with_provider(Arc::clone(&tls.provider))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.trusting.set(with_alpn(config)).unwrap();
        tls
    }

    /// Returns the settings for `https`. A failure is not cached: a CA bundle may be installed
    /// later.
    pub(super) fn trusting_the_system(&self) -> Result<&ClientConfig, TransportError> {
        if let Some(config) = self.trusting.get() {
            return Ok(config);
        }
        let config = self.load().map_err(|error| {
            TransportError::new(Failure::Final(ErrorKind::Config, NO_AUTHORITIES), error)
        })?;
        Ok(self.trusting.get_or_init(|| config))
    }

    /// Returns the settings for `http`.
    pub(super) fn plain(&self) -> &ClientConfig {
        &self.plain
    }

    fn load(&self) -> Result<ClientConfig, Error> {
        let verifier = Verifier::new(Arc::clone(&self.provider))?;
        let config = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        Ok(with_alpn(config))
    }
}

/// Enables HTTP/2 and HTTP/1.1; reqwest does so only in a configuration that it creates itself.
fn with_alpn(mut config: ClientConfig) -> ClientConfig {
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}
