//! The settings: the version of the API, when statuses change, which checks are skipped, and what
//! is assumed where Upvest's documentation is silent.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Serialize, Serializer};

/// A value that a setting does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownValue {
    given: String,
    known: String,
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown value `{}` (expected {})", self.given, self.known)
    }
}

impl std::error::Error for UnknownValue {}

/// Defines an enum whose variants have names for a command line.
macro_rules! words {
    (
        $(#[$meta:meta])*
        $name:ident {
            $($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl $name {
            /// All values.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Returns the name for a command line.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// Returns a description, as full sentences.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii(),)+ }
            }
        }

        impl FromStr for $name {
            type Err = UnknownValue;

            fn from_str(text: &str) -> Result<Self, UnknownValue> {
                let known = Self::ALL.iter().find(|known| known.as_str() == text);
                known.copied().ok_or_else(|| {
                    let known: Vec<&str> = Self::ALL.iter().map(|known| known.as_str()).collect();
                    let known = format!("`{}`", known.join("` or `"));
                    UnknownValue { given: text.to_owned(), known }
                })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

words! {
    /// The version of the API that is simulated.
    Spec {
        /// 1.9.0: 200 for orders, 204 for a cancellation; only EUR.
        V1_9 = "1.9",
        /// The newest known version: 202 for all three; EUR, GBP and USD.
        Latest = "latest",
    }
}

words! {
    /// A check that can be skipped.
    Check {
        /// The header `upvest-client-id` is present and names the client.
        ClientId = "client-id",
        /// There is a valid signature. Without this check, no other check of the signature is made.
        Signature = "signature",
        /// The signature covers all required components.
        Coverage = "coverage",
        /// `content-digest` and `content-length` match the body.
        Digest = "digest",
        /// The signature is current, and its lifetime is not too long.
        Lifetime = "lifetime",
        /// The nonce was not used before.
        Nonce = "nonce",
        /// There is a known access token that has not expired. Without this check, no scope is
        /// checked.
        Token = "token",
        /// The token has the scope that the endpoint requires.
        Scope = "scope",
        /// `accept` is the media type of the response.
        Accept = "accept",
        /// `content-type` is the media type that the endpoint reads, without parameters.
        ContentType = "content-type",
        /// `upvest-api-version` is 1, if it is sent.
        ApiVersion = "api-version",
        /// A header that allows one value is sent once.
        SingleHeaders = "single-headers",
        /// The idempotency key is a UUID of version 1 to 5. Without this check, any text is a key,
        /// and a missing one is generated.
        IdempotencyKey = "idempotency-key",
        /// A body contains only documented fields.
        UnknownFields = "unknown-fields",
    }
}

words! {
    /// A different assumption where the API's documentation is silent. The fidelity table has the
    /// defaults.
    Assumption {
        /// A signature must also cover `content-length` and `idempotency-key`, if they are sent.
        AllCovered = "all-covered",
        /// A signed `content-length` must be sent; by default, one of 0 may be omitted if there is
        /// no body.
        LengthSent = "length-sent",
        /// The same idempotency key with another body is a 409, not a 422.
        OtherBodyConflicts = "other-body-conflicts",
        /// The same idempotency key with another body gets the first response again.
        OtherBodyReplays = "other-body-replays",
        /// A concurrent duplicate of a request is a 409; by default, it waits for the same
        /// response.
        DuplicateConflicts = "duplicate-conflicts",
        /// Cancelling a cancelled decrease succeeds again, and is not a 422.
        SecondCancelSucceeds = "second-cancel-succeeds",
        /// An amount of zero is a 422, not a 400.
        ZeroUnprocessable = "zero-unprocessable",
        /// An amount of zero is accepted.
        ZeroSucceeds = "zero-succeeds",
        /// An amount is echoed as it was sent, not with two decimals.
        AmountAsSent = "amount-as-sent",
        /// An account group must be created first, or it is a 404; by default, any UUID is one.
        AccountGroupsKnown = "account-groups-known",
        /// A response of 204 to a webhook is a success, too; by default, only 200 is.
        WebhookNoContentSucceeds = "webhook-no-content-succeeds",
        /// A retry of a webhook has the signature of the first attempt; by default, a new one.
        WebhooksSignedOnce = "webhooks-signed-once",
        /// Webhooks are signed in the form of draft 15; by default, in that of draft 6.
        WebhooksV15 = "webhooks-v15",
    }
}

impl Spec {
    /// The currencies of this version.
    pub(crate) fn currencies(self) -> &'static [&'static str] {
        match self {
            Self::V1_9 => &["EUR"],
            Self::Latest => &["EUR", "GBP", "USD"],
        }
    }
}

/// When an operation leaves the status `ISSUED`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Progress {
    /// Right after the response.
    #[default]
    Instant,
    /// Only manually: through [`State`](crate::State), the page, or `/_sandbox/`.
    Manual,
    /// After this time by the sandbox's clock. Fractions of a second are ignored.
    After(Duration),
}

impl Progress {
    /// Returns when an operation that is created `now` is due.
    pub(crate) fn due(self, now: i64) -> Option<i64> {
        match self {
            Self::Instant => Some(now),
            Self::Manual => None,
            Self::After(delay) => {
                Some(now.saturating_add(i64::try_from(delay.as_secs()).unwrap_or(i64::MAX)))
            }
        }
    }
}

impl FromStr for Progress {
    type Err = UnknownValue;

    fn from_str(text: &str) -> Result<Self, UnknownValue> {
        let unknown = || UnknownValue {
            given: text.to_owned(),
            known: "`instant`, `manual` or `after=2s`, with a time in s, m or h".to_owned(),
        };
        match text {
            "instant" => Ok(Self::Instant),
            "manual" => Ok(Self::Manual),
            _ => {
                let time = text.strip_prefix("after=").ok_or_else(unknown)?;
                let (number, unit) =
                    time.split_at_checked(time.len().saturating_sub(1)).ok_or_else(unknown)?;
                let seconds = match unit {
                    "s" => 1,
                    "m" => 60,
                    "h" => 3600,
                    _ => return Err(unknown()),
                };
                let number: u32 = number.parse().map_err(|_| unknown())?;
                Ok(Self::After(Duration::from_secs(u64::from(number) * seconds)))
            }
        }
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instant => f.write_str("instant"),
            Self::Manual => f.write_str("manual"),
            Self::After(delay) => write!(f, "after={}s", delay.as_secs()),
        }
    }
}

/// All settings.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) spec: Spec,
    pub(crate) progress: Progress,
    pub(crate) loose: Vec<Check>,
    pub(crate) assumptions: Vec<Assumption>,
    /// How long a receiver of webhooks may take to respond.
    pub(crate) webhook_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            spec: Spec::Latest,
            progress: Progress::Instant,
            loose: Vec::new(),
            assumptions: Vec::new(),
            webhook_timeout: Duration::from_secs(10),
        }
    }
}

