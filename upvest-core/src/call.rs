//! A call: a request that is fixed but not yet sent.

use std::any::Any;
use std::fmt;
use std::time::Duration;

use http::StatusCode;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::BoxFuture;
use crate::client::Client;
use crate::endpoint::Endpoint;
use crate::error::{Error, ErrorKind, Result};
use crate::idempotency::IdempotencyKey;
use crate::request::{Request, Target};
use crate::send::{self, Answer};

/// A request that is fixed but not yet sent: path filled, body encoded, key chosen.
///
/// Nothing happens until it is awaited. It owns all it needs, so it can be kept, moved to another
/// task, or dropped. Dropping a call that is under way leaves its outcome unknown: an
/// [`IdempotentCall`] can be made again with the same [`key`](Call::key).
///
/// ```no_run
/// # use std::time::Duration;
/// # use upvest_core::{Client, IdempotentCall, Result, api};
/// # #[api(scope = "users:admin")]
/// # pub trait Users {
/// #     #[endpoint(POST, "/users", idempotent, signed)]
/// #     fn create(&self, body: &String) -> IdempotentCall<String>;
/// # }
/// # async fn example(client: Client, order: String) -> Result<()> {
/// let call = client.create(&order).timeout(Duration::from_secs(20));
/// println!("about to send {}", call.key());
/// let user = call.await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a call does nothing until it is awaited"]
pub struct Call<T, K = Keyless> {
    state: State<T>,
    key: K,
    limit: Option<Limit>,
}

/// A call that carries an idempotency key: sent twice, it takes effect once.
pub type IdempotentCall<T> = Call<T, Idempotent>;

/// Marks a [`Call`] that takes no idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Keyless(());

/// Marks a [`Call`] that carries an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Idempotent(IdempotencyKey);

impl Default for Idempotent {
    fn default() -> Self {
        Self(IdempotencyKey::random())
    }
}

impl From<Keyless> for Option<IdempotencyKey> {
    fn from(_: Keyless) -> Self {
        None
    }
}

impl From<Idempotent> for Option<IdempotencyKey> {
    fn from(key: Idempotent) -> Self {
        Some(key.0)
    }
}

enum State<T> {
    Ready(Result<T>),
    Fixed { client: Client, endpoint: &'static Endpoint, target: Target, decode: Decode<T> },
}

type Decode<T> = fn(&[u8]) -> std::result::Result<T, serde_json::Error>;

#[derive(Clone, Copy)]
enum Limit {
    Timeout(Duration),
    Deadline(Instant),
}

impl<T, K: Default> Call<T, K> {
    /// A call that answers at once, without any server; for fakes in tests.
    ///
    /// ```
    /// use upvest_core::{Call, Error};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let call: Call<u8> = Call::ready(Ok(7));
    /// assert_eq!(call.await.ok(), Some(7));
    ///
    /// let call: Call<u8> = Call::ready(Err(Error::problem(422, "unprocessable_entity")));
    /// assert_eq!(call.await.unwrap_err().status().map(|s| s.as_u16()), Some(422));
    /// # }
    /// ```
    pub fn ready(result: Result<T>) -> Self {
        Self { state: State::Ready(result), key: K::default(), limit: None }
    }
}

impl<T, K> Call<T, K> {
    /// How long the whole call may take, from the moment it is awaited: waiting for a token and
    /// every attempt included. 60 seconds unless the client says otherwise.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limit = Some(Limit::Timeout(timeout));
        self
    }

    /// When the call must have ended.
    pub fn deadline(mut self, deadline: impl Into<Instant>) -> Self {
        self.limit = Some(Limit::Deadline(deadline.into()));
        self
    }
}

impl<T> Call<T, Idempotent> {
    /// Sends this key instead of the one that was chosen at random.
    pub fn idempotency_key(mut self, key: IdempotencyKey) -> Self {
        self.key = Idempotent(key);
        self
    }

    /// The key that will be sent. Store it before you await: with it, a call whose answer was lost
    /// can be made again without taking effect twice.
    #[must_use]
    pub fn key(&self) -> IdempotencyKey {
        self.key.0
    }
}

impl<T, K> Call<T, K>
where
    T: Send + 'static,
    K: Into<Option<IdempotencyKey>> + Send + 'static,
{
    /// Sends the call, and gives back status and request id beside the value.
    ///
    /// # Errors
    /// As awaiting the call itself.
    pub fn with_response(self) -> BoxFuture<'static, Result<Response<T>>> {
        Box::pin(async move {
            let key = self.key.into();
            let result = match self.state {
                State::Ready(result) => {
                    result.map(|value| Response { value, status: StatusCode::OK, request_id: None })
                }
                State::Fixed { client, endpoint, target, decode } => {
                    let deadline = deadline(self.limit, &client);
                    let answer = send::send(&client, endpoint, &target, key, deadline).await;
                    answer.and_then(|answer| read(endpoint, answer, decode))
                }
            };
            result.map_err(|error| error.with_idempotency_key(key))
        })
    }
}

