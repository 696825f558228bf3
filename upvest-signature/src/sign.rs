//! Signing a request: the last step before it is sent.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use http::HeaderValue;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName};
use upvest_types::Timestamp;

use super::base::{BaseError, Lines, Message, SignatureBase, with_value};
use super::error::SignError;
use super::version::{SignatureVersion, encoded};
use crate::BoxFuture;
use crate::headers::{CONTENT_DIGEST, DIGEST, SIGNATURE, SIGNATURE_INPUT, SIGNATURE_VERSION};

/// The lifetime of a signature, counted from `created`. Upvest's own tools use 5 to 60 seconds.
const LIFETIME_SECONDS: i64 = 30;

/// The headers that a signature covers after method, path and query, in this order, if the request
/// has them.
static COVERED: [HeaderName; 9] = [
    ACCEPT,
    AUTHORIZATION,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    CONTENT_DIGEST,
    DIGEST,
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("upvest-api-version"),
    HeaderName::from_static("upvest-client-id"),
];

/// Prefixes of headers that are not covered: the gateway in front of the API adds or changes these
/// headers. Upvest's own signers have the same list.
const OF_THE_GATEWAY: [&str; 7] =
    ["cf-", "cdn-", "cookie", "priority", "sec-", "upvest-signature", "x-"];

/// Headers that are not covered, because the transport or the signer writes them.
const OF_THE_TRANSPORT: [&str; 6] =
    ["accept-encoding", "connection", "host", "signature", "signature-input", "user-agent"];

/// The label of the only signature of a request.
const LABEL: &str = "sig1=";
/// The label, and the mark before its base64.
const BEFORE_SIGNATURE: &str = "sig1=:";

/// Creates signatures.
///
/// A [`SigningKey`](super::SigningKey) signs in memory; implement this trait for a key in a KMS or
/// HSM, as the guide `production` of `upvest-core` shows.
///
/// # Examples
///
/// ```
/// # mod upvest_core { pub use upvest_signature as signature; }
/// use upvest_core::signature::{BoxFuture, SignError, Signer};
///
/// struct Kms;
///
/// impl Signer for Kms {
///     fn key_id(&self) -> &str {
///         "8d4997a8-cf7a-4e51-adbb-401656a3e5c2"
///     }
///
///     fn sign<'a>(&'a self, base: &'a [u8]) -> BoxFuture<'a, Result<Vec<u8>, SignError>> {
///         Box::pin(async move {
///             // Ask the service to sign `base`: ECDSA P-521 with SHA-512 as ASN.1 DER, or Ed25519.
///             Err(SignError::transient("the key service does not respond"))
///         })
///     }
/// }
/// ```
pub trait Signer: Send + Sync {
    /// Returns the id that Upvest issued for the public key: printable ASCII without `"` and `\`.
    fn key_id(&self) -> &str;

    /// Signs the signature base: ECDSA with P-521 and SHA-512 as ASN.1 DER, or Ed25519.
    ///
    /// # Errors
    /// Fails if the signer cannot sign. Nothing is sent then.
    ///
    /// # Cancel safety
    /// The future is dropped when the deadline of the call passes. Nothing is sent then either.
    fn sign<'a>(&'a self, base: &'a [u8]) -> BoxFuture<'a, Result<Vec<u8>, SignError>>;
}

impl<S: Signer + ?Sized> Signer for Arc<S> {
    fn key_id(&self) -> &str {
        S::key_id(self)
    }

    fn sign<'a>(&'a self, base: &'a [u8]) -> BoxFuture<'a, Result<Vec<u8>, SignError>> {
        S::sign(self, base)
    }
}

impl<S: Signer + ?Sized> Signer for Box<S> {
    fn key_id(&self) -> &str {
        S::key_id(self)
    }

    fn sign<'a>(&'a self, base: &'a [u8]) -> BoxFuture<'a, Result<Vec<u8>, SignError>> {
        S::sign(self, base)
    }
}

