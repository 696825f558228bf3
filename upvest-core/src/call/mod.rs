//! A call: a request that is fixed but not yet sent.

use std::fmt;
use std::time::Duration;

use http::StatusCode;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

mod attempts;
mod exchange;
mod kind;
mod page;
pub(crate) mod prepared;
mod record;
mod replay;
pub(crate) mod request;
pub(crate) mod retry;
pub(crate) mod unprocessed;
mod window;

use attempts::Plan;
use prepared::PreparedRequest;
use request::Request;
use window::Window;

use crate::client::Client;
use crate::deadline::after;
use crate::endpoint::Method;
use crate::error::{Error, Outcome, Result};
use crate::response::{Decode, Decoder, Response, decode};
use crate::transport::BoxFuture;
use crate::types::{IdempotencyKey, Timestamp};

pub use kind::{CallKind, Idempotent, Keyless};
pub use page::{Items, Page, PageMeta, Pages};
pub use record::CallRecord;

/// A request that is fixed but not yet sent: path filled, body encoded, key chosen.
///
/// Nothing happens until it is awaited. It owns all it needs, so it can be kept, moved to another
/// task, or dropped. Dropping a call that is under way leaves its outcome unknown: an
/// [`IdempotentCall`] can be sent again from its [`record`](Call::record).
///
/// # Errors
///
/// Awaiting it gives an [`Error`]: [`kind`](Error::kind) says where it failed, and
/// [`outcome`](Error::outcome) whether the request took effect. A request that could not be built
/// fails with [`ErrorKind::Request`](crate::ErrorKind::Request), before anything is sent.
///
/// # Panics
///
/// Inside tokio, if its runtime was built without `enable_all`.
///
/// # Cancel safety
///
/// A call that is dropped while it is under way may have sent its request: nobody is told of the
/// outcome. The client is as good as before.
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
    max_attempts: Option<u32>,
}

/// A call that carries an idempotency key: sent twice, it takes effect once.
pub type IdempotentCall<T> = Call<T, Idempotent>;

enum State<T> {
    Ready(Result<T>),
    Fixed { client: Client, prepared: PreparedRequest, decode: Decode<T> },
}

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
    /// let call: Call<u8> = Call::ready(Err(Error::from_problem(422, "unprocessable_entity")));
    /// assert_eq!(call.await.unwrap_err().status().map(|s| s.as_u16()), Some(422));
    /// # }
    /// ```
    pub fn ready(result: Result<T>) -> Self {
        Self::of(State::Ready(result), K::default())
    }
}

impl<T, K> Call<T, K> {
    fn of(state: State<T>, key: K) -> Self {
        Self { state, key, limit: None, max_attempts: None }
    }

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

    /// How many requests it sends at most: 3 unless the client says otherwise, and at least one.
    ///
    /// The first goes out at once. Another one follows if it may help and can do no harm: after a
    /// failed connection always; after a lost or torn answer, a 408, 425, 429, 500, 502, 503 or 504
    /// only if the call carries a key, or does the same when it is done twice (GET, PUT, DELETE).
    /// Before it, the client waits: at random up to 200 milliseconds, then 400, up to 10 seconds,
    /// and for as long as `retry-after` says; or fails at once if the time of the call is over
    /// sooner, or if the client as a whole has sent too much again.
    ///
    /// After a 401, or a 431 (the token may be too large for the server), the client fetches a new
    /// token, and one call tries it. If the server takes it, all calls that were refused are sent
    /// again at once, each at most one time; if not, they end with their own refusal. Meanwhile they
    /// wait, within their own time.
    ///
    /// A request that an HTTP/2 server declares unprocessed does not count: it is sent again at once,
    /// at most 10 times a call, and for all clones together at most as often as requests may be under
    /// way until one succeeds.
    ///
    /// Retry in one place. With this at 3 and a job queue above that tries 5 times, a server in
    /// trouble gets 15 requests.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts);
        self
    }
}

impl<T> Call<T> {
    /// Another call like this one; none if it is not sent anywhere, or must not be sent twice.
    pub(crate) fn try_clone(&self) -> Option<Self> {
        let State::Fixed { client, prepared, decode } = &self.state else { return None };
        if prepared.method != Method::Get {
            return None;
        }
        let (client, prepared) = (client.clone(), prepared.clone());
        let state = State::Fixed { client, prepared, decode: *decode };
        Some(Self { state, key: self.key, limit: self.limit, max_attempts: self.max_attempts })
    }

    /// The same, asking for the page that begins there.
    pub(crate) fn at_offset(mut self, offset: u64) -> Self {
        if let State::Fixed { prepared, .. } = &mut self.state {
            prepared.set_offset(offset);
        }
        self
    }
}

impl<T> Call<T, Idempotent> {
    /// Sends this key instead of the one that was chosen at random. The call is as old as before.
    ///
    /// Not for a call that replays another one: with another key it would be another payment, so it
    /// fails then, and nothing is sent.
    pub fn idempotency_key(mut self, key: IdempotencyKey) -> Self {
        if self.key.is_replay && key != self.key.key {
            let message = "a replay keeps its idempotency key: with another one it would be \
                           another payment, so make a new call for that";
            self.state = State::Ready(Err(Error::replay(Outcome::Unknown, message)));
            return self;
        }
        self.key.key = key;
        self
    }

