//! The constant description of an endpoint, which `#[api]` emits for each method.

use std::any::TypeId;
use std::fmt;

use crate::call::IdempotentCall;

mod kinds;

use kinds::JSON;
pub use kinds::{BodyKind, Method, ResponseKind};

/// One endpoint of the API: everything that is known about it at compile time.
///
/// `#[api]` writes these; servers, tests and docs read them from the trait object's constants.
///
/// # Examples
///
/// ```
/// use upvest_core::{Call, IdempotentCall, Method, api};
///
/// #[api(scope = "users:admin")]
/// pub trait Users {
///     /// Registers a user.
///     #[endpoint(POST, "/users", idempotent, signed)]
///     fn create(&self, body: &String) -> IdempotentCall<String>;
/// }
///
/// let create = <dyn Users>::CREATE;
/// assert_eq!((create.method(), create.path()), (Method::Post, "/users"));
/// assert!(create.is_idempotent() && create.is_signed());
/// assert_eq!(create.scopes(), ["users:admin"]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the flags are independent")]
pub struct Endpoint {
    name: &'static str,
    method: Method,
    path: &'static str,
    query: bool,
    header: Option<&'static str>,
    body: BodyKind,
    accept: &'static str,
    response: ResponseKind,
    idempotent: bool,
    signed: bool,
    anonymous: bool,
    scopes: &'static [&'static str],
    echoes: &'static [&'static str],
    returns: Option<ReturnType>,
}

/// What the method returns: a function, because the id itself is not constant in the oldest
/// supported Rust.
#[derive(Clone, Copy)]
struct ReturnType(fn() -> TypeId);

impl PartialEq for ReturnType {
    fn eq(&self, other: &Self) -> bool {
        self.0() == other.0()
    }
}

impl Eq for ReturnType {}

impl fmt::Debug for ReturnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0().fmt(f)
    }
}

