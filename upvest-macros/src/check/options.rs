//! The values of the options of `#[endpoint]`, and which options go together.

use syn::LitStr;

use crate::errors::Errors;
use crate::grammar::{EndpointOptions, Flag, Method};

/// Headers that a parameter cannot set, with the reason or the alternative. A name that ends with `-`
/// is a prefix.
const RESERVED: [(&str, &str); 23] = [
    ("accept-encoding", "the signature covers the bytes as they are"),
    ("authorization", "the client sends its token"),
    ("cf-", "the gateway writes it"),
    ("connection", "the transport sends it"),
    ("content-", "the client sends it with the body"),
    ("cookie", "the gateway removes it"),
    ("date", "the signature contains the time"),
    ("expect", "the transport sends it"),
    ("host", "the client's environment sets it"),
    ("idempotency-key", "write `idempotent`"),
    ("keep-alive", "the transport sends it"),
    ("proxy-", "the transport sends it"),
    ("range", "a response is read as a whole"),
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

/// The only endpoint that is called without a token.
const TOKEN_PATH: &str = "/auth/token";

pub(super) fn scopes_are_valid(scopes: &[LitStr], errors: &mut Errors) {
    for (index, scope) in scopes.iter().enumerate() {
        let value = scope.value();
        if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_graphic()) {
            errors.at(
                scope.span(),
                "a scope is one word such as \"users:admin\"; if any one of several is enough, write \
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
            "a media type is written as in \"application/pdf\": lower case, no parameters",
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

/// Why a parameter cannot set this header.
pub(super) fn refused_header(name: &str) -> Option<String> {
    let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let lower = name.to_ascii_lowercase();
    let is_taken = |taken: &str| lower == taken || taken.ends_with('-') && lower.starts_with(taken);
    match RESERVED.iter().find(|(taken, _)| is_taken(taken)) {
        Some((_, instead)) => Some(format!("a parameter cannot set `{name}`: {instead}")),
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
    an_anonymous_request_has_no_client(options, errors);
    a_response_has_one_kind(options, errors);
    a_record_holds_the_whole_request(options, errors);
}

fn a_write_is_signed(options: &EndpointOptions, errors: &mut Errors) {
    // Without a path the options may not have been read.
    if let (Some(method), Some(_)) = (options.method, &options.path)
        && method.value != Method::Get
        && options.flag(Flag::Signed).is_none()
    {
        errors.at(
            method.span,
            format!("a `{}` is always signed: add `signed`", method.value.as_str()),
        );
    }
}

/// The client treats a form as a request for a token, which may be repeated.
fn a_form_is_for_tokens(options: &EndpointOptions, errors: &mut Errors) {
    if let (Some(form), None) = (options.flag(Flag::Form), options.flag(Flag::Anonymous)) {
        errors.at(
            form,
            "only the token endpoint takes a form: remove `form` to send JSON, or add `anonymous`",
        );
    }
}

fn a_key_is_for_writes(options: &EndpointOptions, errors: &mut Errors) {
    if let (Some(method), Some(idempotent)) = (options.method, options.flag(Flag::Idempotent))
        && method.value == Method::Get
    {
        errors.at(
            idempotent,
            "a `GET` changes nothing, so it takes no idempotency key: remove `idempotent`",
        );
    }
}

fn an_anonymous_request_has_no_client(options: &EndpointOptions, errors: &mut Errors) {
    let Some(anonymous) = options.flag(Flag::Anonymous) else { return };
    let is_for_tokens = options.path.as_ref().is_none_or(|path| path.value() == TOKEN_PATH);
    if !is_for_tokens && options.flag(Flag::Idempotent).is_none() && options.scope.is_none() {
        errors.at(
            anonymous,
            format!(
                "only the token endpoint, {TOKEN_PATH}, needs no access token: remove `anonymous`"
            ),
        );
    }
    if options.flag(Flag::Idempotent).is_some() {
        errors.at(
            anonymous,
            "an idempotency key belongs to a client, and an `anonymous` request has none: remove \
             `anonymous` or `idempotent`",
        );
    }
    if let Some(scope) = &options.scope {
        errors.at(
            scope.name.span(),
            "a scope belongs to a token, and an `anonymous` request has none: remove `scope` or \
             `anonymous`",
        );
    }
}

fn a_response_has_one_kind(options: &EndpointOptions, errors: &mut Errors) {
    if let (Some(accept), Some(_)) = (&options.accept, options.flag(Flag::Redirect)) {
        errors.at(
            accept.name.span(),
            "a `redirect` responds with a location only: remove `accept` or `redirect`",
        );
    }
    let chosen = options.header.as_ref().filter(|header| header.value.value() == "accept");
    if let (Some(redirect), Some(_)) = (options.flag(Flag::Redirect), chosen) {
        errors.at(
            redirect,
            "a `redirect` responds with a location only: remove it, or the header `accept`",
        );
    }
    if let (Some(accept), Some(_)) = (&options.accept, chosen) {
        errors.at(
            accept.name.span(),
            "the parameter `accept` sets this in each call: remove one of the two",
        );
    }
}

/// A record holds method, path, key and body, and its response is read as JSON.
fn a_record_holds_the_whole_request(options: &EndpointOptions, errors: &mut Errors) {
    if options.flag(Flag::Idempotent).is_none() {
        return;
    }
    let accept = options.accept.as_ref().map(|accept| ("accept", accept.name.span()));
    let header = options.header.as_ref().map(|header| ("header", header.name.span()));
    let redirect = options.flag(Flag::Redirect).map(|span| ("redirect", span));
    for (option, span) in [accept, header, redirect].into_iter().flatten() {
        errors.at(
            span,
            format!(
                "an `idempotent` call can be replayed from its record, which cannot hold this: \
                 remove `{option}` or `idempotent`"
            ),
        );
    }
}
