//! The webhook endpoints: create, list, read, change, delete and test subscriptions, list the keys.

use http::{StatusCode, Uri};
use rusqlite::params;
use serde_json::{Value, json};
use upvest_core::Page;
use upvest_core::webhook::{BatchDelay, VerificationKeySet, Webhook};
use url::Url;
use uuid::Uuid;

use super::queue::{Batch, write};
use super::subscriptions::{WEBHOOK, known, webhook};
use crate::body::{Fields, not_filled};
use crate::handler::{Admitted, JsonResponse};
use crate::problem::Refused;
use crate::settings::{Settings, Spec};
use crate::world::World;

/// As in the examples of Upvest's documentation.
const DELAY: &str = "5s";
const PACKAGE_SIZE: u32 = 10_240;
const MOST_SKIPPED: u32 = 2_147_483_647;
const LONGEST_TITLE: usize = 100;
const LONGEST_URL: usize = 1000;
const PACKAGE_SIZES: std::ops::RangeInclusive<u64> = 100..=1_048_576;

/// The categories of version 1.9.0; later versions have more.
const CATEGORIES: [&str; 27] = [
    "ALL",
    "USER",
    "USER_CHECK",
    "ORDER",
    "ORDER_CANCELLATION",
    "EXECUTION",
    "POSITION",
    "CASH_BALANCE",
    "ACCOUNT",
    "ACCOUNT_GROUP",
    "REPORT",
    "TREASURY_REPORT",
    "DIRECT_DEBIT",
    "WITHDRAWAL",
    "PORTFOLIO",
    "PORTFOLIO_ALLOCATION",
    "PORTFOLIO_ORDER",
    "CORPORATE_ACTION",
    "ACCOUNT_VALUATION",
    "INTRADAY_ACCOUNT_VALUATION",
    "CASH_TRANSACTION",
    "SECURITY_TRANSACTION",
    "ACCOUNT_LIQUIDATION",
    "ACCOUNT_RETURNS",
    "VIRTUAL_CASH_INCREASE",
    "VIRTUAL_CASH_DECREASE",
    "FEE_COLLECTION",
];

/// What a body may set; `None` if the body does not have the field.
#[derive(Default)]
struct Wanted {
    title: Option<String>,
    url: Option<String>,
    types: Option<Vec<String>>,
    excluded_types: Option<Vec<String>>,
    delay: Option<BatchDelay>,
    max_package_size: Option<u32>,
    enabled: Option<bool>,
}

pub(crate) fn create_webhook(
    world: &World,
    request: &Admitted<'_>,
) -> Result<JsonResponse, Refused> {
    let wanted = Wanted::read(request.body, &world.settings, false)?;
    let title = wanted.title.ok_or_else(|| not_filled("title"))?;
    let url = wanted.url.ok_or_else(|| not_filled("url"))?;
    let types = wanted.types.unwrap_or_else(|| vec!["ALL".to_owned()]);
    let excluded = wanted.excluded_types.unwrap_or_default();
    let delay = wanted.delay.map_or_else(|| DELAY.to_owned(), |delay| delay.to_string());
    let size = wanted.max_package_size.unwrap_or(PACKAGE_SIZE);
    let at = request.now.unix_seconds();
    let webhook = world.store.with(|db| {
        // As with operations, the id is made from the number of the row.
        let insert = "INSERT INTO webhook
            (id, title, url, types, excluded, delay, max_package_size, enabled, created, updated)
            VALUES ('', ?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?7)";
        db.execute(insert, params![title, url, list(&types), list(&excluded), delay, size, at])?;
        let number = db.last_insert_rowid();
        let id = world.store.seed().uuid("webhook", number.unsigned_abs());
        db.execute(
            "UPDATE webhook SET id = ?2 WHERE number = ?1",
            params![number, id.to_string()],
        )?;
        known(db, &id.to_string())
    })?;
    JsonResponse::new(StatusCode::CREATED, &webhook)
}

pub(crate) fn get_webhook(world: &World, request: &Admitted<'_>) -> Result<JsonResponse, Refused> {
    JsonResponse::new(StatusCode::OK, &world.store.with(|db| known(db, &id_of(request)?))?)
}

