//! A call on paper: what to store before it is sent, and how it is sent again from that.

use std::fmt;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::auth::AccessTokens;
use crate::call::IdempotentCall;
use crate::client::Client;
use crate::endpoint::{BodyKind, Endpoint, ResponseKind};
use crate::error::{Error, Result};
use crate::idempotency::{Age, IdempotencyKey, Window, window_end};
use crate::outcome::Outcome;
use crate::request::{PreparedRequest, check_path};
use crate::signature::SignatureVersion;
use crate::types::Timestamp;

const VERSION: u64 = 1;

/// All that it takes to send an [`IdempotentCall`] once more, byte for byte, after a crash.
///
/// Store it before the call is awaited, in the same transaction as the row in your own books that
/// the call is for; see [`Call::record`](crate::Call::record) and [`Client::replay`]. Serialise it
/// as JSON. It holds the body as a text, so a database that reorders JSON members does no harm.
///
/// It holds key, method, path, body, client id and base URL, and no secret: no token, no signature,
/// no key of any other kind. But the body may be personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct CallRecord(Form);

#[derive(Clone, PartialEq, Eq)]
enum Form {
    Known(Box<Recorded>),
    /// Written by a version of this library that knows more. Kept as it is.
    Other(Map<String, Value>),
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Recorded {
    version: u64,
    idempotency_key: IdempotencyKey,
    made_at: Timestamp,
    /// None if there is nothing to send: the call is a fake, or could not be built.
    request: Option<RecordedRequest>,
    /// Over all of the above. It finds accidents; a forger makes a new one.
    digest: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct RecordedRequest {
    base_url: String,
    client_id: Uuid,
    method: String,
    /// With the query, if there is one.
    path: String,
    /// The path with its placeholders.
    template: String,
    content_type: Option<String>,
    body: String,
}

impl Recorded {
    fn new(key: IdempotencyKey, at: Timestamp, request: Option<RecordedRequest>) -> Self {
        let digest = String::new();
        let mut recorded =
            Self { version: VERSION, idempotency_key: key, made_at: at, request, digest };
        recorded.digest = recorded.digest();
        recorded
    }

    fn digest(&self) -> String {
        let Self { version, idempotency_key, made_at, request, digest: _ } = self;
        // Writing these into memory does not fail; if it did, no record would be taken for whole.
        let text = serde_json::to_vec(&(version, idempotency_key, made_at, request));
        SignatureVersion::V15.digest(&text.unwrap_or_default())
    }
}

impl CallRecord {
    pub(crate) fn of(
        client: &Client,
        prepared: &PreparedRequest,
        key: IdempotencyKey,
        at: Timestamp,
    ) -> Self {
        // What was encoded as JSON or as a form is UTF-8.
        let body = String::from_utf8_lossy(&prepared.body).into_owned();
        let request = RecordedRequest {
            base_url: client.base_url().to_owned(),
            client_id: client.client_id(),
            method: prepared.method.to_string(),
            path: prepared.path.clone(),
            template: prepared.template.to_string(),
            content_type: prepared.content_type.map(str::to_owned),
            body,
        };
        Self::new(key, at, Some(request))
    }

    /// The record of a call that sends nothing.
    pub(crate) fn of_nothing(key: IdempotencyKey, at: Timestamp) -> Self {
        Self::new(key, at, None)
    }

    fn new(key: IdempotencyKey, at: Timestamp, request: Option<RecordedRequest>) -> Self {
        Self(Form::Known(Box::new(Recorded::new(key, at, request))))
    }

    /// The key that the call carries; none if the record is of a version that this library does not
    /// know.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<IdempotencyKey> {
        self.known().map(|recorded| recorded.idempotency_key)
    }

    /// Until when it can be replayed: 23 hours after it was made. Upvest promises to remember a key
    /// for 24; later, the same request would take effect a second time.
    #[must_use]
    pub fn replayable_until(&self) -> Option<Timestamp> {
        self.known().map(|recorded| window_end(recorded.made_at))
    }

    fn known(&self) -> Option<&Recorded> {
        match &self.0 {
            Form::Known(recorded) => Some(recorded),
            Form::Other(_) => None,
        }
    }
}

impl Client {
    /// The call that `record` was made of, to be sent once more: same key, same bytes, signed anew.
    ///
    /// `endpoints` says what it may be: for a trait `Users`, `<dyn Users>::ENDPOINTS`, or one of
    /// them, `<dyn Users>::CREATE`. A record is replayed only if one of them takes an idempotency key
    /// and has the method and path of the record. So a record that somebody changed makes no other
    /// call than one of these: it does not remove anything, and does not ask for a token. `T` is what
    /// that endpoint answers with.
    ///
    /// A success tells what the first sending did: Upvest repeats its answer. Any failure leaves
    /// that open, so its outcome is at least [`Outcome::Unknown`], even if this request was refused.
    ///
    /// One at a time: what Upvest does with two requests of the same key at once is not documented.
    ///
    /// ```
    /// # use upvest_core::{CallRecord, Client, IdempotentCall, api};
    /// # #[derive(serde::Deserialize)]
    /// # pub struct User {}
    /// # #[api(scope = "users:admin")]
    /// # pub trait Users {
    /// #     #[endpoint(POST, "/users", idempotent, signed)]
    /// #     fn create(&self, body: &String) -> IdempotentCall<User>;
    /// # }
    /// # async fn example(client: Client, order: String) -> Result<(), Box<dyn std::error::Error>> {
    /// let row: String = serde_json::to_string(&client.create(&order).record())?;
    /// // … and after a crash:
    /// let record: CallRecord = serde_json::from_str(&row)?;
    /// let user = client.replay::<User>(<dyn Users>::ENDPOINTS, record)?.await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Replay`](crate::ErrorKind::Replay) if the record is of another client id or
    /// another base URL, if it was changed, if no endpoint in `endpoints` fits it, if its version is not
    /// known, or if it is older than 23 hours. Nothing is sent then. What the first sending did remains open all the same, so the
    /// outcome is [`Outcome::Unknown`].
    pub fn replay<T: DeserializeOwned + Send + 'static>(
        &self,
        endpoints: impl AsRef<[Endpoint]>,
        record: CallRecord,
    ) -> Result<IdempotentCall<T>> {
        let recorded = match record.0 {
            Form::Known(recorded) => *recorded,
            Form::Other(members) => {
                let version = members.get("version").and_then(Value::as_u64).unwrap_or_default();
                return Err(refuse(
                    None,
                    &format!(
                        "it is of version {version} and this library reads version {VERSION}: \
                         replay it with a newer upvest-core"
                    ),
                ));
            }
        };
        let prepared = self
            .check(&recorded)
            .and_then(|request| request.prepared(endpoints.as_ref()))
            .map_err(|why| refuse(Some(recorded.idempotency_key), &why))?;
        let Recorded { idempotency_key: key, made_at, .. } = recorded;
        Ok(IdempotentCall::replay(self.clone(), prepared, key, made_at))
    }

