//! What recovery code needs of a client, so that it can be tested with a fake.

use std::any::TypeId;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::kind::Origin;
use super::record::CallRecord;
use super::replay::refuse;
use super::{IdempotentCall, State};
use crate::client::Client;
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, Outcome, Result};
use crate::json::from_json;
use crate::response::decode;

/// What replays recorded calls: [`Client`], or a fake in a test of your recovery.
///
/// On `dyn Replay`, [`replay`](#method.replay) reads the response as a type, as
/// [`Client::replay`] does. A failure is at least [`Outcome::Unknown`] there, also that of a fake.
///
/// # Examples
///
/// ```
/// use serde_json::{Value, json};
/// use upvest_core::{Call, CallRecord, Endpoint, IdempotentCall, Replay, Result};
///
/// /// An Upvest that accepted every recorded call.
/// struct Accepting;
///
/// impl Replay for Accepting {
///     fn replay_untyped(
///         &self,
///         _: &[Endpoint],
///         record: CallRecord,
///     ) -> Result<IdempotentCall<Value>> {
///         Call::ready(Ok(json!({"id": "6ffa6b16-2380-4e7a-88b2-ae625c8eef99"}))).resume(record)
///     }
/// }
///
/// let upvest: &dyn Replay = &Accepting;
/// ```
pub trait Replay: Send + Sync {
    /// Returns the call of `record`, to be sent again, with its response as JSON.
    ///
    /// See [`Client::replay`] for `endpoints`.
    ///
    /// # Errors
    /// Fails as [`Client::replay`] does.
    fn replay_untyped(
        &self,
        endpoints: &[Endpoint],
        record: CallRecord,
    ) -> Result<IdempotentCall<Value>>;
}

impl Replay for Client {
    fn replay_untyped(
        &self,
        endpoints: &[Endpoint],
        record: CallRecord,
    ) -> Result<IdempotentCall<Value>> {
        self.replay(endpoints, record)
    }
}

impl dyn Replay + '_ {
    /// Returns the call of `record`, to be sent again, with its response as a `T`.
    ///
    /// # Errors
    /// Fails as [`Client::replay`] does. A fake may return other errors.
    pub fn replay<T: DeserializeOwned + Send + 'static>(
        &self,
        endpoints: impl AsRef<[Endpoint]>,
        record: CallRecord,
    ) -> Result<IdempotentCall<T>> {
        let endpoints = endpoints.as_ref();
        if let Some(recorded) = record.known()
            && let Some(request) = &recorded.request
        {
            request
                .endpoint::<T>(endpoints)
                .map_err(|why| refuse(Some(recorded.idempotency_key), why))?;
        }
        let mut call = self.replay_untyped(endpoints, record)?.typed();
        // A fake may have made a new call.
        call.key.origin = Origin::Record;
        call.key.is_known_unsent = false;
        Ok(call)
    }
}

impl IdempotentCall<Value> {
    /// Reads the response as a `T`.
    fn typed<T: DeserializeOwned + 'static>(self) -> IdempotentCall<T> {
        let state =
            match self.state {
                State::Fixed { client, prepared, decode: _ } => {
                    State::Fixed { client, prepared, decode: decode::<T> }
                }
                State::Ready(result) => State::Ready(result.and_then(|json| {
                    // As with the client, `()` reads no body.
                    let is_empty = TypeId::of::<T>() == TypeId::of::<()>();
                    let json = if is_empty { Value::Null } else { json };
                    from_json(json.to_string().as_bytes()).map_err(|cause| {
                        let message = "the response of a fake does not match the expected type";
                        Error::new(ErrorKind::Decode, Outcome::Applied, message)
                            .because(cause)
                            .after(Outcome::Applied, 1, false)
                    })
                })),
            };
        let Self { key, limit, max_attempts, has_copies, .. } = self;
        IdempotentCall { state, key, limit, max_attempts, has_copies }
    }
}