pub(crate) fn update_webhook(
    world: &World,
    request: &Admitted<'_>,
) -> Result<JsonResponse, Refused> {
    let wanted = Wanted::read(request.body, &world.settings, true)?;
    let webhook = world.store.with(|db| {
        let id = id_of(request)?;
        known(db, &id)?;
        let update = "UPDATE webhook SET title = coalesce(?2, title), url = coalesce(?3, url),
            types = coalesce(?4, types), excluded = coalesce(?5, excluded),
            delay = coalesce(?6, delay), max_package_size = coalesce(?7, max_package_size),
            enabled = coalesce(?8, enabled), updated = ?9 WHERE id = ?1";
        db.execute(
            update,
            params![
                id,
                wanted.title,
                wanted.url,
                wanted.types.as_deref().map(list),
                wanted.excluded_types.as_deref().map(list),
                wanted.delay.map(|delay| delay.to_string()),
                wanted.max_package_size,
                wanted.enabled,
                request.now.unix_seconds(),
            ],
        )?;
        known(db, &id)
    })?;
    world.store.update_has_webhooks()?;
    JsonResponse::new(StatusCode::OK, &webhook)
}

pub(crate) fn delete_webhook(
    world: &World,
    request: &Admitted<'_>,
) -> Result<JsonResponse, Refused> {
    world.store.with(|db| {
        let id = id_of(request)?;
        known(db, &id)?;
        for table in ["pending", "delivery"] {
            db.execute(&format!("DELETE FROM {table} WHERE webhook = ?1"), [&id])?;
        }
        let unwanted = "DELETE FROM event WHERE number NOT IN (SELECT event FROM pending)";
        db.execute(unwanted, [])?;
        db.execute("DELETE FROM webhook WHERE id = ?1", [&id])?;
        Ok(())
    })?;
    world.store.update_has_webhooks()?;
    Ok(JsonResponse::without_body(StatusCode::NO_CONTENT))
}

