//! Checks that a response belongs to its request: body fields that it repeats must agree.
//!
//! If an HTTP/1.1 peer sends one response too many, the next call on that connection receives it.
//! Nothing in HTTP tells them apart, but their content may.

use std::borrow::Cow;
use std::collections::BTreeMap;
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
    let both = values(request, fields).into_iter().zip(values(response, fields));
    fields.iter().zip(both).find_map(|(name, (sent, received))| {
        let (sent, received) = sent.zip(received)?;
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
            let sent: BTreeMap<Name<'_>, &RawValue> =
                serde_json::from_str(sent).unwrap_or_default();
            let names: Vec<&str> = sent.keys().map(|Name(name)| name.as_ref()).collect();
            let received = values(received.as_bytes(), &names);
            sent.values()
                .zip(received)
                .all(|(sent, received)| received.is_none_or(|received| agree(sent, received)))
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

/// The values of the fields with these names, unparsed; of a duplicate field, the last.
///
/// What is not an object has no fields.
fn values<'j>(json: &'j [u8], names: &[&str]) -> Vec<Option<&'j RawValue>> {
    let reader = Reader { names };
    let values = match std::str::from_utf8(json) {
        Ok(text) => reader.deserialize(&mut serde_json::Deserializer::from_str(text)),
        // serde_json checks only the texts that it reads: the fields with these names may be fine.
        Err(_) => reader.deserialize(&mut serde_json::Deserializer::from_slice(json)),
    };
    values.unwrap_or_else(|_| vec![None; names.len()])
}

/// The name of a field, mostly without a copy.
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Name<'j>(#[serde(borrow)] Cow<'j, str>);

struct Reader<'n> {
    names: &'n [&'n str],
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Vec<Option<&'de RawValue>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Vec<Option<&'de RawValue>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = vec![None; self.names.len()];
        while let Some(Name(name)) = map.next_key()? {
            let mut wanted = self.names.iter().zip(&mut values);
            match wanted.find(|(wanted, _)| **wanted == name) {
                Some((_, value)) => *value = Some(map.next_value()?),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::contradiction;

    #[test]
    fn a_field_that_is_not_utf_8_hides_no_contradiction() {
        let response = b"{\"note\":\"\xff\",\"amount\":\"2.00\"}";
        assert_eq!(contradiction(br#"{"amount":"2"}"#, response, &["amount"]), None);
        let found = contradiction(br#"{"amount":"1.00"}"#, response, &["amount"]);
        assert!(found.is_some_and(|found| found.starts_with(r#"its `amount` is "2.00""#)));
    }

    #[test]
    fn of_a_duplicate_field_the_last_one_counts() {
        let twice = br#"{"amount":"1.00","amount":"2.00"}"#;
        assert!(contradiction(br#"{"amount":"1.00"}"#, twice, &["amount"]).is_some());
        assert!(contradiction(twice, br#"{"amount":"1.00"}"#, &["amount"]).is_some());
        let objects = (br#"{"fee":{"a":1,"b":2}}"#, br#"{"fee":{"b":3,"a":1,"b":2}}"#);
        assert_eq!(contradiction(objects.0, objects.1, &["fee"]), None);
        assert!(contradiction(objects.1, br#"{"fee":{"b":3}}"#, &["fee"]).is_some());
    }
}
