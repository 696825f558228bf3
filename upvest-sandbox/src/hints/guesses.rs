//! What may have been signed instead of the signature base: one text for each known mistake.

use std::borrow::Cow;
use std::collections::HashSet;

use http::HeaderMap;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderName};
use upvest_core::__sandbox::Message;
use upvest_core::__sandbox::headers::IDEMPOTENCY_KEY;
use upvest_core::signature::SignatureBase;

/// The maximum number of guesses: each costs the verification of a signature.
const MOST_GUESSES: usize = 160;
/// The longest signature base, in bytes, for which all guesses are made: each guess is a copy of
/// it.
const LONGEST_BASE: usize = 16 * 1024;
/// The maximum number of positions at which a second slash in the path is tried.
const MOST_SLASHES: usize = 8;

/// A mistake, and the text that is signed if it is made.
pub(super) struct Guess {
    pub(super) what: Cow<'static, str>,
    pub(super) signed: String,
    /// Whether `signed` has the form of a signature base, so that secrets in it are found and
    /// masked.
    pub(super) is_base: bool,
}

/// Returns all guesses for a request with this signature base, likely ones first.
pub(super) fn guesses(message: &Message<'_>, body: &[u8], base: &SignatureBase) -> Vec<Guess> {
    let mut guesses = of_form(base);
    if base.as_bytes().len() > LONGEST_BASE {
        return guesses;
    }
    let mut other_line = |name: &str, value: &str, what: Cow<'static, str>| {
        guesses.push(Guess { what, signed: with_line(base, name, value), is_base: true });
    };
    let upper_case = "`@method` must be upper case".into();
    other_line("@method", &message.method.to_ascii_lowercase(), upper_case);
    of_path(message, &mut other_line);
    of_length(body, &mut other_line);
    for (name, sent) in headers(base) {
        let times = message.headers.get_all(name).iter().count();
        of_values(name, sent, times, message.headers, &mut other_line);
    }
    for header in [ACCEPT, AUTHORIZATION, CONTENT_TYPE, IDEMPOTENCY_KEY] {
        let Some((_, sent)) = headers(base).find(|(name, _)| *name == header.as_str()) else {
            continue;
        };
        for signed in before_it_was_sent(&header, sent) {
            // A token is never shown, neither as it was signed nor as it was sent.
            let what = if header == AUTHORIZATION {
                "`authorization` was signed in another form than the one sent".into()
            } else {
                format!(
                    "`{header}` was changed after signing: it was signed as `{signed}`, and sent as \
                     `{sent}`"
                )
            };
            other_line(header.as_str(), &signed, what.into());
        }
    }
    let mut known = HashSet::new();
    guesses
        .retain(|guess| guess.signed != base.expose_token() && known.insert(guess.signed.clone()));
    guesses.truncate(MOST_GUESSES);
    guesses
}

/// Guesses in which every line is right, but its formatting is not.
fn of_form(base: &SignatureBase) -> Vec<Guess> {
    let one_space = "write each line of the signature base with exactly one space after the \
                     colon, and none before the line break";
    let guess = |what: &'static str, signed, is_base| Guess { what: what.into(), signed, is_base };
    let text = base.expose_token();
    vec![
        guess(
            "the signature base is in the older form, v6, whose names have no quotes (quote them \
             with `upvest-signature-version: 15`)",
            of_v6(base),
            true,
        ),
        guess("the signature base ends with a line break (remove it)", format!("{text}\n"), true),
        guess(
            "the lines are joined with \\r\\n (join them with \\n)",
            text.replace('\n', "\r\n"),
            true,
        ),
        guess(one_space, text.replace("\": ", "\":"), false),
        guess(one_space, text.replace("\": ", "\":  "), true),
    ]
}

fn of_path(message: &Message<'_>, other_line: &mut impl FnMut(&str, &str, Cow<'static, str>)) {
    let path = message.path;
    let mut other_path =
        |signed: &str, what: &'static str| other_line("@path", signed, what.into());
    for decoded in [decoded(path), decoded(path).replace(' ', "+")] {
        other_path(&decoded, "the decoded path was signed (sign the path as it is sent)");
    }
    other_path(&path.to_ascii_lowercase(), "the path was signed in lower case");
    other_path(path.trim_end_matches('/'), "the path was signed without its trailing slash");
    other_path(&format!("{path}/"), "the path was signed with a trailing slash, which is not sent");
    other_path(path.trim_start_matches('/'), "the path was signed without its leading slash");
    for (index, _) in path.match_indices('/').take(MOST_SLASHES) {
        let (before, after) = path.split_at(index);
        let what = "the path was signed with `//`, but one slash is sent";
        other_path(&format!("{before}/{after}"), what);
    }
    other_path("/", "`@path` was signed as `/` (sign the whole path)");
    other_path("", "`@path` was signed as an empty string (sign the whole path)");
    let host = text(message.headers, &HOST);
    let with_query = message.query().map(|query| format!("{path}?{query}"));
    for target in [Some(path), with_query.as_deref()].into_iter().flatten() {
        for scheme in ["http://", "https://", "//", ""] {
            let what = "a full URL was signed as `@path` (sign only the path)";
            other_path(&format!("{scheme}{host}{target}"), what);
        }
    }
    if let (Some(query), Some(with_query)) = (message.query(), with_query) {
        let what = "the query was signed as part of `@path` (sign it only as `@query`)";
        other_path(&with_query, what);
        other_line("@query", query, "`@query` must begin with `?`".into());
        let what = "the decoded query was signed (sign the query as it is sent)".into();
        other_line("@query", &format!("?{}", decoded(query)), what);
    }
}

