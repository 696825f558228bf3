//! What happens on `await`: the one loop that every call goes through.
//!
//! An attempt is, in this order: budget, deadline, slot, token, sign, send, classify. The signature is
//! made last, over exactly what is sent, and anew for each attempt; key and body bytes are the same
//! in all. What is worth another attempt, and when, is decided in `retry.rs`.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, LOCATION, USER_AGENT};
use http::{HeaderValue, StatusCode};
use tokio::runtime::Handle;
use tokio::sync::SemaphorePermit;
use tokio::time::{Instant, sleep};
use tracing::Instrument as _;
use url::Url;

use crate::answer::{self, Answer, Encoding, LONGEST_ERROR_BODY, Response, longest_body};
use crate::call::Idempotent;
use crate::client::Client;
use crate::deadline::within;
use crate::endpoint::Method;
use crate::error::{Error, ErrorKind, Result};
use crate::headers::{API_VERSION, CLIENT_ID, IDEMPOTENCY_KEY, REQUEST_ID};
use crate::idempotency::{Age, IdempotencyKey, window_end};
use crate::outcome::{self, Outcome};
use crate::problem::Problem;
use crate::record::from_the_future;
use crate::request::PreparedRequest;
use crate::retry::{self, Budget, Repeatable};
use crate::signature::{self, SignatureVersion};
use crate::telemetry;
use crate::text::{LONGEST_REQUEST_ID, printable};
use crate::tokens::Token;
use crate::transport::{AttemptEnds, Failure};
use crate::trial::{Entry, Probe};
use crate::unprocessed::MOST_PER_CALL;

/// What is sent, and on what plan.
pub(crate) struct Plan<'c> {
    pub(crate) client: &'c Client,
    pub(crate) prepared: &'c PreparedRequest,
    pub(crate) key: Option<Idempotent>,
    pub(crate) deadline: Instant,
    /// How many requests at most.
    pub(crate) attempts: u32,
}

/// Sends until there is an answer, an error that another attempt cannot mend, or no time.
pub(crate) async fn send<T>(
    plan: &Plan<'_>,
    decode: impl Fn(&PreparedRequest, &mut Answer) -> Result<T>,
) -> Result<Response<T>> {
    let mut attempts = Attempts::new(plan);
    if Handle::try_current().is_err() {
        let error =
            Error::config("a call must be awaited inside a tokio runtime, one with `enable_all`");
        return Err(attempts.end(error, false));
    }
    loop {
        match attempts.attempt(&decode).await {
            Ok(response) => {
                plan.client.budget().earn(attempts.spent);
                plan.client.free_retries().give_back(attempts.unprocessed);
                return Ok(response);
            }
            Err(failure) => attempts.again(failure).await?,
        }
    }
}

/// A call on its way.
struct Attempts<'c> {
    plan: &'c Plan<'c>,
    repeatable: Repeatable,
    /// Whether it changes something, and a second request is not known for the same.
    is_keyless_write: bool,
    /// How many requests were handed to the transport.
    attempts: u32,
    /// How many of them the server declared unprocessed, and were sent again for that.
    unprocessed: u32,
    /// The most that they may have done, and those before this call.
    worst: Outcome,
    /// One of the requests that may be under way.
    slot: Option<SemaphorePermit<'c>>,
    /// The token of the last attempt.
    token: Option<Arc<Token>>,
    is_token_replaced: bool,
    /// Since when it asks for the token of the next attempt, if it does already.
    asked: Option<Instant>,
    /// If the next attempt tries a token for the other calls too.
    probe: Option<Probe>,
    /// What the attempts after the first have cost.
    spent: u32,
}

