//! Claiming: takes due payments by a lease, so that no other worker sends them meanwhile.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::database::{Backend, fetch};
use crate::error::{Error, Result};
use crate::outbox::milliseconds;

/// A payment that this worker may send until its lease ends.
#[derive(Debug)]
pub(super) struct Claimed {
    pub(super) claim: Claim,
    pub(super) idempotency_key: String,
    pub(super) record: String,
    pub(super) seal: Option<String>,
    pub(super) ordered_by: Option<String>,
    /// Whether its key was new when it was enqueued.
    pub(super) has_new_key: bool,
    /// Whether no claim before this one can have had an effect.
    pub(super) is_unsent: bool,
    /// How much of its replay window is left, by the clock of the database.
    pub(super) replayable_for: Duration,
    pub(super) failures: u32,
    /// Before the lease began.
    pub(super) at: Moment,
}

/// A moment on both clocks. The monotonic one stops while a machine sleeps, and the other one can be
/// set back: each catches what the other one misses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    instant: Instant,
    time: SystemTime,
}

impl Moment {
    pub(super) fn now() -> Self {
        Self { instant: Instant::now(), time: SystemTime::now() }
    }

    /// Returns how much has passed, on the clock on which it is more.
    pub(super) fn elapsed(&self) -> Duration {
        self.instant.elapsed().max(self.time.elapsed().unwrap_or_default())
    }
}

/// What identifies a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) sequence: i64,
    pub(super) id: String,
    /// The fencing number: each claim of a payment has a higher one.
    pub(super) number: i64,
}

/// While a payment is leased, it is due when the lease ends. So one index finds new payments, retries
/// and payments whose worker has died.
///
/// A payment with an ordering key waits for those before it, and for one after it that was committed
/// earlier and is under way. One whose window is over does not wait: it is not sent.
const CLAIM: &str = "
    WITH chosen AS MATERIALIZED (
        SELECT sequence AS number FROM upvest_payment AS candidate
        WHERE state = 'pending' AND due <= {now}
            AND (ordered_by IS NULL OR replayable_until <= {now} OR NOT EXISTS (
                SELECT 1 FROM upvest_payment AS other
                WHERE other.ordered_by = candidate.ordered_by
                    AND other.state IN ('pending', 'unresolved')
                    AND (other.sequence < candidate.sequence OR other.lease_until > {now})))
        ORDER BY due LIMIT $1 {skip_locked})
    UPDATE upvest_payment
    SET claim = claim + 1, due = {now} + $2, lease_until = {now} + $2
    FROM chosen WHERE sequence = number
    RETURNING sequence, id, idempotency_key, claim, record, seal, ordered_by, unsent_claim, failures,
        replayable_until - {now} AS replayable_for";

/// Claims at most `most` payments.
pub(super) async fn claim<DB: Backend>(
    connection: &mut DB::Connection,
    most: usize,
    lease: Duration,
) -> Result<Vec<Claimed>> {
    if most == 0 {
        return Ok(Vec::new());
    }
    let failed = |cause| Error::database::<DB>("cannot claim payments", cause);
    let at = Moment::now();
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let values = vec![most.into(), milliseconds(lease).into()];
    let rows = fetch::<DB>(connection, CLAIM, values).await.map_err(failed)?;
    rows.iter().map(|row| read::<DB>(row, at).map_err(failed)).collect()
}

fn read<DB: Backend>(row: &DB::Row, at: Moment) -> sqlx::Result<Claimed> {
    let text = |column| DB::text(row, column);
    let integer = |column| DB::integer(row, column).map(Option::unwrap_or_default);
    let (number, unsent) = (integer("claim")?, integer("unsent_claim")?);
    Ok(Claimed {
        claim: Claim {
            sequence: integer("sequence")?,
            id: text("id")?.unwrap_or_default(),
            number,
        },
        idempotency_key: text("idempotency_key")?.unwrap_or_default(),
        record: text("record")?.unwrap_or_default(),
        seal: text("seal")?,
        ordered_by: text("ordered_by")?,
        has_new_key: unsent >= 0,
        is_unsent: unsent == number - 1,
        replayable_for: Duration::from_millis(
            integer("replayable_for")?.try_into().unwrap_or_default(),
        ),
        failures: integer("failures")?.try_into().unwrap_or(u32::MAX),
        at,
    })
}

#[cfg(test)]
mod tests {
    use sqlx::Pool;

    use super::CLAIM;
    use crate::database::{Backend as _, Database, execute, fetch};
    use crate::outbox::Outbox;

    /// Returns how the database executes a claim.
    async fn plan<DB: Database>(pool: Pool<DB>, explain: &str, column: &str) -> String {
        let mut connection = pool.acquire().await.unwrap();
        let sql = format!("{explain} {CLAIM}");
        let values = vec![16.into(), 1_000.into()];
        let rows = fetch::<DB>(&mut connection, &sql, values).await.unwrap();
        let lines = rows.iter().map(|row| DB::text(row, column).unwrap().unwrap());
        lines.collect::<Vec<_>>().join("\n")
    }

    fn check(plan: &str) {
        for index in ["upvest_payment_due", "upvest_payment_order"] {
            assert!(plan.contains(index), "a claim does not use {index}:\n{plan}");
        }
        assert!(!plan.contains("SCAN candidate\n") && !plan.contains("Seq Scan"), "{plan}");
    }

    #[cfg(feature = "sqlite")]
    #[tokio::test]
    async fn a_claim_on_sqlite_reads_only_what_is_pending() {
        let options = sqlx::sqlite::SqlitePoolOptions::new().max_connections(1);
        let pool = options.connect("sqlite::memory:").await.unwrap();
        Outbox::new(pool.clone()).migrate().await.unwrap();
        check(&plan::<sqlx::Sqlite>(pool, "EXPLAIN QUERY PLAN", "detail").await);
    }

    #[cfg(feature = "postgres")]
    #[tokio::test]
    async fn a_claim_on_postgres_reads_only_what_is_pending() {
        let Ok(url) = std::env::var("UPVEST_TEST_POSTGRES") else { return };
        let options = sqlx::postgres::PgPoolOptions::new().max_connections(1);
        let pool = options.connect(&url).await.unwrap();
        let mut connection = pool.acquire().await.unwrap();
        for sql in ["CREATE TEMPORARY TABLE gone ()", "SET search_path = pg_temp"] {
            execute::<sqlx::Postgres>(&mut connection, sql, Vec::new()).await.unwrap();
        }
        // The planner may scan a table that is as small as this one.
        let sql = "SET enable_seqscan = off";
        execute::<sqlx::Postgres>(&mut connection, sql, Vec::new()).await.unwrap();
        drop(connection);
        let mut connection = pool.acquire().await.unwrap();
        sqlx::Postgres::execute_all(&mut connection, sqlx::Postgres::SCHEMA).await.unwrap();
        drop(connection);
        check(&plan::<sqlx::Postgres>(pool, "EXPLAIN", "QUERY PLAN").await);
    }
}