    /// The key that will be sent. Store it before you await: with it, a call whose answer was lost
    /// can be made again without taking effect twice.
    ///
    /// Only a success of the second call tells for certain what became of the first: if the second
    /// is refused, say for its token or for too many requests, the first may still have happened.
    #[must_use]
    pub fn key(&self) -> IdempotencyKey {
        self.key.key
    }

    /// All that it takes to send this call once more after a crash, with [`Client::replay`].
    ///
    /// Store it before you await the call, in one transaction with whatever the call is for. Its
    /// age counts from when the call was made; for a call that replays another one, from when that
    /// was made. So when a call is made again with the same key, its record must not overwrite the
    /// first one.
    ///
    /// The record of a [`ready`](Call::ready) call, or of one that could not be built, holds the key
    /// and no request; it cannot be replayed.
    #[must_use]
    pub fn record(&self) -> CallRecord {
        let Idempotent { key, window, .. } = self.key;
        match &self.state {
            State::Ready(_) => CallRecord::of_nothing(key, window.since()),
            State::Fixed { client, prepared, .. } => {
                CallRecord::of(client, prepared, key, window.since())
            }
        }
    }
}

impl<T: DeserializeOwned + 'static> IdempotentCall<T> {
    /// A call that was recorded at `since`, once more.
    pub(crate) fn replay(
        client: Client,
        prepared: PreparedRequest,
        key: IdempotencyKey,
        since: Timestamp,
    ) -> Self {
        let window = Window::new(since, client.now());
        let key = Idempotent { key, window, is_replay: true };
        Self::of(State::Fixed { client, prepared, decode: decode::<T> }, key)
    }
}

impl<T: Send + 'static, K: CallKind> Call<T, K> {
    /// Sends the call, and gives back status, request id and number of attempts beside the value.
    ///
    /// # Errors
    /// As awaiting the call itself.
    ///
    /// # Cancel safety
    /// As awaiting the call itself.
    pub fn with_response(self) -> BoxFuture<'static, Result<Response<T>>> {
        Box::pin(self.run())
    }

    async fn run(self) -> Result<Response<T>> {
        let key = kind::sealed::Sealed::idempotent(&self.key);
        let result = match self.state {
            State::Ready(result) => result.map(|value| Response {
                value,
                status: StatusCode::OK,
                request_id: None,
                attempts: 1,
            }),
            State::Fixed { client, prepared, decode } => {
                let deadline = deadline(self.limit, &client);
                let max_attempts = self.max_attempts.unwrap_or(client.max_attempts()).max(1);
                let plan =
                    Plan { client: &client, prepared: &prepared, key, deadline, max_attempts };
                attempts::send(&plan, decode).await
            }
        };
        result.map_err(|error| error.with_idempotency_key(self.key.idempotency_key()))
    }
}

fn deadline(limit: Option<Limit>, client: &Client) -> Instant {
    match limit {
        Some(Limit::Deadline(deadline)) => deadline.min(after(Duration::MAX)),
        Some(Limit::Timeout(timeout)) => after(timeout),
        None => after(client.timeout()),
    }
}

impl<T: Send + 'static, K: CallKind> IntoFuture for Call<T, K> {
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'static, Result<T>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async { self.run().await.map(Response::into_value) })
    }
}

impl<T, K: fmt::Debug> fmt::Debug for Call<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Call");
        match &self.state {
            State::Ready(_) => debug.field("ready", &true),
            State::Fixed { prepared, .. } => debug.field("endpoint", &prepared.to_string()),
        };
        debug.field("key", &self.key).finish_non_exhaustive()
    }
}

impl<T> Call<T> {
    pub(crate) fn keyless(request: Request<'_>, decoder: Decoder<T>) -> Self {
        Self::of(State::fixed(request, decoder), Keyless::default())
    }
}

impl<T> IdempotentCall<T> {
    /// A call with a random key.
    pub(crate) fn keyed(request: Request<'_>, decoder: Decoder<T>) -> Self {
        let now = request.client.now();
        let (state, key) = match request.client.random_bytes() {
            Ok(bytes) => (State::fixed(request, decoder), IdempotencyKey::from_random_bytes(bytes)),
            // Nothing is sent then, so any key will do.
            Err(error) => (State::Ready(Err(error)), IdempotencyKey::from_random_bytes([0; 16])),
        };
        Self::of(state, Idempotent::new(key, now))
    }
}

impl<T> State<T> {
    fn fixed(request: Request<'_>, Decoder(decode): Decoder<T>) -> Self {
        let client = request.client.clone();
        match request.finish() {
            Ok(prepared) => Self::Fixed { client, prepared, decode },
            Err(error) => Self::Ready(Err(error)),
        }
    }
}
