//! An event as received, and types for the objects in events.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::error::Category;
use serde_json::value::RawValue;
use upvest_types::__private::{LONGEST_TEXT, cut, printable};
use upvest_types::Timestamp;

use super::subscription::WebhookId;
use crate::json::{from_json, null_as_default};

upvest_types::id! {
    /// Identifies an event. The same event may be delivered more than once, always with this id.
    pub struct EventId;
}

/// Something that happened, as reported by a webhook.
///
/// Unknown events and unknown fields are not lost: [`json`](Self::json) is the text as received.
///
/// # Examples
///
/// Events are parsed from JSON, in tests as well:
///
/// ```
/// use upvest_core::webhook::Event;
///
/// # #[derive(serde::Deserialize)]
/// # struct User { id: String }
/// let event: Event = r#"{
///     "id": "8962b496-8d42-4560-bfab-10c8d1a3b5c7",
///     "created_at": "2021-07-21T14:10:00Z",
///     "type": "USER.CREATED",
///     "object": {"id": "ac1c39e9-2101-46b8-a624-d10a9e351b6c"},
///     "webhook_id": "a8eb3540-5a84-40f9-b2bb-7f99f282fc5a"
/// }"#
/// .parse()?;
/// assert_eq!(event.event_type(), "USER.CREATED");
/// let user: User = event.object()?;
/// # Ok::<(), upvest_core::webhook::EventError>(())
/// ```
#[derive(Clone)]
pub struct Event(Arc<Inner>);

struct Inner {
    id: EventId,
    created_at: Timestamp,
    event_type: Box<str>,
    webhook_id: WebhookId,
    json: Box<RawValue>,
}

/// The fields that every event has.
#[derive(Deserialize)]
struct Envelope<'a> {
    id: EventId,
    created_at: Timestamp,
    #[serde(rename = "type", borrow)]
    event_type: Cow<'a, str>,
    webhook_id: WebhookId,
    #[serde(rename = "object")]
    _object: IgnoredAny,
}

/// The body of a request: a batch of events, which Upvest calls a package.
#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(borrow, deserialize_with = "null_as_default")]
    payload: Vec<&'a RawValue>,
}

impl Event {
    /// Returns the id, which is the same each time the event is delivered.
    #[must_use]
    pub fn id(&self) -> EventId {
        self.0.id
    }

    /// Returns the time when it happened.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        self.0.created_at
    }

    /// Returns the type, such as `USER.CREATED`: the category, a dot, and what happened.
    ///
    /// The API adds types, so be ready for types that you do not know.
    #[must_use]
    pub fn event_type(&self) -> &str {
        &self.0.event_type
    }

    /// Returns the subscription that it was sent for.
    #[must_use]
    pub fn webhook_id(&self) -> WebhookId {
        self.0.webhook_id
    }

    /// Returns the object that the event is about, as it was at that time.
    ///
    /// A field that is `null` counts as absent where it may be absent.
    ///
    /// # Errors
    /// Returns an error if the object does not fit the type.
    pub fn object<T: DeserializeOwned>(&self) -> Result<T, EventError> {
        #[derive(Deserialize)]
        struct Holder<T> {
            object: T,
        }
        let holder: Holder<T> = from_json(self.json().as_bytes()).map_err(|cause| {
            let Inner { id, event_type, .. } = &*self.0;
            EventError::new(
                format!(
                    "invalid object in event {id} of type `{}`",
                    printable(event_type, LONGEST_TEXT)
                ),
                &cause,
            )
        })?;
        Ok(holder.object)
    }

    /// Returns the whole event, byte for byte.
    #[must_use]
    pub fn json(&self) -> &str {
        self.0.json.get()
    }

    /// Reads the events of a request, in its order.
    pub(super) fn of_batch(body: &[u8]) -> Result<Vec<Self>, EventError> {
        // serde_json does not check the UTF-8 of values that it skips.
        let body = std::str::from_utf8(body)
            .map_err(|_| EventError("invalid batch: the body is not UTF-8".into()))?;
        let batch: Batch<'_> =
            serde_json::from_str(body).map_err(|cause| EventError::new("invalid batch", &cause))?;
        let events = batch.payload.into_iter().enumerate();
        events
            .map(|(index, event)| {
                Self::of_json(event.to_owned()).map_err(|cause| {
                    EventError::new(format!("invalid event at index {index}"), &cause)
                })
            })
            .collect()
    }

    fn of_json(json: Box<RawValue>) -> serde_json::Result<Self> {
        let Envelope { id, created_at, event_type, webhook_id, .. } =
            serde_json::from_str(json.get())?;
        let event_type = event_type.into();
        Ok(Self(Arc::new(Inner { id, created_at, event_type, webhook_id, json })))
    }
}

impl FromStr for Event {
    type Err = EventError;

    fn from_str(text: &str) -> Result<Self, EventError> {
        serde_json::from_str(text)
            .and_then(Self::of_json)
            .map_err(|cause| EventError::new("invalid event", &cause))
    }
}

