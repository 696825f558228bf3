//! What expansions of this crate's macros name. Not for use by hand.
//!
//! What a type must be able to do has a trait here, with the words for a type that cannot. The
//! expansion names it through a path, `<Type as Body>::write`, so that the compiler says it once, at
//! that type.

use std::fmt::Display;

use bytes::Bytes;
pub use serde;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use crate::call::request::{Request, WriteError};
use crate::call::{Call, Idempotent};
use crate::endpoint::{BodyKind, Endpoint, are_equal};
pub use crate::response::Decoder;
use crate::response::{Redirect, decode, decode_bytes, decode_redirect};
pub use crate::text::printable;
pub use crate::types::{Uuid, hyphenated};

/// What stands before the dots in types of events, each once.
#[must_use]
pub fn categories(types: &[&str]) -> Vec<String> {
    let mut categories: Vec<String> = Vec::new();
    for event_type in types {
        let category = event_type.split('.').next().unwrap_or_default();
        if !categories.iter().any(|known| known == category) {
            categories.push(category.to_owned());
        }
    }
    categories
}

/// What fills a placeholder of the path.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in a path, for it has no `Display`",
    label = "implement `std::fmt::Display` for `{Self}`, or take an id, a text or a number"
)]
pub trait Segment {
    /// The text that stands there.
    fn text(&self) -> String;
}

#[diagnostic::do_not_recommend]
impl<T: Display + ?Sized> Segment for T {
    fn text(&self) -> String {
        self.to_string()
    }
}

/// What fills a header.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent in a header, for it has no `Display`",
    label = "implement `std::fmt::Display` for `{Self}`, or take a text"
)]
pub trait Header {
    /// The text that stands there.
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
    message = "`{Self}` cannot be sent as a query, for it has no `Serialize`",
    label = "add `#[derive(serde::Serialize)]` to it, or to what it holds"
)]
pub trait Query {
    /// The query, less its question mark.
    ///
    /// # Errors
    /// If it is no struct of plain values.
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
    message = "`{Self}` cannot be sent as a body, for it has no `Serialize`",
    label = "add `#[derive(serde::Serialize)]` to it, or to what it holds"
)]
pub trait Body {
    /// The bytes.
    ///
    /// # Errors
    /// If it cannot be written as this kind.
    fn write(&self, kind: BodyKind) -> Result<Bytes, WriteError>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + ?Sized> Body for T {
    fn write(&self, kind: BodyKind) -> Result<Bytes, WriteError> {
        match kind {
            BodyKind::None => Err("it takes no body".into()),
            BodyKind::Json => Ok(serde_json::to_vec(self)?.into()),
            BodyKind::Form => Ok(serde_urlencoded::to_string(self)?.into()),
        }
    }
}

/// An answer in JSON, or none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an answer, for it has no `Deserialize`",
    label = "add `#[derive(serde::Deserialize)]` to it, or to what it holds",
    note = "`()` reads no body; for `Bytes` write `accept = \"application/pdf\"` or the like into \
            `#[endpoint(...)]`, and for `Redirect` write `redirect`"
)]
pub trait JsonResponse: Sized {
    /// How it is read.
    fn decoder() -> Decoder<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + 'static> JsonResponse for T {
    fn decoder() -> Decoder<Self> {
        Decoder(decode::<T>)
    }
}

/// An answer in a form of its own, such as a PDF.
#[diagnostic::on_unimplemented(
    message = "an endpoint with `accept` answers bytes, not `{Self}`",
    label = "expected `Call<upvest_core::Bytes>`"
)]
pub trait BytesResponse: Sized {
    /// How it is read.
    fn decoder() -> Decoder<Self>;
}

impl BytesResponse for Bytes {
    fn decoder() -> Decoder<Self> {
        Decoder(decode_bytes)
    }
}

/// An answer that points elsewhere.
#[diagnostic::on_unimplemented(
    message = "an endpoint with `redirect` answers where to go, not `{Self}`",
    label = "expected `Call<upvest_core::Redirect>`"
)]
pub trait RedirectResponse: Sized {
    /// How it is read.
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
    label = "expected `Call<T>`, with the answer as `T`",
    note = "write `idempotent` into `#[endpoint(...)]` if the API takes an idempotency key here"
)]
pub trait PlainReturn<T> {
    /// The call that sends `request`.
    fn new(request: Request<'_>, decoder: Decoder<T>) -> Self;
}

/// What a method with `idempotent` returns.
#[diagnostic::on_unimplemented(
    message = "an `idempotent` endpoint returns `IdempotentCall<T>`, not `{Self}`",
    label = "expected `IdempotentCall<T>`, with the answer as `T`",
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

/// Scopes that do for a number of endpoints, at most `N` of them.
pub struct Scopes<const N: usize> {
    scopes: [&'static str; N],
    length: usize,
}

#[expect(clippy::indexing_slicing, reason = "in a constant, where it would be an error at once")]
impl<const N: usize> Scopes<N> {
    /// One for each endpoint, each once: where any of several will do, one that another endpoint
    /// needs anyway, or else the first.
    #[must_use]
    pub const fn of(endpoints: &[Endpoint]) -> Self {
        let mut chosen = Self { scopes: [""; N], length: 0 };
        // Those that leave no choice come first.
        let mut leaves_choice = 0;
        while leaves_choice < 2 {
            let mut index = 0;
            while index < endpoints.len() {
                let scopes = endpoints[index].scopes();
                let is_turn = scopes.len() == 1 || (leaves_choice == 1 && !scopes.is_empty());
                if is_turn && !chosen.holds_any_of(scopes) {
                    chosen.scopes[chosen.length] = scopes[0];
                    chosen.length += 1;
                }
                index += 1;
            }
            leaves_choice += 1;
        }
        chosen
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
