//! An event as received, and types for the objects in events.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::error::Category;
use serde_json::value::RawValue;
use upvest_types::__private::{LONGEST_TEXT, cut, printable};
use upvest_types::Timestamp;

use super::subscription::WebhookId;
use crate::json::from_json;

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
    json: Box<str>,
}

/// The fields that every event has.
#[derive(Deserialize)]
pub(super) struct Envelope<'a> {
    id: EventId,
    created_at: Timestamp,
    #[serde(rename = "type", borrow)]
    event_type: Cow<'a, str>,
    webhook_id: WebhookId,
    #[serde(rename = "object")]
    _object: IgnoredAny,
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
        &self.0.json
    }

    /// An event that was read from this JSON, which has no white space around it.
    pub(super) fn new(envelope: Envelope<'_>, json: &str) -> Self {
        let Envelope { id, created_at, event_type, webhook_id, .. } = envelope;
        let (event_type, json) = (event_type.into(), json.into());
        Self(Arc::new(Inner { id, created_at, event_type, webhook_id, json }))
    }
}

impl FromStr for Event {
    type Err = EventError;

    fn from_str(text: &str) -> Result<Self, EventError> {
        let json = text.trim_matches([' ', '\t', '\n', '\r']);
        let envelope =
            serde_json::from_str(json).map_err(|cause| EventError::new("invalid event", &cause))?;
        Ok(Self::new(envelope, json))
    }
}

/// Serializes the JSON as received.
impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let json: &RawValue = serde_json::from_str(self.json()).map_err(S::Error::custom)?;
        json.serialize(serializer)
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
    pub(super) fn invalid(message: &str) -> Self {
        Self(message.to_owned())
    }

    pub(super) fn new(what: impl fmt::Display, cause: &serde_json::Error) -> Self {
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

/// The JSON of an event with these other fields.
#[cfg(test)]
pub(super) fn json(fields: &str) -> String {
    format!(
        r#"{{"id":"8962b496-8d42-4560-bfab-10c8d1a3b5c7","created_at":"2021-07-21T14:10:00Z","type":"NEW.THING","webhook_id":"a8eb3540-5a84-40f9-b2bb-7f99f282fc5a"{fields}}}"#
    )
}

#[cfg(test)]
mod tests {
    use super::{Event, json};

    #[test]
    fn unknown_fields_survive_verbatim() {
        let text = json(
            r#","object":{"price":1.10,"big":123456789012345678901234567890,"a":[{}]},"since":"1.200""#,
        );
        let event: Event = format!("\r\n {text}\t").parse().unwrap();
        assert_eq!(event.json(), text);
        assert_eq!(serde_json::to_string(&event).unwrap(), text);
        assert_eq!(event.event_type(), "NEW.THING");
    }

    #[test]
    fn errors_do_not_repeat_the_input() {
        let good = json(r#","object":{"iban":"DE89 secret"}"#);
        let error = good.parse::<Event>().unwrap().object::<u32>().unwrap_err().to_string();
        assert!(
            error.contains(" of type `NEW.THING`: wrong type of a value, or duplicate field"),
            "{error}"
        );
        assert!(!error.contains("secret"), "{error}");
        assert!(!format!("{:?}", good.parse::<Event>()).contains("secret"));
        let error = format!("{good}secret").parse::<Event>().unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }
}