/// Serializes the JSON as received.
impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.json.serialize(serializer)
    }
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.json() == other.json()
    }
}

impl Eq for Event {}

/// Omits the object, which may contain personal data.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("id", &self.0.id)
            .field("created_at", &self.0.created_at)
            .field("type", &cut(&self.0.event_type, LONGEST_TEXT))
            .field("webhook_id", &self.0.webhook_id)
            .finish_non_exhaustive()
    }
}

/// Why a text is not an event, or not of the expected type.
///
/// The value that was found is not repeated, because it may be personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventError(String);

impl EventError {
    fn new(what: impl fmt::Display, cause: &serde_json::Error) -> Self {
        let message = cause.to_string();
        // The name comes from the Rust type, not from the JSON.
        let missing = message.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'));
        let why = match (cause.classify(), missing) {
            (Category::Data, Some((name, _))) => {
                format!("missing field `{}`", printable(name, LONGEST_TEXT))
            }
            (Category::Data, None) => "wrong type of a value, or duplicate field".to_owned(),
            (Category::Eof, _) => "unexpected end of JSON".to_owned(),
            (Category::Io | Category::Syntax, _) => "not valid JSON".to_owned(),
        };
        let (line, column) = (cause.line(), cause.column());
        Self(format!("{what}: {why}, at line {line}, column {column} of its JSON"))
    }
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EventError {}

/// Declares an enum of event types, each with the type of its object.
///
/// A value is made from an [`Event`] with `TryFrom`; events of other types become `Other`,
/// unchanged. The objects need `Debug`, `Clone`, `PartialEq` and serde's `Deserialize`.
///
/// # Examples
///
/// ```
/// use upvest_core::events;
/// use upvest_core::webhook::Event;
///
/// #[derive(Debug, Clone, PartialEq, serde::Deserialize)]
/// pub struct User {
///     pub id: String,
/// }
///
/// events! {
///     /// The events of a user.
///     pub enum UserEvent {
///         /// A user was created.
///         Created(User) = "USER.CREATED",
///         /// A user left.
///         Offboarded(User) = "USER.OFFBOARDED",
///     }
/// }
///
/// assert_eq!(UserEvent::categories(), ["USER"]);
///
/// fn greet(event: &Event) -> Result<(), upvest_core::webhook::EventError> {
///     match UserEvent::try_from(event)? {
///         UserEvent::Created(user) => println!("welcome, {}", user.id),
///         UserEvent::Other(event) => println!("ignored: {}", event.event_type()),
///         _ => {}
///     }
///     Ok(())
/// }
/// ```
#[macro_export]
macro_rules! events {
    ($($declaration:tt)*) => {
        $crate::__private::events! { $crate, $($declaration)* }
    };
}

#[cfg(test)]
mod tests {
    use super::{Event, EventError};

    fn json(fields: &str) -> String {
        format!(
            r#"{{"id":"8962b496-8d42-4560-bfab-10c8d1a3b5c7","created_at":"2021-07-21T14:10:00Z","type":"NEW.THING","webhook_id":"a8eb3540-5a84-40f9-b2bb-7f99f282fc5a"{fields}}}"#
        )
    }

    fn batch(events: &[String]) -> Result<Vec<Event>, EventError> {
        Event::of_batch(format!(r#"{{"payload":[{}],"more":1}}"#, events.join(",")).as_bytes())
    }

    #[test]
    fn unknown_fields_survive_verbatim() {
        let text = json(
            r#","object":{"price":1.10,"big":123456789012345678901234567890,"a":[{}]},"since":"1.200""#,
        );
        let [event] = &batch(std::slice::from_ref(&text)).unwrap()[..] else { panic!("one") };
        assert_eq!(event.json(), text);
        assert_eq!(serde_json::to_string(event).unwrap(), text);
        assert_eq!(event.event_type(), "NEW.THING");
        assert_eq!(&text.parse::<Event>().unwrap(), event);
    }

    #[test]
    fn a_batch_keeps_its_order() {
        let texts: Vec<String> =
            (0..50).map(|number| json(&format!(r#","object":{number}"#))).collect();
        let events = batch(&texts).unwrap();
        let numbers: Vec<u32> = events.iter().map(|event| event.object().unwrap()).collect();
        assert_eq!(numbers, (0..50).collect::<Vec<_>>());
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
        assert_eq!(Event::of_batch(br#"{"payload":null}"#).unwrap(), []);
        assert!(Event::of_batch(b"{}").is_err());
        let error = good.parse::<Event>().unwrap().object::<u32>().unwrap_err().to_string();
        assert!(
            error.contains(" of type `NEW.THING`: wrong type of a value, or duplicate field"),
            "{error}"
        );
        assert!(!error.contains("secret"), "{error}");
        assert!(!format!("{:?}", good.parse::<Event>()).contains("secret"));
    }
}
