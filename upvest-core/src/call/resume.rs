//! Resuming a call: the same code makes it the first time and again.

use bytes::Bytes;
use serde_json::Value;
use upvest_types::Timestamp;

use super::kind::{Idempotent, Origin};
use super::prepared::PreparedRequest;
use super::record::{CallRecord, Recorded, RecordedRequest};
use super::replay::refuse;
use super::window::Window;
use super::{IdempotentCall, State};
use crate::error::Result;

impl<T> IdempotentCall<T> {
    /// Continues `first`, the record of the same call in an earlier run.
    ///
    /// The call then has the key, the bytes and the age of `first`. So the same code makes a call
    /// and makes it again: make the call, look for a record, and resume it if there is one.
    /// [`Client::replay`](crate::Client::replay) is for a program that no longer has the order.
    ///
    /// A [`ready`](crate::Call::ready) call takes only the key and the age, so a fake can be resumed.
    ///
    /// # Errors
    /// Fails as [`Client::replay`](crate::Client::replay) does, and if this call has another
    /// endpoint, path or body than `first`, or a key that you have set and that differs. A changed
    /// order needs another id in your ledger, and a new call.
    ///
    /// # Examples
    ///
    /// ```
    /// # use upvest_core::{CallRecord, Client, IdempotentCall, Result, api};
    /// # #[api(scope = "payouts:admin")]
    /// # pub trait Payouts {
    /// #     #[endpoint(POST, "/payouts", idempotent, signed)]
    /// #     fn pay(&self, body: &str) -> IdempotentCall<String>;
    /// # }
    /// # struct Ledger;
    /// # impl Ledger {
    /// #     fn record(&self, _: u64) -> Option<CallRecord> { None }
    /// #     fn insert(&mut self, _: u64, _: CallRecord) {}
    /// # }
    /// # async fn example(client: &Client, ledger: &mut Ledger, id: u64, order: &str) -> Result<()> {
    /// let call = client.pay(order);
    /// let call = match ledger.record(id) {
    ///     Some(first) => call.resume(first)?,
    ///     None => {
    ///         ledger.insert(id, call.record());
    ///         call
    ///     }
    /// };
    /// call.await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn resume(mut self, first: CallRecord) -> Result<Self> {
        let recorded = first.recorded()?;
        let Recorded { idempotency_key: key, made_at, .. } = recorded;
        let now = match &mut self.state {
            State::Ready(_) => Timestamp::now(),
            State::Fixed { client, prepared, .. } => {
                let request = client
                    .check(&recorded)
                    .and_then(|request| Ok(request.check_same(prepared).map(|()| request)?))
                    .map_err(|refusal| refuse(Some(key), refusal))?;
                prepared.body = Bytes::from(request.body.clone());
                client.now()
            }
        };
        let mut window = Window::new(made_at, now);
        if self.key.origin != Origin::Call {
            if self.key.key != key {
                let why = "this call has another key (resume the record of this intent)".to_owned();
                return Err(refuse(Some(key), why));
            }
            window = window.also_since(self.key.window.since(), now);
        }
        self.key = Idempotent { key, window, origin: Origin::Record, is_known_unsent: false };
        Ok(self)
    }
}

impl RecordedRequest {
    /// Checks that a call that was made again is the recorded one.
    fn check_same(&self, prepared: &PreparedRequest) -> std::result::Result<(), String> {
        let what = if (self.method.as_str(), self.template.as_str())
            != (prepared.method.as_str(), prepared.template)
        {
            "endpoint"
        } else if self.path != prepared.path {
            "path"
        } else if !are_same(self.body.as_bytes(), &prepared.body) {
            "body"
        } else {
            return Ok(());
        };
        Err(format!(
            "its {what} differs from that of this call (make a new call for another order, under \
             another id in your ledger)"
        ))
    }
}

/// Whether two bodies are the same bytes or the same JSON, whatever the order of its fields.
pub(super) fn are_same(left: &[u8], right: &[u8]) -> bool {
    let read = |body| serde_json::from_slice::<Value>(body).ok();
    left == right || read(left).is_some_and(|left| read(right) == Some(left))
}
