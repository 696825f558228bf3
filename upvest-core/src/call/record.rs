//! The record of a call: what to store before it is sent.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};
use upvest_signature::SignatureVersion;
use upvest_types::{IdempotencyKey, Timestamp};
use uuid::Uuid;

use super::prepared::PreparedRequest;
use super::resume::are_same;
use super::window::window_end;
use crate::client::Client;
use crate::endpoint::Endpoint;

pub(super) const VERSION: u64 = 1;

/// All that is needed to send an [`IdempotentCall`](crate::IdempotentCall) again, byte for byte.
///
/// After a crash, pass it to [`Client::replay`]. Store it before you await the call, in the same
/// transaction as your own row that the call is for; see [`Call::record`](crate::Call::record).
/// Serialise it as JSON. It contains the body as a string, so a database that reorders JSON fields
/// does no harm.
///
/// It contains the key, method, path, body, client id and base URL, and no secret: no token, no
/// signature, no other key. Note that the body may be personal data.
#[derive(Clone, PartialEq, Eq)]
pub struct CallRecord(pub(super) Form);

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Form {
    Known(Box<Recorded>),
    /// Written by a newer version of this crate. Stored unchanged.
    Other(Map<String, Value>),
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Recorded {
    pub(super) version: u64,
    pub(super) idempotency_key: IdempotencyKey,
    pub(super) made_at: Timestamp,
    /// None if there is nothing to send: the call is a fake, or could not be built.
    pub(super) request: Option<RecordedRequest>,
    /// Over all of the above. It detects accidents; a forger can compute a new one.
    pub(super) digest: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RecordedRequest {
    pub(super) base_url: String,
    pub(super) client_id: Uuid,
    pub(super) method: String,
    /// With the query, if there is one.
    pub(super) path: String,
    /// The path with its placeholders.
    pub(super) template: String,
    pub(super) content_type: Option<String>,
    pub(super) body: String,
}

impl RecordedRequest {
    pub(super) fn is_call_to(&self, endpoint: &Endpoint) -> bool {
        self.method == endpoint.method().as_str() && self.template == endpoint.path()
    }
}

impl Recorded {
    fn new(key: IdempotencyKey, at: Timestamp, request: Option<RecordedRequest>) -> Self {
        let digest = String::new();
        let mut recorded =
            Self { version: VERSION, idempotency_key: key, made_at: at, request, digest };
        recorded.digest = recorded.digest();
        recorded
    }

    pub(super) fn digest(&self) -> String {
        let Self { version, idempotency_key, made_at, request, digest: _ } = self;
        // Encoding these in memory does not fail.
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
        // A body that was encoded as JSON or as a form is UTF-8.
        let body = String::from_utf8_lossy(&prepared.body).into_owned();
        let request = RecordedRequest {
            base_url: client.base_url().to_owned(),
            client_id: client.client_id(),
            method: prepared.method.to_string(),
            path: prepared.path.clone().into_owned(),
            template: prepared.template.to_string(),
            content_type: prepared.content_type.map(str::to_owned),
            body,
        };
        Self::new(key, at, Some(request))
    }

    /// Returns the record of a call that sends nothing.
    pub(crate) fn of_nothing(key: IdempotencyKey, at: Timestamp) -> Self {
        Self::new(key, at, None)
    }

    fn new(key: IdempotencyKey, at: Timestamp, request: Option<RecordedRequest>) -> Self {
        Self(Form::Known(Box::new(Recorded::new(key, at, request))))
    }

    /// Returns the key that the call carries; none if the version of the record is not known.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<IdempotencyKey> {
        self.known().map(|recorded| recorded.idempotency_key)
    }

    /// Returns when its intent was made, from which the replay window counts.
    ///
    /// This is when the call was made, or the time that was passed with its key.
    #[must_use]
    pub fn made_at(&self) -> Option<Timestamp> {
        self.known().map(|recorded| recorded.made_at)
    }

    /// Returns until when it can be replayed: 23 hours after it was made.
    ///
    /// Upvest promises to remember a key for 24 hours. After that, the same request would take
    /// effect a second time.
    #[must_use]
    pub fn replayable_until(&self) -> Option<Timestamp> {
        self.known().map(|recorded| window_end(recorded.made_at))
    }

    /// Returns the HTTP method of the request.
    ///
    /// This and the following are `None` if there is no request, because the call was a fake or
    /// could not be built, or if the version of the record is not known.
    #[must_use]
    pub fn method(&self) -> Option<&str> {
        self.request().map(|request| request.method.as_str())
    }

    /// Returns the path of its endpoint with its placeholders, such as `/users/{user_id}`.
    #[must_use]
    pub fn path_template(&self) -> Option<&str> {
        self.request().map(|request| request.template.as_str())
    }

    /// Returns the path of the request, with its query if there is one.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.request().map(|request| request.path.as_str())
    }

    /// Returns the body of the request; it may be personal data.
    #[must_use]
    pub fn body(&self) -> Option<&str> {
        self.request().map(|request| request.body.as_str())
    }

    /// Returns whether it is the record of a call to `endpoint`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use upvest_core::{CallRecord, IdempotentCall, Result, api};
    /// # use upvest_core::{Replay, Outcome};
    /// # #[derive(serde::Deserialize)]
    /// # pub struct User {}
    /// # #[derive(serde::Deserialize)]
    /// # pub struct Account {}
    /// # #[api(scope = "users:admin")]
    /// # pub trait Users {
    /// #     #[endpoint(POST, "/users", idempotent, signed)]
    /// #     fn create(&self, body: &String) -> IdempotentCall<User>;
    /// #     #[endpoint(POST, "/accounts", idempotent, signed)]
    /// #     fn open_account(&self, body: &String) -> IdempotentCall<Account>;
    /// # }
    /// # fn created(_: User) {}
    /// # fn opened(_: Account) {}
    /// async fn recover(upvest: &dyn Replay, record: CallRecord) -> Result<()> {
    ///     let (create, open_account) = (<dyn Users>::CREATE, <dyn Users>::OPEN_ACCOUNT);
    ///     if record.is_call_to(&create) {
    ///         created(upvest.replay(create, record)?.await?);
    ///     } else {
    ///         opened(upvest.replay(open_account, record)?.await?);
    ///     }
    ///     Ok(())
    /// }
    /// ```
    #[must_use]
    pub fn is_call_to(&self, endpoint: &Endpoint) -> bool {
        self.request().is_some_and(|request| request.is_call_to(endpoint))
    }

    /// Returns whether both records are of the same request, regardless of key and time.
    ///
    /// Client id, base URL, method, path and content type must be equal, and the bodies the same bytes
    /// or the same JSON. False if one of them has no request or an unknown version.
    #[must_use]
    pub fn is_same_request(&self, other: &Self) -> bool {
        let (Some(left), Some(right)) = (self.request(), other.request()) else { return false };
        let RecordedRequest { base_url, client_id, method, path, template, content_type, body } =
            left;
        *base_url == right.base_url
            && *client_id == right.client_id
            && *method == right.method
            && *path == right.path
            && *template == right.template
            && *content_type == right.content_type
            && are_same(body.as_bytes(), right.body.as_bytes())
    }

    fn request(&self) -> Option<&RecordedRequest> {
        self.known().and_then(|recorded| recorded.request.as_ref())
    }

    pub(super) fn known(&self) -> Option<&Recorded> {
        match &self.0 {
            Form::Known(recorded) => Some(recorded),
            Form::Other(_) => None,
        }
    }
}

impl Serialize for CallRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match &self.0 {
            Form::Known(recorded) => recorded.serialize(serializer),
            Form::Other(fields) => fields.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for CallRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let fields = Map::deserialize(deserializer)?;
        match fields.get("version").and_then(Value::as_u64) {
            Some(VERSION) => serde_json::from_value(Value::Object(fields))
                .map(|recorded| Self(Form::Known(Box::new(recorded))))
                .map_err(de::Error::custom),
            Some(_) => Ok(Self(Form::Other(fields))),
            None => {
                Err(de::Error::custom("invalid call record: expected a whole number in `version`"))
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