impl<'c> Attempts<'c> {
    fn new(plan: &'c Plan<'c>) -> Self {
        let Plan { prepared, key, .. } = plan;
        let is_replay = key.is_some_and(|key| key.is_replay);
        Self {
            plan,
            repeatable: Repeatable::of(prepared.method, key.is_some(), prepared.asks_for_token()),
            is_keyless_write: key.is_none()
                && prepared.method != Method::Get
                && !prepared.asks_for_token(),
            attempts: 0,
            unprocessed: 0,
            worst: if is_replay { Outcome::Unknown } else { Outcome::NotSent },
            slot: None,
            token: None,
            is_token_replaced: false,
            asked: None,
            probe: None,
            spent: 0,
        }
    }

    /// Deadline, a slot, token, sign, send, classify.
    async fn attempt<T>(
        &mut self,
        decode: &impl Fn(&PreparedRequest, &mut Answer) -> Result<T>,
    ) -> Result<Response<T>> {
        let Plan { client, prepared, key, deadline, .. } = *self.plan;
        if Instant::now() >= deadline {
            return Err(out_of_time(prepared, "before it began"));
        }
        check_age(self.plan, self.attempts)?;
        // Not for the fetch of a token: those who have a slot may be waiting for just that.
        if !prepared.is_anonymous && self.slot.is_none() {
            let slot = within(deadline, client.slots().acquire()).await;
            let slot = slot.map_err(|_| out_of_time(prepared, "while others were under way"))?;
            self.slot = slot.ok();
        }
        self.token = if prepared.is_anonymous {
            None
        } else {
            let asked = self.asked.take().unwrap_or_else(Instant::now);
            Some(client.tokens().get(client, asked, deadline).await?)
        };
        let mut request = build(client, prepared, key.map(|key| key.key), self.token.as_deref())?;
        let span = telemetry::attempt(client, prepared, self.attempts);
        let attempts = &mut self.attempts;
        let result = async {
            let signature_base = sign(client, prepared, &mut request, deadline).await?;
            // All this may have taken long: the slot, the token, a signing key that is elsewhere.
            if Instant::now() >= deadline {
                return Err(out_of_time(prepared, "when it was signed"));
            }
            check_age(self.plan, *attempts)?;
            *attempts += 1;
            let ends = deadline.min(after(client.attempt_timeout()));
            let mut answer = match exchange(client, prepared, request, ends).await {
                Ok(answer) => answer,
                Err(error) if error.kind() == ErrorKind::Unauthorized => {
                    let base = signature_base.as_deref().map(signature::mask_token);
                    return Err(error.with_signature_base(base));
                }
                Err(error) => return Err(error),
            };
            let (status, request_id) = (answer.status, answer.request_id.clone());
            match decode(prepared, &mut answer) {
                Ok(value) => Ok(Response { value, status, request_id, attempts: *attempts }),
                Err(error) => Err(error.with_status(status).with_request_id(request_id)),
            }
        }
        .instrument(span.clone())
        .await;
        telemetry::record(&span, &result);
        self.report(&result);
        result
    }

    /// What an answer says of the token, to all who wait for that.
    fn report<T>(&self, result: &Result<T>) {
        let Some(token) = &self.token else { return };
        match (result, &self.probe) {
            (Err(error), _) if error.status().is_none() => {}
            // What refuses another call may be something else about it.
            (Err(error), probe) if retry::may_be_the_token(error) => {
                probe.iter().for_each(Probe::report_refused);
            }
            _ => token.trial().report_taken(),
        }
    }

