//! What is probably wrong with a refused signature, and how to fix it.
//!
//! A wrong signature does not show what was signed, but most mistakes are known. Each known mistake
//! is tried: if the signature fits the text that the mistake leads to, that mistake was made.

mod digests;
mod encoding;
mod guesses;
mod names;
mod paths;
mod times;

use aws_lc_rs::digest;
use aws_lc_rs::signature::{ECDSA_P521_SHA256_ASN1, UnparsedPublicKey};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderMap;
use http::header::HeaderName;
use upvest_core::__sandbox::headers::{CONTENT_DIGEST, SIGNATURE, SIGNATURE_VERSION};
use upvest_core::__sandbox::{Message, SignatureInput};
use upvest_core::Timestamp;
use upvest_core::signature::{SignatureBase, VerifyError, VerifyingKey};

pub(crate) use self::paths::other_path;

/// A guess at the mistake, and what was signed if that is certain.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Hint {
    pub(crate) text: String,
    pub(crate) signed: Option<String>,
}

impl From<String> for Hint {
    fn from(text: String) -> Self {
        Self { text, signed: None }
    }
}

impl From<&str> for Hint {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// A request whose signature was refused.
pub(crate) struct Suspect<'a> {
    pub(crate) message: Message<'a>,
    pub(crate) body: &'a [u8],
    pub(crate) now: Timestamp,
    /// Whether the sandbox's clock was frozen or advanced.
    pub(crate) is_moved: bool,
    pub(crate) client_id: &'a str,
    pub(crate) key_id: &'a str,
    /// The key with the request's key id.
    pub(crate) key: Option<&'a VerifyingKey>,
    /// The public half of the client's key.
    pub(crate) public_key_pem: &'a str,
}

