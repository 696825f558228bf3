//! `Webhooks`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use upvest_core::{Call, Page, Timestamp, Uuid, api, id, null_as_default, open_enum};

/// The endpoints of `Webhooks`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "webhooks:admin")]
pub trait Webhooks: Send + Sync {
    /// Calls the operation `get_jwks`. The status of a success is 200.
    #[endpoint(GET, "/auth/verify_keys", signed, scope = ["webhooks:read", "webhooks:admin"])]
    fn get_jwks(&self) -> Call<VerificationKeys>;

    /// Calls the operation `list_webhooks`. The status of a success is 200.
    #[endpoint(GET, "/webhooks", signed, scope = ["webhooks:read", "webhooks:admin"])]
    fn list_webhooks(&self, query: &ListWebhooks) -> Call<Page<Webhook>>;

    /// Calls the operation `create_webhook`. The status of a success is 201.
    #[endpoint(POST, "/webhooks", signed)]
    fn create_webhook(&self, body: &CreateWebhook) -> Call<Webhook>;

    /// Calls the operation `retrieve_webhook`. The status of a success is 200.
    #[endpoint(GET, "/webhooks/{webhook_id}", signed, scope = ["webhooks:read", "webhooks:admin"])]
    fn retrieve_webhook(&self, webhook_id: WebhookId) -> Call<Webhook>;

    /// Calls the operation `delete_webhook`. The status of a success is 204.
    #[endpoint(DELETE, "/webhooks/{webhook_id}", signed)]
    fn delete_webhook(&self, webhook_id: WebhookId) -> Call<()>;

    /// Calls the operation `update_webhook`. The status of a success is 200.
    #[endpoint(PATCH, "/webhooks/{webhook_id}", signed)]
    fn update_webhook(&self, webhook_id: WebhookId, body: &UpdateWebhook) -> Call<Webhook>;

    /// Calls the operation `test_webhook`. The status of a success is 202.
    #[endpoint(POST, "/webhooks/{webhook_id}/test", signed)]
    fn test_webhook(&self, webhook_id: WebhookId) -> Call<()>;
}

/// The query of `list_webhooks`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListWebhooks {
    /// One of the values of [`SortWebhooks`]. Default: `created_at`.
    pub sort: Option<SortWebhooks>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
}

/// A response of `get_jwks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VerificationKeys {
    /// A list; each item: see [`VerificationKey`].
    #[serde(deserialize_with = "null_as_default")]
    pub keys: Vec<VerificationKey>,
}

impl VerificationKeys {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(keys: Vec<VerificationKey>) -> Self {
        Self { keys }
    }
}

/// An item of the field `keys` of [`VerificationKeys`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VerificationKey {
    /// A UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kid: Option<Uuid>,
    /// `EC`. Default: `EC`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kty: Option<KeyType>,
    /// `P-521`. Default: `P-521`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crv: Option<KeyCurve>,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
}

/// An item of a response of `list_webhooks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Webhook {
    /// A UUID.
    pub id: WebhookId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A text of at most 100 characters.
    pub title: String,
    /// A text of at most 1000 characters, format `url`.
    pub url: String,
    /// True or false.
    pub enabled: bool,
    /// A list; each item: one of the values of [`WebhookType`].
    #[serde(deserialize_with = "null_as_default")]
    pub r#type: Vec<WebhookType>,
    /// See [`WebhookConfig`].
    pub config: WebhookConfig,
}

impl Webhook {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub fn new(
        id: WebhookId,
        created_at: Timestamp,
        updated_at: Timestamp,
        title: impl Into<String>,
        url: impl Into<String>,
        enabled: bool,
        r#type: Vec<WebhookType>,
        config: WebhookConfig,
    ) -> Self {
        Self {
            id,
            created_at,
            updated_at,
            title: title.into(),
            url: url.into(),
            enabled,
            r#type,
            config,
        }
    }
}

/// The field `config` of [`Webhook`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookConfig {
    /// A text, `^[1-9][0-9]?[sm]$`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<String>,
    /// A whole number, from 100 to 1048576.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_package_size: Option<u32>,
}

/// The request body of `create_webhook`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateWebhook {
    /// A text of at most 100 characters.
    pub title: String,
    /// A text of at most 1000 characters, format `url`.
    pub url: String,
    /// A list; each item: one of the values of [`WebhookType`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#type: Option<Vec<WebhookType>>,
    /// See [`WebhookConfig`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<WebhookConfig>,
}

