//! JSON `null`, read as if the field were absent.
//!
//! Servers in Go write `null` for an empty list or object. A success that cannot be read leaves the
//! caller without the id of the created object.

#[cfg(feature = "webhooks")]
pub(crate) mod items;
pub(crate) mod lenient;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, IgnoredAny, IntoDeserializer};

/// Reads `null` as the default of the type: an empty list, for example.
///
/// Use it for fields of your types that must be present, but may be `null`. A field with
/// `#[serde(default)]` or of type `Option` does not need it: the client reads `null` as absent
/// wherever a field may be absent.
///
/// With `#[serde(default, deserialize_with = "upvest_core::null_as_default")]` the field may be
/// absent as well, even if another library reads the type.
///
/// # Errors
/// Fails if it is neither `null` nor a `T`.
///
/// # Examples
///
/// ```
/// #[derive(serde::Deserialize)]
/// struct Portfolio {
///     #[serde(deserialize_with = "upvest_core::null_as_default")]
///     positions: Vec<String>,
/// }
///
/// let portfolio: Portfolio = serde_json::from_str(r#"{"positions": null}"#)?;
/// assert!(portfolio.positions.is_empty());
/// assert!(serde_json::from_str::<Portfolio>("{}").is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Reads an empty text as `None`.
///
/// Use it for optional fields with a type that no empty text fits, such as a
/// [`Decimal`](crate::Decimal): the API writes `""` for a price that an order does not have. `null`
/// is `None` as well.
///
/// # Errors
/// Fails if it is neither `null`, nor an empty text, nor a text that fits `T`.
///
/// # Examples
///
/// ```
/// use upvest_core::Decimal;
///
/// #[derive(serde::Deserialize)]
/// struct Order {
///     #[serde(default, deserialize_with = "upvest_core::empty_as_none")]
///     limit_price: Option<Decimal>,
/// }
///
/// let order: Order = serde_json::from_str(r#"{"limit_price": ""}"#)?;
/// assert_eq!(order.limit_price, None);
/// let order: Order = serde_json::from_str(r#"{"limit_price": "103.25"}"#)?;
/// assert_eq!(order.limit_price, Some("103.25".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn empty_as_none<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    match Option::<String>::deserialize(deserializer)? {
        Some(text) if !text.is_empty() => T::deserialize(text.into_deserializer()).map(Some),
        _ => Ok(None),
    }
}

/// Reads `null` as `Some(None)`, so that it differs from a field that is absent.
///
/// Use it for fields of request bodies where `null` clears a value, and an absent field leaves it
/// unchanged.
///
/// # Errors
/// Fails if it is neither `null` nor a `T`.
///
/// # Examples
///
/// ```
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct UpdateStation {
///     #[serde(
///         default,
///         deserialize_with = "upvest_core::null_as_some",
///         skip_serializing_if = "Option::is_none"
///     )]
///     closed_on: Option<Option<upvest_core::Date>>,
/// }
///
/// for json in ["{}", r#"{"closed_on":null}"#, r#"{"closed_on":"2026-11-30"}"#] {
///     let body: UpdateStation = serde_json::from_str(json)?;
///     assert_eq!(serde_json::to_string(&body)?, json);
/// }
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn null_as_some<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// Reads JSON. If it does not fit the type, fields that are `null` count as absent.
pub(crate) fn from_json<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    // The text is checked once: serde_json would check each string of the slice.
    let read = match std::str::from_utf8(json) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(json),
    };
    read.or_else(|error| {
        let bare = if error.is_data() { without_null_fields(json) } else { None };
        bare.and_then(|bare| serde_json::from_slice(&bare).ok()).ok_or(error)
    })
}

/// Returns the JSON without the fields that are `null`; `None` if it has no such field, or is not
/// JSON.
fn without_null_fields(json: &[u8]) -> Option<Vec<u8>> {
    // Leaving fields out must not turn invalid JSON into valid JSON.
    serde_json::from_slice::<IgnoredAny>(json).ok()?;
    let mut bare = Vec::with_capacity(json.len());
    let mut rest = json;
    // Where the last string begins; before a colon it is the name of a field.
    let mut name = 0;
    let mut is_value = false;
    while let Some(&byte) = rest.first() {
        let length = match byte {
            b'"' => text_length(rest),
            b'n' => "null".len(),
            _ => 1,
        };
        let (token, after) = rest.split_at_checked(length)?;
        rest = after;
        if byte == b'n' && is_value {
            bare.truncate(name);
            rest = rest.trim_ascii_start();
            match rest.strip_prefix(b",") {
                Some(next) => rest = next,
                None => {
                    bare.truncate(bare.trim_ascii_end().strip_suffix(b",").unwrap_or(&bare).len());
                }
            }
            is_value = false;
            continue;
        }
        if byte == b'"' {
            name = bare.len();
        }
        if !byte.is_ascii_whitespace() {
            is_value = byte == b':';
        }
        bare.extend_from_slice(token);
    }
    (bare.len() < json.len()).then_some(bare)
}

/// Returns the length of the string at the start, including its quotes.
fn text_length(json: &[u8]) -> usize {
    let mut is_escaped = false;
    let end = json.iter().skip(1).position(|&byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(json.len(), |end| end + 2)
}

#[cfg(test)]
mod tests {
    use super::without_null_fields;

    #[test]
    fn fields_that_are_null_are_left_out_and_nothing_else() {
        for (json, bare) in [
            (r#"{"a":null}"#, "{}"),
            (r#"{"a":null,"b":1}"#, r#"{"b":1}"#),
            (r#"{"b":1,"a":null}"#, r#"{"b":1}"#),
            (r#"{"b":1,"a":null,"c":2}"#, r#"{"b":1,"c":2}"#),
            (r#"{"a":null,"b":null,"c":null}"#, "{}"),
            (r#"[null,{"a":[null]},{"a":null}]"#, r#"[null,{"a":[null]},{}]"#),
            (r#"{"a":"null,","\"":null,"n":{"b":null}}"#, r#"{"a":"null,","n":{}}"#),
            ("{ \"b\" : 1 ,\n\"a\" :\tnull }", "{ \"b\" : 1 }"),
        ] {
            let without = without_null_fields(json.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(without).unwrap(), bare, "{json}");
        }
        for json in
            [r#"{"a":1}"#, "null", "[null]", r#""null""#, r#"{"a":null,}"#, r#"{"a":nul"#, ""]
        {
            assert_eq!(without_null_fields(json.as_bytes()), None, "{json}");
        }
    }
}
