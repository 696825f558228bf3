//! Checks that a response belongs to its request: body fields that it repeats must agree.
//!
//! If an HTTP/1.1 peer sends one response too many, the next call on that connection receives it.
//! Nothing in HTTP tells them apart, but their content may.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use upvest_types::__private::hyphenated;
use upvest_types::__private::printable;

/// How much of a value a message shows, in characters.
const LONGEST_SHOWN: usize = 80;
/// A response value that is longer than this, and longer than the request value can be written, is
/// a different one. It is not parsed.
const LONGEST: usize = 64 * 1024;
const LONGEST_ESCAPE: usize = 12;

/// Says which of these fields contradicts the request, if one does. A field that is absent or
/// `null` in either contradicts nothing.
pub(crate) fn contradiction(request: &[u8], response: &[u8], fields: &[&str]) -> Option<String> {
    if fields.is_empty() {
        return None;
    }
    let (sent, received) =
        (Fields::read(request, Some(fields)), Fields::read(response, Some(fields)));
    fields.iter().find_map(|name| {
        let (sent, received) = sent.0.get(*name).zip(received.0.get(*name))?;
        if agree(sent, received) {
            return None;
        }
        let shown = |value: &RawValue| printable(value.get(), LONGEST_SHOWN);
        Some(format!(
            "its `{name}` is {}, while the request has {}: it may be the response to another request",
            shown(received),
            shown(sent)
        ))
    })
}

/// Whether two values are equal, however they are written.
fn agree(sent: &RawValue, received: &RawValue) -> bool {
    let (sent, received) = (sent.get(), received.get());
    if sent == received || sent == "null" || received == "null" {
        return true;
    }
    if received.len() > LONGEST.max(sent.len().saturating_mul(LONGEST_ESCAPE)) {
        return false;
    }
    match (sent.as_bytes().first(), received.as_bytes().first()) {
        (Some(b'"'), Some(b'"')) => {
            let texts = (serde_json::from_str(sent), serde_json::from_str(received));
            matches!(&texts, (Ok(sent), Ok(received)) if texts_agree(sent, received))
        }
        (Some(b'{'), Some(b'{')) => {
            let sent = Fields::read(sent.as_bytes(), None);
            let names: Vec<&str> = sent.0.keys().map(AsRef::as_ref).collect();
            let received = Fields::read(received.as_bytes(), Some(&names));
            sent.0.iter().all(|(name, sent)| {
                received.0.get(name.as_ref()).is_none_or(|received| agree(sent, received))
            })
        }
        (Some(b'['), Some(b'[')) => {
            let items = serde_json::from_str::<Vec<&RawValue>>;
            match (items(sent), items(received)) {
                (Ok(sent), Ok(received)) if sent.len() == received.len() => {
                    sent.iter().zip(received).all(|(sent, received)| agree(sent, received))
                }
                _ => false,
            }
        }
        (Some(b'-' | b'0'..=b'9'), Some(b'-' | b'0'..=b'9')) => {
            number(sent).is_some_and(|sent| number(received) == Some(sent))
        }
        _ => false,
    }
}

fn texts_agree(sent: &String, received: &String) -> bool {
    let decimals = (decimal(sent), decimal(received));
    let uuids = (hyphenated(sent), hyphenated(received));
    sent == received
        || matches!(decimals, (Some(sent), Some(received)) if sent == received)
        || matches!(uuids, (Some(sent), Some(received)) if sent == received)
}

/// Parses a decimal number as the API writes one: the library also accepts `1_000` and `+1`.
fn decimal(text: &str) -> Option<Decimal> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-');
    is_plain.then(|| Decimal::from_str_exact(text).ok())?
}

/// Parses a JSON number, which may have an exponent. It never becomes a float.
fn number(text: &str) -> Option<Decimal> {
    decimal(text).or_else(|| Decimal::from_scientific(text).ok())
}

/// The fields of an object, unparsed; of a duplicate field, the last.
struct Fields<'j>(HashMap<Cow<'j, str>, &'j RawValue>);

impl<'j> Fields<'j> {
    /// Reads the fields with these names, or all of them. A value that is not an object has none.
    fn read(json: &'j [u8], names: Option<&[&str]>) -> Self {
        let mut deserializer = serde_json::Deserializer::from_slice(json);
        Self(Reader { names }.deserialize(&mut deserializer).unwrap_or_default())
    }
}

/// The name of a field, mostly without a copy.
#[derive(Deserialize)]
struct Name<'j>(#[serde(borrow)] Cow<'j, str>);

struct Reader<'n> {
    names: Option<&'n [&'n str]>,
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = HashMap<Cow<'de, str>, &'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = HashMap<Cow<'de, str>, &'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = HashMap::new();
        while let Some(Name(name)) = map.next_key()? {
            if self.names.is_none_or(|names| names.contains(&&*name)) {
                fields.insert(name, map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(fields)
    }
}