/// Signs `request` as it is, and returns the signature base.
///
/// Adds `content-length` and the digest if there is a body, then `signature-input` and `signature`,
/// and for [`V15`](SignatureVersion::V15) `upvest-signature-version`. Do not change the request
/// afterwards: sign it again instead, with a new nonce.
///
/// The signature base contains the access token; its `Display` and `Debug` mask it.
///
/// # Errors
/// Fails if the signer fails, or if its key id or a header cannot be used in a signature.
///
/// # Cancel safety
/// If the future is dropped, the request has no signature yet.
pub async fn sign(
    version: SignatureVersion,
    request: &mut http::Request<Bytes>,
    signer: &dyn Signer,
    created: Timestamp,
    nonce: [u8; 16],
) -> Result<SignatureBase, SignError> {
    // Left over from a signature in another version.
    for name in [DIGEST, CONTENT_DIGEST, SIGNATURE_VERSION] {
        request.headers_mut().remove(name);
    }
    if !request.body().is_empty() {
        let length = request.body().len();
        let header = HeaderName::from_static(version.digest_name());
        let digest = value(&header, version.digest(request.body()))?;
        request.headers_mut().insert(CONTENT_LENGTH, length.into());
        request.headers_mut().insert(header, digest);
    }

    let message = Message::of(request);
    let (mut lines, mut input) = (Lines::new(version), String::with_capacity(512));
    input.extend([LABEL, "("]);
    let mut cover = |component: &str, value: &str| {
        lines.push(component, value);
        let space = if input.ends_with('(') { "" } else { " " };
        input.extend([space, "\"", component, "\""]);
    };
    let query = message.query().map(|_| "@query");
    for component in ["@method", "@path"].into_iter().chain(query) {
        cover(component, &message.value(component)?);
    }
    let (known, others) = covered(message.headers)?;
    for (name, values) in COVERED.iter().zip(known) {
        if let Some(values) = values {
            cover(name.as_str(), &values);
        }
    }
    for name in others {
        cover(name.as_str(), &message.value(name.as_str())?);
    }
    write_parameters(&mut input, signer.key_id(), created, nonce);
    let base = lines.end(input.strip_prefix(LABEL).unwrap_or_default());
    let signature = signer.sign(base.as_bytes()).await?;

    let mut signature = value(&SIGNATURE, encoded(BEFORE_SIGNATURE, &signature, ":"))?;
    signature.set_sensitive(true);
    let input = value(&SIGNATURE_INPUT, input)?;
    let headers = request.headers_mut();
    headers.insert(SIGNATURE_INPUT, input);
    headers.insert(SIGNATURE, signature);
    if version == SignatureVersion::V15 {
        headers.insert(SIGNATURE_VERSION, HeaderValue::from_static(version.as_str()));
    }
    Ok(base)
}

/// The headers that a signature covers: the values of [`COVERED`], and the names of all others that
/// are not left out.
type Headers<'h> = ([Option<Cow<'h, str>>; COVERED.len()], Vec<&'h HeaderName>);

/// Finds the headers to cover. One pass is faster than a look-up for each name of [`COVERED`].
fn covered(headers: &HeaderMap) -> Result<Headers<'_>, BaseError> {
    let mut known = [const { None }; COVERED.len()];
    let mut others = Vec::new();
    for (name, value) in headers {
        match COVERED.iter().zip(&mut known).find(|(covered, _)| *covered == name) {
            Some((_, values)) => *values = Some(with_value(values.take(), name.as_str(), value)?),
            None if is_left_out(name.as_str()) || others.contains(&name) => {}
            None => others.push(name),
        }
    }
    Ok((known, others))
}

/// Whether a header is not covered.
fn is_left_out(name: &str) -> bool {
    OF_THE_TRANSPORT.contains(&name) || OF_THE_GATEWAY.iter().any(|prefix| name.starts_with(prefix))
}

/// Ends the list of components, and writes the signature parameters.
fn write_parameters(input: &mut String, key_id: &str, created: Timestamp, nonce: [u8; 16]) {
    let created = created.unix_seconds();
    let expires = created.saturating_add(LIFETIME_SECONDS);
    let nonce = u128::from_be_bytes(nonce);
    // Writing to a string never fails.
    let _ = write!(
        input,
        ");keyid=\"{key_id}\";created={created};expires={expires};nonce=\"{nonce:032x}\""
    );
}

fn value(name: &HeaderName, text: String) -> Result<HeaderValue, SignError> {
    HeaderValue::try_from(text)
        .map_err(|_| SignError::new(format!("the header `{name}` would not be visible ASCII")))
}

#[cfg(test)]
mod tests {
    use upvest_types::Timestamp;

    use super::SignatureVersion::{V6, V15};
    use super::{Bytes, SignError, Signer, sign};
    use crate::BoxFuture;

    struct Fixed;

