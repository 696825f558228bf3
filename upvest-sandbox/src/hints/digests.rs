//! What is wrong with a `content-digest` that does not match the body.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use upvest_core::signature::SignatureVersion::V15;

/// Says what is wrong with `given`, which is not the digest of `body`.
pub(super) fn of_digest(given: &str, body: &[u8]) -> String {
    let right = V15.digest(body);
    format!("{} (send `{right}`)", mistake(given, body, &right))
}

fn mistake(given: &str, body: &[u8], right: &str) -> &'static str {
    let sha_256 = digest::digest(&digest::SHA256, body);
    let sha_512 = digest::digest(&digest::SHA512, body);
    let sha_256_base64 = BASE64_STANDARD.encode(sha_256);
    let sha_512_base64 = BASE64_STANDARD.encode(sha_512);
    if given.contains(',') {
        return of_several(given, &sha_256_base64, right);
    }
    // Without the name, which has a hyphen too.
    let value = given.split_once('=').map_or(given, |(_, value)| value);
    let as_standard = value.replace('-', "+").replace('_', "/").replace('=', "");
    if given.starts_with("SHA-256=") {
        "this is the digest of the older form, v6"
    } else if given.contains(&sha_256_base64) {
        "this is the SHA-256 of the body, not its SHA-512"
    } else if value.to_ascii_lowercase().contains(&hexadecimal(sha_512.as_ref())) {
        "the digest is hexadecimal, not base64"
    } else if given.contains(&sha_512_base64) {
        "the digest is right, but its form is wrong"
    } else if as_standard.contains(sha_512_base64.trim_end_matches('=')) {
        "the digest is URL-safe base64, or has no padding, but must be standard base64"
    } else if given == V15.digest(b"") {
        "this is the digest of an empty body"
    } else if reserialised(body).any(|other| given == V15.digest(&other)) {
        "this is the digest of the same JSON with other spaces: the body was serialised again \
         after signing"
    } else if with_other_end(body).any(|other| given == V15.digest(&other)) {
        "this is the digest of the body with another end: a line break was removed or added after \
         signing"
    } else if body.trim_ascii().is_empty() {
        "no body was received: it was not sent, or was removed after signing"
    } else if is_cut_off(body) {
        "the body is cut off: `content-length` must count bytes, not characters"
    } else {
        "the body was changed after the digest was computed, or this is the digest of something \
         else"
    }
}

/// Upvest documents one digest; RFC 9530 allows more.
fn of_several(given: &str, sha_256: &str, right: &str) -> &'static str {
    let members = || given.split(',').map(str::trim);
    let is_right = |member: &str| {
        member == right || member.strip_prefix("sha-256=:") == Some(&format!("{sha_256}:"))
    };
    if members().all(is_right) {
        "the header has more than one digest, and each is right, but only one is expected"
    } else if members().any(|member| member.starts_with("sha-512=") && member != right) {
        "the header has more than one digest, and its `sha-512` does not match the body"
    } else {
        "the header has more than one digest, but only one is expected"
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// The same JSON as other serialisers write it.
fn reserialised(body: &[u8]) -> impl Iterator<Item = Vec<u8>> + use<> {
    let value: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let compact = value.as_ref().and_then(|value| serde_json::to_vec(value).ok());
    let spaced = compact.as_ref().map(|compact| {
        // As Python's `json.dumps` writes it; good enough for bodies without commas in strings.
        String::from_utf8_lossy(compact).replace("\":", "\": ").replace(",\"", ", \"").into_bytes()
    });
    let pretty = value.as_ref().and_then(|value| serde_json::to_vec_pretty(value).ok());
    [compact, spaced, pretty].into_iter().flatten()
}

/// The body with the end that its file may have: `curl -d @FILE` drops line breaks.
fn with_other_end(body: &[u8]) -> impl Iterator<Item = Vec<u8>> + use<'_> {
    let with = ["\n", "\r\n"].map(|end| [body, end.as_bytes()].concat());
    with.into_iter().chain([body.trim_ascii_end().to_vec()])
}

fn is_cut_off(body: &[u8]) -> bool {
    let error = serde_json::from_slice::<serde::de::IgnoredAny>(body).err();
    error.is_some_and(|error| error.is_eof())
}
