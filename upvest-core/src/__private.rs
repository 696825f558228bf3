//! Items that the expansions of this crate's macros use. Not a public API.
//!
//! Each requirement on a type is a trait here, with a diagnostic for types that do not meet it. The
//! expansion names it through a path, `<Type as Body>::write`, so that the compiler reports it
//! once, at that type.

use std::fmt::Display;

use bytes::Bytes;
pub use serde;
use serde::Serialize;
use serde::de::DeserializeOwned;
pub use serde_json::Value;
#[cfg(feature = "webhooks")]
pub use upvest_macros::events;

pub use crate::call::request::{Request, WriteError};
use crate::call::{Call, Idempotent};
use crate::endpoint::{BodyKind, Endpoint, are_equal};
pub use crate::one_of::{Alternative, Tagged, Untagged, check_texts, read_tagged, read_untagged};
pub use crate::response::Decoder;
use crate::response::{Redirect, decode, decode_bytes, decode_redirect};
#[cfg(feature = "webhooks")]
pub use crate::webhook::{EventObject, categories};

/// A value for a placeholder of the path.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be used in a path: it does not implement `Display`",
    label = "implement `std::fmt::Display` for `{Self}`, or use an id, a string or a number"
)]
pub trait Segment {
    /// Returns the text to insert.
    fn text(&self) -> String;
}

#[diagnostic::do_not_recommend]
impl<T: Display + ?Sized> Segment for T {
    fn text(&self) -> String {
        self.to_string()
    }
}

/// A value for a header.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent in a header: it does not implement `Display`",
    label = "implement `std::fmt::Display` for `{Self}`, or use a string"
)]
pub trait Header {
    /// Returns the value to send.
    fn text(&self) -> String;
}

#[diagnostic::do_not_recommend]
impl<T: Display + ?Sized> Header for T {
    fn text(&self) -> String {
        self.to_string()
    }
}

/// What is sent as a query.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a query: it does not implement `Serialize`",
    label = "add `#[derive(serde::Serialize)]` to it, or to the type that it contains"
)]
pub trait Query {
    /// Returns the query, without its question mark.
    ///
    /// # Errors
    /// Fails if it is not a struct of plain values.
    fn write(&self) -> Result<String, WriteError>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> Query for T {
    fn write(&self) -> Result<String, WriteError> {
        Ok(serde_urlencoded::to_string(self)?)
    }
}

/// What is sent as a body.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a body: it does not implement `Serialize`",
    label = "add `#[derive(serde::Serialize)]` to it, or to the type that it contains"
)]
pub trait Body {
    /// Returns the encoded bytes.
    ///
    /// # Errors
    /// Fails if it cannot be encoded as this kind.
    fn write(&self, kind: BodyKind) -> Result<Bytes, WriteError>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> Body for T {
    fn write(&self, kind: BodyKind) -> Result<Bytes, WriteError> {
        match kind {
            BodyKind::None => Err("the endpoint takes no body".into()),
            BodyKind::Json => Ok(serde_json::to_vec(self)?.into()),
            BodyKind::Form => Ok(serde_urlencoded::to_string(self)?.into()),
        }
    }
}

/// A response in JSON, or one without a body.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a response: it does not implement `Deserialize`",
    label = "add `#[derive(serde::Deserialize)]` to it, or to the type that it contains",
    note = "`()` reads no body; for `Bytes` add `accept = \"application/pdf\"` or similar to \
            `#[endpoint(...)]`, and for `Redirect` add `redirect`"
)]
pub trait JsonResponse: Sized {
    /// Returns the function that decodes it.
    fn decoder() -> Decoder<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + 'static> JsonResponse for T {
    fn decoder() -> Decoder<Self> {
        Decoder(decode::<T>)
    }
}

/// A response that is not JSON, such as a PDF.
#[diagnostic::on_unimplemented(
    message = "an endpoint with `accept` returns bytes, not `{Self}`",
    label = "expected `Call<upvest_core::Bytes>`"
)]
pub trait BytesResponse: Sized {
    /// Returns the function that decodes it.
    fn decoder() -> Decoder<Self>;
}

impl BytesResponse for Bytes {
    fn decoder() -> Decoder<Self> {
        Decoder(decode_bytes)
    }
}

