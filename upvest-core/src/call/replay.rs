//! Replaying a record: the same request again, if it cannot be another payment.

use std::any::{TypeId, type_name};

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::Value;
use upvest_types::{IdempotencyKey, Timestamp};

use super::IdempotentCall;
use super::prepared::{PreparedRequest, check_path};
use super::record::{CallRecord, Form, Recorded, RecordedRequest, VERSION};
use super::window::{Age, Window, from_the_future};
use crate::auth::endpoint::AccessTokens;
use crate::client::Client;
use crate::endpoint::{BodyKind, Endpoint, ResponseKind};
use crate::error::{Error, Outcome, Result};

impl Client {
    /// Returns the call of `record`, to be sent again: same key, same bytes, new signature.
    ///
    /// `endpoints` are those that it may call: for a trait `Users`, `<dyn Users>::ENDPOINTS`, or
    /// one of them, `<dyn Users>::CREATE`. A record is replayed only if one of them takes an
    /// idempotency key and has the method and path of the record. So a record that was tampered
    /// with can only call one of these: it cannot remove anything, and cannot request a token.
    ///
    /// `T` is the response of that endpoint, or [`serde_json::Value`] for any response.
    /// [`CallRecord::is_call_to`] tells which endpoint it is.
    ///
    /// A success tells what the first request did, because Upvest repeats its response. A failure
    /// does not, so its outcome is at least [`Outcome::Unknown`], even if this request was refused.
    ///
    /// Note: replay one at a time. What Upvest does with two concurrent requests with the same key
    /// is not documented.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Replay`](crate::ErrorKind::Replay) if the record is of another
    /// client id or another base URL, if it was changed, if it holds no request, if no endpoint in
    /// `endpoints` fits it, if that endpoint does not return a `T`, if its version is not known, if
    /// it is older than 23 hours, or if it was made more than 5 minutes in the future. Nothing is
    /// sent then. It remains unknown what the first request did, so the outcome is
    /// [`Outcome::Unknown`].
    ///
    /// # Examples
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
    pub fn replay<T: DeserializeOwned + Send + 'static>(
        &self,
        endpoints: impl AsRef<[Endpoint]>,
        record: CallRecord,
    ) -> Result<IdempotentCall<T>> {
        let recorded = record.recorded()?;
        let prepared = self
            .check(&recorded)
            .and_then(|request| Ok(request.prepared::<T>(endpoints.as_ref())?))
            .map_err(|refusal| refuse(Some(recorded.idempotency_key), refusal))?;
        let Recorded { idempotency_key: key, made_at, .. } = recorded;
        Ok(IdempotentCall::replay(self.clone(), prepared, key, made_at))
    }

    /// Returns what to send, if this client may send it now.
    pub(super) fn check<'r>(
        &self,
        recorded: &'r Recorded,
    ) -> std::result::Result<&'r RecordedRequest, Refusal> {
        let request = self.check_target(recorded)?;
        check_age(recorded.made_at, self.now())?;
        Ok(request)
    }

    /// Returns the request, if it is unchanged, and of this client.
    fn check_target<'r>(
        &self,
        recorded: &'r Recorded,
    ) -> std::result::Result<&'r RecordedRequest, String> {
        let Some(request) = &recorded.request else {
            return Err(
                "it contains no request: its call was a fake or could not be built".to_owned()
            );
        };
        if request.client_id != self.client_id() {
            return Err(format!(
                "it is for client id {}, but this client has {} (use a client with the former)",
                request.client_id,
                self.client_id()
            ));
        }
        if request.base_url != self.base_url() {
            return Err(format!(
                "it is for {:?}, but this client sends to {} (replay it with one for that host)",
                excerpt(&request.base_url),
                self.base_url()
            ));
        }
        if recorded.digest() != recorded.digest {
            return Err(changed());
        }
        Ok(request)
    }
}

/// Why a record is not replayed.
pub(super) struct Refusal {
    why: String,
    is_expired: bool,
}

impl From<String> for Refusal {
    fn from(why: String) -> Self {
        Self { why, is_expired: false }
    }
}

impl CallRecord {
    pub(super) fn recorded(self) -> Result<Recorded> {
        match self.0 {
            Form::Known(recorded) => Ok(*recorded),
            Form::Other(fields) => {
                let version = fields.get("version").and_then(Value::as_u64).unwrap_or_default();
                let why = format!(
                    "it has version {version}, but this library reads version {VERSION} (replay it \
                     with a newer upvest-core)"
                );
                Err(refuse(None, why))
            }
        }
    }
}