impl Settings {
    /// Whether this check is made.
    pub(crate) fn checks(&self, check: Check) -> bool {
        !self.loose.contains(&check)
    }

    pub(crate) fn assumes(&self, assumption: Assumption) -> bool {
        self.assumptions.contains(&assumption)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Assumption, Check, Progress, Spec};

    #[test]
    fn every_name_is_parsed_as_it_is_displayed() {
        for check in Check::ALL {
            assert_eq!(check.as_str().parse(), Ok(*check));
            assert!(check.meaning().ends_with('.'), "{}", check.meaning());
        }
        for assumption in Assumption::ALL {
            assert_eq!(assumption.as_str().parse(), Ok(*assumption));
        }
        assert_eq!("1.9".parse(), Ok(Spec::V1_9));
        let error = "1.8".parse::<Spec>().unwrap_err().to_string();
        assert_eq!(error, "unknown value `1.8` (expected `1.9` or `latest`)");
    }

    #[test]
    fn progress_is_a_name_or_a_time() {
        for (text, progress) in [
            ("instant", Progress::Instant),
            ("manual", Progress::Manual),
            ("after=2s", Progress::After(Duration::from_secs(2))),
            ("after=3m", Progress::After(Duration::from_secs(3 * 60))),
        ] {
            assert_eq!(text.parse(), Ok(progress));
        }
        for text in
            ["", "after", "after=", "after=s", "after=2", "after=-2s", "after=2d", "after=é"]
        {
            assert!(text.parse::<Progress>().is_err(), "{text}");
        }
        assert_eq!("after=1h".parse::<Progress>().unwrap().to_string(), "after=3600s");
    }
}
