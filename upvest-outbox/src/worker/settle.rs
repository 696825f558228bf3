//! Storing what became of payments, unless another worker has claimed them since.

use crate::database::{Backend, Database, Value, execute};
use crate::error::{Error, Result};
use crate::outbox::{Outbox, milliseconds};

use super::claim::Claim;
use super::verdict::{Failure, Verdict};

/// A payment whose attempt has ended.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) claim: Claim,
    pub(super) verdict: Verdict,
}

/// The claim is the fence: a worker changes nothing once another one has claimed the payment.
const FENCE: &str =
    "WHERE sequence = $1 AND claim = $2 AND state = 'pending' AND lease_until IS NOT NULL";

/// Stores results in a transaction.
pub(super) async fn settle<DB: Backend>(
    connection: &mut DB::Connection,
    finished: &[Finished],
) -> Result<()> {
    // In one order in all workers, so that no two wait for each other.
    let mut finished: Vec<&Finished> = finished.iter().collect();
    finished.sort_by_key(|one| one.claim.sequence);
    for one in finished {
        store::<DB>(connection, one).await?;
    }
    Ok(())
}

/// Stores each result in its own transaction, after the database has refused all in one. One that it
/// refuses again is dropped: its payment can be claimed again when its lease ends.
pub(super) async fn settle_singly<DB: Database>(
    outbox: &Outbox<DB>,
    finished: &mut Vec<Finished>,
) -> Result<()> {
    for _ in 0..MOST_SINGLY {
        let Some(one) = finished.last() else { break };
        let failed = |cause| Error::database::<DB>(WHAT, cause);
        let mut connection = outbox.pool().acquire().await.map_err(failed)?;
        match store::<DB>(&mut connection, one).await {
            Err(error) if error.is_about_values::<DB>() => {
                let id = &one.claim.id;
                tracing::error!(id, %error, "the result of a payment cannot be stored");
            }
            stored => stored?,
        }
        finished.pop();
    }
    Ok(())
}

/// How many results are stored singly before all in one are tried again.
const MOST_SINGLY: usize = 250;

const WHAT: &str = "cannot store the results of payments";

async fn store<DB: Backend>(connection: &mut DB::Connection, finished: &Finished) -> Result<()> {
    let Finished { claim, verdict } = finished;
    let (sql, values) = statement(claim, verdict);
    let stored = execute::<DB>(connection, &sql, values).await;
    if stored.map_err(|cause| Error::database::<DB>(WHAT, cause))? == 0 {
        let Claim { id, number, .. } = claim;
        let message = "result discarded: the payment was claimed or settled in the meantime";
        tracing::warn!(id, claim = number, "{message}");
    }
    Ok(())
}

fn statement(claim: &Claim, verdict: &Verdict) -> (String, Vec<Value>) {
    let mut values = vec![claim.sequence.into(), claim.number.into()];
    let set = match verdict {
        Verdict::Accepted(acceptance) => {
            values.extend([
                acceptance.operation_id.clone().into(),
                Value::from(acceptance.response.clone()),
                acceptance.request_id.clone().into(),
            ]);
            "state = 'accepted', operation_id = $3, response = $4, request_id = $5, error = NULL,
             error_summary = NULL, settled_at = {now}"
        }
        Verdict::Rejected(failure) => {
            values.extend(described(failure));
            "error = $3, error_summary = $4, request_id = coalesce($5, request_id),
             state = 'rejected', settled_at = {now}"
        }
        Verdict::Unresolved(failure) => {
            values.extend(described(failure));
            // The last failure stays, for the person who finds out what happened.
            "error = CASE WHEN error IS NULL THEN $3 ELSE $3 || '; the last failure: ' || error END,
             error_summary = coalesce($4, error_summary),
             request_id = coalesce($5, request_id), state = 'unresolved', settled_at = {now}"
        }
        Verdict::Retry { failure, after, is_unsent, counts } => {
            values.extend(described(failure));
            values.extend([milliseconds(*after).into(), i64::from(*counts).into()]);
            if *is_unsent {
                "error = $3, error_summary = coalesce($4, error_summary),
                 request_id = coalesce($5, request_id), due = {now} + $6,
                 failures = failures + $7, unsent_claim = claim"
            } else {
                "error = $3, error_summary = coalesce($4, error_summary),
                 request_id = coalesce($5, request_id), due = {now} + $6,
                 failures = failures + $7"
            }
        }
        // If no claim before had an effect, this one has not changed that.
        Verdict::Release => {
            "due = {now},
             unsent_claim = CASE WHEN unsent_claim = claim - 1 THEN claim ELSE unsent_claim END"
        }
    };
    (format!("UPDATE upvest_payment SET {set}, lease_until = NULL {FENCE}"), values)
}

fn described(failure: &Failure) -> [Value; 3] {
    let summary = failure.summary.as_ref();
    let request_id = summary.and_then(|summary| summary.request_id.clone());
    let summary = summary.and_then(|summary| serde_json::to_string(summary).ok());
    [failure.message.clone().into(), summary.into(), request_id.into()]
}
