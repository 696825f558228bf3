//! What happens on `await`: the one loop that every call goes through.
//!
//! An attempt is, in this order: deadline, slot, token, request, signature, exchange. The signature is
//! made last, over exactly what is sent, and again for each attempt. Key and body bytes are the same
//! in all attempts. `error/classify.rs` decides whether another attempt may help, `retry.rs` when.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use tokio::runtime::Handle;
use tokio::sync::SemaphorePermit;
use tokio::time::{Instant, sleep};
use tracing::Instrument as _;
use upvest_transport::__core::{after, within};

use super::exchange::{build, exchange, out_of_time, sending, sign};
use super::kind::Idempotent;
use super::prepared::PreparedRequest;
use super::retry::{Budget, back_off};
use super::unprocessed::MOST_PER_CALL;
use super::window::{Age, from_the_future, window_end};
use crate::auth::token::Token;
use crate::auth::trial::{Entry, Probe};
use crate::client::Client;
use crate::endpoint::Method;
use crate::error::classify::{Repeatable, Retry, over_attempts};
use crate::error::{Error, ErrorKind, Outcome, Result};
use crate::observer::{self, Watched};
use crate::response::{Decode, Response};
use crate::telemetry;

/// How often the signer may fail in one call, if it says that the failure may pass.
const MOST_UNSIGNED: u32 = 10;

/// What is sent, and on what conditions.
pub(crate) struct Plan<'c> {
    pub(crate) client: &'c Client,
    pub(crate) prepared: &'c PreparedRequest,
    pub(crate) key: Option<Idempotent>,
    pub(crate) deadline: Instant,
    /// The most requests that the call may send.
    pub(crate) max_attempts: u32,
}

/// Sends until there is a response, an error that a retry does not change, or no time left.
pub(crate) async fn send<T>(plan: &Plan<'_>, decode: Decode<T>) -> Result<Response<T>> {
    let (mut attempts, started) = (Attempts::new(plan), Instant::now());
    let result = send_until_known(plan, decode, &mut attempts).await;
    let Plan { client, prepared, key, .. } = *plan;
    let status = result.as_ref().map(Response::status);
    let key = key.map(|key| key.key);
    observer::completed(client.observer(), prepared, key, attempts.sent, started, status);
    result
}

async fn send_until_known<T>(
    plan: &Plan<'_>,
    decode: Decode<T>,
    attempts: &mut Attempts<'_>,
) -> Result<Response<T>> {
    if Handle::try_current().is_err() {
        let message = "cannot send the call: no tokio runtime (await it inside one that was built \
                       with `enable_all`)";
        return Err(attempts.end(Error::config(message), false));
    }
    loop {
        let error = match attempts.attempt(decode).await {
            Ok(response) => {
                plan.client.budget().earn(attempts.spent);
                plan.client.free_retries().give_back(attempts.unprocessed);
                return Ok(response);
            }
            Err(error) => error,
        };
        // After the match: inside it, the future would also store the result while it waits.
        attempts.prepare_retry(error).await?;
    }
}

/// The attempts of one call, so far.
struct Attempts<'c> {
    plan: &'c Plan<'c>,
    repeatable: Repeatable,
    /// Whether it changes something, and the server cannot recognise a second request for the same.
    is_keyless_write: bool,
    /// How many requests were handed to the transport.
    sent: u32,
    /// How often the signer failed.
    unsigned: u32,
    /// How many of them were retried because the server declared them unprocessed.
    unprocessed: u32,
    /// The highest outcome of these requests, and of those with the same key before this call.
    worst: Outcome,
    /// The permit for one request in flight.
    slot: Option<SemaphorePermit<'c>>,
    /// The token of the last attempt.
    token: Option<Arc<Token>>,
    is_token_replaced: bool,
    /// Since when it has waited for the token of the next attempt, if it already does.
    asked: Option<Instant>,
    /// Set if the next attempt tries a token for the other calls too.
    probe: Option<Probe>,
    /// What the retries have cost.
    spent: u32,
}

impl<'c> Attempts<'c> {
    fn new(plan: &'c Plan<'c>) -> Self {
        let Plan { prepared, key, .. } = plan;
        let asks_for_token = prepared.asks_for_token();
        Self {
            plan,
            repeatable: Repeatable::of(prepared.method, key.is_some(), asks_for_token),
            is_keyless_write: key.is_none() && prepared.method != Method::Get && !asks_for_token,
            sent: 0,
            unsigned: 0,
            unprocessed: 0,
            worst: key.map_or(Outcome::NotSent, |key| key.earlier()),
            slot: None,
            token: None,
            is_token_replaced: false,
            asked: None,
            probe: None,
            spent: 0,
        }
    }