impl Endpoint {
    /// Returns an endpoint that needs a token and has no body, no key and no signature.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, method: Method, path: &'static str) -> Self {
        Self {
            name,
            method,
            path,
            query: false,
            header: None,
            body: BodyKind::None,
            accept: JSON,
            response: ResponseKind::Json,
            idempotent: false,
            signed: false,
            anonymous: false,
            scopes: &[],
            echoes: &[],
            returns: None,
        }
    }

    /// Sends an `idempotency-key`.
    #[doc(hidden)]
    #[must_use]
    pub const fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// Carries an HTTP message signature.
    #[doc(hidden)]
    #[must_use]
    pub const fn signed(mut self) -> Self {
        self.signed = true;
        self
    }

    /// Needs no access token.
    #[doc(hidden)]
    #[must_use]
    pub const fn anonymous(mut self) -> Self {
        self.anonymous = true;
        self
    }

    /// Sends a query.
    #[doc(hidden)]
    #[must_use]
    pub const fn query(mut self) -> Self {
        self.query = true;
        self
    }

    /// Sends a header of this name, with a value from the caller.
    ///
    /// If it is `accept`, the response is bytes.
    #[doc(hidden)]
    #[must_use]
    pub const fn header(mut self, name: &'static str) -> Self {
        self.header = Some(name);
        if are_equal(name, "accept") && matches!(self.response, ResponseKind::Json) {
            self.response = ResponseKind::Bytes;
        }
        self
    }

    /// Sends a JSON body.
    #[doc(hidden)]
    #[must_use]
    pub const fn json_body(mut self) -> Self {
        self.body = BodyKind::Json;
        self
    }

    /// Sends a form body.
    #[doc(hidden)]
    #[must_use]
    pub const fn form_body(mut self) -> Self {
        self.body = BodyKind::Form;
        self
    }

    /// Requests a response of this type instead of JSON.
    #[doc(hidden)]
    #[must_use]
    pub const fn accept(mut self, media_type: &'static str) -> Self {
        self.accept = media_type;
        self.response = ResponseKind::Bytes;
        self
    }

    /// Responds with a redirect.
    #[doc(hidden)]
    #[must_use]
    pub const fn redirect(mut self) -> Self {
        self.response = ResponseKind::Redirect;
        self
    }

    /// Names the scopes, any one of which the token must hold.
    #[doc(hidden)]
    #[must_use]
    pub const fn scopes_any_of(mut self, scopes: &'static [&'static str]) -> Self {
        self.scopes = scopes;
        self
    }

    /// Names fields of the body that the response repeats.
    ///
    /// A response that contradicts one of them is not the response to this request.
    #[doc(hidden)]
    #[must_use]
    pub const fn echoing(mut self, fields: &'static [&'static str]) -> Self {
        self.echoes = fields;
        self
    }

    /// Names the return type of the method.
    #[doc(hidden)]
    #[must_use]
    pub const fn returning<R: 'static>(mut self) -> Self {
        self.returns = Some(ReturnType(TypeId::of::<R>));
        self
    }

    /// Whether its response is read as a `T`. If the declaration does not say it, it may be any.
    pub(crate) fn returns<T: 'static>(&self) -> bool {
        self.returns.is_none_or(|returns| returns.0() == TypeId::of::<IdempotentCall<T>>())
    }

    /// Returns the name of the trait method that declares it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the HTTP method.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// Returns the path template, with placeholders such as `{user_id}`.
    #[must_use]
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// Returns how the body is encoded.
    #[must_use]
    pub const fn body(&self) -> BodyKind {
        self.body
    }

    /// Returns whether it takes a query.
    #[must_use]
    pub const fn takes_query(&self) -> bool {
        self.query
    }

    /// Returns the name of the header that the caller sets, if there is one.
    #[must_use]
    pub const fn header_name(&self) -> Option<&'static str> {
        self.header
    }

    /// Returns the response type that it requests, unless the caller requests another.
    #[must_use]
    pub const fn accepts(&self) -> &'static str {
        self.accept
    }

    /// Returns what kind of response it has.
    #[must_use]
    pub const fn response(&self) -> ResponseKind {
        self.response
    }

    /// Returns whether it takes an `idempotency-key`.
    #[must_use]
    pub const fn is_idempotent(&self) -> bool {
        self.idempotent
    }

    /// Returns whether it carries an HTTP message signature.
    #[must_use]
    pub const fn is_signed(&self) -> bool {
        self.signed
    }

    /// Returns whether it is called without an access token.
    #[must_use]
    pub const fn is_anonymous(&self) -> bool {
        self.anonymous
    }

    /// Returns the scopes, any one of which the token must hold; empty if none is needed.
    #[must_use]
    pub const fn scopes(&self) -> &'static [&'static str] {
        self.scopes
    }

    /// Returns the fields of the body that the response repeats.
    #[must_use]
    pub const fn echoes(&self) -> &'static [&'static str] {
        self.echoes
    }
}

/// A table with only this endpoint, where a table is expected.
impl AsRef<[Endpoint]> for Endpoint {
    fn as_ref(&self) -> &[Endpoint] {
        std::slice::from_ref(self)
    }
}

/// Method and path template: `GET /users/{user_id}`.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Like `==`, which a constant cannot use.
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length, and both have the same"
)]
pub(crate) const fn are_equal(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{Endpoint, Method, ResponseKind};

    #[test]
    fn the_kind_of_response_does_not_depend_on_the_order_of_options() {
        let endpoint = Endpoint::new("", Method::Get, "/");
        for (endpoint, kind) in [
            (endpoint, ResponseKind::Json),
            (endpoint.header("accept-language"), ResponseKind::Json),
            (endpoint.header("accept"), ResponseKind::Bytes),
            (endpoint.accept("text/csv"), ResponseKind::Bytes),
            (endpoint.redirect().header("accept"), ResponseKind::Redirect),
            (endpoint.header("accept").redirect(), ResponseKind::Redirect),
        ] {
            assert_eq!(endpoint.response(), kind, "{endpoint:?}");
        }
    }
}
