//! The endpoints by which webhooks are subscribed to.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use upvest_macros::api;

use crate::call::Call;
use crate::call::Page;
use crate::json::null_as_default;
use crate::types::{InvalidValue, Timestamp};

crate::id! {
    /// Names a subscription.
    pub struct WebhookId;
}

/// The subscriptions of a client: which events are sent where, as in [Upvest's reference](
/// https://docs.upvest.co/api/release/upvest-investment-api.v1-1/webhooks).
///
/// # Errors
///
/// As every [`Call`]. The API answers 400 if the body is wrong, 401 if token or signature are, 403 if
/// the token lacks the scope, and 404 if there is no such webhook.
#[api(scope = "webhooks:admin", crate = crate)]
pub trait Webhooks: Send + Sync {
    /// Lists them.
    #[endpoint(GET, "/webhooks", signed, scope = ["webhooks:read", "webhooks:admin"])]
    fn list_webhooks(&self, query: &ListWebhooks) -> Call<Page<Webhook>>;

    /// Creates one. It sends nothing until [`update_webhook`](Self::update_webhook) enables it.
    ///
    /// It takes no idempotency key: when its outcome is unknown, look at the list before the second
    /// try.
    #[endpoint(POST, "/webhooks", signed)]
    fn create_webhook(&self, body: &CreateWebhook) -> Call<Webhook>;

    /// Reads one.
    #[endpoint(GET, "/webhooks/{webhook_id}", signed, scope = ["webhooks:read", "webhooks:admin"])]
    fn get_webhook(&self, webhook_id: WebhookId) -> Call<Webhook>;

    /// Changes one: enables it, for example.
    #[endpoint(PATCH, "/webhooks/{webhook_id}", signed)]
    fn update_webhook(&self, webhook_id: WebhookId, body: &UpdateWebhook) -> Call<Webhook>;

    /// Deletes one, with all that it has not sent yet.
    #[endpoint(DELETE, "/webhooks/{webhook_id}", signed)]
    fn delete_webhook(&self, webhook_id: WebhookId) -> Call<()>;

    /// Has an event sent that means nothing.
    #[endpoint(POST, "/webhooks/{webhook_id}/test", signed)]
    fn test_webhook(&self, webhook_id: WebhookId) -> Call<()>;
}

/// Which page of the list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListWebhooks {
    /// By which member: `created_at` if it is left out, `updated_at`, `title`, `url` or `enabled`.
    pub sort: Option<String>,
    /// `ASC`, if it is left out, or `DESC`.
    pub order: Option<String>,
    /// How many come before this page.
    pub offset: Option<u64>,
    /// How many are on a page: 100 if it is left out, at most 1000.
    pub limit: Option<u64>,
}

/// The request body of a new subscription.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateWebhook {
    /// What you call it; 100 characters at most.
    pub title: String,
    /// Where events are sent; 1000 characters at most.
    pub url: String,
    /// The categories of events, such as `USER`; `ALL` if it is left out. For a type made by
    /// [`events!`](crate::events), its `categories()`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub types: Option<Vec<String>>,
    /// The categories that are left out of `ALL`.
    #[serde(rename = "exclude_type", default, skip_serializing_if = "Option::is_none")]
    pub excluded_types: Option<Vec<String>>,
    /// How events are put into packages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<WebhookConfig>,
}

/// The request body of a change: what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateWebhook {
    /// What you call it; 100 characters at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where events are sent; 1000 characters at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The categories of events.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub types: Option<Vec<String>>,
    /// The categories that are left out of `ALL`.
    #[serde(rename = "exclude_type", default, skip_serializing_if = "Option::is_none")]
    pub excluded_types: Option<Vec<String>>,
    /// How events are put into packages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<WebhookConfig>,
    /// Whether events are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// A subscription, as the API knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// What you call it.
    pub title: String,
    /// Where events are sent.
    pub url: String,
    /// The categories of events.
    #[serde(rename = "type", default, deserialize_with = "null_as_default")]
    pub types: Vec<String>,
    /// The categories that are left out of `ALL`; older versions of the API do not say.
    #[serde(
        rename = "exclude_type",
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub excluded_types: Vec<String>,
    /// How events are put into packages.
    #[serde(default, deserialize_with = "null_as_default")]
    pub config: WebhookConfig,
    /// Whether events are sent.
    pub enabled: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// How events are put into packages. A package is sent when the first of its events has waited for
/// `delay`, or when it is full. What is left out the API chooses: 5 seconds and 10,240 bytes in the
/// examples of its documentation, and in our sandbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookConfig {
    /// How long events are collected, at most: so long a test that waits for one may have to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<PackageDelay>,
    /// How long a package is, at most: 100 to 1,048,576 bytes. Every event is more than 100: with
    /// that each is sent at once, alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_package_size: Option<u32>,
}

/// How long events are collected: 1 to 99 seconds or minutes, as in `5s`.
///
/// ```
/// use std::time::Duration;
/// use upvest_core::webhook::PackageDelay;
///
/// let delay: PackageDelay = "5s".parse()?;
/// assert_eq!(delay.duration(), Duration::from_secs(5));
/// # Ok::<(), upvest_core::InvalidValue>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PackageDelay {
    number: u8,
    is_minutes: bool,
}

impl PackageDelay {
    /// How long that is.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.number) * if self.is_minutes { 60 } else { 1 })
    }
}

impl FromStr for PackageDelay {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let invalid = || {
            InvalidValue::new("a delay", text, "write 1 to 99 seconds or minutes, as in 5s or 1m")
        };
        let (digits, is_minutes) = match (text.strip_suffix('s'), text.strip_suffix('m')) {
            (Some(digits), _) => (digits, false),
            (_, Some(digits)) => (digits, true),
            _ => return Err(invalid()),
        };
        let number: u8 = digits.parse().map_err(|_| invalid())?;
        // `+5` and `05` are numbers, but not of the API.
        if (1..=99).contains(&number) && number.to_string() == digits {
            Ok(Self { number, is_minutes })
        } else {
            Err(invalid())
        }
    }
}

impl fmt::Display for PackageDelay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.number, if self.is_minutes { 'm' } else { 's' })
    }
}

impl Serialize for PackageDelay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PackageDelay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::PackageDelay;

    #[test]
    fn a_delay_is_written_as_it_is_read() {
        for text in ["1s", "5s", "99s", "1m", "99m"] {
            assert_eq!(text.parse::<PackageDelay>().unwrap().to_string(), text);
        }
        for text in ["", "s", "0s", "05s", "+5s", "100s", "5", "5h", "5 s", "-1m", "5sm"] {
            assert!(text.parse::<PackageDelay>().is_err(), "{text}");
        }
    }
}
