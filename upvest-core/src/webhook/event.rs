//! One event, as it was received; and types for the objects in it.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::subscription::WebhookId;
use crate::json::{from_json, null_as_default};
use crate::text::{LONGEST_TEXT, cut, printable};
use crate::types::Timestamp;

crate::id! {
    /// Names an event. The same event may be delivered more than once, always with this id.
    pub struct EventId;
}

/// Something that has happened. Of an event that this version does not know, and of a member that
/// it does not know, nothing is lost: [`json`](Self::json) is the text as it came.
///
/// Events are made from JSON, in tests as well:
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

/// What every event has.
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

/// What a request holds.
#[derive(Deserialize)]
struct Package<'a> {
    #[serde(borrow, deserialize_with = "null_as_default")]
    payload: Vec<&'a RawValue>,
}

impl Event {
    /// By which it is known when it is delivered once more.
    #[must_use]
    pub fn id(&self) -> EventId {
        self.0.id
    }

    /// When it happened.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        self.0.created_at
    }

    /// What has happened, such as `USER.CREATED`: the category, a dot, and what became of it. The API
    /// adds types; be ready for those that you do not know.
    #[must_use]
    pub fn event_type(&self) -> &str {
        &self.0.event_type
    }

    /// Which subscription it was sent for.
    #[must_use]
    pub fn webhook_id(&self) -> WebhookId {
        self.0.webhook_id
    }

    /// What it has happened to, as it stood then. A field that is `null` counts as absent where it may
    /// be absent.
    ///
    /// # Errors
    /// If the object does not fit the type.
    pub fn object<T: DeserializeOwned>(&self) -> Result<T, EventError> {
        #[derive(Deserialize)]
        struct Holder<T> {
            object: T,
        }
        let holder: Holder<T> = from_json(self.json().as_bytes()).map_err(|cause| {
            let Inner { id, event_type, .. } = &*self.0;
            EventError::new(
                format!(
                    "the object of the event {id}, {:?}, does not fit",
                    cut(event_type, LONGEST_TEXT)
                ),
                &cause,
            )
        })?;
        Ok(holder.object)
    }

    /// All of it, to the letter.
    #[must_use]
    pub fn json(&self) -> &str {
        self.0.json.get()
    }

    /// The events of a request, in its order.
    pub(super) fn of_package(body: &[u8]) -> Result<Vec<Self>, EventError> {
        // What is skipped while JSON is read is not looked at in this respect.
        let body = std::str::from_utf8(body)
            .map_err(|_| EventError("the body is no package of events: it is no UTF-8".into()))?;
        let package: Package<'_> = serde_json::from_str(body)
            .map_err(|cause| EventError::new("the body is no package of events", &cause))?;
        let events = package.payload.into_iter().enumerate();
        events
            .map(|(index, event)| {
                Self::of_json(event.to_owned()).map_err(|cause| {
                    EventError::new(format!("event {} of the package is none", index + 1), &cause)
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
            .map_err(|cause| EventError::new("the text is no event", &cause))
    }
}

/// As it came.
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

/// Without its object, which may tell of a person.
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

/// Why something is no event, or no event of that kind. What was found instead is not repeated: it
/// may tell of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventError(String);

impl EventError {
    fn new(what: impl fmt::Display, cause: &serde_json::Error) -> Self {
        let said = cause.to_string();
        // The name is ours, and no value that was found.
        let missing = said.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'));
        let why = match (cause.classify(), missing) {
            (Category::Data, Some((name, _))) => {
                format!("`{}` is missing", printable(name, LONGEST_TEXT))
            }
            (Category::Data, None) => "a member is not of its type, or there twice".to_owned(),
            (Category::Eof, _) => "the JSON ends too early".to_owned(),
            (Category::Io | Category::Syntax, _) => "it is no JSON".to_owned(),
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

/// Declares which events carry which objects, as an enum. It is made from an [`Event`] with
/// `TryFrom`; events of other types land in `Other`, as they came. The objects have `Debug`, `Clone`,
/// `PartialEq` and serde's `Deserialize`.
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
///     /// What becomes of a user.
///     pub enum UserEvent {
///         /// There is a new one.
///         Created(User) = "USER.CREATED",
///         /// One has left.
///         Offboarded(User) = "USER.OFFBOARDED",
///     }
/// }
///
/// assert_eq!(UserEvent::categories(), ["USER"]);
///
/// fn greet(event: &Event) -> Result<(), upvest_core::webhook::EventError> {
///     match UserEvent::try_from(event)? {
///         UserEvent::Created(user) => println!("welcome, {}", user.id),
///         UserEvent::Other(event) => println!("not for us: {}", event.event_type()),
///         _ => {}
///     }
///     Ok(())
/// }
/// ```
#[macro_export]
macro_rules! events {
    ($(#[$attribute:meta])* $vis:vis enum $name:ident {
        $($(#[$docs:meta])* $variant:ident($object:ty) = $text:literal),+ $(,)?
    }) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        $vis enum $name {
            $($(#[$docs])* $variant($object),)+
            /// An event of another type, as it was received.
            Other($crate::webhook::Event),
        }

        impl $name {
            /// The types of event that have a name here.
            pub const TYPES: &'static [&'static str] = &[$($text),+];

            /// What to subscribe to in order to get them.
            #[must_use]
            pub fn categories() -> ::std::vec::Vec<::std::string::String> {
                $crate::__private::categories(Self::TYPES)
            }
        }

        impl ::core::convert::TryFrom<&$crate::webhook::Event> for $name {
            type Error = $crate::webhook::EventError;

            fn try_from(
                event: &$crate::webhook::Event,
            ) -> ::core::result::Result<Self, Self::Error> {
                match event.event_type() {
                    $($text => event.object().map(Self::$variant),)+
                    _ => ::core::result::Result::Ok(Self::Other(event.clone())),
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::{Event, EventError};

    fn json(members: &str) -> String {
        format!(
            r#"{{"id":"8962b496-8d42-4560-bfab-10c8d1a3b5c7","created_at":"2021-07-21T14:10:00Z","type":"NEW.THING","webhook_id":"a8eb3540-5a84-40f9-b2bb-7f99f282fc5a"{members}}}"#
        )
    }

    fn package(events: &[String]) -> Result<Vec<Event>, EventError> {
        Event::of_package(format!(r#"{{"payload":[{}],"more":1}}"#, events.join(",")).as_bytes())
    }

    #[test]
    fn what_is_not_known_survives_to_the_letter() {
        let text = json(
            r#","object":{"price":1.10,"big":123456789012345678901234567890,"a":[{}]},"since":"1.200""#,
        );
        let [event] = &package(std::slice::from_ref(&text)).unwrap()[..] else { panic!("one") };
        assert_eq!(event.json(), text);
        assert_eq!(serde_json::to_string(event).unwrap(), text);
        assert_eq!(event.event_type(), "NEW.THING");
        assert_eq!(&text.parse::<Event>().unwrap(), event);
    }

    #[test]
    fn a_batch_keeps_its_order() {
        let texts: Vec<String> =
            (0..50).map(|number| json(&format!(r#","object":{number}"#))).collect();
        let events = package(&texts).unwrap();
        let numbers: Vec<u32> = events.iter().map(|event| event.object().unwrap()).collect();
        assert_eq!(numbers, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_no_event_is_said_without_repeating_it() {
        let good = json(r#","object":{"iban":"DE89 secret"}"#);
        for (events, sentence) in [
            (vec![good.clone(), json("")], "event 2 of the package is none: `object` is missing"),
            (vec![json(r#","object":1,"type":"secret""#)], "event 1 of the package is none"),
            (
                vec![good.replace("2021-07-21T14:10:00Z", "secret")],
                "event 1 of the package is none",
            ),
            (vec![good.replace("8962b496-", "secret")], "event 1 of the package is none"),
            (vec!["secret".into()], "the body is no package of events: it is no JSON"),
            (
                vec![r#""secret""#.into()],
                "event 1 of the package is none: a member is not of its type",
            ),
        ] {
            let error = package(&events).unwrap_err().to_string();
            assert!(error.starts_with(sentence), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
        assert_eq!(Event::of_package(br#"{"payload":null}"#).unwrap(), []);
        assert!(Event::of_package(b"{}").is_err());
        let error = good.parse::<Event>().unwrap().object::<u32>().unwrap_err().to_string();
        assert!(
            error.contains("\"NEW.THING\", does not fit: a member is not of its type"),
            "{error}"
        );
        assert!(!error.contains("secret"), "{error}");
        assert!(!format!("{:?}", good.parse::<Event>()).contains("secret"));
    }
}