    /// After a failure: whether to go on, and if so, from when on. Waits until then.
    async fn again(&mut self, error: Error) -> Result<()> {
        let Plan { client, prepared, deadline, attempts, .. } = *self.plan;
        // If there was no answer, another call tries the token now.
        self.probe = None;
        let slot = self.slot.take();
        let earlier = self.worst;
        // With a key, a conflict is that with an earlier request, which may be still at work.
        let is_conflict = error.status() == Some(StatusCode::CONFLICT);
        let is_doubtful =
            self.is_keyless_write || self.repeatable == Repeatable::Keyed && is_conflict;
        self.worst = outcome::over_attempts(earlier, error.outcome(), is_doubtful);
        let may_help = retry::may_help(&error, self.repeatable, earlier);
        // At once: the server is well, only the connection is gone.
        if error.is_unprocessed()
            && self.unprocessed < MOST_PER_CALL
            && client.free_retries().take()
        {
            self.unprocessed += 1;
            telemetry::resend(prepared, self.attempts, &error, Duration::ZERO);
            return Ok(());
        }
        if self.attempts - self.unprocessed >= attempts {
            // Even so: a token that was refused is not for the next call.
            self.replace_token(&error);
            return Err(self.end(error, may_help));
        }
        // At once: it was refused before anything was done, and the next one is another request.
        if self.replace_token(&error) {
            return match self.is_next_token_taken(slot).await {
                Ok(true) => {
                    telemetry::resend(prepared, self.attempts, &error, Duration::ZERO);
                    Ok(())
                }
                Ok(false) => Err(self.end(error, may_help)),
                Err(error) => {
                    let may_help = retry::may_help(&error, self.repeatable, earlier);
                    Err(self.end(error, may_help))
                }
            };
        }
        drop(slot);
        // A token has been asked for as often as it may be, by a call of its own.
        if !may_help || error.kind() == ErrorKind::Token {
            return Err(self.end(error, may_help));
        }
        // Beyond what the server wants, so that those whom it told the same come back one by one.
        let wait =
            retry::back_off((self.attempts - self.unprocessed).max(1), client.random_number())
                .saturating_add(error.retry_after().unwrap_or_default());
        if Instant::now().checked_add(wait).is_none_or(|due| due >= deadline) {
            return Err(self.end(error, may_help));
        }
        let cost = Budget::cost(&error);
        if !client.budget().spend(cost) {
            return Err(self.end(error, may_help));
        }
        self.spent += cost;
        telemetry::resend(prepared, self.attempts, &error, wait);
        if !wait.is_zero() {
            sleep(wait).await;
        }
        Ok(())
    }