    impl Signer for Fixed {
        fn key_id(&self) -> &'static str {
            "8d4997a8-cf7a-4e51-adbb-401656a3e5c2"
        }

        fn sign<'a>(&'a self, _: &'a [u8]) -> BoxFuture<'a, Result<Vec<u8>, SignError>> {
            Box::pin(async { Ok(vec![1, 2, 3]) })
        }
    }

    #[tokio::test]
    async fn the_headers_say_what_was_signed() {
        let mut request = http::Request::post("https://sandbox.upvest.co/users")
            .header("user-agent", "upvest-rs/0.1.0")
            .header("accept", "application/json")
            .header("accept-language", "de")
            .header("host-region", "eu")
            .header("x-request-id", "1")
            .body(Bytes::from_static(b"{}"))
            .unwrap();
        let created = Timestamp::from_unix_seconds(1_000).unwrap();
        let base = sign(V15, &mut request, &Fixed, created, [0xab; 16]).await.unwrap();
        let input = request.headers()["signature-input"].to_str().unwrap();
        let parameters = base.expose_token().rsplit_once("\"@signature-params\": ").unwrap().1;
        assert_eq!(input, format!("sig1={parameters}"));
        assert!(
            input.ends_with(&format!("created=1000;expires=1030;nonce=\"{}\"", "ab".repeat(16)))
        );
        assert!(base.expose_token().contains("\"accept-language\": de\n"), "{base}");
        assert!(base.expose_token().contains("\"host-region\": eu\n"), "{base}");
        assert!(!input.contains("x-request-id"));
        assert!(!input.contains("user-agent") && !input.contains("signature-version"));
        assert_eq!(request.headers()["signature"], "sig1=:AQID:");
        assert_eq!(request.headers()["upvest-signature-version"], "15");
        assert!(request.headers()["signature"].is_sensitive());
    }

    #[tokio::test]
    async fn all_values_of_a_header_are_one_line() {
        let mut request = http::Request::get("http://127.0.0.1/users")
            .header("accept-language", "de")
            .header("accept", "text/plain")
            .header("accept-language", "en")
            .header("accept", " application/json ")
            .body(Bytes::new())
            .unwrap();
        let base = sign(V15, &mut request, &Fixed, Timestamp::now(), [0; 16]).await.unwrap();
        assert!(
            base.expose_token().contains(
                "\n\"accept\": text/plain, application/json\n\"accept-language\": de, en\n"
            ),
            "{base}"
        );
        assert_eq!(base.lines().count(), 5);
    }

    #[tokio::test]
    async fn without_a_body_nothing_about_one_is_signed() {
        let mut request =
            http::Request::get("http://127.0.0.1/users?a=b").body(Bytes::new()).unwrap();
        let base = sign(V15, &mut request, &Fixed, Timestamp::now(), [0; 16]).await.unwrap();
        assert!(base.expose_token().starts_with(
            "\"@method\": GET\n\"@path\": /users\n\"@query\": ?a=b\n\"@signature-params\""
        ));
        assert!(!request.headers().contains_key("content-length"));
    }

    #[tokio::test]
    async fn the_older_form_has_another_digest_and_no_header() {
        let mut request = http::Request::post("http://127.0.0.1/webhooks")
            .body(Bytes::from_static(b"{\"key\": \"value\"}"))
            .unwrap();
        let base = sign(V6, &mut request, &Fixed, Timestamp::now(), [0; 16]).await.unwrap();
        let digest = "SHA-256=lyTB4g5uPk1/V+0l+dTvsAblCFkNUoyQ2ll/andcE+U=";
        let head = "@method: POST\n@path: /webhooks\ncontent-length: 16\ndigest: ";
        assert!(
            base.expose_token()
                .starts_with(&format!("{head}{digest}\n@signature-params: (\"@method\" ")),
            "{base}"
        );
        assert_eq!(request.headers()["digest"], digest);
        let v15 = ["content-digest", "upvest-signature-version"];
        assert!(v15.iter().all(|name| !request.headers().contains_key(*name)));
        // Signed in one version and then in the other, no header of the first one remains.
        sign(V15, &mut request, &Fixed, Timestamp::now(), [0; 16]).await.unwrap();
        assert!(!request.headers().contains_key("digest"));
        sign(V6, &mut request, &Fixed, Timestamp::now(), [0; 16]).await.unwrap();
        assert!(v15.iter().all(|name| !request.headers().contains_key(*name)));
    }
}