    /// Deadline, slot, token, request, signature, exchange.
    async fn attempt<T>(&mut self, decode: Decode<T>) -> Result<Response<T>> {
        let Plan { client, prepared, key, deadline, .. } = *self.plan;
        self.token = None;
        if Instant::now() >= deadline {
            return Err(out_of_time(prepared, "before the attempt began"));
        }
        check_age(self.plan, self.sent)?;
        // Not for the fetch of a token: the calls that hold the slots may be waiting for it.
        if !prepared.is_anonymous && self.slot.is_none() {
            let slot = within(deadline, client.slots().acquire()).await;
            let slot = slot.map_err(|_| out_of_time(prepared, "while others were in flight"))?;
            self.slot = slot.ok();
        }
        if !prepared.is_anonymous {
            let asked = self.asked.take().unwrap_or_else(Instant::now);
            self.token = Some(client.token(asked, deadline).await?);
        }
        let key = key.map(|key| key.key);
        let mut request = build(client, prepared, key, self.token.as_deref())?;
        let span = telemetry::attempt(client.origin(), prepared, key, self.sent);
        let sent = &mut self.sent;
        let result = async {
            let signature_base = sign(client, prepared, &mut request, deadline).await?;
            // The slot, the token or a remote signing key may have taken long.
            if Instant::now() >= deadline {
                return Err(out_of_time(prepared, "by the time it was signed"));
            }
            check_age(self.plan, *sent)?;
            *sent += 1;
            let ends = deadline.min(after(client.attempt_timeout()));
            let base = signature_base.as_ref();
            let watched = Watched::sending(client.observer(), prepared, key, *sent, base);
            // Not the request, which the future of each function that it is passed to would store.
            let sending = sending(client, request, ends);
            let mut raw = match exchange(client, prepared, sending, ends, &watched).await {
                Ok(raw) => raw,
                Err(error) if error.kind() == ErrorKind::Unauthorized => {
                    return Err(error.with_signature_base(signature_base.map(|base| base.masked())));
                }
                Err(error) => return Err(error),
            };
            let decoded = decode(prepared, &mut raw);
            let (status, request_id) = (raw.status, raw.request_id);
            match decoded {
                Ok(value) => {
                    // The token must not be stored twice.
                    let body = if prepared.asks_for_token() { Bytes::new() } else { raw.body };
                    let headers = raw.headers;
                    Ok(Response { value, status, request_id, headers, body, attempts: *sent })
                }
                Err(error) => Err(error.with_status(status).with_request_id(request_id)),
            }
        }
        .instrument(span.clone())
        .await;
        telemetry::record(&span, &result);
        self.report(&result);
        result
    }

    /// Reports what a response says about the token to all calls that wait for it.
    fn report<T>(&self, result: &Result<T>) {
        let Some(token) = &self.token else { return };
        match (result, &self.probe) {
            (Err(error), _) if error.status().is_none() => {}
            // A refusal of any other call may have another reason than the token.
            (Err(error), probe) if error.retry() == Retry::WithAnotherToken => {
                probe.iter().for_each(Probe::report_refused);
            }
            _ => token.trial().report_accepted(),
        }
    }

    /// After a failure: decides whether and when to retry, and waits until then. Returns the call's
    /// error if it does not retry.
    async fn prepare_retry(&mut self, error: Error) -> Result<()> {
        let Plan { client, prepared, deadline, max_attempts, .. } = *self.plan;
        // If there was no response, another call tries the token now.
        self.probe = None;
        let slot = self.slot.take();
        let earlier = self.worst;
        // With a key, a conflict is with an earlier request, which may still be in progress.
        let is_conflict = error.status() == Some(StatusCode::CONFLICT);
        let is_doubtful =
            self.is_keyless_write || self.repeatable == Repeatable::Keyed && is_conflict;
        self.worst = over_attempts(earlier, error.outcome(), is_doubtful);
        let may_help = error.retry().may_help(self.repeatable, earlier);
        if error.retry() == Retry::Immediately
            && self.unprocessed < MOST_PER_CALL
            && client.free_retries().take()
        {
            self.unprocessed += 1;
            telemetry::retry(prepared, self.sent, &error, Duration::ZERO);
            return Ok(());
        }
        if self.sent - self.unprocessed >= max_attempts {
            // The refused token is replaced all the same: the next call must not use it.
            self.replace_token(&error);
            return Err(self.end(error, may_help));
        }
        // No wait: the refusal came before anything was done, and the next request differs.
        if self.replace_token(&error) {
            return match self.is_next_token_accepted(slot).await {
                Ok(true) => {
                    telemetry::retry(prepared, self.sent, &error, Duration::ZERO);
                    Ok(())
                }
                Ok(false) => Err(self.end(error, may_help)),
                Err(error) => {
                    let may_help = error.retry().may_help(self.repeatable, earlier);
                    Err(self.end(error, may_help))
                }
            };
        }
        drop(slot);
        // The request for a token was already retried, by its own call.
        let has_no_token = self.token.is_none() && !prepared.is_anonymous;
        if !may_help || has_no_token {
            return Err(self.end(error, may_help));
        }
        if error.kind() == ErrorKind::Sign {
            return self.wait_for_signer(error).await;
        }
        // Added to what the server asks for, so that clients that got the same wait spread out.
        let retries = (self.sent - self.unprocessed).max(1);
        let wait = back_off(retries, client.random_number())
            .saturating_add(error.retry_after().unwrap_or_default());
        if is_too_long(wait, deadline) {
            return Err(self.end(error, may_help));
        }
        let cost = Budget::cost(&error);
        if !client.budget().spend(cost) {
            return Err(self.end(error, may_help));
        }
        self.spent += cost;
        telemetry::retry(prepared, self.sent, &error, wait);
        if !wait.is_zero() {
            sleep(wait).await;
        }
        Ok(())
    }

