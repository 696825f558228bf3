//! Storing what became of payments, unless another worker has claimed them since.

use crate::database::{Database, Value, execute};
use crate::error::{Error, Result};
use crate::outbox::{Outbox, milliseconds};
use crate::payment::PaymentState;

use super::claim::Claim;
use super::verdict::{Failure, Verdict};

/// A payment whose attempt has ended.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) claim: Claim,
    pub(super) verdict: Verdict,
}

/// The claim is the fence: a worker changes nothing once another one has claimed the payment.
const FENCE: &str = "WHERE sequence = $1 AND claim = $2 AND state = 'pending'";

/// Stores results in one transaction, and removes them. If the database fails, all remain.
pub(super) async fn settle<DB: Database>(
    outbox: &Outbox<DB>,
    finished: &mut Vec<Finished>,
) -> Result<()> {
    if finished.is_empty() {
        return Ok(());
    }
    let failed = |cause| Error::database::<DB>("cannot store the results of payments", cause);
    let mut tx = outbox.pool().begin().await.map_err(failed)?;
    // In one order in all workers, so that no two wait for each other.
    finished.sort_by_key(|one| one.claim.sequence);
    let mut lost = Vec::new();
    for Finished { claim, verdict } in finished.iter() {
        let (sql, values) = statement(claim, verdict);
        if execute::<DB>(&mut tx, &sql, values).await.map_err(failed)? == 0 {
            lost.push(claim);
        }
    }
    tx.commit().await.map_err(failed)?;
    for Claim { id, number, .. } in lost {
        tracing::warn!(
            id,
            claim = number,
            "result discarded: the payment was claimed or settled in the meantime"
        );
    }
    finished.clear();
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
            values.push(PaymentState::Rejected.as_str().into());
            FINAL_FAILURE
        }
        Verdict::Unresolved(failure) => {
            values.extend(described(failure));
            values.push(PaymentState::Unresolved.as_str().into());
            FINAL_FAILURE
        }
        Verdict::Retry { failure, after, is_unsent } => {
            values.extend(described(failure));
            let unsent_claim = if *is_unsent { claim.number } else { -2 };
            values.extend([milliseconds(*after).into(), unsent_claim.into()]);
            // Not after the end of the window, when it becomes unresolved.
            "error = $3, error_summary = $4, request_id = coalesce($5, request_id),
             failures = failures + 1, unsent_claim = CASE WHEN $7 >= 0 THEN $7 ELSE unsent_claim END,
             due = CASE WHEN {now} < replayable_until AND replayable_until < {now} + $6
                 THEN replayable_until ELSE {now} + $6 END"
        }
        // If no claim before had an effect, this one has not changed that.
        Verdict::Release => {
            "due = {now},
             unsent_claim = CASE WHEN unsent_claim = claim - 1 THEN claim ELSE unsent_claim END"
        }
    };
    (format!("UPDATE upvest_payment SET {set}, lease_until = NULL {FENCE}"), values)
}

const FINAL_FAILURE: &str = "error = $3, error_summary = $4,
    request_id = coalesce($5, request_id), state = $6, settled_at = {now}";

fn described(failure: &Failure) -> [Value; 3] {
    let summary = failure.summary.as_ref();
    let request_id = summary.and_then(|summary| summary.request_id.clone());
    let summary = summary.and_then(|summary| serde_json::to_string(summary).ok());
    [failure.message.clone().into(), summary.into(), request_id.into()]
}
