//! What a success holds: from its bytes to a value, or to what can be said of the money without it.

use std::any::Any;

use bytes::Bytes;
use http::StatusCode;
use serde::de::DeserializeOwned;

use crate::error::{Error, ErrorKind, Result};
use crate::outcome::Outcome;
use crate::request::Target;
use crate::transport::BodyError;

/// Beyond this an answer is an attack or a mistake, not a resource.
pub(crate) const LONGEST_BODY: usize = 1024 * 1024;
pub(crate) const LONGEST_ERROR_BODY: usize = 64 * 1024;

/// A 2xx answer, not yet decoded.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) request_id: Option<String>,
    pub(crate) is_json: bool,
    /// As much as came of the body.
    pub(crate) body: Bytes,
    /// Why that is not all of it.
    pub(crate) broken: Option<BodyError>,
}

impl Answer {
    /// What is known of the effect, should the answer turn out unreadable: without its marks a 200
    /// may come from a portal or proxy in between.
    pub(crate) fn outcome(&self) -> Outcome {
        let is_marked = self.request_id.is_some() && self.is_json;
        if is_marked { Outcome::Applied } else { Outcome::Unknown }
    }
}

/// A value, and what came with it.
#[derive(Debug, Clone)]
pub struct Response<T> {
    pub(crate) value: T,
    pub(crate) status: StatusCode,
    pub(crate) request_id: Option<String>,
    pub(crate) attempts: u32,
}

impl<T> Response<T> {
    /// The value.
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The value alone.
    #[must_use]
    pub fn into_value(self) -> T {
        self.value
    }

    /// The status: any of the 2xx.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The request id in the answer.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// How many requests it took.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }
}

/// Reads an answer. `()` reads no body: an endpoint without an answer may still send one some day.
pub(crate) fn decode<T: DeserializeOwned + 'static>(target: &Target, answer: Answer) -> Result<T> {
    let (status, outcome) = (answer.status.as_u16(), answer.outcome());
    let unreadable = |kind, outcome, why: &str| {
        Error::new(kind, outcome, format!("{target} answered {status}, but {why}"))
    };
    let mut nothing: Option<T> = None;
    if let Some(nothing) = (&mut nothing as &mut dyn Any).downcast_mut::<Option<()>>() {
        *nothing = Some(());
    }
    if let Some(nothing) = nothing {
        // No body tells that this is Upvest's answer; the request id does.
        let unmarked = "without a request id, so it may not come from Upvest";
        return match answer.request_id {
            Some(_) => Ok(nothing),
            None => Err(unreadable(ErrorKind::Decode, Outcome::Unknown, unmarked).torn()),
        };
    }
    // Whatever stood in the way may be gone the next time; a limit or a type stays.
    let error = match answer.broken {
        Some(broken) => {
            let (kind, is_torn) = match broken {
                BodyError::OutOfTime => (ErrorKind::Timeout, true),
                BodyError::Broken(_) => (ErrorKind::Decode, true),
                BodyError::TooLong(_) => (ErrorKind::Decode, false),
            };
            let error = unreadable(kind, outcome, "its body could not be read to the end");
            let error = error.because(broken);
            if is_torn { error.torn() } else { error }
        }
        None if answer.body.is_empty() => {
            unreadable(ErrorKind::Decode, outcome, "its body is empty").torn()
        }
        None if answer.is_json => match serde_json::from_slice(&answer.body) {
            Ok(value) => return Ok(value),
            Err(cause) => {
                let is_torn = !cause.is_data();
                let error =
                    unreadable(ErrorKind::Decode, outcome, "its body does not fit its type");
                let error = error.because(cause);
                if is_torn { error.torn() } else { error }
            }
        },
        None => unreadable(ErrorKind::Decode, outcome, "its body is no JSON").torn(),
    };
    // What was to be a token is kept by nobody.
    Err(if target.is_form() { error } else { error.with_body(excerpt(&answer.body)) })
}

/// The first bytes of a body, as an error keeps them.
fn excerpt(body: &Bytes) -> Bytes {
    if body.len() <= LONGEST_ERROR_BODY {
        return body.clone();
    }
    // A copy, so as not to keep the rest alive.
    Bytes::copy_from_slice(body.get(..LONGEST_ERROR_BODY).unwrap_or_default())
}
