//! One attempt of one payment, from its row to a verdict.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tracing::Instrument as _;
use upvest_core::{CallRecord, Endpoint, Replay, Response};

use super::claim::Claimed;
use super::settle::Finished;
use super::verdict::{Acceptance, Verdict};
use crate::events::text_field;
use crate::seal::{self, SealKey, Sealed};

/// How long before the end of a lease its request must have ended.
const MARGIN: Duration = Duration::from_secs(5);

/// What attempts have in common.
pub(super) struct Attempts {
    client: Arc<dyn Replay>,
    endpoints: Vec<Endpoint>,
    seal_keys: Vec<SealKey>,
    timeout: Duration,
    slots: Semaphore,
}

impl Attempts {
    pub(super) fn new(
        client: Arc<dyn Replay>,
        endpoints: Vec<Endpoint>,
        seal_keys: Vec<SealKey>,
        concurrency: usize,
        timeout: Duration,
    ) -> Self {
        let slots = Semaphore::new(concurrency);
        Self { client, endpoints, seal_keys, timeout, slots }
    }

    /// Returns how long a lease must be: a wait for another request, the request, and a margin.
    pub(super) fn lease(&self) -> Duration {
        self.timeout * 2 + MARGIN
    }

    /// Releases the payments that are claimed but not sent yet.
    pub(super) fn release(&self) {
        self.slots.close();
    }

    /// Sends a payment once a slot is free.
    pub(super) async fn send(self: Arc<Self>, payment: Claimed) -> Finished {
        let span =
            tracing::info_span!("payment", id = payment.claim.id, claim = payment.claim.number,);
        let verdict = async {
            let verdict = self.verdict(&payment).await;
            verdict.log();
            verdict
        };
        let verdict = verdict.instrument(span).await;
        Finished { claim: payment.claim, verdict }
    }

    async fn verdict(&self, payment: &Claimed) -> Verdict {
        if payment.replayable_for.is_zero() {
            return Verdict::expired(payment);
        }
        let Ok(_slot) = self.slots.acquire().await else { return Verdict::Release };
        // The rest of the lease is for the request. The window may have ended meanwhile.
        if payment.at.elapsed() >= self.timeout.min(payment.replayable_for) {
            return Verdict::Release;
        }
        let record = match self.record(payment) {
            Ok(record) => record,
            Err(why) => {
                let message = format!("cannot send payment `{}`: {why}", payment.claim.id);
                return Verdict::not_sent(payment, message);
            }
        };
        let call = match self.client.replay_untyped(&self.endpoints, record) {
            Ok(call) => call,
            Err(error) => return Verdict::of(payment, &error),
        };
        let call = if payment.is_unsent { call.assume_unsent() } else { call };
        // The outbox retries, not the client.
        let call = call.max_attempts(1).deadline(Instant::now() + self.timeout);
        match call.with_response().await {
            Ok(response) if is_foreign(&response) => {
                let message = format!(
                    "payment `{}` got a success without a request id: it may not come from Upvest (check \
                     the proxies in between)",
                    payment.claim.id
                );
                Verdict::doubtful(payment, message)
            }
            Ok(response) => Verdict::Accepted(Acceptance {
                operation_id: text_field(response.value(), "id"),
                response: text_of(&response),
                request_id: response.request_id().map(str::to_owned),
            }),
            Err(error) => Verdict::of(payment, &error),
        }
    }

    /// Returns the record, if it is what was enqueued.
    fn record(&self, payment: &Claimed) -> Result<CallRecord, &'static str> {
        let sealed = Sealed {
            id: &payment.claim.id,
            record: &payment.record,
            ordered_by: payment.ordered_by.as_deref(),
            has_new_key: payment.has_new_key,
        };
        seal::check(&self.seal_keys, &sealed, payment.seal.as_deref())?;
        let record: CallRecord = serde_json::from_str(&payment.record)
            .map_err(|_| "its record cannot be read (check whether the row was edited)")?;
        // The column is unique, so no two payments have one key.
        let key = record.idempotency_key().map(|key| key.to_string());
        if key.is_some_and(|key| key != payment.idempotency_key) {
            return Err(
                "its key differs from that of its record (check whether the row was edited)",
            );
        }
        Ok(record)
    }
}

/// Whether it may come from a portal or a proxy. A fake has no headers.
fn is_foreign(response: &Response<Json>) -> bool {
    response.request_id().is_none() && !response.headers().is_empty()
}

/// Returns the JSON as received; that of a fake has no body.
fn text_of(response: &Response<Json>) -> String {
    if response.body().is_empty() {
        response.value().to_string()
    } else {
        String::from_utf8_lossy(response.body()).into_owned()
    }
}
