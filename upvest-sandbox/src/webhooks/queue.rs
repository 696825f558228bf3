//! The queue: events, the batches that they are put into, and when each batch is due. Upvest calls
//! a batch a package.
//!
//! An event is written in the transaction that moves the money. It waits (`pending`) in every
//! subscription that wants it, until it is put into a batch (`delivery`) that is never changed
//! again. The batches of a subscription are a queue: a batch that fails blocks all batches after
//! it. Outside the queue are batches that a fault has held back, and batches with a single attempt:
//! tests and copies.

use rusqlite::{OptionalExtension as _, Row, params};
use serde::Serialize;
use serde_json::value::RawValue;
use upvest_core::Timestamp;
use upvest_core::webhook::{Webhook, WebhookId};

use super::subscriptions;
use crate::problem::Refused;
use crate::store::{Store, Transaction};

/// The longest pause before the next attempt, in seconds.
const LONGEST_PAUSE: i64 = 600;
/// How many batches remain stored after they were delivered.
const MOST_DELIVERED: i64 = 200;

/// A batch of events, and the state of its delivery. Upvest calls a batch a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WebhookDelivery {
    /// The number of the batch, counted from 1.
    pub number: u64,
    /// The subscription that it is for.
    pub webhook_id: WebhookId,
    /// The current URL of the subscription.
    pub url: String,
    /// The number of events in it.
    pub events: u32,
    /// Its body, as it is sent.
    pub body: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// The number of attempts so far.
    pub attempts: u32,
    /// The response to the last attempt, or why there was none.
    pub last: Option<String>,
    /// When the next attempt is due.
    ///
    /// `None` if there is none: the batch was delivered, or it was a test or a copy and was
    /// attempted.
    pub due_at: Option<Timestamp>,
    /// Whether it was delivered.
    pub is_delivered: bool,
}

/// A batch that is due.
pub(super) struct Due {
    pub(super) number: i64,
    pub(super) url: String,
    pub(super) body: String,
    pub(super) is_queued: bool,
    /// Whether it has a single attempt: a test or a copy.
    pub(super) is_single: bool,
    /// The headers of its signature, if it was sent before.
    pub(super) signed: Option<String>,
}

/// The work to do.
#[derive(Default)]
pub(super) struct Work {
    pub(super) due: Vec<Due>,
    /// Whether there will be more work after some time.
    pub(super) is_waiting: bool,
}

/// The result of a delivery attempt.
pub(super) enum Tried {
    Delivered {
        response: String,
        with_copy: bool,
    },
    Failed(String),
    /// A fault holds it back, so that the next ones overtake it.
    HeldBack,
}

/// Stores an event for every subscription that wants it.
pub(crate) fn emit(
    db: &Transaction<'_>,
    event_type: &str,
    object: &impl Serialize,
    at: i64,
) -> Result<(), Refused> {
    let category = event_type.split('.').next().unwrap_or_default();
    let has = |list: &[String], name: &str| list.iter().any(|known| known == name);
    let wants = |webhook: &Webhook| {
        has(&webhook.types, category)
            || has(&webhook.types, "ALL") && !has(&webhook.excluded_types, category)
    };
    let mut webhooks = subscriptions::enabled(db)?;
    webhooks.retain(wants);
    if webhooks.is_empty() {
        return Ok(());
    }
    let number = write(db, event_type, object, at)?;
    for webhook in webhooks {
        let insert = "INSERT INTO pending VALUES (?1, ?2, ?3)";
        db.prepare_cached(insert)?.execute(params![webhook.id.to_string(), at, number])?;
    }
    Ok(())
}

/// Whether an event would be stored at all.
pub(crate) fn is_subscribed(db: &Transaction<'_>) -> Result<bool, Refused> {
    Ok(db.prepare_cached("SELECT 1 FROM webhook WHERE enabled")?.exists([])?)
}

pub(super) fn write(
    db: &Transaction<'_>,
    event_type: &str,
    object: &impl Serialize,
    at: i64,
) -> Result<i64, Refused> {
    let object = serde_json::to_string(object)
        .map_err(|_| Refused::internal("an event could not be written"))?;
    let insert = "INSERT INTO event (type, created, object) VALUES (?1, ?2, ?3)";
    db.prepare_cached(insert)?.execute(params![event_type, at, object])?;
    Ok(db.last_insert_rowid())
}

