//! What can be set: which version of the API is played, how fast statuses move, which checks are left
//! out, and what is assumed where Upvest's documentation is silent.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Serialize, Serializer};

/// A word that a setting does not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownWord {
    given: String,
    known: String,
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is none of {}", self.given, self.known)
    }
}

impl std::error::Error for UnknownWord {}

/// An enum whose members have names for a command line.
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
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word for a command line.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// What it means, in a sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii(),)+ }
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                let known = Self::ALL.iter().find(|known| known.as_str() == text);
                known.copied().ok_or_else(|| {
                    let known: Vec<&str> = Self::ALL.iter().map(|known| known.as_str()).collect();
                    UnknownWord { given: text.to_owned(), known: known.join(", ") }
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
    /// Which version of the API is played.
    Spec {
        /// 1.9.0: orders are answered with 200, a cancellation with 204; EUR alone.
        V1_9 = "1.9",
        /// The newest that is known: 202 for all three; EUR, GBP and USD.
        Latest = "latest",
    }
}

words! {
    /// A check that can be left out.
    Check {
        /// The header `upvest-client-id` is there and names the client.
        ClientId = "client-id",
        /// There is a signature, and it is right. Without this, no other check of it is made.
        Signature = "signature",
        /// The signature covers all that it must.
        Coverage = "coverage",
        /// `content-digest` and `content-length` are those of the body.
        Digest = "digest",
        /// The signature is of now, and does not live too long.
        Lifetime = "lifetime",
        /// The nonce was not used before.
        Nonce = "nonce",
        /// There is an access token, it is known and has not expired. Without this, no scope is looked at.
        Token = "token",
        /// The token has the scope that the endpoint wants.
        Scope = "scope",
        /// `accept` is what the endpoint answers with.
        Accept = "accept",
        /// `content-type` is what the endpoint reads, with no parameter.
        ContentType = "content-type",
        /// `upvest-api-version` is 1, if it is sent.
        ApiVersion = "api-version",
        /// A header that has one value is sent once.
        SingleHeaders = "single-headers",
        /// The idempotency key is a UUID of version 1 to 5. Without this, any text is one, and one is made up if there is none.
        IdempotencyKey = "idempotency-key",
        /// A body holds no member that is not documented.
        UnknownFields = "unknown-fields",
    }
}

words! {
    /// What is done differently where the API's documentation is silent. Without any of them, the
    /// fidelity table says what is done.
    Assumption {
        /// A signature must also cover `content-length` and `idempotency-key`, if they are sent.
        AllCovered = "all-covered",
        /// A `content-length` that is signed must be sent; otherwise one of 0 may be left out where there is no body.
        LengthSent = "length-sent",
        /// The same idempotency key with another body is a 409, not a 422.
        OtherBodyConflicts = "other-body-conflicts",
        /// The same idempotency key with another body gets the first answer again.
        OtherBodyReplays = "other-body-replays",
        /// A request whose twin is still under way is a 409; otherwise it waits for the twin's answer.
        TwinConflicts = "twin-conflicts",
        /// Cancelling a decrease that is cancelled succeeds again, instead of being a 422.
        SecondCancelSucceeds = "second-cancel-succeeds",
        /// An amount of zero is a 422, not a 400.
        ZeroUnprocessable = "zero-unprocessable",
        /// An amount of zero is accepted.
        ZeroSucceeds = "zero-succeeds",
        /// An amount is echoed as it was sent, not with two decimals.
        AmountAsSent = "amount-as-sent",
        /// An account group must be made first, or else is a 404; otherwise any UUID is one.
        AccountGroupsKnown = "account-groups-known",
        /// A webhook that is answered with 204 is delivered, too; otherwise only 200 will do.
        WebhookNoContentSucceeds = "webhook-no-content-succeeds",
        /// A webhook that is sent again has the signature of the first time; otherwise a new one.
        WebhooksSignedOnce = "webhooks-signed-once",
        /// Webhooks are signed in the form of draft 15; otherwise in that of draft 6.
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

/// When an operation moves on from `ISSUED`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Progress {
    /// Right after it is answered.
    #[default]
    Instant,
    /// When somebody says so: through [`State`](crate::State), the page, or `/_sandbox/`.
    Manual,
    /// When so much time has passed by the sandbox's clock. Parts of a second are left out.
    After(Duration),
}

impl Progress {
    /// When an operation of `now` is due.
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
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let unknown = || UnknownWord {
            given: text.to_owned(),
            known: "instant, manual, after=2s (or m, h)".to_owned(),
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

/// All of it.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) spec: Spec,
    pub(crate) progress: Progress,
    pub(crate) loose: Vec<Check>,
    pub(crate) assumptions: Vec<Assumption>,
    /// How long a receiver of webhooks may take.
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
    fn every_word_is_read_as_it_is_written() {
        for check in Check::ALL {
            assert_eq!(check.as_str().parse(), Ok(*check));
            assert!(check.meaning().ends_with('.'), "{}", check.meaning());
        }
        for assumption in Assumption::ALL {
            assert_eq!(assumption.as_str().parse(), Ok(*assumption));
        }
        assert_eq!("1.9".parse(), Ok(Spec::V1_9));
        let error = "1.8".parse::<Spec>().unwrap_err().to_string();
        assert_eq!(error, "`1.8` is none of 1.9, latest");
    }

    #[test]
    fn progress_is_a_word_or_a_time() {
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