/// Wrong lengths: Upvest's own example in Java counts characters.
fn of_length(body: &[u8], other_line: &mut impl FnMut(&str, &str, Cow<'static, str>)) {
    let name = CONTENT_LENGTH.as_str();
    let bytes = body.len();
    if let Ok(text) = std::str::from_utf8(body) {
        for (length, unit) in
            [(text.chars().count(), "characters"), (text.encode_utf16().count(), "UTF-16 units")]
        {
            let what = format!(
                "`content-length` was signed as {length}, the length in {unit} (sign {bytes}, the \
                 length in bytes)"
            );
            other_line(name, &length.to_string(), what.into());
        }
    }
    let what = format!("`content-length` was signed as 0 (sign {bytes})");
    other_line(name, "0", what.into());
    let what = format!("`content-length` was signed as an empty string (sign {bytes})");
    other_line(name, "", what.into());
}

/// Wrong numbers of values of a header, and white space around them.
fn of_values(
    name: &str,
    sent: &str,
    times: usize,
    headers: &HeaderMap,
    other_line: &mut impl FnMut(&str, &str, Cow<'static, str>),
) {
    let values = || headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let parts = || sent.split(", ");
    if times > 1 {
        for one in [values().next(), values().next_back()].into_iter().flatten() {
            let what = format!(
                "`{name}` is sent {times} times, but was signed as if sent once (send it once)"
            );
            other_line(name, one, what.into());
        }
        let what =
            format!("`{name}` is sent {times} times (join its values with a comma and a space)");
        other_line(name, &values().collect::<Vec<_>>().join(","), what.into());
    } else if parts().nth(1).is_some() {
        for one in [parts().next(), sent.rsplit(", ").next()].into_iter().flatten() {
            let what = format!(
                "`{name}` has several values, but was signed with one of them: a library or a \
                 proxy added the others"
            );
            other_line(name, one, what.into());
        }
    }
    for spaced in [format!(" {sent}"), format!("{sent} "), format!(" {sent} ")] {
        let what = format!("`{name}` was signed with white space around its value (remove it)");
        other_line(name, &spaced, what.into());
    }
    let what = format!("`{name}` was signed as if sent twice, but is sent once");
    other_line(name, &format!("{sent}, {sent}"), what.into());
}

/// What a header may have been before an HTTP library or a proxy changed it.
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

/// The headers in a signature base, with their values.
fn headers(base: &SignatureBase) -> impl Iterator<Item = (&str, &str)> {
    base.lines().filter(|(name, _)| !name.starts_with('@'))
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The signature base with another value in the line of `name`.
fn with_line(base: &SignatureBase, name: &str, value: &str) -> String {
    let lines = base.lines().map(|(component, old)| {
        let value = if component == name { value } else { old };
        format!("\"{component}\": {value}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The signature base in the older form: the names before the colons have no quotes.
fn of_v6(base: &SignatureBase) -> String {
    let lines = base.lines().map(|(component, value)| format!("{component}: {value}"));
    lines.collect::<Vec<_>>().join("\n")
}

fn decoded(text: &str) -> String {
    // Read as a form with one field, but a plus sign here is not an encoded space.
    let form = format!("x={}", text.replace('+', "%2B").replace('&', "%26"));
    let fields: Vec<(String, String)> = serde_urlencoded::from_str(&form).unwrap_or_default();
    fields.into_iter().next().map_or_else(|| text.to_owned(), |(_, value)| value)
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;
    use upvest_core::__sandbox::Message;
    use upvest_core::signature::SignatureBase;
    use upvest_core::signature::SignatureVersion::V15;

    use super::{decoded, of_v6, with_line};

    #[test]
    fn other_bases_differ_in_one_line() {
        let headers = HeaderMap::new();
        let message = Message { method: "GET", path: "/a%20b", query: None, headers: &headers };
        let base =
            SignatureBase::new(V15, &message, &["@method", "@path"], "(\"@method\")").unwrap();
        assert_eq!(of_v6(&base), "@method: GET\n@path: /a%20b\n@signature-params: (\"@method\")");
        let with_path = |path| base.expose_token().replace("/a%20b", path);
        assert_eq!(with_line(&base, "@path", "/x"), with_path("/x"));
        assert_eq!(with_line(&base, "accept", "x"), base.expose_token());
        assert_eq!(decoded("/a%20b+c&d=%26"), "/a b+c&d=&");
    }
}