    /// What to send, if this client may send it now.
    fn check<'r>(
        &self,
        recorded: &'r Recorded,
    ) -> std::result::Result<&'r RecordedRequest, String> {
        let Some(request) = &recorded.request else {
            return Err("there is no request in it, for its call was a fake or could not be built"
                .to_owned());
        };
        if request.client_id != self.client_id() {
            return Err(format!(
                "it is of client id {} and this client is {}: replay it with that one",
                request.client_id,
                self.client_id()
            ));
        }
        if request.base_url != self.base_url() {
            return Err(format!(
                "it is for {:?} and this client talks to {}: replay it with a client of that host",
                excerpt(&request.base_url),
                self.base_url()
            ));
        }
        if recorded.digest() != recorded.digest {
            return Err(changed());
        }
        check_age(recorded.made_at, self.now())?;
        Ok(request)
    }
}

impl RecordedRequest {
    /// What to send; refused, if no call to one of `endpoints` has this record.
    fn prepared(&self, endpoints: &[Endpoint]) -> std::result::Result<PreparedRequest, String> {
        let of_this_name = || {
            endpoints.iter().copied().filter(|endpoint| {
                endpoint.method().as_str() == self.method && endpoint.path() == self.template
            })
        };
        let Some(endpoint) = of_this_name().find(is_replayable) else {
            return Err(match of_this_name().next() {
                None => format!(
                    "its endpoint {:?} is not in the table that was passed: pass the `ENDPOINTS` of \
                     the trait that declares it",
                    excerpt(&format!("{} {}", self.method, self.template))
                ),
                Some(endpoint) => format!(
                    "{endpoint} is never replayed: it takes no idempotency key, or its record has \
                     no place for all that it sends"
                ),
            });
        };
        check_path(endpoint, &self.path)
            .map_err(|why| format!("it is not a call of {endpoint}: {why}"))?;
        // Not the token endpoint under another template, such as `/auth/{id}`.
        let path = self.path.split('?').next();
        if path == Some(<dyn AccessTokens>::CREATE_ACCESS_TOKEN.path()) {
            return Err("it asks for an access token, which is never replayed".to_owned());
        }
        let prepared = PreparedRequest::of(endpoint);
        let is_body = endpoint.body() != BodyKind::None || self.body.is_empty();
        if self.content_type.as_deref() != prepared.content_type || !is_body {
            return Err(format!("it is not a call of {endpoint}: its body is of another type"));
        }
        let (path, body) = (self.path.clone(), Bytes::from(self.body.clone()));
        Ok(PreparedRequest { path, body, ..prepared })
    }
}

