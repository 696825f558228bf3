//! Verifying a request: the mirror of `sign.rs`.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::time::Duration;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, HeaderValue};
use sfv::{BareItem, Dictionary, FieldType as _, InnerList, Item, ListEntry, Parser};
use upvest_types::Timestamp;

use super::base::{Message, SignatureBase};
use super::error::VerifyError;
use super::key::VerifyingKey;
use super::policy::VerifierPolicy;
use super::version::SignatureVersion;
use crate::headers::SIGNATURE_VERSION;

/// Prefixes of the names of other algorithms, in RFC 9421 and elsewhere. P-521 has no name there,
/// so any unknown name may mean it.
const OTHERS: [&str; 6] = ["ecdsa-p256", "ecdsa-p384", "ed25519", "ed448", "hmac", "rsa"];

/// The parsed header `signature-input`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignatureInput {
    /// The covered components, in the signer's order.
    pub components: Vec<String>,
    /// The id of the key that signed.
    pub key_id: String,
    /// When it was signed, in Unix seconds.
    pub created: i64,
    /// When it expires, in Unix seconds, if given.
    pub expires: Option<i64>,
    /// The nonce, which no other signature by the same key has, if given.
    pub nonce: Option<String>,
    /// The algorithm that the signer names, if given.
    ///
    /// The key decides; `alg` must not contradict it.
    pub algorithm: Option<String>,
    /// The list and its parameters, as they appear in the signature base.
    pub parameters: String,
}

/// The longest `signature-input` or `signature` header that is read, in bytes.
const LONGEST_HEADER: usize = 8 * 1024;
const MOST_COMPONENTS: usize = 64;
/// The start of the only member.
const LABEL: &str = "sig1=";
/// The longest key id and nonce, in characters; Upvest's tools use at most 36.
const LONGEST_TEXT: usize = 256;

impl SignatureBase {
    /// Returns the signature base of a signed request, as described by its `signature-input`.
    ///
    /// The signature itself is not checked.
    ///
    /// # Errors
    /// Fails if the request is not signed, or lacks a component that the signature covers.
    pub fn of_signed<B>(request: &http::Request<B>) -> Result<Self, VerifyError> {
        let input = SignatureInput::from_headers(request.headers())?;
        let version = match request.headers().get(SIGNATURE_VERSION) {
            Some(said) if said == SignatureVersion::V15.as_str() => SignatureVersion::V15,
            _ => SignatureVersion::V6,
        };
        let message = Message::of(request);
        Ok(Self::new(version, &message, &input.components, &input.parameters)?)
    }
}

impl SignatureInput {
    /// Reads the header `signature-input`.
    ///
    /// # Errors
    /// Fails if it is missing, given twice, too long, or not in canonical form. Also fails if it is
    /// not what Upvest documents: one list with the label `sig1`, with `keyid` and `created`, and
    /// usually `expires` and `nonce`.
    pub fn from_headers(headers: &HeaderMap) -> Result<Self, VerifyError> {
        match only_member(headers, "signature-input")? {
            (ListEntry::InnerList(list), text) => Self::from_list(&list, text),
            (ListEntry::Item(_), _) => {
                Err(VerifyError::Malformed("signature-input", "`sig1` is not a list"))
            }
        }
    }

    /// Returns the headers, with the length of the body if it is covered and was left out on the way.
    ///
    /// The signature shows whether it was this length.
    #[must_use]
    pub fn with_length<'h>(&self, headers: &'h HeaderMap, body: &[u8]) -> Cow<'h, HeaderMap> {
        let is_covered = self.components.iter().any(|name| name == CONTENT_LENGTH.as_str());
        let mut headers = Cow::Borrowed(headers);
        if is_covered && !headers.contains_key(CONTENT_LENGTH) {
            headers.to_mut().insert(CONTENT_LENGTH, body.len().into());
        }
        headers
    }

    fn from_list(list: &InnerList, parameters: &str) -> Result<Self, VerifyError> {
        let malformed = |why| VerifyError::Malformed("signature-input", why);
        if list.items.len() > MOST_COMPONENTS {
            return Err(malformed("more than 64 components"));
        }
        let mut components = Vec::with_capacity(list.items.len());
        for item in &list.items {
            let BareItem::String(name) = &item.bare_item else {
                return Err(malformed("a component is not a quoted string"));
            };
            if !item.params.is_empty() {
                return Err(malformed("a component has a parameter, which Upvest does not use"));
            }
            let name = name.as_str().to_owned();
            if name != name.to_ascii_lowercase() {
                return Err(malformed("a component is not in lower case"));
            }
            if components.contains(&name) {
                return Err(malformed("a component is covered twice"));
            }
            components.push(name);
        }
        let text = |name, why| match list.params.get(name) {
            None => Ok(None),
            Some(BareItem::String(text)) if text.as_str().len() <= LONGEST_TEXT => {
                Ok(Some(text.as_str().to_owned()))
            }
            Some(_) => Err(malformed(why)),
        };
        let seconds = |name, why| match list.params.get(name) {
            None => Ok(None),
            Some(BareItem::Integer(number)) => Ok(Some(i64::from(*number))),
            Some(_) => Err(malformed(why)),
        };
        let key_id = text("keyid", "`keyid` is not a string, or longer than 256 characters")?
            .ok_or_else(|| malformed("missing parameter `keyid`"))?;
        let created = seconds("created", "`created` is not an integer")?
            .ok_or_else(|| malformed("missing parameter `created`"))?;
        Ok(Self {
            key_id,
            created,
            expires: seconds("expires", "`expires` is not an integer")?,
            nonce: text("nonce", "`nonce` is not a string, or longer than 256 characters")?,
            algorithm: text("alg", "`alg` is not a string, or longer than 256 characters")?,
            components,
            parameters: parameters.to_owned(),
        })
    }
}

