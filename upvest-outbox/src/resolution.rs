//! How a person, a webhook or a statement settles a payment whose outcome is not known.

use serde::{Deserialize, Serialize};

/// What became of an unresolved payment, who says so, and why.
///
/// # Examples
///
/// ```
/// use upvest_outbox::{Evidence, Resolution};
///
/// let resolution = Resolution::took_effect(
///     Evidence::Statement,
///     "anna@example.com",
///     "the account's transactions show it on 25 November",
/// )
/// .operation("6ffa6b16-2380-4e7a-88b2-ae625c8eef99");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    took_effect: bool,
    evidence: Evidence,
    who: String,
    why: String,
    operation: Option<String>,
}

/// Where the knowledge about a payment comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Evidence {
    /// An event about an operation that can only be this payment's.
    Webhook,
    /// The transactions of the account.
    Statement,
    /// A person, for example of Upvest's support.
    Person,
}

impl Resolution {
    /// States that the payment took effect: it becomes [`Accepted`](crate::PaymentState::Accepted).
    #[must_use]
    pub fn took_effect(evidence: Evidence, who: impl Into<String>, why: impl Into<String>) -> Self {
        let (who, why) = (who.into(), why.into());
        Self { took_effect: true, evidence, who, why, operation: None }
    }

    /// States that the payment had no effect, and never will.
    ///
    /// It becomes [`Rejected`](crate::PaymentState::Rejected), and may be made again with another id.
    #[must_use]
    pub fn had_no_effect(
        evidence: Evidence,
        who: impl Into<String>,
        why: impl Into<String>,
    ) -> Self {
        Self { took_effect: false, ..Self::took_effect(evidence, who, why) }
    }

    /// Sets the id of its operation at Upvest, so that events move its status.
    #[must_use]
    pub fn operation(mut self, id: impl Into<String>) -> Self {
        self.operation = Some(id.into());
        self
    }

    /// Returns whether the payment took effect.
    #[must_use]
    pub fn is_effect(&self) -> bool {
        self.took_effect
    }

    /// Returns where the knowledge comes from.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        self.evidence
    }

    /// Returns who says so.
    #[must_use]
    pub fn who(&self) -> &str {
        &self.who
    }

    /// Returns why.
    #[must_use]
    pub fn why(&self) -> &str {
        &self.why
    }

    pub(crate) fn operation_id(&self) -> Option<String> {
        self.operation.clone()
    }
}