/// Whether a record holds all that a call to `endpoint` sends. `#[api]` lets no other endpoint be
/// idempotent, but an endpoint can be written without it.
fn is_replayable(endpoint: &Endpoint) -> bool {
    endpoint.is_idempotent()
        && endpoint.is_signed()
        && !endpoint.is_anonymous()
        && endpoint.body() != BodyKind::Form
        && endpoint.answer() == ResponseKind::Json
        && endpoint.header_name().is_none()
}

fn check_age(made_at: Timestamp, now: Timestamp) -> std::result::Result<(), String> {
    match Window::new(made_at, now).age(now) {
        Age::InTime => Ok(()),
        Age::NotKnown => Err(from_the_future(made_at, now)),
        Age::TooOld => Err(format!(
            "it was made at {made_at}, more than 23 hours ago, and Upvest may have forgotten its \
             key: find out by other means what became of it, for sent now it could take effect a \
             second time"
        )),
    }
}

/// Why the age of what was made at `made_at` is not known.
pub(crate) fn from_the_future(made_at: Timestamp, now: Timestamp) -> String {
    format!(
        "it was made at {made_at}, and now is {now}, so one of the clocks is wrong and its age is \
         not known: set the clock right first"
    )
}

fn changed() -> String {
    "it was changed after it was made: find out by other means what became of its call".to_owned()
}

fn refuse(key: Option<IdempotencyKey>, why: &str) -> Error {
    let message = format!("this record cannot be replayed: {why}");
    Error::replay(Outcome::Unknown, &message).with_idempotency_key(key)
}

/// Enough of a text from elsewhere to know it by.
fn excerpt(text: &str) -> String {
    text.chars().take(80).collect()
}

impl Serialize for CallRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match &self.0 {
            Form::Known(recorded) => recorded.serialize(serializer),
            Form::Other(members) => members.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for CallRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let members = Map::deserialize(deserializer)?;
        match members.get("version").and_then(Value::as_u64) {
            Some(VERSION) => serde_json::from_value(Value::Object(members))
                .map(|recorded| Self(Form::Known(Box::new(recorded))))
                .map_err(de::Error::custom),
            Some(_) => Ok(Self(Form::Other(members))),
            None => {
                Err(de::Error::custom("this is no call record: it has no whole number `version`"))
            }
        }
    }
}

/// The body is left out.
impl fmt::Debug for CallRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("CallRecord");
        if let Some(recorded) = self.known() {
            debug.field("key", &recorded.idempotency_key).field("made_at", &recorded.made_at);
            if let Some(request) = &recorded.request {
                debug
                    .field("endpoint", &format_args!("{} {}", request.method, request.template))
                    .field("base_url", &request.base_url)
                    .field("client_id", &request.client_id);
            }
        }
        debug.finish_non_exhaustive()
    }
}
