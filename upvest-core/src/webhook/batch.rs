//! The events of a request, read from its body.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::event::{Event, EventError};
use crate::json::null_as_default;

/// The body of a request: a batch of events, which Upvest calls a package.
#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(borrow, deserialize_with = "null_as_default")]
    payload: Vec<&'a RawValue>,
}

/// Reads the events of a request, in its order.
pub(super) fn events(body: &[u8]) -> Result<Vec<Event>, EventError> {
    // serde_json does not check the UTF-8 of values that it skips.
    let body = std::str::from_utf8(body)
        .map_err(|_| EventError::invalid("invalid batch: the body is not UTF-8"))?;
    match in_one_pass(body) {
        Some(events) => Ok(events),
        None => in_two_passes(body),
    }
}

/// Reads a batch as Upvest writes it: an object that has only a `payload`.
///
/// Returns `None` for anything else. Most of the work is to skip over the objects in the events.
/// [`in_two_passes`] does that twice: to find the end of an event, and to read it.
fn in_one_pass(body: &str) -> Option<Vec<Event>> {
    let mut rest = ["{", "\"payload\"", ":", "["].into_iter().try_fold(body, after)?;
    let mut events = Vec::new();
    loop {
        rest = after(rest, "")?;
        let mut values = serde_json::Deserializer::from_str(rest).into_iter();
        let envelope = values.next()?.ok()?;
        let (json, behind) = rest.split_at_checked(values.byte_offset())?;
        events.push(Event::new(envelope, json));
        let Some(next) = after(behind, ",") else {
            let end = ["]", "}", ""].into_iter().try_fold(behind, after)?;
            return end.is_empty().then_some(events);
        };
        rest = next;
    }
}

/// Returns what follows `token`, which may follow white space.
fn after<'j>(json: &'j str, token: &str) -> Option<&'j str> {
    json.trim_start_matches([' ', '\t', '\n', '\r']).strip_prefix(token)
}

/// Reads any batch, or says what is wrong with it.
fn in_two_passes(body: &str) -> Result<Vec<Event>, EventError> {
    let batch: Batch<'_> =
        serde_json::from_str(body).map_err(|cause| EventError::new("invalid batch", &cause))?;
    let events = batch.payload.into_iter().enumerate();
    events
        .map(|(index, json)| {
            let envelope = serde_json::from_str(json.get()).map_err(|cause| {
                EventError::new(format!("invalid event at index {index}"), &cause)
            })?;
            Ok(Event::new(envelope, json.get()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::event::json;
    use super::{Event, EventError, events, in_one_pass, in_two_passes};

    fn batch(events: &[String]) -> Result<Vec<Event>, EventError> {
        super::events(format!(r#"{{"payload":[{}],"more":1}}"#, events.join(",")).as_bytes())
    }

    #[test]
    fn one_pass_accepts_nothing_that_two_passes_refuse_and_reads_the_same() {
        let (one, two) = (json(r#","object":{"a":["\"]}",1e9]}"#), json(r#","object":null"#));
        let spaced = one.replace(",\"", "\r\n\t , \"").replace("\":", "\" : ");
        let accepted = [
            format!(r#"{{"payload":[{one}]}}"#),
            format!(r#"{{"payload":[{one},{two},{one}]}}"#),
            format!(" {{\t\"payload\"\r\n: [ {spaced} ,\n{two}\t]\r}} "),
        ];
        for body in &accepted {
            assert_eq!(in_one_pass(body), Some(in_two_passes(body).unwrap()), "{body}");
        }
        // Every body that differs in one character, or that is cut off.
        let others = ["", ",", "]", "}", "\"", "\\", "[", "{", "1", " ", "\u{c}", "\u{a0}", "null"];
        let body = &accepted[1];
        let mut refused = 0;
        for at in 0..body.len() {
            let changed = others.map(|other| format!("{}{other}{}", &body[..at], &body[at + 1..]));
            for body in changed.iter().chain([&body[..at].to_owned()]) {
                match in_one_pass(body) {
                    Some(events) => assert_eq!(events, in_two_passes(body).unwrap(), "{body}"),
                    None => refused += usize::from(in_two_passes(body).is_err()),
                }
            }
        }
        assert!(refused > body.len(), "{refused}");
        for (before, after) in [
            ("\u{c}{\"payload\":[", "]}"),
            ("\u{feff}{\"payload\":[", "]}"),
            ("{\"payload\":[", ",]}"),
            ("{\"payload\":[", "]}}"),
            ("{\"payload\":[", "]} {}"),
            ("{\"payload\":[", "]]"),
            ("{\"payload\":[", "],\"payload\":[]}"),
        ] {
            let body = format!("{before}{one}{after}");
            assert_eq!(in_one_pass(&body), None, "{body}");
            assert!(in_two_passes(&body).is_err(), "{body}");
        }
    }

    #[test]
    fn a_batch_keeps_its_order() {
        let texts: Vec<String> =
            (0..50).map(|number| json(&format!(r#","object":{number}"#))).collect();
        for events in [
            batch(&texts).unwrap(),
            events(format!(r#"{{"payload":[{}]}}"#, texts.join(",")).as_bytes()).unwrap(),
        ] {
            let numbers: Vec<u32> = events.iter().map(|event| event.object().unwrap()).collect();
            assert_eq!(numbers, (0..50).collect::<Vec<_>>());
            assert!(events.iter().map(Event::json).eq(&texts));
        }
    }

    #[test]
    fn errors_do_not_repeat_the_input() {
        let good = json(r#","object":{"iban":"DE89 secret"}"#);
        for (events, sentence) in [
            (vec![good.clone(), json("")], "invalid event at index 1: missing field `object`"),
            (vec![json(r#","object":1,"type":"secret""#)], "invalid event at index 0"),
            (vec![good.replace("2021-07-21T14:10:00Z", "secret")], "invalid event at index 0"),
            (vec![good.replace("8962b496-", "secret")], "invalid event at index 0"),
            (vec!["secret".into()], "invalid batch: not valid JSON"),
            (
                vec![r#""secret""#.into()],
                "invalid event at index 0: wrong type of a value, or duplicate field",
            ),
        ] {
            let error = batch(&events).unwrap_err().to_string();
            assert!(error.starts_with(sentence), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
        assert_eq!(events(br#"{"payload":null}"#).unwrap(), []);
        assert_eq!(events(br#"{"payload":[]}"#).unwrap(), []);
        assert!(events(b"{}").is_err());
        assert!(events(b"{\"payload\":[\xff]}").is_err());
    }
}