fn signature(headers: &HeaderMap) -> Result<Vec<u8>, VerifyError> {
    match only_member(headers, "signature")? {
        (ListEntry::Item(Item { bare_item: BareItem::ByteSequence(bytes), params }), _)
            if params.is_empty() =>
        {
            Ok(bytes)
        }
        _ => Err(VerifyError::Malformed("signature", "`sig1` is not a byte sequence `:base64:`")),
    }
}

/// Returns the member `sig1` of a header that has no other member, and its text.
fn only_member<'h>(
    headers: &'h HeaderMap,
    name: &'static str,
) -> Result<(ListEntry, &'h str), VerifyError> {
    let malformed = |why| VerifyError::Malformed(name, why);
    let mut values = headers.get_all(name).iter();
    let value = values.next().ok_or(VerifyError::MissingHeader(name))?;
    if values.next().is_some() {
        return Err(malformed("given more than once"));
    }
    if value.len() > LONGEST_HEADER {
        return Err(malformed("longer than 8 KiB"));
    }
    let not_a_dictionary = || malformed("not a structured field dictionary");
    let value = value.to_str().map_err(|_| not_a_dictionary())?;
    let mut members: Dictionary = Parser::new(value).parse().map_err(|_| not_a_dictionary())?;
    // Repeated names and parameters, bad padding and odd spacing all disappear when it is
    // serialized again.
    if members.serialize().is_none_or(|canonical| canonical != value) {
        return Err(malformed("not in canonical form"));
    }
    let member = members.swap_remove("sig1").filter(|_| members.is_empty());
    member
        .zip(value.strip_prefix(LABEL))
        .ok_or_else(|| malformed("it has a label other than `sig1`"))
}

/// A request with a valid signature.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// The parsed `signature-input`. It is up to the caller to remember the nonce.
    pub input: SignatureInput,
    /// The signature base.
    pub base: SignatureBase,
}

/// Checks the signature of a request over the body as received.
///
/// A receiver that needs the header earlier does the steps itself, with [`verify_by`] as the last.
///
/// `key` finds the public key for a key id. The caller must check that there is a nonce and that it
/// is new, but only afterwards: a wrong signature must not use one up.
///
/// # Errors
/// Fails at the first fault that is found.
pub fn verify<'k>(
    message: &Message<'_>,
    body: &[u8],
    key: impl FnOnce(&str) -> Option<&'k VerifyingKey>,
    now: Timestamp,
    policy: &VerifierPolicy,
) -> Result<Verified, VerifyError> {
    check_version(message.headers, policy.version)?;
    let input = SignatureInput::from_headers(message.headers)?;
    let key = key(&input.key_id).ok_or(VerifyError::UnknownKey)?;
    let base = verify_by(message, body, &input, key, now, policy)?;
    Ok(Verified { input, base })
}

