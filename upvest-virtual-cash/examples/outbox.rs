//! Pays out from a ledger. Each payout takes effect once, even if the program is killed at any
//! moment.
//!
//! ```text
//! cargo run --example outbox -- --ledger payouts.sqlite --payouts 10
//! ```
//!
//! The ledger is a table in SQLite. A payout and the record of its call are stored in one
//! transaction. Then the call is sent, and the payout is marked with the result. On start, every
//! pending payout is replayed from its record: same key, same bytes, so Upvest carries it out once
//! and repeats its response.
//!
//! The first record stays. The call of a payout is made once, and a record is never replaced,
//! because its age is that of its key. You can stop this program at any time, and start it again.
//!
//! Without settings it starts its own sandbox, which ends with it. To try the restart, run
//! `upvest-sandbox` in another shell, and use the settings that `--write-env` writes.

mod shared;
#[path = "shared/target.rs"]
mod target;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use rusqlite::{Connection, OptionalExtension as _, params};
use shared::{Failure, end};
use target::{refuse_live, target};
use upvest_core::{CallRecord, Client, Error, IdempotentCall, Outcome, Timestamp};
use upvest_virtual_cash::{
    AccountGroupId, CreateVirtualCashIncrease, Currency, VirtualCash, VirtualCashIncrease,
};

/// Pays out from a ledger, and can be killed at any moment.
#[derive(Parser)]
struct Arguments {
    /// The ledger file; in memory if not given.
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// How many payouts to make, after the pending ones.
    #[arg(long, default_value_t = 3)]
    payouts: u32,
    /// The account group that is paid; a new one if not given.
    #[arg(long, value_name = "ID")]
    account_group: Option<AccountGroupId>,
    /// Ignores the records, and pays pending payouts with a new key, to show what goes wrong then.
    #[arg(long)]
    reuse_nothing: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    end(run().await)
}

async fn run() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let (sandbox, builder) = target().await?;
    let client = builder.scopes(<dyn VirtualCash>::SCOPES).build()?;
    refuse_live(client.base_url())?;
    let mut ledger = Ledger::open(arguments.ledger)?;

    while let Some(payout) = ledger.next_pending()? {
        let call = if arguments.reuse_nothing {
            client.increase(&order(payout.group)?)
        } else {
            let until = payout.record.replayable_until();
            match client.replay(<dyn VirtualCash>::INCREASE, payout.record) {
                Ok(call) => call,
                // Too late to replay: a webhook, the account's statement or a person must decide.
                Err(error) if until.is_some_and(|until| until <= Timestamp::now()) => {
                    ledger.unclear(payout.id, &error)?;
                    continue;
                }
                // Another client, another host or a newer version: the payout itself is fine.
                Err(error) => return Err(error.into()),
            }
        };
        pay(&mut ledger, payout.id, call).await?;
    }

    let group = arguments.account_group.unwrap_or_else(|| uuid::Uuid::new_v4().into());
    for _ in 0..arguments.payouts {
        let (id, call) = ledger.add(&client, group)?;
        pay(&mut ledger, id, call).await?;
    }

    let pending = ledger.report()?;
    if let Some(sandbox) = sandbox {
        let entries = sandbox.state().ledger_entries(group, &Currency::Eur);
        println!("the sandbox has {entries} ledger entries of this account group");
    }
    if pending > 0 {
        Err(format!("{pending} payouts are pending (run this again)").into())
    } else {
        Ok(())
    }
}

/// Sends a call whose payout is in the ledger, and stores the result.
async fn pay(
    ledger: &mut Ledger,
    id: i64,
    call: IdempotentCall<VirtualCashIncrease>,
) -> Result<(), Failure> {
    // If killed here or anywhere below, the payout is pending, and the next start replays it.
    match call.await {
        Ok(increase) => ledger.done(id, &increase),
        Err(error) => ledger.failed(id, &error),
    }
}