impl RecordedRequest {
    /// Returns the endpoint that the request calls, if it is one of `endpoints`, may be replayed and
    /// returns a `T`.
    pub(super) fn endpoint<T: 'static>(
        &self,
        endpoints: &[Endpoint],
    ) -> std::result::Result<Endpoint, String> {
        let of_this_name =
            || endpoints.iter().copied().filter(|endpoint| self.is_call_to(endpoint));
        let is_untyped = TypeId::of::<T>() == TypeId::of::<Value>();
        let mut replayable = of_this_name().filter(is_replayable).peekable();
        if replayable.peek().is_none() {
            return Err(match of_this_name().next() {
                None => format!(
                    "its endpoint {:?} is not in the table that was passed (pass the `ENDPOINTS` \
                     of the trait that declares it)",
                    excerpt(&format!("{} {}", self.method, self.template))
                ),
                Some(endpoint) => format!(
                    "{endpoint} is never replayed: it takes no idempotency key, or a record cannot \
                     contain all that it sends"
                ),
            });
        }
        replayable.find(|endpoint| is_untyped || endpoint.returns::<T>()).ok_or_else(|| {
            format!(
                "{} {} does not return `{}` (replay it as the type that its endpoint returns, or \
                 as `serde_json::Value`)",
                self.method,
                self.template,
                type_name::<T>()
            )
        })
    }

    /// Returns what to send, unless no call to one of `endpoints` has this record.
    fn prepared<T: 'static>(
        &self,
        endpoints: &[Endpoint],
    ) -> std::result::Result<PreparedRequest, String> {
        let endpoint = self.endpoint::<T>(endpoints)?;
        check_path(endpoint, &self.path)
            .map_err(|why| format!("it is not a call to {endpoint}: {why}"))?;
        // Not the token endpoint under another template, such as `/auth/{id}`.
        let path = self.path.split('?').next();
        if path == Some(<dyn AccessTokens>::CREATE_ACCESS_TOKEN.path()) {
            return Err("it requests an access token, which is never replayed".to_owned());
        }
        let prepared = PreparedRequest::of(endpoint);
        let is_body = endpoint.body() != BodyKind::None || self.body.is_empty();
        if self.content_type.as_deref() != prepared.content_type || !is_body {
            return Err(format!("it is not a call to {endpoint}: its body has a different type"));
        }
        let (path, body) = (self.path.clone().into(), Bytes::from(self.body.clone()));
        Ok(PreparedRequest { path, body, ..prepared })
    }
}

/// Whether a record contains all that a call to `endpoint` sends. `#[api]` allows no other endpoint
/// to be idempotent, but an endpoint can be built without it.
fn is_replayable(endpoint: &Endpoint) -> bool {
    endpoint.is_idempotent()
        && endpoint.is_signed()
        && !endpoint.is_anonymous()
        && endpoint.body() != BodyKind::Form
        && endpoint.response() == ResponseKind::Json
        && endpoint.header_name().is_none()
}

fn check_age(made_at: Timestamp, now: Timestamp) -> std::result::Result<(), Refusal> {
    match Window::new(made_at, now).age(now) {
        Age::InTime => Ok(()),
        Age::NotKnown => Err(from_the_future(made_at, now).into()),
        Age::TooOld => {
            let why = format!(
                "it was made at {made_at}, more than 23 hours ago, so Upvest may have forgotten \
                 its key and it could take effect a second time (find out by other means what it \
                 did)"
            );
            Err(Refusal { why, is_expired: true })
        }
    }
}

fn changed() -> String {
    "it was changed after it was made (find out by other means what its call did)".to_owned()
}

pub(super) fn refuse(key: Option<IdempotencyKey>, refusal: impl Into<Refusal>) -> Error {
    let Refusal { why, is_expired } = refusal.into();
    let message = format!("this record cannot be replayed: {why}");
    let error = Error::replay(Outcome::Unknown, &message).with_idempotency_key(key);
    if is_expired { error.expired() } else { error }
}

/// Returns enough of a text from outside to recognise it.
fn excerpt(text: &str) -> String {
    text.chars().take(80).collect()
}
