//! Decodes a success into a value, or into the error that says what is wrong with its body.

use std::any::{Any, TypeId};
use std::borrow::Cow;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use upvest_transport::__core::BodyError;

use super::raw::{LONGEST_ERROR_BODY, RawResponse};
use super::{Redirect, echo};
use crate::auth::access_token::AccessToken;
use crate::call::prepared::PreparedRequest;
use crate::endpoint::ResponseKind;
use crate::error::classify::BodyFault;
use crate::error::{Error, Result};
use crate::json::from_json;

/// Decodes a response into a `T`.
pub(crate) type Decode<T> = fn(&PreparedRequest, &mut RawResponse) -> Result<T>;

/// The function that decodes a response, as the macro names it.
pub struct Decoder<T>(pub(crate) Decode<T>);

/// Decodes a response. `()` reads no body: an endpoint without one may start to send one.
pub(crate) fn decode<T: DeserializeOwned + 'static>(
    prepared: &PreparedRequest,
    raw: &mut RawResponse,
) -> Result<T> {
    let mut nothing: Option<T> = None;
    if let Some(nothing) = (&mut nothing as &mut dyn Any).downcast_mut::<Option<()>>() {
        *nothing = Some(());
    }
    if let Some(nothing) = nothing {
        // Without a body, only the request id shows that this is Upvest's response.
        let unmarked = "it has no request id, so it may not come from Upvest";
        return match raw.request_id {
            Some(_) => Ok(nothing),
            None => Err(raw.unreadable(BodyFault::Torn, prepared, unmarked)),
        };
    }
    check_whole(prepared, raw)?;
    let body = &raw.body;
    if let Some(contradiction) = echo::contradiction(&prepared.body, body, prepared.echoes) {
        let error = raw.unreadable(BodyFault::Foreign, prepared, &contradiction);
        return Err(keeping_body(error, prepared, raw));
    }
    from_json(body).map_err(|cause| {
        let is_torn = !cause.is_data();
        let encoding = raw.encoding.as_ref().filter(|_| is_torn);
        let why = match encoding {
            Some(encoding) => encoding.why(),
            None => misfit::<T>(&cause),
        };
        let fault = if is_torn { BodyFault::Torn } else { BodyFault::Unfit };
        let error = raw.unreadable(fault, prepared, &why).because(cause);
        keeping_body(error, prepared, raw)
    })
}

/// Says why JSON is not a `T`.
fn misfit<T: 'static>(cause: &serde_json::Error) -> Cow<'static, str> {
    // `AccessToken` writes its own errors, which repeat nothing of the token.
    if TypeId::of::<T>() == TypeId::of::<AccessToken>() && cause.is_data() {
        let cause = cause.to_string();
        return cause.split(" at line ").next().unwrap_or_default().to_owned().into();
    }
    "its body does not match the expected type".into()
}

/// Returns the body unchanged.
pub(crate) fn decode_bytes(prepared: &PreparedRequest, raw: &mut RawResponse) -> Result<Bytes> {
    check_whole(prepared, raw)?;
    Ok(raw.body.clone())
}

/// Reads no body, only the location.
pub(crate) fn decode_redirect(
    prepared: &PreparedRequest,
    raw: &mut RawResponse,
) -> Result<Redirect> {
    let why = match raw.location.as_deref().map(Redirect::to) {
        Some(Ok(redirect)) => return Ok(redirect),
        Some(Err(_)) => "its `location` is not a URL",
        None => "it has no `location`",
    };
    Err(raw.unreadable(BodyFault::Torn, prepared, why))
}

/// Checks that the body is complete and of the requested type.
fn check_whole(prepared: &PreparedRequest, raw: &mut RawResponse) -> Result<()> {
    // What interfered may be gone at the next attempt; a limit or a type remains.
    let error = if let Some(broken) = raw.broken.take() {
        let fault = match broken {
            BodyError::OutOfTime => BodyFault::Late,
            BodyError::Broken(_) => BodyFault::Torn,
            BodyError::TooLong(_) => BodyFault::Unfit,
        };
        let why: Cow<'_, str> = match broken {
            BodyError::TooLong(limit) if !prepared.asks_for_token() => format!(
                "its body is longer than {limit} bytes (raise `max_response_bytes` of the client)"
            )
            .into(),
            _ => "its body could not be read completely".into(),
        };
        raw.unreadable(fault, prepared, &why).because(broken)
    } else {
        let is_json = prepared.response == ResponseKind::Json;
        let why: Cow<'_, str> = match &raw.encoding {
            _ if raw.body.is_empty() => "its body is empty".into(),
            // The header may be left over from a body that a hop has decoded: parsing it shows.
            Some(_) if raw.is_as_asked && is_json => return Ok(()),
            Some(encoding) => encoding.why(),
            None if raw.is_as_asked => return Ok(()),
            None if raw.has_type && is_json => "its `content-type` is not JSON".into(),
            None if raw.has_type => "its body is not of the requested type".into(),
            None if !is_json => "it has no `content-type`, so its body has no known type".into(),
            None if raw.request_id.is_some() => {
                "it has no `content-type`, and its body is not JSON".into()
            }
            None => "it has neither `content-type` nor request id, so it may not come from Upvest"
                .into(),
        };
        raw.unreadable(BodyFault::Torn, prepared, &why)
    };
    Err(keeping_body(error, prepared, raw))
}

/// Adds the body to the error, unless it was to be a token: that must not be stored.
fn keeping_body(error: Error, prepared: &PreparedRequest, raw: &RawResponse) -> Error {
    if prepared.asks_for_token() { error } else { error.with_body(excerpt(&raw.body)) }
}

/// Returns the first bytes of a body, as an error stores them.
fn excerpt(body: &Bytes) -> Bytes {
    if body.len() <= LONGEST_ERROR_BODY {
        return body.clone();
    }
    // A copy, so that the rest can be freed.
    Bytes::copy_from_slice(body.get(..LONGEST_ERROR_BODY).unwrap_or_default())
}
