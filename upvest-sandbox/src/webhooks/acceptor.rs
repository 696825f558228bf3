//! The acceptor: it receives webhooks in place of a host, until a client fetches them.
//!
//! The sandbox does not listen at its URLs. It stores there what it would send.

use std::collections::BTreeMap;

use http::{HeaderMap, StatusCode};
use rusqlite::params;
use serde::Serialize;
use serde_json::json;
use upvest_core::__sandbox::Acceptor;
use upvest_core::Timestamp;

use crate::handler::{Admitted, JsonResponse};
use crate::problem::Refused;
use crate::store::{Store, Transaction};
use crate::world::World;

/// The beginning of the URL of each acceptor. No such host can exist (RFC 2606).
const URL: &str = "https://events-acceptor.invalid/";
/// How many acceptors may be open. The oldest one is closed first: a client that was killed closes
/// none.
const MOST_OPEN: i64 = 20;
/// How many webhooks an acceptor stores. More are rejected, and sent again later.
const MOST_STORED: u32 = 1_000;
/// How many webhooks one response contains, so that it stays below the limit of clients.
const MOST_AT_ONCE: u32 = 100;

pub(crate) fn acceptor_health(_: &World, _: &Admitted<'_>) -> Result<JsonResponse, Refused> {
    JsonResponse::new(StatusCode::OK, &json!({}))
}

pub(crate) fn open_acceptor(
    world: &World,
    request: &Admitted<'_>,
) -> Result<JsonResponse, Refused> {
    if serde_json::from_slice::<serde::de::IgnoredAny>(request.body).is_err() {
        return Err(Refused::invalid_request("The body is not JSON"));
    }
    let id = world.store.with(|db| {
        db.execute("INSERT INTO acceptor (id) VALUES ('')", [])?;
        let number = db.last_insert_rowid();
        let id = world.store.seed().uuid("acceptor", number.unsigned_abs()).to_string();
        db.execute("UPDATE acceptor SET id = ?2 WHERE number = ?1", params![number, id])?;
        db.execute("DELETE FROM acceptor WHERE number <= ?1", [number - MOST_OPEN])?;
        let unwanted = "DELETE FROM accepted WHERE acceptor NOT IN (SELECT id FROM acceptor)";
        db.execute(unwanted, [])?;
        Ok(id)
    })?;
    let url = [URL, &id].concat();
    JsonResponse::new(StatusCode::CREATED, &Acceptor { id, url })
}

pub(crate) fn accepted_webhooks(
    world: &World,
    request: &Admitted<'_>,
) -> Result<JsonResponse, Refused> {
    let mut may_wait = false;
    let accepted = world.store.transaction(|db| {
        let id = known(db, request)?;
        // The client of an older request has given it up: it must not take webhooks any more.
        if !world.newest_fetches.is_newest(id, request.number) {
            return Ok(Vec::new());
        }
        may_wait = true;
        let query = "SELECT number, headers, payload, created FROM accepted
                     WHERE acceptor = ?1 ORDER BY number LIMIT ?2";
        let mut query = db.prepare_cached(query)?;
        let rows = query.query_map(params![id, MOST_AT_ONCE], |row| {
            Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?)))
        })?;
        let mut accepted = Vec::new();
        for row in rows {
            let (number, row): (i64, _) = row?;
            accepted.push(Accepted::new(row)?);
            db.prepare_cached("DELETE FROM accepted WHERE number = ?1")?.execute([number])?;
        }
        Ok(accepted)
    })?;
    let mut response = JsonResponse::new(StatusCode::OK, &accepted)?;
    response.may_wait = may_wait && accepted.is_empty();
    Ok(response)
}

pub(crate) fn close_acceptor(
    world: &World,
    request: &Admitted<'_>,
) -> Result<JsonResponse, Refused> {
    world.store.with(|db| {
        let id = known(db, request)?;
        db.execute("DELETE FROM accepted WHERE acceptor = ?1", [id])?;
        db.execute("DELETE FROM acceptor WHERE id = ?1", [id])?;
        Ok(())
    })?;
    // A request that waits for its webhooks ends.
    world.store.deliveries_changed();
    Ok(JsonResponse::without_body(StatusCode::NO_CONTENT))
}

/// Returns the id in the path, if the acceptor is open.
fn known<'r>(db: &Transaction<'_>, request: &'r Admitted<'_>) -> Result<&'r str, Refused> {
    let id = request.params.first().map(String::as_str).unwrap_or_default();
    if is_open(db, id)? { Ok(id) } else { Err(Refused::not_found("The acceptor is not open")) }
}

fn is_open(db: &Transaction<'_>, id: &str) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM acceptor WHERE id = ?1")?.exists([id])
}

/// A webhook as it is fetched.
#[derive(Serialize)]
struct Accepted {
    headers: BTreeMap<String, Vec<String>>,
    payload: String,
    created_at: Timestamp,
}

impl Accepted {
    fn new((headers, payload, created): (String, String, i64)) -> Result<Self, Refused> {
        let damaged = || Refused::internal("an accepted webhook in the state cannot be read");
        Ok(Self {
            headers: serde_json::from_str(&headers).map_err(|_| damaged())?,
            payload,
            created_at: Timestamp::from_unix_seconds(created).map_err(|_| damaged())?,
        })
    }
}

/// Returns the id of the acceptor at this URL.
pub(super) fn id_at(url: &str) -> Option<&str> {
    url.strip_prefix(URL)
}

impl Store {
    /// Stores a webhook for a client to fetch. Returns the status of the acceptor.
    pub(super) fn accept(
        &self,
        id: &str,
        headers: &HeaderMap,
        payload: &[u8],
        now: Timestamp,
    ) -> Result<StatusCode, Refused> {
        let mut values: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, value) in headers {
            values.entry(name.as_str()).or_default().extend(value.to_str());
        }
        let headers = serde_json::to_string(&values)
            .map_err(|_| Refused::internal("the headers of a webhook cannot be written"))?;
        let payload = String::from_utf8_lossy(payload);
        self.transaction(|db| {
            if !is_open(db, id)? {
                return Ok(StatusCode::NOT_FOUND);
            }
            let count = "SELECT count(*) FROM accepted WHERE acceptor = ?1";
            let stored: u32 = db.query_row(count, [id], |row| row.get(0))?;
            if stored >= MOST_STORED {
                return Ok(StatusCode::TOO_MANY_REQUESTS);
            }
            let insert = "INSERT INTO accepted (acceptor, headers, payload, created)
                          VALUES (?1, ?2, ?3, ?4)";
            db.execute(insert, params![id, headers, payload, now.unix_seconds()])?;
            Ok(StatusCode::OK)
        })
    }
}
