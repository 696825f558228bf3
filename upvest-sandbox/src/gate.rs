//! What every request must pass before anything is done: the demands of its endpoint, in order.
//!
//! Which demands an endpoint has comes from its declaration. In which order the real API looks at
//! them is not documented; here, whoever is not known learns nothing about scopes and bodies.

use bytes::Bytes;
use http::HeaderMap;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName};
use http::request::Parts;
use upvest_core::headers::{API_VERSION, CLIENT_ID, IDEMPOTENCY_KEY};
use upvest_core::signature::{Message, Policy, VerifyingKey, verify};
use upvest_core::{Endpoint, IdempotencyKey, Timestamp};

use crate::credentials::Credentials;
use crate::problem::Refused;
use crate::state::State;

pub(crate) struct Gate {
    pub(crate) credentials: Credentials,
    pub(crate) verifying_key: VerifyingKey,
    pub(crate) state: State,
    /// What the client is set up for.
    pub(crate) scopes: Vec<&'static str>,
}

impl Gate {
    /// Lets a request in, with its idempotency key if the endpoint takes one.
    pub(crate) fn admit(
        &self,
        endpoint: &Endpoint,
        head: &Parts,
        body: &Bytes,
        now: Timestamp,
    ) -> Result<Option<IdempotencyKey>, Refused> {
        self.check_client_id(endpoint, &head.headers)?;
        if endpoint.is_signed() {
            self.check_signature(endpoint, head, body, now)?;
        }
        if !endpoint.is_anonymous() {
            self.check_token(endpoint, &head.headers, now)?;
        }
        check_negotiation(endpoint, &head.headers)?;
        if endpoint.is_idempotent() { idempotency_key(&head.headers).map(Some) } else { Ok(None) }
    }

    fn check_client_id(&self, endpoint: &Endpoint, headers: &HeaderMap) -> Result<(), Refused> {
        match text(headers, &CLIENT_ID) {
            Some(id) if id.eq_ignore_ascii_case(&self.credentials.client_id().to_string()) => {
                Ok(())
            }
            Some(_) => Err(Refused::unauthorised("The client is not known")),
            // The form of a token request names the client: one of Upvest's own clients sends no
            // header there.
            None if endpoint.is_anonymous() => Ok(()),
            None => Err(Refused::missing_client_id()),
        }
    }

    fn check_signature(
        &self,
        endpoint: &Endpoint,
        head: &Parts,
        body: &Bytes,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let key_id = self.credentials.key_id().to_string();
        let key = |id: &str| (id == key_id).then_some(&self.verifying_key);
        let policy = policy(endpoint);
        let verified = verify(&Message::of_parts(head), body, key, now, &policy)
            .map_err(Refused::signature)?;
        let input = &verified.input;
        let forget = input.expires.saturating_add(policy.skew_seconds);
        let is_new =
            self.state.take_nonce(&input.key_id, &input.nonce, forget, now.unix_seconds())?;
        if is_new {
            Ok(())
        } else {
            Err(Refused::unauthorised("Signature is incorrect")
                .for_the_log("signature: the nonce was used before"))
        }
    }

    fn check_token(
        &self,
        endpoint: &Endpoint,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let token = text(headers, &AUTHORIZATION)
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or_else(|| Refused::unauthorised("The access token is missing"))?;
        let scopes = self
            .state
            .scopes(token, now.unix_seconds())?
            .ok_or_else(|| Refused::unauthorised("The access token is unknown or expired"))?;
        let has_one =
            endpoint.scopes().iter().any(|scope| scopes.split(' ').any(|held| held == *scope));
        if has_one || endpoint.scopes().is_empty() {
            Ok(())
        } else {
            let reason = format!("the token has `{scopes}`, not one of {:?}", endpoint.scopes());
            Err(Refused::forbidden().for_the_log(reason))
        }
    }
}

/// What a signature for `endpoint` must cover beyond what every one must.
pub(crate) fn policy(endpoint: &Endpoint) -> Policy {
    let mut policy = Policy::default();
    if !endpoint.is_anonymous() {
        policy.required.push("authorization");
    }
    policy
}

fn check_negotiation(endpoint: &Endpoint, headers: &HeaderMap) -> Result<(), Refused> {
    if text(headers, &API_VERSION).is_some_and(|version| version != "1") {
        return Err(Refused::upgrade_required());
    }
    // Who may choose is asked by the endpoint itself.
    let is_acceptable = match text(headers, &ACCEPT) {
        Some(accept) => accept == "*/*" || accept == endpoint.accepts(),
        None => false,
    };
    if !is_acceptable && endpoint.header_name() != Some(ACCEPT.as_str()) {
        return Err(Refused::not_acceptable());
    }
    if let Some(name) = endpoint.header_name()
        && !headers.contains_key(name)
    {
        return Err(Refused::invalid_request(format!("The header {name} is missing")));
    }
    let content_type = endpoint.body().content_type();
    if content_type.is_some() && text(headers, &CONTENT_TYPE) != content_type {
        let wanted = content_type.unwrap_or_default();
        return Err(Refused::invalid_request(format!(
            "unexpected request Content-Type: it must be {wanted}, with no parameter"
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
