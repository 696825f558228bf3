//! What is wrong with the names that a signature covers.

use http::HeaderMap;
use http::header::AUTHORIZATION;
use upvest_core::__sandbox::{Message, SignatureInput};
use upvest_core::signature::BaseError;

/// The derived components that Upvest's form has.
const DERIVED: [&str; 3] = ["@method", "@path", "@query"];

/// What to do where `name` must be covered and is not.
pub(super) fn not_covered(name: &str, headers: &HeaderMap) -> String {
    let covered = SignatureInput::from_headers(headers).map(|input| input.components);
    let is_typo = |covered: &&String| {
        let is_real = DERIVED.contains(&covered.as_str()) || headers.contains_key(covered.as_str());
        !is_real && is_like(covered, name)
    };
    if let Some(typo) = covered.unwrap_or_default().iter().find(is_typo) {
        return format!("`{typo}` is misspelt: it is `{name}`");
    }
    match name {
        "@query" => {
            "the query was left out: cover `@query`, with its `?`, whenever there is one".to_owned()
        }
        "authorization" if !headers.contains_key(AUTHORIZATION) => {
            "get an access token from `/auth/token`, send it as `authorization: Bearer …`, and cover \
             `authorization`"
                .to_owned()
        }
        name => format!("add `{name}` to the covered components, with the value that is sent"),
    }
}

/// What to do where a component is covered that has no value.
pub(super) fn without_value(error: &BaseError, message: &Message<'_>, body: &[u8]) -> String {
    match error {
        BaseError::Unknown(name) => match DERIVED.iter().find(|known| is_like(name, known)) {
            Some(known) => format!("`{name}` is misspelt: it is `{known}`"),
            None => format!(
                "`{name}` is not a component that Upvest knows: leave it out, and cover `@method`, \
                 `@path`, `@query` and headers"
            ),
        },
        BaseError::Missing(name) if name == "@query" => {
            "the request has no query: cover `@query` only if there is one".to_owned()
        }
        BaseError::Missing(name) if name == "content-length" && !body.is_empty() => {
            "the body came in chunks, without the `content-length` that was signed: send the length, or \
             do not cover it"
                .to_owned()
        }
        BaseError::Missing(name) => {
            match message.headers.keys().find(|sent| is_like(name, sent.as_str())) {
                Some(sent) => format!("`{name}` is misspelt: the header is `{sent}`"),
                None => format!(
                    "`{name}` was signed and is not sent: it was removed after signing, or should not \
                     be covered"
                ),
            }
        }
        BaseError::NotText(name) => format!(
            "`{name}` holds more than visible ASCII: encode its value, or do not cover it"
        ),
        _ => "compare what you sign with the form in the documentation of the API".to_owned(),
    }
}

/// Whether one name is probably the other, misspelt.
fn is_like(given: &str, known: &str) -> bool {
    // A short name is soon another one: `date` is not `rate`.
    let most = if known.len() < 6 { 1 } else { 2 };
    given != known && given.len() > 3 && strsim::osa_distance(given, known) <= most
}
