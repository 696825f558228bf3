//! What is probably wrong with a signature that was refused, and what to do about it.
//!
//! A wrong signature says nothing about what was signed. But most mistakes are known: so each is tried
//! out, and the one whose base the signature fits is the one that was made.

use std::borrow::Cow;
use std::collections::HashSet;

use aws_lc_rs::digest;
use aws_lc_rs::signature::{ECDSA_P521_SHA256_ASN1, UnparsedPublicKey};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderMap;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName};
use upvest_core::Timestamp;
use upvest_core::headers::{CONTENT_DIGEST, IDEMPOTENCY_KEY, SIGNATURE};
use upvest_core::signature::{
    BaseError, Message, SignatureInput, SignatureVersion::V15, VerifyError, VerifyingKey,
    signature_base,
};

/// A guess, and what was signed if that is certain.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Hint {
    pub(crate) text: String,
    pub(crate) signed: Option<String>,
}

impl From<String> for Hint {
    fn from(text: String) -> Self {
        Self { text, signed: None }
    }
}

impl From<&str> for Hint {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// A request whose signature was refused.
pub(crate) struct Suspect<'a> {
    pub(crate) message: Message<'a>,
    pub(crate) body: &'a [u8],
    pub(crate) now: Timestamp,
    /// Whether somebody has stopped the sandbox's clock, or put it forward.
    pub(crate) is_moved: bool,
    pub(crate) client_id: &'a str,
    pub(crate) key_id: &'a str,
    /// The key that its key id names.
    pub(crate) key: Option<&'a VerifyingKey>,
    /// The public half of the client's own key.
    pub(crate) public_key_pem: &'a str,
}

