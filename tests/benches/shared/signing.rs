//! An increase that is signed.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use upvest_core::__sandbox::sign;
use upvest_core::signature::SignatureVersion::V15;
use upvest_core::signature::{SignError, Signer};
use upvest_core::{BoxFuture, Timestamp};
use upvest_tests::now;

use crate::shared::KEY_ID;

/// Returns an increase as the client builds it before signing.
pub fn increase() -> Request<Bytes> {
    let mut request = Request::new(Bytes::from_static(
        br#"{"account_group_id":"2596db3b-0d03-4651-9eda-970910479dfb","amount":"200.00","currency":"EUR"}"#,
    ));
    *request.method_mut() = Method::POST;
    *request.uri_mut() =
        Uri::from_static("https://sandbox.upvest.co/virtual_cash_balances/increases");
    let mut headers = HeaderMap::with_capacity(16);
    for (name, value) in [
        ("accept", "application/json"),
        ("user-agent", "upvest-rs/0.1.0"),
        ("upvest-api-version", "1"),
        ("upvest-client-id", "5ec16164-6173-461d-b90d-116d68f55b40"),
        ("authorization", "Bearer ory_at_J4tXl6kJ1hI7o0Qb9cV3n5m8r2s1u4w7.z0y9x8v7u6t5s4r3q2p1"),
        ("content-type", "application/json"),
        ("idempotency-key", "ccb07f42-4104-44ad-8e1f-c660bb7b269c"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    *request.headers_mut() = headers;
    request
}

pub fn sign_whole(mut request: Request<Bytes>, key: &dyn Signer) -> Request<Bytes> {
    let created = Timestamp::from_unix_seconds(1_800_000_000).expect("a time");
    now(sign(V15, &mut request, key, created, [7; 16])).expect("a signature");
    request
}

/// A signer that does nothing: what remains is the signature base, the digest and the headers.
pub struct NoCurve {
    /// The length of its signatures, in bytes.
    pub length: usize,
}

impl Signer for NoCurve {
    fn key_id(&self) -> &str {
        KEY_ID
    }

    fn sign<'a>(&'a self, _: &'a [u8]) -> BoxFuture<'a, Result<Vec<u8>, SignError>> {
        Box::pin(async { Ok(vec![0; self.length]) })
    }
}
