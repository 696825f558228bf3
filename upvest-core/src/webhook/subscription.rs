//! The endpoints of webhook subscriptions.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use upvest_macros::api;
use upvest_types::{InvalidValue, Timestamp};

use crate::call::Call;
use crate::call::Page;
use crate::json::null_as_default;

upvest_types::id! {
    /// Identifies a subscription.
    pub struct WebhookId;
}

/// The endpoints of webhook subscriptions.
///
/// See [Upvest's reference](
/// https://docs.upvest.co/api/release/upvest-investment-api.v1-1/webhooks).
///
/// A subscription says which events are sent where.
///
/// # Errors
/// Fails as any [`Call`] does. The API responds with 400 if the body is wrong, 401 if the token or
/// the signature is, 403 if the token lacks the scope, and 404 if there is no such webhook.
#[api(scope = "webhooks:admin", crate = crate)]
pub trait Webhooks: Send + Sync {
    /// Lists the subscriptions.
    #[endpoint(GET, "/webhooks", signed, scope = ["webhooks:read", "webhooks:admin"])]
    fn list_webhooks(&self, query: &ListWebhooks) -> Call<Page<Webhook>>;

    /// Creates a subscription.
    ///
    /// Nothing is sent until [`update_webhook`](Self::update_webhook) enables it.
    ///
    /// Note that there is no idempotency key. If the outcome is unknown, check the list before you
    /// try again.
    #[endpoint(POST, "/webhooks", signed)]
    fn create_webhook(&self, body: &CreateWebhook) -> Call<Webhook>;

    /// Reads a subscription.
    #[endpoint(GET, "/webhooks/{webhook_id}", signed, scope = ["webhooks:read", "webhooks:admin"])]
    fn get_webhook(&self, webhook_id: WebhookId) -> Call<Webhook>;

    /// Changes a subscription, for example to enable it.
    #[endpoint(PATCH, "/webhooks/{webhook_id}", signed)]
    fn update_webhook(&self, webhook_id: WebhookId, body: &UpdateWebhook) -> Call<Webhook>;

    /// Deletes a subscription, with all events that it has not sent yet.
    #[endpoint(DELETE, "/webhooks/{webhook_id}", signed)]
    fn delete_webhook(&self, webhook_id: WebhookId) -> Call<()>;

    /// Sends a test event, which has no meaning.
    #[endpoint(POST, "/webhooks/{webhook_id}/test", signed)]
    fn test_webhook(&self, webhook_id: WebhookId) -> Call<()>;
}

/// The order and the page of a list of subscriptions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListWebhooks {
    /// The field to sort by: `created_at` (the default), `updated_at`, `title`, `url` or `enabled`.
    pub sort: Option<String>,
    /// `ASC` (the default) or `DESC`.
    pub order: Option<String>,
    /// The number of subscriptions before this page.
    pub offset: Option<u64>,
    /// The size of a page: 100 by default, at most 1000.
    pub limit: Option<u64>,
}

/// The request body of a new subscription.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateWebhook {
    /// Your name for it, of at most 100 characters.
    pub title: String,
    /// The URL to send events to, of at most 1000 characters.
    pub url: String,
    /// The categories of events, such as `USER`; `ALL` by default.
    ///
    /// A type declared with [`events!`](crate::events) lists its own with `categories()`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub types: Option<Vec<String>>,
    /// The categories to exclude from `ALL`.
    #[serde(rename = "exclude_type", default, skip_serializing_if = "Option::is_none")]
    pub excluded_types: Option<Vec<String>>,
    /// How events are put into batches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<WebhookConfig>,
}

/// The request body of a change. What is `None` stays unchanged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateWebhook {
    /// Your name for it, of at most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The URL to send events to, of at most 1000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The categories of events.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub types: Option<Vec<String>>,
    /// The categories to exclude from `ALL`.
    #[serde(rename = "exclude_type", default, skip_serializing_if = "Option::is_none")]
    pub excluded_types: Option<Vec<String>>,
    /// How events are put into batches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<WebhookConfig>,
    /// Whether events are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// A subscription, as returned by the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Your name for it.
    pub title: String,
    /// The URL that events are sent to.
    pub url: String,
    /// The categories of events.
    #[serde(rename = "type", default, deserialize_with = "null_as_default")]
    pub types: Vec<String>,
    /// The categories that are excluded from `ALL`. Older versions of the API do not return them.
    #[serde(
        rename = "exclude_type",
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub excluded_types: Vec<String>,
    /// How events are put into batches.
    #[serde(default, deserialize_with = "null_as_default")]
    pub config: WebhookConfig,
    /// Whether events are sent.
    pub enabled: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Webhook {
    /// Creates a subscription as the API returns a new one, for fakes and tests.
    ///
    /// It has no categories and is not enabled, and `updated_at` is `created_at`. Set other fields
    /// afterwards.
    #[must_use]
    pub fn new(
        id: WebhookId,
        title: impl Into<String>,
        url: impl Into<String>,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            title: title.into(),
            url: url.into(),
            types: Vec::new(),
            excluded_types: Vec::new(),
            config: WebhookConfig::default(),
            enabled: false,
            created_at,
            updated_at: created_at,
        }
    }
}

/// How events are put into batches, which Upvest calls packages.
///
/// A batch is sent when its first event has waited for `delay`, or when the batch is full. The API
/// chooses the values that are left out: 5 seconds and 10,240 bytes in the examples of its
/// documentation, and in the local sandbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookConfig {
    /// The longest time to collect events.
    ///
    /// A test that waits for an event may have to wait this long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<BatchDelay>,
    /// The largest size of a batch: 100 to 1,048,576 bytes.
    ///
    /// Every event is larger than 100 bytes, so with 100 each event is sent at once and alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_package_size: Option<u32>,
}

/// How long events are collected: 1 to 99 seconds or minutes, as in `5s`.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use upvest_core::webhook::BatchDelay;
///
/// let delay: BatchDelay = "5s".parse()?;
/// assert_eq!(delay.duration(), Duration::from_secs(5));
/// # Ok::<(), upvest_core::InvalidValue>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BatchDelay {
    number: u8,
    is_minutes: bool,
}

impl BatchDelay {
    /// Returns the delay as a duration.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::from_secs(u64::from(self.number) * if self.is_minutes { 60 } else { 1 })
    }
}

impl FromStr for BatchDelay {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let invalid = || {
            InvalidValue::new("delay", text, "expected 1 to 99 seconds or minutes, as in 5s or 1m")
        };
        let (digits, is_minutes) = match (text.strip_suffix('s'), text.strip_suffix('m')) {
            (Some(digits), _) => (digits, false),
            (_, Some(digits)) => (digits, true),
            _ => return Err(invalid()),
        };
        let number: u8 = digits.parse().map_err(|_| invalid())?;
        // `+5` and `05` parse as numbers, but are not valid in the API.
        if (1..=99).contains(&number) && number.to_string() == digits {
            Ok(Self { number, is_minutes })
        } else {
            Err(invalid())
        }
    }
}

impl fmt::Display for BatchDelay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.number, if self.is_minutes { 'm' } else { 's' })
    }
}

impl Serialize for BatchDelay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BatchDelay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::BatchDelay;

    #[test]
    fn a_delay_is_written_as_it_is_read() {
        for text in ["1s", "5s", "99s", "1m", "99m"] {
            assert_eq!(text.parse::<BatchDelay>().unwrap().to_string(), text);
        }
        for text in ["", "s", "0s", "05s", "+5s", "100s", "5", "5h", "5 s", "-1m", "5sm"] {
            assert!(text.parse::<BatchDelay>().is_err(), "{text}");
        }
    }
}
