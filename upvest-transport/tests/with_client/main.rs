//! The transport under a client, against servers of the tests: TLS, HTTP/2, floods.

#![expect(clippy::unwrap_used, reason = "test code may panic")]

mod flood;
mod over_http2;
mod over_tls;
#[path = "../../src/testing.rs"]
mod testing;

use testing::file;
use upvest_core::transport::ReqwestTransport;

/// Returns the text of a certificate or key.
fn pem(name: &str) -> String {
    std::fs::read_to_string(file(name)).unwrap()
}

/// A transport that trusts this authority alone; `ca` is the issuer of the test certificates.
fn trusting(authority: &str) -> ReqwestTransport {
    ReqwestTransport::builder().trust_only(pem(authority)).build().unwrap()
}
