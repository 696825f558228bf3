//! What the words of `#[endpoint]` may say, alone and together.

use syn::LitStr;

use crate::attr::EndpointOptions;
use crate::errors::Errors;

/// What the client or the transport writes, with what to do instead where there is something. A name
/// that ends with `-` stands for all that begin like that.
const TAKEN: [(&str, &str); 23] = [
    ("accept-encoding", "the signature covers the bytes as they are"),
    ("authorization", "the client sends its token"),
    ("cf-", "the gateway writes it"),
    ("connection", "the transport sends it"),
    ("content-", "the body brings it along"),
    ("cookie", "the gateway takes it away"),
    ("date", "the signature says when it was made"),
    ("expect", "the transport sends it"),
    ("host", "the client's environment says it"),
    ("idempotency-key", "write `idempotent`"),
    ("keep-alive", "the transport sends it"),
    ("proxy-", "the transport sends it"),
    ("range", "an answer is read as a whole"),
    ("sec-", "the gateway writes it"),
    ("signature", "write `signed`"),
    ("signature-", "write `signed`"),
    ("te", "the transport sends it"),
    ("trailer", "the transport sends it"),
    ("transfer-encoding", "the transport sends it"),
    ("upgrade", "the transport sends it"),
    ("upvest-", "the client sends it"),
    ("user-agent", "the client sends it"),
    ("x-", "the gateway may change it, so no signature covers it"),
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
    if let Some(setting) = &options.header
        && let Some(why) = refused_header(&setting.value.value())
    {
        errors.at(setting.value.span(), why);
    }
}

/// Why a parameter cannot fill this header.
pub(super) fn refused_header(name: &str) -> Option<String> {
    let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let lower = name.to_ascii_lowercase();
    let is_taken = |taken: &str| lower == taken || taken.ends_with('-') && lower.starts_with(taken);
    match TAKEN.iter().find(|(taken, _)| is_taken(taken)) {
        Some((_, instead)) => Some(format!("`{name}` is not for a parameter: {instead}")),
        None if is_name => None,
        None => Some(
            "the name of a header is written in lower case: letters, digits and `-`".to_owned(),
        ),
    }
}

pub(super) fn agree(options: &EndpointOptions, errors: &mut Errors) {
    a_write_is_signed(options, errors);
    a_form_is_for_tokens(options, errors);
    a_key_is_for_writes(options, errors);
    an_anonymous_request_is_nobodys(options, errors);
    an_answer_is_of_one_kind(options, errors);
    what_is_sent_again_is_on_record(options, errors);
}

fn a_write_is_signed(options: &EndpointOptions, errors: &mut Errors) {
    // Without a path the words may not have been read.
    if let (Some(verb), Some(_)) = (&options.verb, &options.path)
        && verb != "GET"
        && options.flag("signed").is_none()
    {
        errors.at(
            verb.span(),
            format!("a `{verb}` changes something, so it is signed: add `signed`"),
        );
    }
}

/// A form is taken for a request for a token, which may be repeated: no other endpoint takes one.
fn a_form_is_for_tokens(options: &EndpointOptions, errors: &mut Errors) {
    if let (Some(form), None) = (options.flag("form"), options.flag("anonymous")) {
        errors.at(
            form.span(),
            "only the token endpoint takes a form: remove `form` to send JSON, or add `anonymous`",
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
    let chosen = options.header.as_ref().filter(|header| header.value.value() == "accept");
    if let (Some(redirect), Some(_)) = (options.flag("redirect"), chosen) {
        errors.at(
            redirect.span(),
            "a `redirect` answers with a location alone: remove it, or the header `accept`",
        );
    }
    if let (Some(accept), Some(_)) = (&options.accept, chosen) {
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
