//! What the words of `#[endpoint]` may say, alone and together.

use syn::LitStr;

use crate::attr::EndpointOptions;
use crate::errors::Errors;

/// What the client writes itself, with what to do instead where there is something.
const TAKEN: [(&str, &str); 16] = [
    ("authorization", "the client sends its token"),
    ("connection", "the transport sends it"),
    ("content-digest", "the signature brings it along"),
    ("content-length", "the client counts the body"),
    ("content-type", "the body has it: JSON, or `form`"),
    ("cookie", "nothing on the way to Upvest keeps it"),
    ("date", "the signature says when it was made"),
    ("host", "the client's environment says it"),
    ("idempotency-key", "write `idempotent`"),
    ("signature", "write `signed`"),
    ("signature-input", "write `signed`"),
    ("transfer-encoding", "the transport sends it"),
    ("upvest-api-version", "the client sends it"),
    ("upvest-client-id", "the client sends it"),
    ("upvest-signature-version", "write `signed`"),
    ("user-agent", "the client sends it"),
];

pub(super) fn scopes_are_words(scopes: &[LitStr], errors: &mut Errors) {
    for (index, scope) in scopes.iter().enumerate() {
        let value = scope.value();
        if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_graphic()) {
            errors.at(
                scope.span(),
                "a scope is one word such as \"users:admin\"; if any of several will do, write \
                 `scope = [\"users:read\", \"users:admin\"]`",
            );
        } else if scopes.iter().take(index).any(|earlier| earlier.value() == value) {
            errors.at(scope.span(), format!("the scope \"{value}\" is named twice: remove one"));
        }
    }
}

pub(super) fn accept_is_a_media_type(options: &EndpointOptions, errors: &mut Errors) {
    let Some(accept) = options.accept.as_ref().map(|accept| &accept.value) else { return };
    let value = accept.value();
    let is_token = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-+.".contains(&b))
    };
    match value.split_once('/') {
        _ if value == "application/json" => {
            errors.at(accept.span(), "JSON is accepted anyway: remove `accept`");
        }
        Some((kind, subkind)) if is_token(kind) && is_token(subkind) => {}
        _ => errors.at(
            accept.span(),
            "a type is two words such as \"application/pdf\", in lower case and with no parameters",
        ),
    }
}

pub(super) fn header_is_free(options: &EndpointOptions, errors: &mut Errors) {
    let Some(header) = options.header.as_ref().map(|header| &header.value) else { return };
    let value = header.value();
    let is_name = value.starts_with(|first: char| first.is_ascii_lowercase())
        && value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if let Some((_, instead)) = TAKEN.iter().find(|(taken, _)| value.eq_ignore_ascii_case(taken)) {
        errors.at(header.span(), format!("`{value}` is not for a parameter: {instead}"));
    } else if !is_name {
        errors.at(
            header.span(),
            "the name of a header is written in lower case: letters, digits and `-`",
        );
    }
}

pub(super) fn agree(options: &EndpointOptions, errors: &mut Errors) {
    a_write_is_signed(options, errors);
    a_key_is_for_writes(options, errors);
    an_anonymous_request_is_nobodys(options, errors);
    an_answer_is_of_one_kind(options, errors);
    what_is_sent_again_is_on_record(options, errors);
}

fn a_write_is_signed(options: &EndpointOptions, errors: &mut Errors) {
    if let Some(verb) = &options.verb
        && verb != "GET"
        && options.flag("signed").is_none()
    {
        errors.at(
            verb.span(),
            format!("a `{verb}` changes something, so it is signed: add `signed`"),
        );
    }
}

fn a_key_is_for_writes(options: &EndpointOptions, errors: &mut Errors) {
    if let (Some(verb), Some(idempotent)) = (&options.verb, options.flag("idempotent"))
        && verb == "GET"
    {
        errors.at(
            idempotent.span(),
            "a `GET` changes nothing, so it takes no idempotency key: remove `idempotent`",
        );
    }
}

fn an_anonymous_request_is_nobodys(options: &EndpointOptions, errors: &mut Errors) {
    let Some(anonymous) = options.flag("anonymous") else { return };
    if options.flag("idempotent").is_some() {
        errors.at(
            anonymous.span(),
            "an idempotency key belongs to a client, and an `anonymous` request has none: remove \
             `anonymous` or `idempotent`",
        );
    }
    if let Some(scope) = &options.scope {
        errors.at(
            scope.word.span(),
            "a scope belongs to a token, and an `anonymous` request has none: remove `scope` or \
             `anonymous`",
        );
    }
}

fn an_answer_is_of_one_kind(options: &EndpointOptions, errors: &mut Errors) {
    if let (Some(accept), Some(_)) = (&options.accept, options.flag("redirect")) {
        errors.at(
            accept.word.span(),
            "a `redirect` answers with a location alone: remove `accept` or `redirect`",
        );
    }
    if let (Some(accept), Some(header)) = (&options.accept, &options.header)
        && header.value.value() == "accept"
    {
        errors.at(
            accept.word.span(),
            "the parameter `accept` says this for each call: remove one of the two",
        );
    }
}

/// A record holds verb, path, key and body, and its answer is read as JSON.
fn what_is_sent_again_is_on_record(options: &EndpointOptions, errors: &mut Errors) {
    if options.flag("idempotent").is_none() {
        return;
    }
    let accept = options.accept.as_ref().map(|accept| &accept.word);
    let header = options.header.as_ref().map(|header| &header.word);
    for word in [accept, header, options.flag("redirect")].into_iter().flatten() {
        errors.at(
            word.span(),
            format!(
                "an `idempotent` call can be sent again from its record, which has no place for \
                 this: remove `{word}` or `idempotent`"
            ),
        );
    }
}