/// An event as it is sent. The fields are in the order of Upvest's examples.
#[derive(Serialize)]
struct EventJson {
    id: uuid::Uuid,
    created_at: Timestamp,
    #[serde(rename = "type")]
    event_type: String,
    object: Box<RawValue>,
    webhook_id: WebhookId,
}

impl Store {
    /// Returns what is due now. First advances the operations that are due, with `advance`, and
    /// makes batches.
    pub(super) fn webhook_work(
        &self,
        now: Timestamp,
        advance: impl FnOnce(&Transaction<'_>, i64) -> Result<bool, Refused>,
        is_in_flight: impl Fn(i64) -> bool,
    ) -> Result<Work, Refused> {
        let at = now.unix_seconds();
        self.transaction(|db| {
            let mut work = Work::default();
            let webhooks = subscriptions::enabled(db)?;
            if !webhooks.is_empty() {
                work.is_waiting = advance(db, at)?;
            }
            for webhook in &webhooks {
                let query = "SELECT number, due FROM delivery
                             WHERE webhook = ?1 AND is_queued AND due IS NOT NULL
                             ORDER BY number LIMIT 1";
                let id = webhook.id.to_string();
                let first: Option<(i64, i64)> = db
                    .prepare_cached(query)?
                    .query_row([&id], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?;
                let first = match first {
                    Some(first) => Some(first),
                    None => {
                        self.pack(db, webhook, at, &mut work.is_waiting)?.map(|made| (made, at))
                    }
                };
                match first {
                    Some((number, due)) if due <= at && !is_in_flight(number) => {
                        work.due.push(due_batch(db, number)?);
                    }
                    Some((number, _)) if !is_in_flight(number) => work.is_waiting = true,
                    _ => {}
                }
            }
            // `CROSS JOIN`: in this order, so that the index of what is due is used.
            let query = "SELECT delivery.number, due FROM webhook
                         CROSS JOIN delivery ON delivery.webhook = webhook.id
                         WHERE is_queued = 0 AND due IS NOT NULL AND (is_single OR enabled)
                         ORDER BY delivery.number";
            let mut query = db.prepare_cached(query)?;
            let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            for row in rows {
                let (number, due): (i64, i64) = row?;
                if due > at {
                    work.is_waiting = true;
                } else if !is_in_flight(number) {
                    work.due.push(due_batch(db, number)?);
                }
            }
            Ok(work)
        })
    }

    /// Puts pending events into a batch, if it is time. Returns the number of the batch.
    fn pack(
        &self,
        db: &Transaction<'_>,
        webhook: &Webhook,
        at: i64,
        is_waiting: &mut bool,
    ) -> Result<Option<i64>, Refused> {
        let id = webhook.id.to_string();
        let most = webhook.config.max_package_size.unwrap_or_default() as usize;
        let delay = webhook.config.delay.map_or(0, |delay| delay.duration().as_secs());
        let query = "SELECT event.number, event.created, event.type, event.object
                     FROM pending JOIN event ON event.number = pending.event
                     WHERE webhook = ?1 ORDER BY pending.created, pending.event";
        let mut query = db.prepare_cached(query)?;
        let mut rows = query.query([&id])?;
        let (mut events, mut numbers, mut length) =
            (Vec::new(), Vec::new(), r#"{"payload":[]}"#.len());
        let mut is_ready = false;
        while let Some(row) = rows.next()? {
            let (number, created): (i64, i64) = (row.get(0)?, row.get(1)?);
            let event = self.event_json(row, webhook.id)?;
            let longer = length + event.len() + usize::from(!events.is_empty());
            is_ready |= created.saturating_add_unsigned(delay) <= at || longer >= most;
            if longer > most && !events.is_empty() {
                break;
            }
            length = longer;
            events.push(event);
            numbers.push((number, created));
        }
        if events.is_empty() || !is_ready {
            *is_waiting |= !events.is_empty();
            return Ok(None);
        }
        let body = format!(r#"{{"payload":[{}]}}"#, events.join(","));
        for (number, created) in &numbers {
            let taken = "DELETE FROM pending WHERE webhook = ?1 AND created = ?2 AND event = ?3";
            db.prepare_cached(taken)?.execute(params![id, created, number])?;
            let cleanup = "DELETE FROM event WHERE number = ?1
                          AND NOT EXISTS (SELECT 1 FROM pending WHERE event = ?1)";
            db.prepare_cached(cleanup)?.execute([number])?;
        }
        let events = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        let batch = Batch { webhook: &id, body: &body, events, is_queued: true };
        Ok(Some(batch.write(db, at)?))
    }

    /// Returns an event in JSON. Its id is made from its number, so that it is the same in every
    /// subscription.
    pub(super) fn event_json(
        &self,
        row: &Row<'_>,
        webhook_id: WebhookId,
    ) -> Result<String, Refused> {
        let damaged = || Refused::internal("an event in the state cannot be read");
        let number: i64 = row.get(0)?;
        let event = EventJson {
            id: self.seed().uuid("event", number.unsigned_abs()),
            created_at: Timestamp::from_unix_seconds(row.get(1)?).map_err(|_| damaged())?,
            event_type: row.get(2)?,
            object: RawValue::from_string(row.get(3)?).map_err(|_| damaged())?,
            webhook_id,
        };
        serde_json::to_string(&event).map_err(|_| damaged())
    }

    /// Stores the signature of a batch.
    pub(super) fn set_signed(&self, number: i64, signed: &str) -> Result<(), Refused> {
        self.transaction(|db| {
            let update = "UPDATE delivery SET signed = ?2 WHERE number = ?1";
            db.prepare_cached(update)?.execute(params![number, signed])?;
            Ok(())
        })
    }

    /// Stores the result of a delivery attempt.
    pub(super) fn tried(&self, number: i64, now: Timestamp, tried: &Tried) -> Result<(), Refused> {
        let at = now.unix_seconds();
        self.transaction(|db| {
            match tried {
                Tried::HeldBack => {
                    let update = "UPDATE delivery SET is_queued = 0, due = ?2, last = 'held back'
                                  WHERE number = ?1";
                    db.prepare_cached(update)?.execute([number, at.saturating_add(1)])?;
                }
                Tried::Delivered { response, with_copy } => {
                    let update = "UPDATE delivery SET attempts = attempts + 1, due = NULL,
                                  is_delivered = 1, last = ?2 WHERE number = ?1";
                    db.prepare_cached(update)?.execute(params![number, response])?;
                    if *with_copy {
                        copy(db, number, at)?;
                    }
                }
                Tried::Failed(why) => {
                    let attempts = "SELECT attempts FROM delivery WHERE number = ?1";
                    let attempts: Option<i64> = db
                        .prepare_cached(attempts)?
                        .query_row([number], |row| row.get(0))
                        .optional()?;
                    // The subscription may have been deleted meanwhile.
                    let Some(attempts) = attempts else { return Ok(()) };
                    let due = at.saturating_add(pause_after(attempts));
                    let update = "UPDATE delivery SET attempts = attempts + 1, last = ?2,
                                  due = iif(is_single, NULL, ?3) WHERE number = ?1";
                    db.prepare_cached(update)?.execute(params![number, why, due])?;
                }
            }
            let cleanup = "DELETE FROM delivery WHERE due IS NULL AND number <= ?1";
            db.prepare_cached(cleanup)?.execute([number - MOST_DELIVERED])?;
            Ok(())
        })
    }

    /// Sends a batch again, outside the queue.
    pub(super) fn redeliver(&self, number: u64, now: Timestamp) -> Result<(), Refused> {
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        self.with(|db| match copy(db, number, now.unix_seconds())? {
            0 => Err(Refused::not_found("There is no such delivery")),
            _ => Ok(()),
        })
    }

    /// Returns the newest batches, newest first.
    pub(super) fn deliveries(&self, most: u32) -> Result<Vec<WebhookDelivery>, Refused> {
        self.transaction(|db| {
            let query = "SELECT delivery.number, webhook, events, body, delivery.created, attempts,
                         last, due, is_delivered, url
                         FROM delivery JOIN webhook ON webhook.id = delivery.webhook
                         ORDER BY delivery.number DESC LIMIT ?1";
            let mut query = db.prepare_cached(query)?;
            query.query_map([most], |row| Ok(delivery(row)))?.map(|row| row?).collect()
        })
    }

    /// Returns whether nothing is left to send.
    pub(super) fn is_all_sent(&self) -> Result<bool, Refused> {
        self.transaction(|db| {
            let query = "SELECT 1 FROM webhook CROSS JOIN delivery ON delivery.webhook = webhook.id
                         WHERE due IS NOT NULL AND (is_single OR enabled)
                         UNION ALL
                         SELECT 1 FROM pending JOIN webhook ON webhook.id = pending.webhook
                         WHERE enabled";
            Ok(!db.prepare_cached(query)?.exists([])?)
        })
    }
}

/// A new batch, in the queue or with a single attempt.
pub(super) struct Batch<'a> {
    pub(super) webhook: &'a str,
    pub(super) body: &'a str,
    pub(super) events: u32,
    pub(super) is_queued: bool,
}

impl Batch<'_> {
    pub(super) fn write(&self, db: &Transaction<'_>, at: i64) -> Result<i64, Refused> {
        let insert = "INSERT INTO delivery
            (webhook, body, events, is_queued, is_single, is_delivered, created, attempts, due)
            VALUES (?1, ?2, ?3, ?4, NOT ?4, 0, ?5, 0, ?5)";
        db.prepare_cached(insert)?.execute(params![
            self.webhook,
            self.body,
            self.events,
            self.is_queued,
            at
        ])?;
        Ok(db.last_insert_rowid())
    }
}

/// Stores a copy of a batch, with a single attempt. Returns how many batches were copied.
fn copy(db: &Transaction<'_>, number: i64, at: i64) -> Result<usize, Refused> {
    let insert = "INSERT INTO delivery
        (webhook, body, events, is_queued, is_single, is_delivered, created, attempts, due, signed)
        SELECT webhook, body, events, 0, 1, 0, ?2, 0, ?2, signed FROM delivery WHERE number = ?1";
    Ok(db.prepare_cached(insert)?.execute([number, at])?)
}

fn due_batch(db: &Transaction<'_>, number: i64) -> Result<Due, Refused> {
    let query = "SELECT url, body, is_queued, is_single, signed FROM delivery
                 JOIN webhook ON webhook.id = delivery.webhook WHERE delivery.number = ?1";
    Ok(db.prepare_cached(query)?.query_row([number], |row| {
        Ok(Due {
            number,
            url: row.get(0)?,
            body: row.get(1)?,
            is_queued: row.get(2)?,
            is_single: row.get(3)?,
            signed: row.get(4)?,
        })
    })?)
}

fn delivery(row: &Row<'_>) -> Result<WebhookDelivery, Refused> {
    let damaged = || Refused::internal("a delivery in the state cannot be read");
    let time = |seconds| Timestamp::from_unix_seconds(seconds).map_err(|_| damaged());
    let due: Option<i64> = row.get(7)?;
    Ok(WebhookDelivery {
        number: row.get::<_, i64>(0)?.unsigned_abs(),
        webhook_id: row.get::<_, String>(1)?.parse().map_err(|_| damaged())?,
        url: row.get(9)?,
        events: row.get(2)?,
        body: row.get(3)?,
        created_at: time(row.get(4)?)?,
        attempts: row.get(5)?,
        last: row.get(6)?,
        due_at: due.map(time).transpose()?,
        is_delivered: row.get(8)?,
    })
}

/// Returns the pause after this number of attempts: 1, 2, 3, 5, 8 … 600 seconds.
fn pause_after(attempts: i64) -> i64 {
    let (mut pause, mut next) = (1, 2);
    for _ in 0..attempts {
        if pause >= LONGEST_PAUSE {
            return LONGEST_PAUSE;
        }
        (pause, next) = (next, pause + next);
    }
    pause.min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::pause_after;

    #[test]
    fn pauses_grow_like_fibonacci_numbers_up_to_a_limit() {
        let pauses: Vec<i64> = (0..16).map(pause_after).collect();
        assert_eq!(pauses, [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 600, 600, 600]);
        assert_eq!(pause_after(i64::MAX), 600);
    }
}
