//! What is wrong with the names of the components that a signature covers.

use http::HeaderMap;
use http::header::AUTHORIZATION;
use upvest_core::__sandbox::{Message, SignatureInput};
use upvest_core::signature::BaseError;

/// The derived components that Upvest uses.
const DERIVED: [&str; 3] = ["@method", "@path", "@query"];

/// Says what to do if `name` must be covered but is not.
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
            "the query was left out (cover `@query`, with its `?`, if there is one)".to_owned()
        }
        "authorization" if !headers.contains_key(AUTHORIZATION) => {
            "get an access token from `/auth/token`, send it as `authorization: Bearer …`, and cover \
             `authorization`"
                .to_owned()
        }
        name => format!("add `{name}` to the covered components, with the value that is sent"),
    }
}

/// Says what to do if a covered component has no value.
pub(super) fn without_value(error: &BaseError, message: &Message<'_>, body: &[u8]) -> String {
    match error {
        BaseError::Unknown(name) => match DERIVED.iter().find(|known| is_like(name, known)) {
            Some(known) => format!("`{name}` is misspelt: it is `{known}`"),
            None => format!(
                "`{name}` is not a component that Upvest supports (leave it out, and cover \
                 `@method`, `@path`, `@query` and headers)"
            ),
        },
        BaseError::Missing(name) if name == "@query" => {
            "the request has no query (cover `@query` only if there is one)".to_owned()
        }
        BaseError::Missing(name) if name == "content-length" && !body.is_empty() => {
            "the body was sent in chunks, without the signed `content-length` (send the length, or \
             do not cover it)"
                .to_owned()
        }
        BaseError::Missing(name) => {
            match message.headers.keys().find(|sent| is_like(name, sent.as_str())) {
                Some(sent) => format!("`{name}` is misspelt: the header is `{sent}`"),
                None => format!(
                    "`{name}` was signed but not sent: it was removed after signing, or should not \
                     be covered"
                ),
            }
        }
        BaseError::NotText(name) => format!(
            "`{name}` contains more than visible ASCII (encode its value, or do not cover it)"
        ),
        _ => "compare what you sign with the form in the API documentation".to_owned(),
    }
}

/// Whether `given` is probably a misspelling of `known`.
fn is_like(given: &str, known: &str) -> bool {
    // A short name easily resembles another one: `date` is not `rate`.
    let most = if known.len() < 6 { 1 } else { 2 };
    given != known && given.len() > 3 && strsim::osa_distance(given, known) <= most
}