    /// After a refusal of the token: waits until it is known whether the next one is taken, or this
    /// call is the one to try it. If not, or if the time is over, the refusal stands.
    ///
    /// Otherwise a server that refuses all tokens would get twice its load.
    async fn is_next_token_taken(&mut self, slot: Option<SemaphorePermit<'c>>) -> Result<bool> {
        let Plan { client, deadline, .. } = *self.plan;
        let (asked, mut slot) = (Instant::now(), slot);
        loop {
            let token = client.tokens().get(client, asked, deadline).await?;
            match token.trial().enter(client.attempt_timeout()) {
                Entry::Taken => {}
                Entry::Probe(probe) => self.probe = Some(probe),
                Entry::Refused => return Ok(false),
                Entry::Wait(wait) => {
                    // For the calls that are not sent yet. A probe keeps its own: behind a long queue
                    // it would be of no use.
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

    /// After a refusal of the token: whether another one may be what it takes. Once in a call.
    fn replace_token(&mut self, error: &Error) -> bool {
        let Some(token) = &self.token else { return false };
        if !retry::may_be_the_token(error) || self.is_token_replaced {
            return false;
        }
        self.is_token_replaced = true;
        // With a clock that is off, the next signature is refused as well.
        self.plan.client.tokens().replace(token) && !error.is_clock_off()
    }

    fn end(&self, error: Error, may_help: bool) -> Error {
        error.after(self.worst, self.attempts, may_help)
    }
}

/// The request, complete but for the signature.
fn build(
    client: &Client,
    prepared: &PreparedRequest,
    key: Option<IdempotencyKey>,
    token: Option<&Token>,
) -> Result<http::Request<Bytes>> {
    let refused = |what| {
        let message = format!("{prepared} was not sent: {what}");
        Error::new(ErrorKind::Request, Outcome::NotSent, message)
    };
    // Room for the signature's headers too.
    let mut headers = HeaderMap::with_capacity(16);
    let accept = HeaderValue::from_str(prepared.accept)
        .map_err(|error| refused("its `accept` cannot stand in a header").because(error))?;
    headers.insert(ACCEPT, accept);
    headers.insert(
        USER_AGENT,
        HeaderValue::from_static(concat!("upvest-rs/", env!("CARGO_PKG_VERSION"))),
    );
    headers.insert(API_VERSION, HeaderValue::from_static("1"));
    headers.insert(CLIENT_ID, client.client_id_header());
    if let Some(token) = token {
        headers.insert(AUTHORIZATION, token.header());
    }
    if let Some(content_type) = prepared.content_type {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    if let Some(key) = key {
        let key = HeaderValue::from_str(&key.to_string()).map_err(|error| {
            refused("its idempotency key cannot stand in a header").because(error)
        })?;
        headers.insert(IDEMPOTENCY_KEY, key);
    }
    if let Some((name, value)) = prepared.header.as_deref() {
        headers.insert(name, value.clone());
    }
    let mut request = http::Request::builder()
        .method(http::Method::from(prepared.method))
        .uri(format!("{}{}", client.base_url(), prepared.path))
        .body(prepared.body.clone())
        .map_err(|error| refused("its URL is invalid").because(error))?;
    *request.headers_mut() = headers;
    Ok(request)
}

/// Signs the request, if it is to be signed, and gives back what was signed.
async fn sign(
    client: &Client,
    prepared: &PreparedRequest,
    request: &mut http::Request<Bytes>,
    deadline: Instant,
) -> Result<Option<String>> {
    if !prepared.is_signed {
        return Ok(None);
    }
    let nonce = client.random_bytes()?;
    let signing =
        signature::sign(SignatureVersion::V15, request, client.signer(), client.now(), nonce);
    match within(deadline, signing).await {
        Ok(Ok(base)) => Ok(Some(base)),
        Ok(Err(error)) => {
            let message = format!("{prepared} was not sent: it could not be signed");
            Err(Error::new(ErrorKind::Sign, Outcome::NotSent, message).because(error))
        }
        Err(_) => Err(out_of_time(prepared, "while it was signed")),
    }
}

/// Sends the request, and takes in what comes back until `ends`.
async fn exchange(
    client: &Client,
    prepared: &PreparedRequest,
    mut request: http::Request<Bytes>,
    ends: Instant,
) -> Result<Answer> {
    request.extensions_mut().insert(AttemptEnds(ends));
    let response = match within(ends, client.transport().send(request)).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => {
            let failed = not_answered(prepared, client.base_url(), error.failure());
            return Err(failed.because(error.into_cause()));
        }
        Err(_) => return Err(no_answer_in_time(prepared)),
    };
    let (head, body) = response.into_parts();
    let now = client.now();
    let status = head.status;
    let request_id = text(&head.headers, REQUEST_ID.as_str());
    let request_id = request_id.map(|id| printable(id, LONGEST_REQUEST_ID));
    let content_type = answer::content_type(&head.headers);
    let encoding = Encoding::of(&head.headers);
    let is_wanted = answer::is_wanted(prepared, status);
    let limit = if is_wanted {
        longest_body(prepared, client.max_response_bytes())
    } else {
        LONGEST_ERROR_BODY
    };
    let (body, broken) = body.read(limit, ends).await;

    if is_wanted {
        let is_as_asked = match &content_type {
            Some(kind) => answer::is_asked_for(prepared.accepted(), kind),
            None => request_id.is_some() && broken.is_none() && answer::is_json(prepared, &body),
        };
        let has_type = content_type.is_some();
        let location = text(&head.headers, LOCATION.as_str());
        let location = location.and_then(|to| absolute(client, prepared, to));
        return Ok(Answer {
            status,
            request_id,
            is_as_asked,
            has_type,
            encoding,
            location,
            body,
            broken,
        });
    }
    // The status says what happened; a body that cannot be read takes nothing from that.
    let is_json =
        content_type.is_none_or(|kind| kind == "application/json" || kind.ends_with("+json"));
    let problem = (is_json && broken.is_none())
        .then(|| serde_json::from_slice::<Problem>(&body).ok())
        .flatten();
    let hidden = encoding.filter(|_| problem.is_none() && !body.is_empty());
    // A server that repeats what it was sent would repeat the client secret.
    let problem = problem
        .filter(|problem| !prepared.asks_for_token() || !problem.quotes_secret_of(&prepared.body));
    let error = Error::from_response(&prepared.to_string(), status, problem)
        .with_remark(hidden.map(|encoding| encoding.remark()))
        .with_request_id(request_id)
        .with_retry_after(retry::retry_after(&head.headers, now))
        .with_body(if prepared.asks_for_token() { Bytes::new() } else { body });
    Err(match retry::clock_offset(&head.headers, now) {
        Some(offset) if status == StatusCode::UNAUTHORIZED => error.with_clock_offset(offset),
        _ => error,
    })
}

/// A location, which may be relative to what was asked for.
fn absolute(client: &Client, prepared: &PreparedRequest, location: &str) -> Option<String> {
    let asked = Url::parse(&format!("{}{}", client.base_url(), prepared.path)).ok()?;
    Some(asked.join(location).ok()?.into())
}

/// When `timeout` has passed; a year is as good as never.
pub(crate) fn after(timeout: Duration) -> Instant {
    Instant::now() + timeout.min(Duration::from_hours(365 * 24))
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// A key that may have been forgotten would pay a second time.
fn check_age(plan: &Plan<'_>, attempts: u32) -> Result<()> {
    let Plan { client, prepared, key, .. } = plan;
    let Some(Idempotent { window, .. }) = key else { return Ok(()) };
    let (since, now) = (window.since(), client.now());
    let why = match window.age(now) {
        Age::InTime => return Ok(()),
        // A clock that is set back while a call is under way makes its key no older.
        Age::NotKnown if attempts > 0 => return Ok(()),
        Age::NotKnown => from_the_future(since, now),
        Age::TooOld => format!(
            "its idempotency key was to be used until {}, and Upvest may forget it soon after",
            window_end(since)
        ),
    };
    Err(Error::replay(Outcome::NotSent, &format!("{prepared} was not sent: {why}")))
}

/// Nothing has left; `during` is what it waited for.
fn out_of_time(prepared: &PreparedRequest, during: &str) -> Error {
    let message = format!("{prepared} was not sent: the time of the call was over {during}");
    Error::new(ErrorKind::Timeout, Outcome::NotSent, message)
}

/// What the transport says of a request without an answer.
fn not_answered(prepared: &PreparedRequest, host: &str, failure: Failure) -> Error {
    let not_sent = |kind, what: &str| {
        Error::new(kind, Outcome::NotSent, format!("{prepared} was not sent{what}"))
    };
    let error = match failure {
        Failure::MaybeSent => {
            let message = format!("{prepared} has no answer: the connection to {host} broke");
            Error::new(ErrorKind::Transport, Outcome::Unknown, message)
        }
        Failure::NotSent => {
            not_sent(ErrorKind::Connect, &format!(": no connection to {host} could be made"))
        }
        Failure::Unprocessed => {
            not_sent(ErrorKind::Connect, &format!(": {host} did not process it"))
        }
        Failure::Final(kind, why) => not_sent(kind, &format!(" to {host}: {why}")),
    };
    error.with_failure(failure)
}

/// The request has left, or some of it.
fn no_answer_in_time(prepared: &PreparedRequest) -> Error {
    let message = format!("{prepared} has no answer in the time that it was given");
    Error::new(ErrorKind::Timeout, Outcome::Unknown, message)
}