impl Suspect<'_> {
    pub(crate) fn hint(&self, refusal: &VerifyError) -> Hint {
        match refusal {
            VerifyError::Version(_) => self.of_version().into(),
            VerifyError::MissingHeader(name) => format!(
                "send `{name}`: every request is signed, the token request included (Upvest's \
                 clients and `upvest-core` do this for you)"
            )
            .into(),
            VerifyError::Malformed(name, _) if self.times(name) > 1 => {
                format!("send `{name}` once: a library or a proxy added another one").into()
            }
            VerifyError::Malformed("signature", _) => {
                "write `signature` as `sig1=:BASE64:`, with standard base64, padding, and a colon \
                 on each side"
                    .into()
            }
            VerifyError::Malformed(name, why) => times::misread(self.message.headers)
                .unwrap_or_else(|| {
                    format!(
                        "malformed `{name}`: {why} (write `sig1=(\"@method\" \"@path\" …);\
                         keyid=\"…\";created=1633529659;expires=1633529664;nonce=\"…\"`)"
                    )
                })
                .into(),
            VerifyError::UnknownKey => self.of_key().into(),
            VerifyError::Algorithm => {
                "leave `alg` out: the registered key determines the algorithm".into()
            }
            VerifyError::NotCovered(name) => names::not_covered(name, self.message.headers).into(),
            VerifyError::Lifetime => self.of_lifetime().into(),
            VerifyError::FromTheFuture | VerifyError::TooOld | VerifyError::Expired => {
                self.of_time().into()
            }
            VerifyError::Length => {
                "the body was changed after signing, or its length was counted in characters \
                 (count bytes)"
                    .into()
            }
            VerifyError::Digest(_) => {
                digests::of_digest(text(self.message.headers, &CONTENT_DIGEST), self.body).into()
            }
            VerifyError::Base(error) => {
                names::without_value(error, &self.message, self.body).into()
            }
            VerifyError::WrongSignature(base) => self.of_signature(base),
            _ => "compare what you sign with the form in the API documentation".into(),
        }
    }

    fn times(&self, header: &str) -> usize {
        self.message.headers.get_all(header).iter().count()
    }

    fn of_version(&self) -> String {
        if self.times(SIGNATURE_VERSION.as_str()) > 1 {
            return "send `upvest-signature-version` once: a library or a proxy added another one"
                .to_owned();
        }
        "send `upvest-signature-version: 15`: without it the older form, v6, is assumed, which the \
         sandbox refuses (the header itself is not covered)"
            .to_owned()
    }

    fn of_key(&self) -> String {
        let given = SignatureInput::from_headers(self.message.headers).map(|input| input.key_id);
        let known = self.key_id;
        match given {
            Ok(given) if given == self.client_id => {
                format!("`keyid` is the client id (use the key id, `{known}`)")
            }
            _ => format!("unknown `keyid` (use the key id, `{known}`)"),
        }
    }

    fn of_time(&self) -> String {
        let Ok(input) = SignatureInput::from_headers(self.message.headers) else {
            return "`created` and `expires` cannot be read".to_owned();
        };
        if let Some(misread) = times::misread(self.message.headers) {
            return misread;
        }
        let off = input.created.saturating_sub(self.now.unix_seconds());
        let cause = if self.is_moved {
            "the clock was changed (reset it, or start the sandbox with `--loose lifetime`)"
        } else {
            "your clock is wrong, or the request was in flight for too long"
        };
        let side = if off > 0 { "ahead of" } else { "behind" };
        format!(
            "`created` is {} s {side} the sandbox's clock, which says {}: {cause}",
            off.unsigned_abs(),
            self.now
        )
    }

    fn of_lifetime(&self) -> String {
        if let Some(misread) = times::misread(self.message.headers) {
            return misread;
        }
        let life = SignatureInput::from_headers(self.message.headers)
            .map_or(0, |input| input.expires.unwrap_or(0).saturating_sub(input.created));
        format!("the signature is valid for {life} s (set `expires` 5 to 60 s after `created`)")
    }

    /// Tries the known mistakes.
    fn of_signature(&self, base: &SignatureBase) -> Hint {
        let nothing_known = || {
            Hint::from(
                "no known mistake fits: another key signed it, or a covered header or the body was \
                 changed after signing (compare the signature base that you signed with the \
                 received one)",
            )
        };
        let (Some(key), Some(signature)) = (self.key, signature(self.message.headers)) else {
            return nothing_known();
        };
        if let Some(kind) = encoding::other_kind(&signature, key.is_ed25519()) {
            return kind.into();
        }
        let der = encoding::der_of_raw(&signature);
        let signature = der.as_deref().unwrap_or(&signature);
        let raw = if der.is_some() {
            "the signature is the raw r||s (encode it as ASN.1 DER)"
        } else {
            ""
        };
        if der.is_some() && key.verifies(base.as_bytes(), signature) {
            return raw.into();
        }
        if key.verifies(digest::digest(&digest::SHA512, base.as_bytes()).as_ref(), signature) {
            return "the signature base was hashed twice (pass the base to a function that hashes, \
                    or its hash to one that does not)"
                .into();
        }
        if self.is_over_sha_256(base.as_bytes(), signature) {
            return "the signature base was hashed with SHA-256 (use ECDSA with SHA-512)".into();
        }
        for guess in guesses::guesses(&self.message, self.body, base) {
            if key.verifies(guess.signed.as_bytes(), signature) {
                let text = match raw {
                    "" => guess.what.into_owned(),
                    raw => format!("{}; and {raw}", guess.what),
                };
                return Hint { text, signed: guess.is_base.then_some(guess.signed) };
            }
        }
        nothing_known()
    }

    fn is_over_sha_256(&self, base: &[u8], signature: &[u8]) -> bool {
        let Ok(public) = pem::parse(self.public_key_pem) else { return false };
        let key = UnparsedPublicKey::new(&ECDSA_P521_SHA256_ASN1, public.contents());
        key.verify(base, signature).is_ok()
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn signature(headers: &HeaderMap) -> Option<Vec<u8>> {
    let value = text(headers, &SIGNATURE).strip_prefix("sig1=:")?.strip_suffix(':')?;
    BASE64_STANDARD.decode(value).ok()
}
