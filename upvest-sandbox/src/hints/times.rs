//! What is wrong with `created` and `expires`.

use http::HeaderMap;
use upvest_core::__sandbox::headers::SIGNATURE_INPUT;

/// Says what is wrong with the form of the times, even if they cannot be parsed.
pub(super) fn misread(headers: &HeaderMap) -> Option<String> {
    let input = headers.get(SIGNATURE_INPUT)?.to_str().ok()?;
    let times: Vec<(&str, &str)> = ["created", "expires"]
        .into_iter()
        .filter_map(|name| {
            let (_, rest) = input.split_once(&format!(";{name}="))?;
            let text = rest.split([';', ',', ' ']).next().unwrap_or_default();
            Some((name, text))
        })
        .collect();
    for unit in ["milliseconds", "microseconds", "nanoseconds"] {
        if let Some((names, is)) = names(&times, |text| self::unit(text) == Some(unit)) {
            return Some(format!("{names} {is} in {unit} (use seconds)"));
        }
    }
    if let Some((names, _)) = names(&times, is_fraction) {
        return Some(format!("{names} must be whole seconds"));
    }
    match &*times {
        [_, expires] if is_duration(expires.1) => Some(
            "`expires` is a duration (use a point in time, 5 to 60 s after `created`)".to_owned(),
        ),
        _ => None,
    }
}

/// The names of the times whose text fits, followed by `is` or `are`.
fn names(times: &[(&str, &str)], fits: impl Fn(&str) -> bool) -> Option<(String, &'static str)> {
    let fitting: Vec<String> =
        times.iter().filter(|(_, text)| fits(text)).map(|(name, _)| format!("`{name}`")).collect();
    let is = if fitting.len() > 1 { "are" } else { "is" };
    (!fitting.is_empty()).then(|| (fitting.join(" and "), is))
}

/// The unit of a time that is not in seconds, which have 10 digits until the year 2286.
fn unit(text: &str) -> Option<&'static str> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.len() {
        12..=14 if is_number => Some("milliseconds"),
        15..=17 if is_number => Some("microseconds"),
        18..=20 if is_number => Some("nanoseconds"),
        _ => None,
    }
}

fn is_fraction(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').is_some_and(|(whole, rest)| digits(whole) && digits(rest))
}

/// Whether the text is a duration, at most an hour: too small for a point in time.
fn is_duration(text: &str) -> bool {
    text.parse().is_ok_and(|seconds| (1..=3600).contains(&seconds))
}