/// Does the rest of [`verify`], after the version, the header and its key. Returns the signature base.
///
/// # Errors
/// Fails as [`verify`] does.
pub fn verify_by(
    message: &Message<'_>,
    body: &[u8],
    input: &SignatureInput,
    key: &VerifyingKey,
    now: Timestamp,
    policy: &VerifierPolicy,
) -> Result<SignatureBase, VerifyError> {
    let signature = signature(message.headers)?;
    if input.algorithm.as_deref().is_some_and(|name| !may_be_called(key, name)) {
        return Err(VerifyError::Algorithm);
    }
    for component in policy.required_of(message, body) {
        if !input.components.iter().any(|covered| covered == component) {
            return Err(VerifyError::NotCovered(component));
        }
    }
    check_times(input, now.unix_seconds(), policy)?;
    if policy.compares_body {
        check_body(message, body, policy.version)?;
    }
    let base = SignatureBase::new(policy.version, message, &input.components, &input.parameters)?;
    if !key.verifies(base.as_bytes(), &signature) {
        return Err(VerifyError::WrongSignature(base));
    }
    Ok(base)
}

/// Checks that the header names this version. V6 is older than the header, so it may be missing.
///
/// # Errors
/// Fails if it names another one, or several.
pub fn check_version(headers: &HeaderMap, version: SignatureVersion) -> Result<(), VerifyError> {
    let mut said = headers.get_all(SIGNATURE_VERSION).iter();
    match (said.next(), said.next()) {
        (None, _) if version == SignatureVersion::V6 => Ok(()),
        (Some(said), None) if said == version.as_str() => Ok(()),
        _ => Err(VerifyError::Version(version)),
    }
}

/// Returns whether `alg` may have this value in a signature by this key.
fn may_be_called(key: &VerifyingKey, algorithm: &str) -> bool {
    let name = algorithm.to_ascii_lowercase();
    if key.is_ed25519 {
        name == "ed25519"
    } else {
        !OTHERS.iter().any(|other| name.starts_with(other))
    }
}

fn check_times(
    input: &SignatureInput,
    now: i64,
    policy: &VerifierPolicy,
) -> Result<(), VerifyError> {
    let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    let (skew, max_lifetime) = (seconds(policy.skew), seconds(policy.max_lifetime));
    let life = input.expires.map(|expires| expires.saturating_sub(input.created));
    if life.is_some_and(|life| life <= 0 || life > max_lifetime) {
        return Err(VerifyError::Lifetime);
    }
    if input.created > now.saturating_add(skew) {
        return Err(VerifyError::FromTheFuture);
    }
    let earliest = now.saturating_sub(skew);
    match policy.max_age.map(seconds) {
        Some(age) if input.created.saturating_add(age) < earliest => {
            return Err(VerifyError::TooOld);
        }
        None if input.expires.is_none() => {
            return Err(VerifyError::Malformed("signature-input", "missing parameter `expires`"));
        }
        _ => {}
    }
    let is_over = input.expires.is_some_and(|expires| expires < earliest);
    if is_over && !policy.ignores_expires { Err(VerifyError::Expired) } else { Ok(()) }
}

fn check_body(
    message: &Message<'_>,
    body: &[u8],
    version: SignatureVersion,
) -> Result<(), VerifyError> {
    let length = body.len().to_string();
    if message.headers.get_all("content-length").iter().any(|said| said != length.as_str()) {
        return Err(VerifyError::Length);
    }
    let mut digests = message.headers.get_all(version.digest_name()).iter();
    match (digests.next(), digests.next()) {
        (None, _) => Ok(()),
        // Otherwise only the first would be compared.
        (_, Some(_)) => Err(VerifyError::Malformed(version.digest_name(), "given more than once")),
        (Some(digest), None) if is_digest(version, digest, body) => Ok(()),
        (Some(_), None) => Err(VerifyError::Digest(version)),
    }
}

/// Returns whether `said`, the value of the digest header, is right for `body`.
///
/// `digest` may contain several digests, with the names of their algorithms in any case (RFC
/// 3230, section 4.1.1). A SHA-256 must be among them, and each known digest must be right.
/// `content-digest` must be as `SignatureVersion::digest` writes it.
fn is_digest(version: SignatureVersion, said: &HeaderValue, body: &[u8]) -> bool {
    let Ok(said) = said.to_str() else { return false };
    match version {
        SignatureVersion::V15 => said == version.digest(body),
        SignatureVersion::V6 => {
            let encode = |algorithm| BASE64_STANDARD.encode(digest::digest(algorithm, body));
            // Computed once each, however often the sender repeats them.
            let sha256 = encode(&digest::SHA256);
            let sha512 = LazyCell::new(|| encode(&digest::SHA512));
            let mut has_sha256 = false;
            let mut digests = said.split(',').filter_map(|one| one.trim().split_once('='));
            digests.all(|(name, value)| match name.to_ascii_lowercase().as_str() {
                "sha-256" => {
                    has_sha256 = true;
                    value == sha256
                }
                "sha-512" => value == *sha512,
                _ => true,
            }) && has_sha256
        }
    }
}
