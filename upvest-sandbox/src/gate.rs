//! The checks that every request must pass before it is carried out, in order.
//!
//! The declaration of an endpoint says which checks it requires. The order of the real API is not
//! documented; here, an unknown client learns nothing about scopes and bodies.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderName};
use http::request::Parts;
use upvest_core::__sandbox::headers::{API_VERSION, CLIENT_ID, IDEMPOTENCY_KEY, SIGNATURE_VERSION};
use upvest_core::__sandbox::{Message, SignatureInput, check_version, verify_by};
use upvest_core::signature::{VerifierPolicy, VerifyError};
use upvest_core::{Endpoint, IdempotencyKey, Timestamp};
use uuid::Uuid;

use crate::problem::Refused;
use crate::settings::{Assumption, Check, Settings};
use crate::world::World;

/// Headers that have one value. With two, a reader of the first would see another request than a
/// reader of the last.
static SINGLE: [HeaderName; 7] = [
    ACCEPT,
    AUTHORIZATION,
    CONTENT_TYPE,
    API_VERSION,
    CLIENT_ID,
    IDEMPOTENCY_KEY,
    SIGNATURE_VERSION,
];

/// Checks a request, and returns its idempotency key if the endpoint takes one.
pub(crate) fn admit(
    world: &World,
    endpoint: &Endpoint,
    head: &Parts,
    body: &Bytes,
    now: Timestamp,
) -> Result<Option<IdempotencyKey>, Refused> {
    let checks = |check| world.settings.checks(check);
    if checks(Check::ClientId) {
        check_client_id(world, endpoint, &head.headers)?;
    }
    if endpoint.is_signed() && checks(Check::Signature) {
        check_signature(world, endpoint, head, body, now)?;
    }
    if !endpoint.is_anonymous() && checks(Check::Token) {
        check_token(world, endpoint, &head.headers, now)?;
    }
    check_negotiation(&world.settings, endpoint, &head.headers)?;
    if !endpoint.is_idempotent() {
        return Ok(None);
    }
    match idempotency_key(&head.headers) {
        Err(_) if !checks(Check::IdempotencyKey) => {
            // Then any text is a key, and the same text is the same key.
            let text = head.headers.get(IDEMPOTENCY_KEY).map(|key| key.as_bytes().escape_ascii());
            let text = text.map(|text| text.to_string());
            let text = text.unwrap_or_else(|| world.store.fresh_text("idempotency key"));
            Ok(Some(IdempotencyKey::derive(&Uuid::NAMESPACE_OID, &text)))
        }
        key => key.map(Some),
    }
}

fn check_client_id(world: &World, endpoint: &Endpoint, headers: &HeaderMap) -> Result<(), Refused> {
    match text(headers, &CLIENT_ID) {
        Some(id) if id.eq_ignore_ascii_case(&world.credentials.client_id().to_string()) => Ok(()),
        Some(_) => Err(Refused::unauthorised("The client is not known")),
        // The form of a token request names the client, and one of Upvest's own clients sends no
        // header with it.
        None if endpoint.is_anonymous() => Ok(()),
        None => Err(Refused::missing_client_id()),
    }
}

fn check_signature(
    world: &World,
    endpoint: &Endpoint,
    head: &Parts,
    body: &Bytes,
    now: Timestamp,
) -> Result<(), Refused> {
    let policy = policy(&world.settings, endpoint, &head.headers);
    let verified = || {
        check_version(&head.headers, policy.version)?;
        let input = SignatureInput::from_headers(&head.headers)?;
        let key = world.keys.get(&input.key_id).ok_or(VerifyError::UnknownKey)?;
        let headers = signed_headers(&world.settings, head, body, Some(&input));
        let message = Message { headers: &headers, ..Message::of_parts(head) };
        verify_by(&message, body, &input, key, now, &policy)?;
        Ok::<_, VerifyError>(input)
    };
    let input = verified().map_err(Refused::signature)?;
    if !world.settings.checks(Check::Nonce) {
        return Ok(());
    }
    let missing = |what| Refused::signature(VerifyError::Malformed("signature-input", what));
    let expires = input.expires.ok_or_else(|| missing("missing parameter `expires`"))?;
    let nonce = input.nonce.as_deref().ok_or_else(|| missing("missing parameter `nonce`"))?;
    let skew = policy.skew.as_secs().try_into().unwrap_or(i64::MAX);
    let remember_until = expires.saturating_add(skew);
    let is_new =
        world.store.take_nonce(&input.key_id, nonce, remember_until, now.unix_seconds())?;
    if is_new {
        Ok(())
    } else {
        let mut refused = Refused::unauthorised("Signature is incorrect")
            .for_the_log("signature: the nonce was used before");
        refused.hint =
            Some("use a new nonce for each request, and sign each retry again".to_owned());
        Err(refused)
    }
}

