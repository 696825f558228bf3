//! One rule: which requests go wrong, when, and how.

use std::fmt;

use http::{HeaderValue, Method};
use serde::{Deserialize, Serialize};

/// A rule: which requests go wrong, and how.
///
/// The important choice is between [`before_commit`](Self::before_commit) and
/// [`after_commit`](Self::after_commit). In both cases the client gets no response, but only in the
/// second case has the money moved.
///
/// # Examples
///
/// ```
/// use upvest_core::Outcome;
/// use upvest_sandbox::{Effect, Fault, Sandbox};
/// use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash};
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = Sandbox::start().await?;
/// let fault = Fault::new(Effect::Reset).on("POST", "/virtual_cash_balances/*").after_commit();
/// sandbox.faults().add(fault)?;
///
/// let order = CreateVirtualCashIncrease {
///     account_group_id: "ac1c39e9-2101-46b8-a624-d10a9e351b6c".parse()?,
///     amount: "200.00".parse()?,
///     currency: Currency::Eur,
/// };
/// let error = sandbox.client()?.increase(&order).await.unwrap_err();
/// assert_eq!(error.outcome(), Outcome::Unknown);
/// // It took effect exactly once, however often it was sent.
/// assert_eq!(sandbox.state().balance(order.account_group_id, &order.currency), 20_000);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Fault {
    #[serde(default, skip_serializing_if = "Target::is_requests")]
    of: Target,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) nth: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) percent: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) times: Option<u64>,
    #[serde(default)]
    when: When,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Part>,
    #[serde(rename = "do")]
    pub(super) effect: Effect,
}

/// What a rule applies to: incoming requests or outgoing webhooks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Target {
    #[default]
    Requests,
    Webhooks,
}

impl Target {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    fn is_requests(&self) -> bool {
        *self == Self::Requests
    }
}

/// Whether the request is carried out before the fault hits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum When {
    #[default]
    BeforeCommit,
    AfterCommit,
}

/// Which part of the response the fault hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Part {
    Header,
    Body,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Effect {
    /// An error of the API, as a problem document.
    Status {
        /// From 400 to 599.
        status: u16,
        /// The header `retry-after`: seconds or a date.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<String>,
    },
    /// The connection is reset: no response is sent, or only half of its body.
    Reset,
    /// Nothing more is sent, and the connection stays open.
    Hang,
    /// The response is delayed. Before the commit, the request is also carried out later.
    Delay {
        /// The delay in milliseconds, at most an hour.
        milliseconds: u64,
    },
    /// The response ends in the middle, and the connection is closed.
    Truncate,
    /// The response is not HTTP, or its body is not JSON.
    Garbage,
    /// The error page of a gateway: 502 with HTML.
    Html,
    /// A redirect, 307.
    Redirect {
        /// The target, the header `location`.
        location: String,
    },
    /// The response is sent slowly. It is the real one: the request is carried out.
    Slow {
        /// The speed in bytes per second, at least 1.
        bytes_per_second: u32,
    },
    /// A header or a body that is far too long.
    Huge {
        /// The length, at most 64 MiB.
        bytes: u32,
    },
    /// A body that is small until it is decompressed.
    GzipBomb {
        /// The decompressed length, at most 64 MiB.
        bytes: u32,
    },
    /// A webhook is sent again after it was delivered.
    Duplicate,
    /// A webhook is held back for one second of the sandbox's clock, so that later ones overtake
    /// it.
    Overtake,
}

pub(super) const MOST_BYTES: u32 = 64 << 20;
/// In milliseconds.
pub(super) const LONGEST_DELAY: u64 = 3_600_000;

impl Fault {
    /// Creates a rule that hits every request, before it is carried out.
    ///
    /// It affects the header of the response, and is active until it is removed.
    pub fn new(effect: Effect) -> Self {
        Self {
            of: Target::Requests,
            method: None,
            path: None,
            nth: None,
            percent: None,
            times: None,
            when: When::BeforeCommit,
            at: None,
            effect,
        }
    }

    /// Hits only requests with this method and path.
    ///
    /// A path may end with `*`, which matches anything.
    pub fn on(mut self, method: &str, path: &str) -> Self {
        (self.method, self.path) = (Some(method.to_owned()), Some(path.to_owned()));
        self
    }

    /// Hits outgoing webhooks instead of incoming requests.
    ///
    /// The effect must be [`Duplicate`](Effect::Duplicate), [`Overtake`](Effect::Overtake) or
    /// [`Reset`](Effect::Reset). With a reset before the commit the webhook is not sent; after the
    /// commit the response is lost. It is retried in both cases. The method is `POST`, and the path
    /// is the one of the subscription's URL.
    pub fn of_webhooks(mut self) -> Self {
        self.of = Target::Webhooks;
        self
    }

    /// Hits only the `nth` of these requests, counted from 1.
    pub fn nth(mut self, nth: u64) -> Self {
        self.nth = Some(nth);
        self
    }

    /// Hits each of these requests with this probability, 0 to 100 percent.
    ///
    /// The random numbers come from the seed, so they are the same in each run.
    pub fn percent(mut self, percent: u8) -> Self {
        self.percent = Some(percent);
        self
    }

    /// Hits at most this number of requests. After that, the rule remains but does nothing.
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Hits before the commit: the request is not carried out. This is the default.
    pub fn before_commit(mut self) -> Self {
        self.when = When::BeforeCommit;
        self
    }

    /// Hits after the commit: the request is carried out, and then the response is lost.
    pub fn after_commit(mut self) -> Self {
        self.when = When::AfterCommit;
        self
    }

    /// Hits the header of the response. This is the default.
    pub fn in_header(mut self) -> Self {
        self.at = Some(Part::Header);
        self
    }

