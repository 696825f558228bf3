//! TLS by rustls, with the certificate authorities of the system, loaded when they are first needed.

use std::sync::{Arc, OnceLock};

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::{AlertDescription, CertificateError, ClientConfig, Error, RootCertStore};
use rustls_platform_verifier::Verifier;

use super::failure::{Failure, TransportError};
use crate::error::ErrorKind;

/// Why no `https` request can be sent, and what to do.
pub(super) const NO_AUTHORITIES: &str = "no CA certificate of the system can be loaded (install a CA \
    bundle, for example the package ca-certificates, or name one in SSL_CERT_FILE)";

/// The settings of all connections.
#[derive(Debug)]
pub(super) struct Tls {
    provider: Arc<CryptoProvider>,
    /// Shared by all pools, for loading reads and parses more than a hundred certificates.
    trusting: OnceLock<ClientConfig>,
    /// For plain HTTP, which needs no certificate authority.
    plain: ClientConfig,
}

impl Tls {
    pub(super) fn new() -> Result<Self, Error> {
        // As reqwest does: an application may have installed one.
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

    /// For `https`. A failure is not remembered: a CA bundle may be installed later.
    pub(super) fn trusting_the_system(&self) -> Result<&ClientConfig, TransportError> {
        if let Some(config) = self.trusting.get() {
            return Ok(config);
        }
        let config = self.load().map_err(|error| {
            TransportError::new(Failure::Final(ErrorKind::Config, NO_AUTHORITIES), error)
        })?;
        Ok(self.trusting.get_or_init(|| config))
    }

    /// For `http`.
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

/// reqwest sets this only in a configuration that it makes itself.
fn with_alpn(mut config: ClientConfig) -> ClientConfig {
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

/// What is wrong, if another handshake with the same server fails the same way.
///
/// Nothing that the server says is part of the text.
pub(super) fn why_final(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::InvalidCertificate(error) => certificate(error),
        Error::NoCertificatesPresented => "the server has no certificate",
        Error::UnsupportedNameType => "the host name cannot be verified by a certificate",
        Error::InvalidMessage(_) | Error::InappropriateMessage { .. } => {
            "the server does not speak TLS on this port"
        }
        Error::PeerIncompatible(_) => "the server offers no TLS version or cipher that is accepted",
        Error::NoApplicationProtocol => "the server speaks neither HTTP/1.1 nor HTTP/2",
        Error::InappropriateHandshakeMessage { .. }
        | Error::PeerMisbehaved(_)
        | Error::PeerSentOversizedRecord => "the server violates the TLS protocol",
        Error::AlertReceived(alert) => refusal(*alert)?,
        _ => return None,
    })
}

fn certificate(error: &CertificateError) -> &'static str {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the server's certificate has expired (check the clock of this machine too)"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet (check the clock of this machine)"
        }
        CertificateError::Revoked => "the server's certificate was revoked",
        CertificateError::UnknownIssuer => {
            "the server's certificate is not trusted: its issuer is unknown (add the issuer to the \
             certificate authorities of the system, or name a CA bundle in SSL_CERT_FILE)"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "the server's certificate is not valid for this host"
        }
        _ => "the server's certificate is invalid",
    }
}

/// An alert that the server sends to every such client.
fn refusal(alert: AlertDescription) -> Option<&'static str> {
    Some(match alert {
        AlertDescription::HandshakeFailure
        | AlertDescription::ProtocolVersion
        | AlertDescription::InsufficientSecurity
        | AlertDescription::IllegalParameter
        | AlertDescription::MissingExtension
        | AlertDescription::UnsupportedExtension => {
            "the server accepts no TLS version or cipher that is offered"
        }
        AlertDescription::NoApplicationProtocol => "the server speaks neither HTTP/1.1 nor HTTP/2",
        AlertDescription::UnrecognisedName => "the server has no certificate for this host",
        AlertDescription::CertificateRequired
        | AlertDescription::NoCertificate
        | AlertDescription::BadCertificate
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnknownCA
        | AlertDescription::AccessDenied => "the server requires a client certificate",
        _ => return None,
    })
}