/// Returns the headers, with a `content-length` of 0 if that was signed but not sent: Upvest's
/// proxy signs it on a DELETE, and its HTTP library omits it.
pub(crate) fn signed_headers<'h>(
    settings: &Settings,
    head: &'h Parts,
    body: &[u8],
    input: Option<&SignatureInput>,
) -> Cow<'h, HeaderMap> {
    match input {
        Some(input) if body.is_empty() && !settings.assumes(Assumption::LengthSent) => {
            input.with_length(&head.headers, body)
        }
        _ => Cow::Borrowed(&head.headers),
    }
}

/// Returns the policy that a signature for `endpoint` must satisfy.
pub(crate) fn policy(
    settings: &Settings,
    endpoint: &Endpoint,
    headers: &HeaderMap,
) -> VerifierPolicy {
    let mut policy = VerifierPolicy::default();
    let checks = |check| settings.checks(check);
    if !endpoint.is_anonymous() && (checks(Check::Token) || headers.contains_key(AUTHORIZATION)) {
        policy.required.push("authorization");
    }
    if !checks(Check::Accept) && !headers.contains_key(ACCEPT) {
        policy.required.retain(|name| *name != "accept");
    }
    if settings.assumes(Assumption::AllCovered) {
        let more = ["content-length", "idempotency-key"];
        policy.required.extend(more.iter().filter(|name| headers.contains_key(**name)));
    }
    policy.insists_on_coverage = settings.checks(Check::Coverage);
    policy.compares_body = settings.checks(Check::Digest);
    if !settings.checks(Check::Lifetime) {
        (policy.skew, policy.max_lifetime) = (Duration::MAX, Duration::MAX);
    }
    policy
}

fn check_token(
    world: &World,
    endpoint: &Endpoint,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<(), Refused> {
    let token = text(headers, &AUTHORIZATION)
        .and_then(|value| value.strip_prefix("Bearer "))
        .ok_or_else(|| Refused::unauthorised("The access token is missing"))?;
    let scopes = world
        .store
        .scopes(token, now.unix_seconds())?
        .ok_or_else(|| Refused::unauthorised("The access token is unknown or expired"))?;
    let has_one =
        endpoint.scopes().iter().any(|scope| scopes.split(' ').any(|held| held == *scope));
    if has_one || endpoint.scopes().is_empty() || !world.settings.checks(Check::Scope) {
        Ok(())
    } else {
        Err(Refused::forbidden(&scopes, endpoint.scopes()))
    }
}

fn check_negotiation(
    settings: &Settings,
    endpoint: &Endpoint,
    headers: &HeaderMap,
) -> Result<(), Refused> {
    let checks = |check| settings.checks(check);
    if checks(Check::SingleHeaders) {
        let twice = SINGLE.iter().find(|name| headers.get_all(*name).iter().count() > 1);
        if let Some(name) = twice {
            return Err(Refused::invalid_request(format!("The header {name} appears twice")));
        }
    }
    // HTTP/1.1 requires it.
    if !headers.contains_key(HOST) {
        return Err(Refused::invalid_request("The header host is missing"));
    }
    let version = text(headers, &API_VERSION);
    if checks(Check::ApiVersion) && version.is_some_and(|version| version != "1") {
        return Err(Refused::upgrade_required());
    }
    // If the caller sets `accept`, the endpoint itself checks it.
    let is_set_by_caller = endpoint.header_name() == Some(ACCEPT.as_str());
    let is_acceptable = match text(headers, &ACCEPT) {
        Some(accept) => accept == "*/*" || accept == endpoint.accepts(),
        None => false,
    };
    if checks(Check::Accept) && !is_acceptable && !is_set_by_caller {
        return Err(Refused::not_acceptable());
    }
    if let Some(name) = endpoint.header_name()
        && !headers.contains_key(name)
    {
        return Err(Refused::invalid_request(format!("The header {name} is missing")));
    }
    let content_type = endpoint.body().content_type();
    let is_fitting = content_type.is_none() || text(headers, &CONTENT_TYPE) == content_type;
    if checks(Check::ContentType) && !is_fitting {
        let wanted = content_type.unwrap_or_default();
        return Err(Refused::invalid_request(format!(
            "unexpected request Content-Type: it must be {wanted}, without parameters"
        )));
    }
    Ok(())
}

fn idempotency_key(headers: &HeaderMap) -> Result<IdempotencyKey, Refused> {
    let key = text(headers, &IDEMPOTENCY_KEY).ok_or_else(Refused::missing_idempotency_key)?;
    key.parse().map_err(|_| {
        Refused::invalid_request("idempotency-key: it must be a UUID of version 1 to 5")
    })
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
