//! The subscriptions in the state.

use rusqlite::{OptionalExtension as _, Row};
use serde_json::{Value, json};
use upvest_core::Timestamp;
use upvest_core::webhook::{Webhook, WebhookConfig};

use crate::problem::Refused;
use crate::store::{Store, Transaction};

pub(super) const WEBHOOK: &str =
    "SELECT id, title, url, types, excluded, delay, max_package_size, enabled,
    created AS created_at, updated AS updated_at FROM webhook";

/// Returns the subscription with this id.
pub(super) fn known(db: &Transaction<'_>, id: &str) -> Result<Webhook, Refused> {
    let mut query = db.prepare_cached(&format!("{WEBHOOK} WHERE id = ?1"))?;
    query
        .query_row([id], |row| Ok(webhook(row)))
        .optional()?
        .ok_or_else(|| Refused::not_found("There is no such webhook"))?
}

/// Returns the enabled subscriptions, oldest first.
pub(super) fn enabled(db: &Transaction<'_>) -> Result<Vec<Webhook>, Refused> {
    let mut query = db.prepare_cached(&format!("{WEBHOOK} WHERE enabled ORDER BY number"))?;
    query.query_map([], |row| Ok(webhook(row)))?.map(|row| row?).collect()
}

pub(super) fn webhook(row: &Row<'_>) -> Result<Webhook, Refused> {
    let texts = |index| {
        let text: String = row.get(index)?;
        serde_json::from_str::<Value>(&text).map_err(|_| damaged())
    };
    let time = |index| Timestamp::from_unix_seconds(row.get(index)?).map_err(|_| damaged());
    let config = WebhookConfig {
        delay: Some(row.get::<_, String>(5)?.parse().map_err(|_| damaged())?),
        max_package_size: Some(row.get(6)?),
    };
    // Made from JSON, because the type may gain fields.
    let webhook = json!({
        "id": row.get::<_, String>(0)?,
        "title": row.get::<_, String>(1)?,
        "url": row.get::<_, String>(2)?,
        "type": texts(3)?,
        "exclude_type": texts(4)?,
        "config": config,
        "enabled": row.get::<_, bool>(7)?,
        "created_at": time(8)?,
        "updated_at": time(9)?,
    });
    serde_json::from_value(webhook).map_err(|_| damaged())
}

fn damaged() -> Refused {
    Refused::internal("a webhook in the state cannot be read")
}

impl Store {
    /// Returns the subscriptions, oldest first.
    pub(super) fn subscriptions(&self, most: u32) -> Result<Vec<Webhook>, Refused> {
        self.transaction(|db| {
            let mut query = db.prepare_cached(&format!("{WEBHOOK} ORDER BY number LIMIT ?1"))?;
            query.query_map([most], |row| Ok(webhook(row)))?.map(|row| row?).collect()
        })
    }

    /// Checks whether there are subscriptions, so that the webhook sender must be notified of
    /// changes.
    pub(crate) fn update_has_webhooks(&self) -> Result<(), Refused> {
        self.transaction(|db| {
            // Inside the transaction, before another change.
            self.set_has_webhooks(db.prepare_cached("SELECT 1 FROM webhook")?.exists([])?);
            Ok(())
        })?;
        self.deliveries_changed();
        Ok(())
    }
}