/// A response that is a redirect.
#[diagnostic::on_unimplemented(
    message = "an endpoint with `redirect` returns a `Redirect`, not `{Self}`",
    label = "expected `Call<upvest_core::Redirect>`"
)]
pub trait RedirectResponse: Sized {
    /// Returns the function that decodes it.
    fn decoder() -> Decoder<Self>;
}

impl RedirectResponse for Redirect {
    fn decoder() -> Decoder<Self> {
        Decoder(decode_redirect)
    }
}

/// What a method without `idempotent` returns.
#[diagnostic::on_unimplemented(
    message = "an endpoint without `idempotent` returns `Call<T>`, not `{Self}`",
    label = "expected `Call<T>`, where `T` is the response",
    note = "add `idempotent` to `#[endpoint(...)]` if the API takes an idempotency key here"
)]
pub trait PlainReturn<T> {
    /// The call that sends `request`.
    fn new(request: Request<'_>, decoder: Decoder<T>) -> Self;
}

/// What a method with `idempotent` returns.
#[diagnostic::on_unimplemented(
    message = "an `idempotent` endpoint returns `IdempotentCall<T>`, not `{Self}`",
    label = "expected `IdempotentCall<T>`, where `T` is the response",
    note = "remove `idempotent` from `#[endpoint(...)]` if the API takes no idempotency key here"
)]
pub trait IdempotentReturn<T> {
    /// The call that sends `request`.
    fn new(request: Request<'_>, decoder: Decoder<T>) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T> PlainReturn<T> for Call<T> {
    fn new(request: Request<'_>, decoder: Decoder<T>) -> Self {
        Self::keyless(request, decoder)
    }
}

#[diagnostic::do_not_recommend]
impl<T> IdempotentReturn<T> for Call<T, Idempotent> {
    fn new(request: Request<'_>, decoder: Decoder<T>) -> Self {
        Self::keyed(request, decoder)
    }
}

/// Scopes that are enough for a set of endpoints, at most `N` of them.
pub struct Scopes<const N: usize> {
    scopes: [&'static str; N],
    length: usize,
}

#[expect(clippy::indexing_slicing, reason = "evaluated in a constant, where it is a compile error")]
impl<const N: usize> Scopes<N> {
    /// Chooses one for each endpoint, each once.
    ///
    /// Where any of several is enough, this is one that another endpoint needs anyway, or else the
    /// first.
    #[must_use]
    pub const fn of(endpoints: &[Endpoint]) -> Self {
        let mut chosen = Self { scopes: [""; N], length: 0 };
        // Endpoints that leave no choice come first.
        let mut leaves_choice = false;
        loop {
            let mut index = 0;
            while index < endpoints.len() {
                let scopes = endpoints[index].scopes();
                let is_turn = !scopes.is_empty() && (scopes.len() > 1) == leaves_choice;
                if is_turn && !chosen.holds_any_of(scopes) {
                    chosen.scopes[chosen.length] = scopes[0];
                    chosen.length += 1;
                }
                index += 1;
            }
            if leaves_choice {
                return chosen;
            }
            leaves_choice = true;
        }
    }

    /// The scopes.
    #[must_use]
    pub const fn list(&self) -> &[&'static str] {
        self.scopes.split_at(self.length).0
    }

    const fn holds_any_of(&self, scopes: &[&str]) -> bool {
        let mut index = 0;
        while index < self.length * scopes.len() {
            if are_equal(self.scopes[index / scopes.len()], scopes[index % scopes.len()]) {
                return true;
            }
            index += 1;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::Scopes;
    use crate::endpoint::{Endpoint, Method};

    #[test]
    fn scopes_are_as_few_as_they_may_be() {
        let read = Endpoint::new("", Method::Get, "").scopes_any_of(&["users:read", "users:admin"]);
        let other =
            Endpoint::new("", Method::Get, "").scopes_any_of(&["taxes:read", "taxes:admin"]);
        let write = Endpoint::new("", Method::Post, "").scopes_any_of(&["users:admin"]);
        let free = Endpoint::new("", Method::Get, "");
        assert_eq!(Scopes::<0>::of(&[]).list(), [""; 0]);
        assert_eq!(Scopes::<1>::of(&[free]).list(), [""; 0]);
        assert_eq!(Scopes::<2>::of(&[read, read]).list(), ["users:read"]);
        assert_eq!(
            Scopes::<5>::of(&[read, other, free, write, write]).list(),
            ["users:admin", "taxes:read"]
        );
    }
}
