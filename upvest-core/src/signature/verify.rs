//! Verifying a request: the mirror of `sign.rs`.

use std::time::Duration;

use http::HeaderMap;
use sfv::{BareItem, Dictionary, FieldType as _, InnerList, Item, ListEntry, Parser};

use super::base::{Message, SignatureBase};
use super::error::VerifyError;
use super::key::VerifyingKey;
use super::version::SignatureVersion;
use crate::headers::SIGNATURE_VERSION;
use crate::types::Timestamp;

/// What a verifier insists on beyond a signature that is right.
///
/// Upvest publishes neither the tolerance of its clock nor the longest life of a signature; the
/// defaults leave room for all of its own tools, which use up to 60 seconds.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct VerifierPolicy {
    /// Of which draft the signature is; V15 by default.
    pub version: SignatureVersion,
    /// How far the signer's clock may be off; 30 seconds by default.
    pub skew: Duration,
    /// The longest time from `created` to `expires`; 5 minutes by default.
    pub max_lifetime: Duration,
    /// How old the signature may be, counted from `created`. `None` by default: then `expires` must be
    /// present.
    pub max_age: Option<Duration>,
    /// Whether the signature is taken after `expires`; false by default. Its age counts all the same.
    pub ignores_expires: bool,
    /// Components that must be covered; `@method`, `@path` and `accept` by default. The
    /// query, `upvest-client-id` and `upvest-api-version` are required too if they are sent.
    pub required: Vec<&'static str>,
    /// Components that must be covered if there is a body, besides its digest; `content-type` by
    /// default.
    pub required_with_body: Vec<&'static str>,
    #[doc(hidden)]
    /// Whether coverage is insisted on at all; true by default. Without it, whoever can change a
    /// request on its way can change what the signature leaves out.
    pub insists_on_coverage: bool,
    #[doc(hidden)]
    /// Whether the digest and `content-length` must be those of the body; true by default. Without
    /// it, the body is not protected.
    pub compares_body: bool,
}

impl Default for VerifierPolicy {
    fn default() -> Self {
        Self {
            version: SignatureVersion::V15,
            skew: Duration::from_secs(30),
            max_lifetime: Duration::from_secs(5 * 60),
            max_age: None,
            ignores_expires: false,
            required: vec!["@method", "@path", "accept"],
            required_with_body: vec!["content-type"],
            insists_on_coverage: true,
            compares_body: true,
        }
    }
}

impl VerifierPolicy {
    /// What a signature of `message` must cover: what is [`required`](VerifierPolicy::required), the query if
    /// there is one, `upvest-client-id` and `upvest-api-version` if they are sent, and with a body its
    /// digest and what is [`required_with_body`](VerifierPolicy::required_with_body).
    ///
    /// Not the length of the body and not the `idempotency-key`, though our own signatures cover
    /// both: some of Upvest's tools leave them out.
    #[doc(hidden)]
    #[must_use]
    pub fn required_of(&self, message: &Message<'_>, body: &[u8]) -> Vec<&'static str> {
        if !self.insists_on_coverage {
            return Vec::new();
        }
        let mut required = self.required.clone();
        if message.query().is_some() {
            required.push("@query");
        }
        if !body.is_empty() {
            required.extend(&self.required_with_body);
            required.push(self.version.digest_name());
        }
        for header in ["upvest-client-id", "upvest-api-version"] {
            if message.headers.contains_key(header) {
                required.push(header);
            }
        }
        required
    }
}

/// What the header `signature-input` says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignatureInput {
    /// What was covered, in the signer's order.
    pub components: Vec<String>,
    /// Which key signed.
    pub key_id: String,
    /// When it was signed, in Unix seconds.
    pub created: i64,
    /// When it ends, in Unix seconds, if it says so.
    pub expires: Option<i64>,
    /// What makes it different from every other signature of the same key, if it says so.
    pub nonce: Option<String>,
    /// What the signer says that it signed with. The key decides, but must not be contradicted.
    pub algorithm: Option<String>,
    /// The list and its parameters, as they stand in the base.
    pub parameters: String,
}

/// The longest `signature-input` or `signature` header that is looked at.
const LONGEST_HEADER: usize = 8 * 1024;
const MOST_COMPONENTS: usize = 64;
/// What the one member begins with.
const LABEL: &str = "sig1=";
/// The longest key id and the longest nonce: Upvest's tools use 36 characters at most.
const LONGEST_TEXT: usize = 256;