struct Ledger {
    db: Connection,
    /// The last payout that was tried in this run.
    last_tried: i64,
}

/// A payout whose result is not known.
struct Payout {
    id: i64,
    group: AccountGroupId,
    record: CallRecord,
}

fn order(group: AccountGroupId) -> Result<CreateVirtualCashIncrease, Failure> {
    Ok(CreateVirtualCashIncrease {
        account_group_id: group,
        amount: "1.00".parse()?,
        currency: Currency::Eur,
    })
}

impl Ledger {
    fn open(file: Option<PathBuf>) -> Result<Self, Failure> {
        let db = match file {
            Some(file) => Connection::open(file)?,
            None => Connection::open_in_memory()?,
        };
        db.execute_batch(
            "CREATE TABLE IF NOT EXISTS payout (
                id INTEGER PRIMARY KEY,
                account_group_id TEXT NOT NULL,
                record TEXT NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'rejected', 'unclear')),
                result TEXT
            ) STRICT",
        )?;
        Ok(Self { db, last_tried: 0 })
    }

    /// Adds a payout and the record to replay it with: both are stored, or neither.
    fn add(
        &mut self,
        client: &Client,
        group: AccountGroupId,
    ) -> Result<(i64, IdempotentCall<VirtualCashIncrease>), Failure> {
        let call = client.increase(&order(group)?);
        let transaction = self.db.transaction()?;
        // An application also stores what the payout is for, such as the invoice or the booking.
        transaction.execute(
            "INSERT INTO payout (account_group_id, record, state) VALUES (?1, ?2, 'pending')",
            params![group.to_string(), serde_json::to_string(&call.record())?],
        )?;
        let id = transaction.last_insert_rowid();
        transaction.commit()?;
        Ok((id, call))
    }

    /// Returns the next pending payout, each once per run.
    fn next_pending(&mut self) -> Result<Option<Payout>, Failure> {
        let row = self
            .db
            .query_row(
                "SELECT id, account_group_id, record FROM payout
                 WHERE state = 'pending' AND id > ?1 ORDER BY id",
                [self.last_tried],
                |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)),
            )
            .optional()?;
        let Some((id, group, record)) = row else { return Ok(None) };
        self.last_tried = id;
        Ok(Some(Payout { id, group: group.parse()?, record: serde_json::from_str(&record)? }))
    }

    fn done(&mut self, id: i64, increase: &VirtualCashIncrease) -> Result<(), Failure> {
        println!("payout {id}: done, increase {}", increase.id);
        self.mark(id, "done", &increase.id.to_string())
    }

    fn failed(&mut self, id: i64, error: &Error) -> Result<(), Failure> {
        let state = match error.outcome() {
            // Certainly rejected. The payout may be made again, with a new key.
            Outcome::Rejected if !error.is_retryable() => "rejected",
            // It may have taken effect, or may still do so: the next run replays it.
            _ => "pending",
        };
        println!("payout {id}: {state}, {error}");
        self.mark(id, state, &error.to_string())
    }

    fn unclear(&mut self, id: i64, error: &Error) -> Result<(), Failure> {
        println!("payout {id}: unclear, {error}");
        self.mark(id, "unclear", &error.to_string())
    }

    fn mark(&mut self, id: i64, state: &str, result: &str) -> Result<(), Failure> {
        let update = "UPDATE payout SET state = ?2, result = ?3 WHERE id = ?1";
        self.db.execute(update, params![id, state, result])?;
        Ok(())
    }

    /// Prints the number of payouts in each state, and returns that of the pending ones.
    fn report(&self) -> Result<i64, Failure> {
        let mut statement =
            self.db.prepare("SELECT state, count(*) FROM payout GROUP BY state ORDER BY state")?;
        let mut pending = 0;
        for row in statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))? {
            let (state, count): (String, i64) = row?;
            println!("{count} {state}");
            if state == "pending" {
                pending = count;
            }
        }
        Ok(pending)
    }
}