impl Suspect<'_> {
    pub(crate) fn hint(&self, refusal: &VerifyError) -> Hint {
        match refusal {
            VerifyError::Version(_) => {
                "send `upvest-signature-version: 15`: without it the older form, v6, is presumed, \
                 which is refused here; the header itself is not covered"
                    .into()
            }
            VerifyError::MissingHeader(name) => format!(
                "send `{name}`: every request is signed, the one for a token too; with a client of \
                 Upvest's or with `upvest-core` that is done for you"
            )
            .into(),
            VerifyError::Malformed("signature", _) => {
                "write it as `sig1=:BASE64:`, with standard base64, padding, and a colon on each side"
                    .into()
            }
            VerifyError::Malformed("content-digest", _) => {
                "send `content-digest` once: a library or a proxy has added one".into()
            }
            VerifyError::Malformed(name, why) => format!(
                "write `{name}` anew: {why}; the form is `sig1=(\"@method\" \"@path\" …);keyid=\"…\";\
                 created=1633529659;expires=1633529664;nonce=\"…\"`"
            )
            .into(),
            VerifyError::UnknownKey => self.of_key().into(),
            VerifyError::Algorithm => {
                "leave `alg` out: the algorithm is that of the registered key".into()
            }
            VerifyError::NotCovered("@query") => {
                "the query was left out: cover `@query`, with its `?`, whenever there is one".into()
            }
            VerifyError::NotCovered("authorization")
                if !self.message.headers.contains_key(AUTHORIZATION) =>
            {
                "get an access token from `/auth/token`, send it as `authorization: Bearer …`, and cover \
                 `authorization`"
                    .into()
            }
            VerifyError::NotCovered(name) => {
                format!("add `{name}` to the covered components, with the value that is sent").into()
            }
            VerifyError::Lifetime => self.of_life().into(),
            VerifyError::FromTheFuture | VerifyError::TooOld | VerifyError::Expired => self.of_time().into(),
            VerifyError::Length => {
                "the body was changed after signing, or its length was counted in characters: count \
                 bytes"
                    .into()
            }
            VerifyError::Digest(_) => self.of_digest().into(),
            VerifyError::Base(BaseError::Missing(name)) => format!(
                "`{name}` was signed and is not sent: it was removed after signing, or should not be \
                 covered"
            )
            .into(),
            VerifyError::WrongSignature => self.of_signature(),
            _ => "compare what you sign with the form in the documentation of the API".into(),
        }
    }

    fn of_key(&self) -> String {
        let given = SignatureInput::from_headers(self.message.headers).map(|input| input.key_id);
        let known = self.key_id;
        match given {
            Ok(given) if given == self.client_id => {
                format!("`keyid` is the client id: it must be the id of the key, {known}")
            }
            _ => format!("`keyid` must be the id of the key, {known}"),
        }
    }

    fn of_time(&self) -> String {
        let Ok(input) = SignatureInput::from_headers(self.message.headers) else {
            return "the times cannot be read".to_owned();
        };
        if input.created > 100_000_000_000 {
            return "`created` and `expires` are in milliseconds: they must be in seconds"
                .to_owned();
        }
        let off = input.created.saturating_sub(self.now.unix_seconds());
        let cause = if self.is_moved {
            "this sandbox's clock was moved: set it back, or start it with `--loose lifetime`"
        } else {
            "the clock is off, or the request was long under way"
        };
        let side = if off > 0 { "ahead of" } else { "behind" };
        format!(
            "{cause}: `created` is {} s {side} the sandbox's clock, which says {}",
            off.unsigned_abs(),
            self.now
        )
    }

    fn of_life(&self) -> String {
        let life = SignatureInput::from_headers(self.message.headers)
            .map_or(0, |input| input.expires.unwrap_or(0).saturating_sub(input.created));
        format!("the signature lives {life} s: let `expires` be 5 to 60 s after `created`")
    }

    fn of_digest(&self) -> String {
        let given = text(self.message.headers, &CONTENT_DIGEST);
        let bare = |digest: &[u8]| BASE64_STANDARD.encode(digest);
        let body = self.body;
        let right = V15.digest(body);
        let sha_256 = bare(digest::digest(&digest::SHA256, body).as_ref());
        let sha_512 = bare(digest::digest(&digest::SHA512, body).as_ref());
        let sha_512_hex = digest::digest(&digest::SHA512, body)
            .as_ref()
            .iter()
            .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        let what = if given.starts_with("SHA-256=") {
            "this is the digest of the older form, v6"
        } else if given.contains(&sha_256) {
            "this is the SHA-256 of the body: SHA-512 is wanted"
        } else if given.to_ascii_lowercase().contains(&sha_512_hex) {
            "the digest is hexadecimal: it must be base64"
        } else if given.contains(&sha_512) {
            "the digest is right, but not its form"
        } else if given == V15.digest(b"") {
            "this is the digest of an empty body"
        } else if reserialised(body).any(|other| given == V15.digest(&other)) {
            "this is the digest of the same JSON with other spaces: the body was written again after \
             it was signed"
        } else {
            "the body was changed after the digest was made, or it is the digest of something else"
        };
        format!("{what}: the header must be `{right}`")
    }

    /// Tries out what is often done wrong.
    fn of_signature(&self) -> Hint {
        let nothing_known = || {
            Hint::from(
                "no known mistake fits: another key signed it, or a covered header or the body was \
                 changed after signing; compare the base that you signed with the one received",
            )
        };
        let (Some(key), Some(signature), Ok(input)) = (
            self.key,
            signature(self.message.headers),
            SignatureInput::from_headers(self.message.headers),
        ) else {
            return nothing_known();
        };
        let Ok(base) = signature_base(V15, &self.message, &input.components, &input.parameters)
        else {
            return nothing_known();
        };
        let der = der_of_raw(&signature);
        let signature = der.as_deref().unwrap_or(&signature);
        let raw = if der.is_some() {
            "the signature is the raw r||s: encode it as ASN.1 DER"
        } else {
            ""
        };
        if der.is_some() && key.verifies(base.as_bytes(), signature) {
            return raw.into();
        }
        if key.verifies(digest::digest(&digest::SHA512, base.as_bytes()).as_ref(), signature) {
            return "the base was hashed twice: hand the base itself to a function that hashes, or \
                    its hash to one that does not"
                .into();
        }
        if self.is_over_sha_256(base.as_bytes(), signature) {
            return "the base was hashed with SHA-256: ECDSA is with SHA-512 here".into();
        }
        for (what, signed) in self.other_bases(&base) {
            if key.verifies(signed.as_bytes(), signature) {
                let text = match raw {
                    "" => what.into_owned(),
                    raw => format!("{what}; and {raw}"),
                };
                return Hint { text, signed: Some(signed) };
            }
        }
        nothing_known()
    }

    fn is_over_sha_256(&self, base: &[u8], signature: &[u8]) -> bool {
        let Ok(public) = pem::parse(self.public_key_pem) else { return false };
        let key = UnparsedPublicKey::new(&ECDSA_P521_SHA256_ASN1, public.contents());
        key.verify(base, signature).is_ok()
    }

    /// What may have been signed instead of `base`.
    fn other_bases(&self, base: &str) -> Vec<(Cow<'static, str>, String)> {
        let mut bases: Vec<(Cow<'static, str>, String)> = vec![
            (
                "the base is of the older form, v6, whose names have no quotes: with \
                 `upvest-signature-version: 15` they do"
                    .into(),
                of_v6(base),
            ),
            ("the base ends with a line break: it must not".into(), format!("{base}\n")),
            (
                "the lines are joined with \\r\\n: join them with \\n".into(),
                base.replace('\n', "\r\n"),
            ),
        ];
        let mut other_line = |name: &str, value: &str, what: Cow<'static, str>| {
            bases.push((what, with_line(base, name, value)));
        };
        let Message { method, path, .. } = self.message;
        let query = self.message.query();
        other_line("@method", &method.to_ascii_lowercase(), "`@method` is upper case".into());
        for decoded in [decoded(path), decoded(path).replace(' ', "+")] {
            let what = "the decoded path was signed: sign the path as it is sent".into();
            other_line("@path", &decoded, what);
        }
        other_line("@path", &path.to_ascii_lowercase(), "the path was signed in lower case".into());
        other_line(
            "@path",
            path.trim_end_matches('/'),
            "the path was signed without its last slash".into(),
        );
        if let Some(query) = query {
            let what = "the query was signed as part of `@path`: it is `@query` alone".into();
            other_line("@path", &format!("{path}?{query}"), what);
            other_line("@query", query, "`@query` begins with its `?`".into());
            let what = "the decoded query was signed: sign the query as it is sent".into();
            other_line("@query", &format!("?{}", decoded(query)), what);
        }
        for header in [ACCEPT, AUTHORIZATION, CONTENT_TYPE, IDEMPOTENCY_KEY] {
            let sent = text(self.message.headers, &header);
            for signed in before_it_was_sent(&header, sent) {
                // A token is shown neither as it was signed nor as it was sent.
                let what = if header == AUTHORIZATION {
                    "`authorization` was signed in another form than it was sent".into()
                } else {
                    format!(
                        "`{header}` was changed after signing: it was signed as `{signed}`, and sent \
                         as `{sent}`"
                    )
                };
                other_line(header.as_str(), &signed, what.into());
            }
        }
        // Each costs the verification of a signature.
        let mut known = HashSet::new();
        bases.retain(|(_, signed)| signed != base && known.insert(signed.clone()));
        bases
    }
}