impl CreateWebhook {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub fn new(title: impl Into<String>, url: impl Into<String>) -> Self {
        Self { title: title.into(), url: url.into(), r#type: None, config: None }
    }
}

/// The request body of `update_webhook`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateWebhook {
    /// A text of at most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A text of at most 1000 characters, format `url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// True or false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// A list; each item: one of the values of [`WebhookType`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#type: Option<Vec<WebhookType>>,
    /// See [`WebhookConfig`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<WebhookConfig>,
}

open_enum! {
    /// The field `kty` of [`VerificationKey`].
    pub enum KeyType {
        /// `EC`.
        Ec = "EC",
    }
}

open_enum! {
    /// The field `crv` of [`VerificationKey`].
    pub enum KeyCurve {
        /// `P-521`.
        P521 = "P-521",
    }
}

open_enum! {
    /// The parameter `sort` of `list_webhooks`.
    pub enum SortWebhooks {
        /// `created_at`.
        CreatedAt = "created_at",
        /// `updated_at`.
        UpdatedAt = "updated_at",
        /// `title`.
        Title = "title",
        /// `url`.
        Url = "url",
        /// `enabled`.
        Enabled = "enabled",
    }
}

open_enum! {
    /// The parameter `order` of `list_webhooks`.
    pub enum SortOrder {
        /// `ASC`.
        Asc = "ASC",
        /// `DESC`.
        Desc = "DESC",
    }
}

open_enum! {
    /// An item of the field `type` of [`Webhook`].
    pub enum WebhookType {
        /// `ALL`.
        All = "ALL",
        /// `USER`.
        User = "USER",
        /// `USER_CHECK`.
        UserCheck = "USER_CHECK",
        /// `ORDER`.
        Order = "ORDER",
        /// `ORDER_CANCELLATION`.
        OrderCancellation = "ORDER_CANCELLATION",
        /// `EXECUTION`.
        Execution = "EXECUTION",
        /// `POSITION`.
        Position = "POSITION",
        /// `CASH_BALANCE`.
        CashBalance = "CASH_BALANCE",
        /// `ACCOUNT`.
        Account = "ACCOUNT",
        /// `ACCOUNT_GROUP`.
        AccountGroup = "ACCOUNT_GROUP",
        /// `REPORT`.
        Report = "REPORT",
        /// `TREASURY_REPORT`.
        TreasuryReport = "TREASURY_REPORT",
        /// `DIRECT_DEBIT`.
        DirectDebit = "DIRECT_DEBIT",
        /// `WITHDRAWAL`.
        Withdrawal = "WITHDRAWAL",
        /// `PORTFOLIO`.
        Portfolio = "PORTFOLIO",
        /// `PORTFOLIO_ALLOCATION`.
        PortfolioAllocation = "PORTFOLIO_ALLOCATION",
        /// `PORTFOLIO_ORDER`.
        PortfolioOrder = "PORTFOLIO_ORDER",
        /// `CORPORATE_ACTION`.
        CorporateAction = "CORPORATE_ACTION",
        /// `ACCOUNT_VALUATION`.
        AccountValuation = "ACCOUNT_VALUATION",
        /// `INTRADAY_ACCOUNT_VALUATION`.
        IntradayAccountValuation = "INTRADAY_ACCOUNT_VALUATION",
        /// `CASH_TRANSACTION`.
        CashTransaction = "CASH_TRANSACTION",
        /// `SECURITY_TRANSACTION`.
        SecurityTransaction = "SECURITY_TRANSACTION",
        /// `ACCOUNT_LIQUIDATION`.
        AccountLiquidation = "ACCOUNT_LIQUIDATION",
        /// `ACCOUNT_RETURNS`.
        AccountReturns = "ACCOUNT_RETURNS",
        /// `VIRTUAL_CASH_INCREASE`.
        VirtualCashIncrease = "VIRTUAL_CASH_INCREASE",
        /// `VIRTUAL_CASH_DECREASE`.
        VirtualCashDecrease = "VIRTUAL_CASH_DECREASE",
        /// `FEE_COLLECTION`.
        FeeCollection = "FEE_COLLECTION",
    }
}

id! {
    /// Identifies a webhook.
    pub struct WebhookId;
}