    /// Hits the body of the response; the header is intact.
    pub fn in_body(mut self) -> Self {
        self.at = Some(Part::Body);
        self
    }

    pub(crate) fn is_after_commit(&self) -> bool {
        self.when == When::AfterCommit
    }

    /// Whether the request is not carried out.
    pub(crate) fn is_instead_of_commit(&self) -> bool {
        !self.is_after_commit()
            && !matches!(self.effect, Effect::Delay { .. } | Effect::Slow { .. })
    }

    pub(crate) fn part(&self) -> Part {
        self.at.unwrap_or(Part::Header)
    }

    pub(crate) fn effect(&self) -> &Effect {
        &self.effect
    }

    pub(super) fn check(&self) -> Result<(), InvalidFault> {
        let invalid = |why: &str| Err(InvalidFault(why.to_owned()));
        let is_text = |text: &String| HeaderValue::from_str(text).is_ok();
        let is_method = |method: &String| {
            method.bytes().all(|byte| byte.is_ascii_uppercase())
                && Method::from_bytes(method.as_bytes()).is_ok()
        };
        if self.nth == Some(0) || self.times == Some(0) {
            return invalid("`nth` and `times` must be at least 1");
        }
        if self.percent.is_some_and(|percent| percent > 100) {
            return invalid("`percent` must be at most 100");
        }
        let is_of_webhooks = matches!(self.effect, Effect::Duplicate | Effect::Overtake);
        let may_be_of_webhooks = is_of_webhooks || self.effect == Effect::Reset;
        if self.of == Target::Webhooks && !may_be_of_webhooks {
            return invalid("webhooks support only reset, duplicate and overtake");
        }
        if self.of == Target::Requests && is_of_webhooks {
            return invalid("duplicate and overtake must be `of` webhooks");
        }
        if self.of == Target::Webhooks && self.at.is_some() {
            return invalid("`at` applies only to requests");
        }
        if self.of == Target::Webhooks
            && self.method.as_ref().is_some_and(|method| method != "POST")
        {
            return invalid("the `method` of webhooks must be `POST`");
        }
        if is_of_webhooks && self.is_after_commit() {
            return invalid("duplicate and overtake do not support `when`");
        }
        if let Some(path) = &self.path {
            if !path.starts_with('/') {
                return invalid("`path` must begin with a slash");
            }
            if path.strip_suffix('*').unwrap_or(path).contains('*') {
                return invalid("`path` may contain `*` only at its end");
            }
            if path.starts_with("/_sandbox") {
                return invalid("`path` must be one of the API (faults never hit /_sandbox)");
            }
        }
        if self.method.as_ref().is_some_and(|method| !is_method(method)) {
            return invalid("`method` must be an HTTP method in upper case");
        }
        let has_parts = matches!(
            self.effect,
            Effect::Reset | Effect::Hang | Effect::Truncate | Effect::Garbage | Effect::Huge { .. }
        );
        if self.at == Some(Part::Body) && !has_parts {
            return invalid("`at` applies only to reset, hang, truncate, garbage and huge");
        }
        match &self.effect {
            Effect::Status { status, .. } if !(400..600).contains(status) => {
                invalid("`status` must be from 400 to 599")
            }
            Effect::Status { retry_after: Some(value), .. } if !is_text(value) => {
                invalid("`retry_after` is not a valid header value")
            }
            Effect::Redirect { location } if !is_text(location) => {
                invalid("`location` is not a valid header value")
            }
            Effect::Delay { milliseconds } if *milliseconds > LONGEST_DELAY => {
                invalid("`milliseconds` must be at most an hour")
            }
            Effect::Slow { bytes_per_second: 0 } => {
                invalid("`bytes_per_second` must be at least 1")
            }
            Effect::Huge { bytes } | Effect::GzipBomb { bytes } if *bytes > MOST_BYTES => {
                invalid("`bytes` must be at most 64 MiB")
            }
            _ => Ok(()),
        }
    }

    pub(super) fn fits(&self, of: Target, method: &str, path: &str) -> bool {
        let fits_path = |wanted: &String| match wanted.strip_suffix('*') {
            Some(start) => path.starts_with(start),
            None => wanted == path,
        };
        self.of == of
            && self.method.as_ref().is_none_or(|wanted| wanted == method)
            && self.path.as_ref().is_none_or(fits_path)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.effect {
            Effect::Status { status, .. } => write!(f, "status {status}")?,
            Effect::Reset => f.write_str("reset")?,
            Effect::Hang => f.write_str("hang")?,
            Effect::Delay { milliseconds } => write!(f, "delay of {milliseconds} ms")?,
            Effect::Truncate => f.write_str("truncate")?,
            Effect::Garbage => f.write_str("garbage")?,
            Effect::Html => f.write_str("html")?,
            Effect::Redirect { .. } => f.write_str("redirect")?,
            Effect::Slow { bytes_per_second } => write!(f, "slow, {bytes_per_second} bytes/s")?,
            Effect::Huge { bytes } => write!(f, "huge, {bytes} bytes")?,
            Effect::GzipBomb { bytes } => write!(f, "gzip bomb, {bytes} bytes")?,
            Effect::Duplicate => return f.write_str("duplicate"),
            Effect::Overtake => return f.write_str("overtake"),
        }
        if self.at == Some(Part::Body) {
            f.write_str(" in the body")?;
        }
        if matches!(self.effect, Effect::Slow { .. }) {
            return Ok(());
        }
        f.write_str(if self.is_after_commit() { ", after commit" } else { ", before commit" })
    }
}

/// Why a rule is rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidFault(String);

impl InvalidFault {
    pub(super) fn new(why: String) -> Self {
        Self(why)
    }
}

impl fmt::Display for InvalidFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid fault: {}", self.0)
    }
}

impl std::error::Error for InvalidFault {}
