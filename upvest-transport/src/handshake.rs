//! The reasons for which a TLS handshake fails the same way each time.

use rustls::{AlertDescription, CertificateError, Error};

/// Returns the reason, if another handshake with the same server would fail the same way.
///
/// The text contains nothing that the server sent.
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
             certificate authorities of the system, set SSL_CERT_FILE to a CA bundle, or pass it to \
             `ReqwestTransport::builder().trust(…)`)"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "the server's certificate is not valid for this host"
        }
        _ => "the server's certificate is invalid",
    }
}

/// Returns the reason for an alert that the server sends to every such client.
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
        alert => return of_client_certificate(alert),
    })
}

/// Returns the reason, if the server refuses the client's certificate, or the lack of one.
///
/// With TLS 1.3, a client learns this only after it has sent its first request. It cannot tell that
/// from a gateway that refuses the certificate later, after it has passed a request on.
pub(super) fn why_refused(error: &Error) -> Option<&'static str> {
    match error {
        Error::AlertReceived(alert) => of_client_certificate(*alert),
        _ => None,
    }
}

fn of_client_certificate(alert: AlertDescription) -> Option<&'static str> {
    Some(match alert {
        AlertDescription::CertificateRequired | AlertDescription::NoCertificate => {
            "the server requires a client certificate (set one with \
             `ReqwestTransport::builder().client_certificate(…)`)"
        }
        AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateRevoked
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnknownCA
        | AlertDescription::AccessDenied => {
            "the server requires a client certificate, and does not accept the one that it got, if \
             any (set one with `ReqwestTransport::builder().client_certificate(…)`)"
        }
        _ => return None,
    })
}