impl SignatureBase {
    /// The signature base of a request that was signed, as its header `signature-input` describes it.
    /// The signature itself is not checked.
    ///
    /// # Errors
    /// If the request is not signed, or lacks a component that the signature covers.
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
    /// If it is missing, given twice, too long, not in its canonical form, or not what Upvest
    /// documents: one list with the label `sig1`, with `keyid` and `created`, and mostly `expires` and
    /// `nonce`.
    pub fn from_headers(headers: &HeaderMap) -> Result<Self, VerifyError> {
        match only_member(headers, "signature-input")? {
            (ListEntry::InnerList(list), text) => Self::from_list(&list, text),
            (ListEntry::Item(_), _) => {
                Err(VerifyError::Malformed("signature-input", "`sig1` is no list"))
            }
        }
    }

    fn from_list(list: &InnerList, parameters: &str) -> Result<Self, VerifyError> {
        let malformed = |why| VerifyError::Malformed("signature-input", why);
        if list.items.len() > MOST_COMPONENTS {
            return Err(malformed("it covers too many components"));
        }
        let mut components = Vec::with_capacity(list.items.len());
        for item in &list.items {
            let BareItem::String(name) = &item.bare_item else {
                return Err(malformed("a component is no quoted string"));
            };
            if !item.params.is_empty() {
                return Err(malformed(
                    "a component has a parameter, which Upvest's form does not know",
                ));
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
        let key_id = text("keyid", "its `keyid` is no text, or too long")?
            .ok_or_else(|| malformed("it has no text `keyid`"))?;
        let created = seconds("created", "its `created` is no number")?
            .ok_or_else(|| malformed("it has no number `created`"))?;
        Ok(Self {
            key_id,
            created,
            expires: seconds("expires", "its `expires` is no number")?,
            nonce: text("nonce", "its `nonce` is no text, or too long")?,
            algorithm: text("alg", "its `alg` is no text, or too long")?,
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
        _ => Err(VerifyError::Malformed("signature", "`sig1` is no byte sequence `:base64:`")),
    }
}

/// The member `sig1` of a header that holds nothing else, and its text.
fn only_member<'h>(
    headers: &'h HeaderMap,
    name: &'static str,
) -> Result<(ListEntry, &'h str), VerifyError> {
    let malformed = |why| VerifyError::Malformed(name, why);
    let mut values = headers.get_all(name).iter();
    let value = values.next().ok_or(VerifyError::MissingHeader(name))?;
    if values.next().is_some() {
        return Err(malformed("the header is there twice"));
    }
    if value.len() > LONGEST_HEADER {
        return Err(malformed("it is too long"));
    }
    let no_field = || malformed("it is no structured field dictionary");
    let value = value.to_str().map_err(|_| no_field())?;
    let mut members: Dictionary = Parser::new(value).parse().map_err(|_| no_field())?;
    // Names and parameters that are there twice, bad padding, odd spacing: all of them are gone
    // when it is written back.
    if members.serialize().is_none_or(|canonical| canonical != value) {
        return Err(malformed("it is not in its canonical form"));
    }
    let member = members.swap_remove("sig1").filter(|_| members.is_empty());
    member
        .zip(value.strip_prefix(LABEL))
        .ok_or_else(|| malformed("it holds another label than `sig1`"))
}

/// A request whose signature is right.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// What its headers said. The nonce is for the caller to remember.
    pub input: SignatureInput,
    /// What was signed.
    pub base: SignatureBase,
}

/// Checks the signature of a request over the body as received.
///
/// `key` finds the public key for a key id. Whether there is a nonce, and a new one, is for the caller
/// to check, after this: a wrong signature must not use one up.
///
/// # Errors
/// At the first thing that is wrong.
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

/// The same, once it is known what the header says and which key that means. Gives back the base.
pub(crate) fn verify_by(
    message: &Message<'_>,
    body: &[u8],
    input: &SignatureInput,
    key: &VerifyingKey,
    now: Timestamp,
    policy: &VerifierPolicy,
) -> Result<SignatureBase, VerifyError> {
    let signature = signature(message.headers)?;
    if input.algorithm.as_deref().is_some_and(|name| !key.may_be_called(name)) {
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

/// Whether the header says this version. V6 is older than the header, so that it may be missing.
pub(crate) fn check_version(
    headers: &HeaderMap,
    version: SignatureVersion,
) -> Result<(), VerifyError> {
    let mut said = headers.get_all(SIGNATURE_VERSION).iter();
    match (said.next(), said.next()) {
        (None, _) if version == SignatureVersion::V6 => Ok(()),
        (Some(said), None) if said == version.as_str() => Ok(()),
        _ => Err(VerifyError::Version(version)),
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
            return Err(VerifyError::Malformed("signature-input", "it has no number `expires`"));
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
        // Only the first would be compared.
        (_, Some(_)) => {
            Err(VerifyError::Malformed(version.digest_name(), "the header is there twice"))
        }
        (Some(digest), None) if version.is_digest(digest, body) => Ok(()),
        (Some(_), None) => Err(VerifyError::Digest(version)),
    }
}