fn deadline(limit: Option<Limit>, client: &Client) -> Instant {
    let timeout = match limit {
        Some(Limit::Deadline(deadline)) => return deadline,
        Some(Limit::Timeout(timeout)) => timeout,
        None => client.timeout(),
    };
    let now = Instant::now();
    // A timeout beyond what the clock can hold is none: a year is as good.
    now.checked_add(timeout).unwrap_or(now + Duration::from_hours(365 * 24))
}

fn read<T>(endpoint: &Endpoint, answer: Answer, decode: Decode<T>) -> Result<Response<T>> {
    let Answer { status, request_id, body, outcome } = answer;
    match decode(&body) {
        Ok(value) => Ok(Response { value, status, request_id }),
        Err(error) => {
            let message = format!(
                "{endpoint} answered {} with a body that is not what it should be",
                status.as_u16()
            );
            Err(Error::new(ErrorKind::Decode, outcome, message)
                .with_status(status)
                .with_request_id(request_id)
                .because(error))
        }
    }
}

/// A value, and what came with it.
#[derive(Debug, Clone)]
pub struct Response<T> {
    value: T,
    status: StatusCode,
    request_id: Option<String>,
}

impl<T> Response<T> {
    /// The value.
    #[must_use]
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The value alone.
    #[must_use]
    pub fn into_value(self) -> T {
        self.value
    }

    /// The status: any of the 2xx.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What Upvest calls this exchange.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }
}

impl<T, K> IntoFuture for Call<T, K>
where
    T: Send + 'static,
    K: Into<Option<IdempotencyKey>> + Send + 'static,
{
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'static, Result<T>>;

    fn into_future(self) -> Self::IntoFuture {
        let response = self.with_response();
        Box::pin(async move { response.await.map(Response::into_value) })
    }
}

impl<T, K: fmt::Debug> fmt::Debug for Call<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Call");
        match &self.state {
            State::Ready(_) => debug.field("ready", &true),
            State::Fixed { endpoint, .. } => debug.field("endpoint", &endpoint.to_string()),
        };
        debug.field("key", &self.key).finish_non_exhaustive()
    }
}

/// What a method without `idempotent` returns.
#[diagnostic::on_unimplemented(
    message = "an endpoint without `idempotent` returns `Call<T>`, not `{Self}`",
    label = "expected `Call<T>`, with a `T` that can be read from JSON",
    note = "write `idempotent` into `#[endpoint(...)]` if the API takes an idempotency key here"
)]
pub trait PlainReturn {
    /// The call that sends `request`.
    fn from_request(request: Request<'_>) -> Self;
}

/// What a method with `idempotent` returns.
#[diagnostic::on_unimplemented(
    message = "an `idempotent` endpoint returns `IdempotentCall<T>`, not `{Self}`",
    label = "expected `IdempotentCall<T>`, with a `T` that can be read from JSON",
    note = "remove `idempotent` from `#[endpoint(...)]` if the API takes no idempotency key here"
)]
pub trait IdempotentReturn {
    /// The call that sends `request`.
    fn from_request(request: Request<'_>) -> Self;
}

impl<T: DeserializeOwned + 'static> PlainReturn for Call<T> {
    fn from_request(request: Request<'_>) -> Self {
        Self { state: State::fixed(request), key: Keyless(()), limit: None }
    }
}

impl<T: DeserializeOwned + 'static> IdempotentReturn for Call<T, Idempotent> {
    fn from_request(request: Request<'_>) -> Self {
        let (state, key) = match request.client.random_bytes() {
            Ok(bytes) => (State::fixed(request), IdempotencyKey::from_random_bytes(bytes)),
            // Nothing is sent then, so any key will do.
            Err(error) => (State::Ready(Err(error)), IdempotencyKey::from_random_bytes([0; 16])),
        };
        Self { state, key: Idempotent(key), limit: None }
    }
}

impl<T: DeserializeOwned + 'static> State<T> {
    fn fixed(request: Request<'_>) -> Self {
        let (client, endpoint) = (request.client.clone(), request.endpoint);
        match request.finish() {
            Ok(target) => Self::Fixed { client, endpoint, target, decode: decode::<T> },
            Err(error) => Self::Ready(Err(error)),
        }
    }
}

/// Reads an answer. `()` reads nothing: an endpoint without an answer may still send one some day.
fn decode<T: DeserializeOwned + 'static>(body: &[u8]) -> std::result::Result<T, serde_json::Error> {
    let mut nothing: Option<T> = None;
    if let Some(nothing) = (&mut nothing as &mut dyn Any).downcast_mut::<Option<()>>() {
        *nothing = Some(());
    }
    nothing.map_or_else(|| serde_json::from_slice(body), Ok)
}