pub(crate) fn test_webhook(world: &World, request: &Admitted<'_>) -> Result<JsonResponse, Refused> {
    let at = request.now.unix_seconds();
    world.store.with(|db| {
        let webhook = known(db, &id_of(request)?)?;
        let number = write(db, "WEBHOOK.TEST", &webhook, at)?;
        let query = "SELECT number, created, type, object FROM event WHERE number = ?1";
        let event =
            db.query_row(query, [number], |row| Ok(world.store.event_json(row, webhook.id)))??;
        db.execute("DELETE FROM event WHERE number = ?1", [number])?;
        let body = format!(r#"{{"payload":[{event}]}}"#);
        let id = webhook.id.to_string();
        Batch { webhook: &id, body: &body, events: 1, is_queued: false }.write(db, at)
    })?;
    world.store.update_has_webhooks()?;
    Ok(JsonResponse::without_body(StatusCode::ACCEPTED))
}

pub(crate) fn list_webhooks(
    world: &World,
    request: &Admitted<'_>,
) -> Result<JsonResponse, Refused> {
    let ListQuery { sort, order, offset, limit } = ListQuery::read(request.query)?;
    let (webhooks, total) = world.store.with(|db| {
        let query = format!(
            "{WEBHOOK} ORDER BY {sort} {order}, number {order} LIMIT {limit} OFFSET {offset}"
        );
        let mut query = db.prepare(&query)?;
        let rows = query.query_map([], |row| Ok(webhook(row)))?;
        let webhooks: Vec<Webhook> = rows.map(|row| row?).collect::<Result<_, Refused>>()?;
        let total: u32 = db.query_row("SELECT count(*) FROM webhook", [], |row| row.get(0))?;
        Ok((webhooks, total.into()))
    })?;
    let mut page = Page::of(webhooks);
    page.meta.total_count = total;
    (page.meta.offset, page.meta.limit) = (offset, limit);
    (page.meta.sort, page.meta.order) = (Some(sort), Some(order));
    JsonResponse::new(StatusCode::OK, &page)
}

/// The order and the page of a list of subscriptions.
struct ListQuery {
    sort: String,
    order: String,
    offset: u64,
    limit: u64,
}

impl ListQuery {
    fn read(query: &str) -> Result<Self, Refused> {
        let mut read =
            Self { sort: "created_at".into(), order: "ASC".into(), offset: 0, limit: 100 };
        let fields: Vec<(String, String)> = serde_urlencoded::from_str(query)
            .map_err(|_| Refused::invalid_request("The query cannot be parsed"))?;
        for (name, value) in fields {
            let invalid =
                |what: &str| Refused::invalid_request(format!("{name}: it must be {what}"));
            // The maximum in the API description of 1.9.0.
            let number = || value.parse::<u32>().ok().filter(|number| *number <= MOST_SKIPPED);
            match name.as_str() {
                "sort"
                    if ["created_at", "updated_at", "title", "url", "enabled"]
                        .contains(&value.as_str()) =>
                {
                    read.sort = value;
                }
                "sort" => return Err(invalid("created_at, updated_at, title, url or enabled")),
                "order" if ["ASC", "DESC"].contains(&value.as_str()) => read.order = value,
                "order" => return Err(invalid("ASC or DESC")),
                // An empty value is ignored.
                "offset" | "limit" if value.is_empty() => {}
                "offset" => read.offset = number().ok_or_else(|| invalid("a number"))?.into(),
                "limit" => {
                    let limit = number().filter(|limit| *limit <= 1000);
                    read.limit = limit.ok_or_else(|| invalid("0 to 1000"))?.into();
                }
                _ => {}
            }
        }
        Ok(read)
    }
}

impl Wanted {
    fn read(body: &[u8], settings: &Settings, is_change: bool) -> Result<Self, Refused> {
        let mut names = vec!["title", "url", "type", "config"];
        names.extend((settings.spec == Spec::Latest).then_some("exclude_type"));
        names.extend(is_change.then_some("enabled"));
        let body = Fields::read(body, settings, &names)?;
        let invalid = |detail: &str| Err(Refused::invalid_request(detail));
        let mut wanted = Self {
            title: body.text("title")?.map(str::to_owned),
            url: body.text("url")?.map(str::to_owned),
            types: categories(&body, "type", settings)?,
            excluded_types: categories(&body, "exclude_type", settings)?,
            ..Self::default()
        };
        if wanted.title.as_ref().is_some_and(|title| title.chars().count() > LONGEST_TITLE) {
            return invalid("title: it is longer than 100 characters");
        }
        if let Some(url) = &wanted.url {
            let is_web = |url: &Url| {
                let scheme = url.scheme();
                ["http", "https"].contains(&scheme) && Uri::try_from(url.as_str()).is_ok()
            };
            if url.chars().count() > LONGEST_URL {
                return invalid("url: it is longer than 1000 characters");
            }
            if !Url::parse(url).is_ok_and(|url| is_web(&url)) {
                return invalid("url: it must be a URL with http or https");
            }
        }
        match body.get("enabled")? {
            None => {}
            Some(Value::Bool(enabled)) => wanted.enabled = Some(*enabled),
            Some(_) => return invalid("enabled: it must be true or false"),
        }
        match body.get("config")? {
            None => {}
            Some(Value::Object(config)) => {
                if let Some(delay) = config.get("delay") {
                    let delay = delay.as_str().and_then(|delay| delay.parse().ok());
                    let wrong = "config.delay: it does not match ^[1-9][0-9]?[sm]$";
                    wanted.delay = Some(delay.ok_or_else(|| Refused::invalid_request(wrong))?);
                }
                if let Some(size) = config.get("max_package_size") {
                    let size = size.as_u64().filter(|size| PACKAGE_SIZES.contains(size));
                    let wrong = "config.max_package_size: it must be 100 to 1048576";
                    let size = size.and_then(|size| u32::try_from(size).ok());
                    wanted.max_package_size =
                        Some(size.ok_or_else(|| Refused::invalid_request(wrong))?);
                }
            }
            Some(_) => return invalid("config: it must be an object"),
        }
        Ok(wanted)
    }
}

fn categories(
    body: &Fields,
    name: &str,
    settings: &Settings,
) -> Result<Option<Vec<String>>, Refused> {
    let wrong = || {
        Refused::invalid_request(format!("{name}: it must be an array of categories, such as USER"))
    };
    let not_a_category = |text: &str| {
        let detail = format!("{name}: {text:?} is not a category of events, such as USER");
        Refused::invalid_request(detail)
    };
    // The full list of the newest version is not known: anything that looks like a category is one.
    let looks_right = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    };
    let is_one = |text: &str| match settings.spec {
        Spec::V1_9 => CATEGORIES.contains(&text),
        Spec::Latest => looks_right(text),
    };
    let Some(value) = body.get(name)? else { return Ok(None) };
    let values = value.as_array().ok_or_else(wrong)?.iter();
    let texts = values.map(|value| {
        let text = value.as_str().ok_or_else(wrong)?;
        if is_one(text) { Ok(text.to_owned()) } else { Err(not_a_category(text)) }
    });
    texts.collect::<Result<_, Refused>>().map(Some)
}

fn list(texts: &[String]) -> String {
    json!(texts).to_string()
}

/// Returns the id in the path, in its stored form.
fn id_of(request: &Admitted<'_>) -> Result<String, Refused> {
    let id = request.params.first().and_then(|id| Uuid::try_parse(id).ok());
    id.map(|id| id.to_string()).ok_or_else(unknown)
}

fn unknown() -> Refused {
    Refused::not_found("There is no such webhook")
}

/// Responds with the keys that webhooks are signed with.
pub(crate) fn verification_keys(world: &World, _: &Admitted<'_>) -> Result<JsonResponse, Refused> {
    let set = VerificationKeySet::new(world.webhook_keys.listed()?);
    JsonResponse::new(StatusCode::OK, &set)
}
