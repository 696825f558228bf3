//! The builder of a request: fills path and header, encodes query and body. No I/O.

use std::error::Error as StdError;
use std::str::FromStr as _;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};

use super::prepared::{PreparedRequest, check_segment};
use crate::client::Client;
use crate::endpoint::{BodyKind, Endpoint};
use crate::error::{Error, ErrorKind, Outcome, Result};
use crate::response::Decoder;

/// Why a value could not be written.
pub type WriteError = Box<dyn StdError + Send + Sync>;

/// The request of one call. `#[api]` writes the code that fills it.
///
/// The first failure becomes the call's error, and nothing is sent.
#[must_use]
pub struct Request<'c> {
    pub(crate) client: &'c Client,
    endpoint: Endpoint,
    prepared: Result<PreparedRequest>,
}

impl<'c> Request<'c> {
    /// Returns a request to `endpoint`, with nothing filled in yet.
    pub fn new(client: &'c Client, endpoint: Endpoint) -> Self {
        Self { client, endpoint, prepared: Ok(PreparedRequest::of(endpoint)) }
    }

    /// Fills the placeholder `{name}`.
    pub fn path<T: ?Sized>(self, name: &str, value: &T, text: fn(&T) -> String) -> Self {
        self.change(|prepared| {
            let value = text(value);
            check_segment(&value).map_err(|why| format!("the path value `{name}` {why}"))?;
            prepared.path = prepared.path.replacen(&format!("{{{name}}}"), &value, 1).into();
            Ok(())
        })
    }

    /// Appends `query` to the path, unless it is empty.
    pub fn query<T: ?Sized>(
        self,
        query: &T,
        write: fn(&T) -> std::result::Result<String, WriteError>,
    ) -> Self {
        self.change(|prepared| {
            let query = write(query).map_err(|error| {
                let error = error.to_string();
                let hint = match error.as_str() {
                    "unsupported value" => {
                        " (a field is one value, or an `Option` of one; several values are a \
                         `CommaSeparated`)"
                    }
                    _ => "",
                };
                format!("cannot encode the query: {error}{hint}")
            })?;
            if !query.is_empty() {
                let path = prepared.path.to_mut();
                path.push('?');
                path.push_str(&query);
            }
            Ok(())
        })
    }

    /// Fills the header that the endpoint names.
    pub fn header<T: ?Sized>(self, value: &T, text: fn(&T) -> String) -> Self {
        let name = self.endpoint.header_name().unwrap_or_default();
        self.change(|prepared| {
            let value = text(value);
            check_header(&value).map_err(|why| format!("the header `{name}` {why}"))?;
            let pair = HeaderName::from_str(name).ok().zip(HeaderValue::from_str(&value).ok());
            let (name, value) = pair.ok_or_else(|| format!("the header `{name}` is invalid"))?;
            prepared.header = Some(Box::new((name, value)));
            Ok(())
        })
    }

    /// Encodes `body` as the endpoint requires.
    pub fn body<T: ?Sized>(
        self,
        body: &T,
        write: fn(&T, BodyKind) -> std::result::Result<Bytes, WriteError>,
    ) -> Self {
        let kind = self.endpoint.body();
        let how = if kind == BodyKind::Form { "a form" } else { "JSON" };
        self.change(|prepared| {
            prepared.body = write(body, kind)
                .map_err(|error| format!("cannot encode the body as {how}: {error}"))?;
            Ok(())
        })
    }

    /// Returns the call that sends this request.
    pub fn call<R, T>(self, new: fn(Self, Decoder<T>) -> R, decoder: Decoder<T>) -> R {
        new(self, decoder)
    }

    pub(crate) fn finish(self) -> Result<PreparedRequest> {
        // Values have no braces, and neither has the template outside of placeholders.
        let is_unfilled = self.prepared.as_ref().is_ok_and(|prepared| prepared.path.contains('{'));
        if is_unfilled {
            return self.change(|_| Err("a placeholder is not filled".to_owned())).prepared;
        }
        self.prepared
    }

    /// Applies `change`. If it fails, it returns why.
    fn change(
        mut self,
        change: impl FnOnce(&mut PreparedRequest) -> std::result::Result<(), String>,
    ) -> Self {
        if let Ok(prepared) = &mut self.prepared
            && let Err(why) = change(prepared)
        {
            let message = format!("{} was not sent: {why}", self.endpoint);
            self.prepared = Err(Error::new(ErrorKind::Request, Outcome::NotSent, message));
        }
        self
    }
}

/// Checks that a header arrives unchanged: spaces around it get lost in transit, and the signature
/// covers what arrives.
fn check_header(value: &str) -> std::result::Result<(), &'static str> {
    match value {
        "" => Err("is empty"),
        _ if value.trim() != value => Err("begins or ends with a space"),
        _ if value.bytes().all(|byte| matches!(byte, b' '..=b'~')) => Ok(()),
        _ => Err("contains more than printable ASCII"),
    }
}