    /// After a failure of the signer that may pass: waits before it is asked again. Nothing was sent,
    /// so this costs the server nothing.
    async fn wait_for_signer(&mut self, error: Error) -> Result<()> {
        let Plan { client, prepared, deadline, .. } = *self.plan;
        self.unsigned += 1;
        let wait = back_off(self.unsigned, client.random_number());
        if self.unsigned >= MOST_UNSIGNED || is_too_long(wait, deadline) {
            return Err(self.end(error, true));
        }
        telemetry::retry(prepared, self.sent, &error, wait);
        sleep(wait).await;
        Ok(())
    }

    /// After a refusal of the token: waits until it is known whether the next one is accepted, or
    /// until this call is the one to try it. If not, or if the deadline passes, the refusal stands.
    ///
    /// Without this, a server that refuses all tokens would get twice its load.
    async fn is_next_token_accepted(&mut self, slot: Option<SemaphorePermit<'c>>) -> Result<bool> {
        let Plan { client, deadline, .. } = *self.plan;
        let (asked, mut slot) = (Instant::now(), slot);
        loop {
            let token = client.token(asked, deadline).await?;
            match token.trial().enter(client.attempt_timeout()) {
                Entry::Accepted => {}
                Entry::Probe(probe) => self.probe = Some(probe),
                Entry::Refused => return Ok(false),
                Entry::Wait(wait) => {
                    // Makes room for the calls that are not sent yet. A probe keeps its slot:
                    // behind a long queue it would be useless.
                    slot = None;
                    if wait.ends_before(deadline).await {
                        continue;
                    }
                    return Ok(false);
                }
            }
            (self.slot, self.asked) = (slot, Some(asked));
            return Ok(true);
        }
    }

    /// After a refusal of the token: whether another one may be accepted. Once in a call.
    fn replace_token(&mut self, error: &Error) -> bool {
        let Some(token) = &self.token else { return false };
        if error.retry() != Retry::WithAnotherToken || self.is_token_replaced {
            return false;
        }
        self.is_token_replaced = true;
        // With a wrong clock, the next signature is refused as well.
        self.plan.client.tokens().replace(token) && !error.is_clock_off()
    }

    fn end(&self, error: Error, may_help: bool) -> Error {
        let error = match self.plan.key {
            Some(key) => key.explain(error),
            None => error,
        };
        error.after(self.worst, self.sent, may_help)
    }
}

/// Whether the deadline passes before the wait is over.
fn is_too_long(wait: Duration, deadline: Instant) -> bool {
    Instant::now().checked_add(wait).is_none_or(|due| due >= deadline)
}

/// Rejects a key that Upvest may have forgotten, because it would pay a second time.
fn check_age(plan: &Plan<'_>, sent: u32) -> Result<()> {
    let Plan { client, prepared, key, .. } = plan;
    let Some(Idempotent { window, .. }) = key else { return Ok(()) };
    let (since, now) = (window.since(), client.now());
    let refused = |why| Error::replay(Outcome::NotSent, &format!("{prepared} was not sent: {why}"));
    match window.age(now) {
        Age::InTime => Ok(()),
        // A clock that is set back while a call is in flight does not make its key older.
        Age::NotKnown if sent > 0 => Ok(()),
        Age::NotKnown => Err(refused(from_the_future(since, now))),
        Age::TooOld => Err(refused(format!(
            "the replay window of its key ended at {}, and Upvest may forget the key soon after",
            window_end(since)
        ))
        .expired()),
    }
}
