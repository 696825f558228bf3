//! Pays out from a ledger, and survives being killed at any moment: each payout takes effect once.
//!
//! ```text
//! cargo run --example outbox -- --ledger payouts.sqlite --payouts 10
//! ```
//!
//! The ledger is a table in SQLite. A payout and the record of its call are stored in one
//! transaction, then the call is sent, then the payout is marked. On start, whatever is still open
//! is replayed from its record: same key, same bytes, so Upvest carries it out once and repeats its
//! answer. The first record stays: the call of a payout is made once, and a record is never replaced, for
//! its age is that of its key. Stop this program whenever you like, and start it again.
//!
//! With no settings it starts a sandbox of its own, which ends with it; to try the restart, let it
//! talk to `upvest-sandbox` in another shell, with the settings that `--write-env` gives.

#[path = "shared/place.rs"]
mod place;
mod shared;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use place::{place_to_run, refuse_live};
use rusqlite::{Connection, OptionalExtension as _, params};
use shared::{Failure, end};
use upvest_core::{CallRecord, Client, Error, IdempotentCall, Outcome, Timestamp};
use upvest_virtual_cash::{
    AccountGroupId, CreateVirtualCashIncrease, Currency, VirtualCash, VirtualCashIncrease,
};

/// Pays out from a ledger, and survives being killed at any moment.
#[derive(Parser)]
struct Arguments {
    /// The ledger; one in memory unless given.
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// How many payouts to make, after those that are open.
    #[arg(long, default_value_t = 3)]
    payouts: u32,
    /// Who is paid; a new account group unless given.
    #[arg(long, value_name = "ID")]
    account_group: Option<AccountGroupId>,
    /// Forgets the records, and pays what is open with a new key: to see what goes wrong then.
    #[arg(long)]
    careless: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    end(run().await)
}

async fn run() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let (sandbox, builder) = place_to_run().await?;
    let client = builder.scopes(<dyn VirtualCash>::SCOPES).build()?;
    refuse_live(client.base_url())?;
    let mut ledger = Ledger::open(arguments.ledger)?;

    while let Some(payout) = ledger.next_open()? {
        let call = if arguments.careless {
            client.increase(&order(payout.group)?)
        } else {
            let until = payout.record.replayable_until();
            match client.replay(<dyn VirtualCash>::INCREASE, payout.record) {
                Ok(call) => call,
                // Too late to ask: a webhook, the account's statement or a person must tell.
                Err(error) if until.is_some_and(|until| until <= Timestamp::now()) => {
                    ledger.unclear(payout.id, &error)?;
                    continue;
                }
                // Another client, another host, a newer version: nothing is wrong with the payout.
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

    let open = ledger.report()?;
    if let Some(sandbox) = sandbox {
        let entries = sandbox.state().ledger_entries(group, &Currency::Eur);
        println!("the sandbox has {entries} ledger entries of this account group");
    }
    if open > 0 { Err(format!("{open} payouts are open; run this again").into()) } else { Ok(()) }
}

/// Sends a call whose payout is in the ledger, and writes down what came of it.
async fn pay(
    ledger: &mut Ledger,
    id: i64,
    call: IdempotentCall<VirtualCashIncrease>,
) -> Result<(), Failure> {
    // Killed here or anywhere below, the payout is still open, and is replayed at the next start.
    match call.await {
        Ok(increase) => ledger.done(id, &increase),
        Err(error) => ledger.failed(id, &error),
    }
}

struct Ledger {
    db: Connection,
    /// Payouts that have been tried in this run.
    seen: i64,
}

/// A payout that may have been paid or not.
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
                state TEXT NOT NULL CHECK (state IN ('open', 'done', 'refused', 'unclear')),
                result TEXT
            ) STRICT",
        )?;
        Ok(Self { db, seen: 0 })
    }

    /// Adds a payout, with all that it takes to send it again: both are there, or neither.
    fn add(
        &mut self,
        client: &Client,
        group: AccountGroupId,
    ) -> Result<(i64, IdempotentCall<VirtualCashIncrease>), Failure> {
        let call = client.increase(&order(group)?);
        let transaction = self.db.transaction()?;
        // In an application, here also stands what the payout is for: the invoice, the booking.
        transaction.execute(
            "INSERT INTO payout (account_group_id, record, state) VALUES (?1, ?2, 'open')",
            params![group.to_string(), serde_json::to_string(&call.record())?],
        )?;
        let id = transaction.last_insert_rowid();
        transaction.commit()?;
        Ok((id, call))
    }

    /// The next payout whose end is not known, each once in a run.
    fn next_open(&mut self) -> Result<Option<Payout>, Failure> {
        let row = self
            .db
            .query_row(
                "SELECT id, account_group_id, record FROM payout
                 WHERE state = 'open' AND id > ?1 ORDER BY id",
                [self.seen],
                |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)),
            )
            .optional()?;
        let Some((id, group, record)) = row else { return Ok(None) };
        self.seen = id;
        Ok(Some(Payout { id, group: group.parse()?, record: serde_json::from_str(&record)? }))
    }

    fn done(&mut self, id: i64, increase: &VirtualCashIncrease) -> Result<(), Failure> {
        println!("payout {id}: done, increase {}", increase.id);
        self.mark(id, "done", &increase.id.to_string())
    }

    fn failed(&mut self, id: i64, error: &Error) -> Result<(), Failure> {
        let state = match error.outcome() {
            // A no that is certain. The payout may be made anew, with a new key.
            Outcome::Rejected if !error.is_retryable() => "refused",
            // It may have happened, or it may still: the next run asks again.
            _ => "open",
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

    /// Prints how many payouts there are of each kind, and gives the number of those that are open.
    fn report(&self) -> Result<i64, Failure> {
        let mut statement =
            self.db.prepare("SELECT state, count(*) FROM payout GROUP BY state ORDER BY state")?;
        let mut open = 0;
        for row in statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))? {
            let (state, count): (String, i64) = row?;
            println!("{count} {state}");
            if state == "open" {
                open = count;
            }
        }
        Ok(open)
    }
}
