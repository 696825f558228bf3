//! What the macros of `upvest-core` accept. What they would reject is left out, with the reason.

use std::collections::HashSet;

/// The methods that `#[endpoint]` has.
pub(super) const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// The only path that needs no token, and may have a form.
pub(super) const TOKEN_PATH: &str = "/auth/token";

/// The headers that the client sends.
const OF_THE_CLIENT: [&str; 10] = [
    "accept",
    "authorization",
    "content-digest",
    "content-length",
    "content-type",
    "idempotency-key",
    "signature",
    "signature-input",
    "upvest-api-version",
    "upvest-client-id",
];

/// Other headers that no parameter can set. A name that ends with `-` is a prefix.
const RESERVED: [&str; 20] = [
    "accept-encoding",
    "cf-",
    "connection",
    "content-",
    "cookie",
    "date",
    "expect",
    "host",
    "keep-alive",
    "proxy-",
    "range",
    "sec-",
    "signature-",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "upvest-",
    "user-agent",
    "x-",
];

/// Headers whose parameter would be called as another one, or cannot be a name.
const NOT_NAMES: [&str; 5] = ["body", "crate", "query", "self", "super"];

pub(super) fn is_of_the_client(header: &str) -> bool {
    OF_THE_CLIENT.contains(&header)
}

/// Whether a parameter can set the header, which is in lower case.
pub(super) fn is_header(name: &str) -> bool {
    let is_reserved =
        |taken: &&str| name == *taken || taken.ends_with('-') && name.starts_with(*taken);
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-')
        && !NOT_NAMES.contains(&name)
        && !RESERVED.iter().any(is_reserved)
}

/// Returns the names of the placeholders, in order.
pub(crate) fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(placeholder)
}

/// Returns the name of the placeholder that a segment is.
pub(crate) fn placeholder(segment: &str) -> Option<&str> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    (!name.is_empty() && !name.contains(['{', '}'])).then_some(name)
}

/// Returns why no endpoint can have this path.
pub(super) fn fault_of_path(path: &str) -> Option<String> {
    let Some(rest) = path.strip_prefix('/') else {
        return Some(format!("its path `{path}` does not begin with `/`"));
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte);
    let is_valid = |segment: &&str| {
        placeholder(segment).is_some()
            || !["", ".", ".."].contains(segment)
                && !segment.starts_with(':')
                && segment.bytes().all(is_plain)
    };
    if let Some(segment) = rest.split('/').find(|segment| !is_valid(segment)) {
        return Some(format!("no endpoint can have the segment `{segment}` of its path"));
    }
    let mut known = HashSet::new();
    let twice = placeholders(path).find(|name| !known.insert(*name))?;
    Some(format!("the placeholder `{{{twice}}}` is in its path twice"))
}

/// Returns the path with `{}` for each placeholder.
pub(crate) fn route(path: &str) -> String {
    let segments = path.split('/');
    let segments: Vec<&str> =
        segments.map(|it| if placeholder(it).is_some() { "{}" } else { it }).collect();
    segments.join("/")
}

/// Returns the media type as `accept` has it: in lower case and without parameters.
pub(super) fn media_type(text: &str) -> Option<String> {
    let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_word = |word: &str| {
        let is_part =
            |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || b"-+.".contains(&it);
        !word.is_empty() && word.bytes().all(is_part)
    };
    let (kind, subkind) = essence.split_once('/')?;
    (is_word(kind) && is_word(subkind)).then_some(essence)
}

pub(super) fn is_scope(text: &str) -> bool {
    is_graphic(text)
}

/// Whether the text is a category, a dot and an event.
pub(super) fn is_event_type(text: &str) -> bool {
    text.split_once('.').is_some_and(|(category, event)| is_graphic(category) && is_graphic(event))
}

fn is_graphic(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::{fault_of_path, is_event_type, is_header, media_type, placeholders, route};

    #[test]
    fn a_path_has_plain_segments_and_whole_placeholders() {
        for path in ["/a", "/a/{b}", "/{a}/{b-c}/d", "/a:b/c.d~e_f-g", "/{größe}"] {
            assert_eq!(fault_of_path(path), None);
        }
        for path in [
            "", "/", "a", "/a/", "//a", "/a b", "/ä", "/a?b=1", "/./a", "/a/..", "/:a", "/{}",
            "/{a}b", "/{a}{b}", "/{a", "/a}", "/{a}/{a}",
        ] {
            assert!(fault_of_path(path).is_some(), "{path}");
        }
        assert!(placeholders("/{a}/b/{c d}").eq(["a", "c d"]));
        assert_eq!(route("/a/{b}/c/{d}"), "/a/{}/c/{}");
    }

    #[test]
    fn a_header_is_one_that_the_macro_accepts() {
        for name in ["kind", "account-kind", "te-x", "date2", "type"] {
            assert!(is_header(name), "{name}");
        }
        for name in ["", "Kind", "a_b", "ä", "2a", "-a", "x-a", "host", "content-type", "body"] {
            assert!(!is_header(name), "{name}");
        }
    }

    #[test]
    fn a_media_type_is_plain() {
        assert_eq!(media_type("Text/CSV; charset=utf-8").as_deref(), Some("text/csv"));
        for text in ["", "*/*", "image/*", "text", "/csv", "a/b/c", "a/b c"] {
            assert_eq!(media_type(text), None, "{text}");
        }
    }

    #[test]
    fn an_event_type_has_a_category() {
        assert!(is_event_type("USER.CREATED") && is_event_type("A.B.C"));
        for text in ["", "USER", "USER.", ".CREATED", "USER.A B", "USER.Ä"] {
            assert!(!is_event_type(text), "{text}");
        }
    }
}