/// What a header may have been before an HTTP library or a proxy made of it what was sent.
fn before_it_was_sent(header: &HeaderName, sent: &str) -> Vec<String> {
    let known: &[&str] = match *header {
        ACCEPT => &["application/json", "*/*", "application/json, text/plain, */*"],
        CONTENT_TYPE => &[
            "application/json",
            "application/json; charset=utf-8",
            "application/json;charset=utf-8",
            "application/json; charset=UTF-8",
            "application/json;charset=UTF-8",
            "application/x-www-form-urlencoded",
        ],
        AUTHORIZATION => {
            let token = sent.strip_prefix("Bearer ").unwrap_or(sent);
            return vec![token.to_owned(), format!("bearer {token}"), String::new()];
        }
        _ => &[],
    };
    let cases = [sent.to_ascii_lowercase(), sent.to_ascii_uppercase(), String::new()];
    known.iter().map(|value| (*value).to_owned()).chain(cases).collect()
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn signature(headers: &HeaderMap) -> Option<Vec<u8>> {
    let value = text(headers, &SIGNATURE).strip_prefix("sig1=:")?.strip_suffix(':')?;
    BASE64_STANDARD.decode(value).ok()
}

/// The base with another value in the line of `name`.
fn with_line(base: &str, name: &str, value: &str) -> String {
    let start = format!("\"{name}\": ");
    let lines = base.split('\n').map(|line| {
        if line.starts_with(&start) { format!("{start}{value}") } else { line.to_owned() }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The same in the older form: the names before the colons stand without quotes.
fn of_v6(base: &str) -> String {
    let lines = base.split('\n').map(|line| {
        let rest = line.strip_prefix('"').and_then(|rest| rest.split_once("\": "));
        rest.map_or_else(|| line.to_owned(), |(name, value)| format!("{name}: {value}"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn decoded(text: &str) -> String {
    // A form of one field, whose plus signs are none of a form.
    let form = format!("x={}", text.replace('+', "%2B").replace('&', "%26"));
    let fields: Vec<(String, String)> = serde_urlencoded::from_str(&form).unwrap_or_default();
    fields.into_iter().next().map_or_else(|| text.to_owned(), |(_, value)| value)
}

/// The same JSON as others write it.
fn reserialised(body: &[u8]) -> impl Iterator<Item = Vec<u8>> + use<> {
    let value: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let compact = value.as_ref().and_then(|value| serde_json::to_vec(value).ok());
    let spaced = compact.as_ref().map(|compact| {
        // As Python's `json.dumps` writes it; good enough for bodies without commas in texts.
        String::from_utf8_lossy(compact).replace("\":", "\": ").replace(",\"", ", \"").into_bytes()
    });
    let pretty = value.as_ref().and_then(|value| serde_json::to_vec_pretty(value).ok());
    [compact, spaced, pretty].into_iter().flatten()
}

/// ASN.1 DER of a P-521 signature that is two numbers of 66 bytes, one behind the other.
fn der_of_raw(raw: &[u8]) -> Option<Vec<u8>> {
    let (r, s) = (raw.len() == 132).then(|| raw.split_at(66))?;
    let integer = |number: &[u8]| {
        let zeros = number.iter().take_while(|byte| **byte == 0).count().min(65);
        let mut digits = number.get(zeros..).unwrap_or_default().to_vec();
        if digits.first().is_some_and(|first| *first >= 0x80) {
            digits.insert(0, 0);
        }
        let mut der = vec![0x02, u8::try_from(digits.len()).unwrap_or_default()];
        der.append(&mut digits);
        der
    };
    let content = [integer(r), integer(s)].concat();
    let length = u8::try_from(content.len()).ok()?;
    let mut der = if length < 0x80 { vec![0x30, length] } else { vec![0x30, 0x81, length] };
    der.extend(content);
    Some(der)
}

#[cfg(test)]
mod tests {
    use super::{decoded, of_v6, with_line};

    #[test]
    fn other_bases_differ_in_one_line() {
        let base = "\"@method\": GET\n\"@path\": /a%20b\n\"@signature-params\": (\"@method\")";
        assert_eq!(of_v6(base), "@method: GET\n@path: /a%20b\n@signature-params: (\"@method\")");
        assert_eq!(with_line(base, "@path", "/x"), base.replace("/a%20b", "/x"));
        assert_eq!(with_line(base, "accept", "x"), base);
        assert_eq!(decoded("/a%20b+c&d=%26"), "/a b+c&d=&");
    }
}
