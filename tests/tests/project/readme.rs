//! The README tells the truth: each of its Rust blocks stands, line by line, in code that compiles.

use std::error::Error;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _};
use upvest_core::{CallRecord, Client, IdempotencyKey, IdempotentCall};
use upvest_tests::{PASSPHRASE, data, root};
use upvest_virtual_cash::{CreateVirtualCashIncrease, VirtualCash, VirtualCashIncrease};

/// What the README says to depend on is what there is.
#[test]
fn the_versions_are_those_of_the_crates() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let [major, minor, _] = env!("CARGO_PKG_VERSION").split('.').collect::<Vec<_>>()[..] else {
        panic!("a version of three numbers")
    };
    let named: Vec<_> = readme.lines().filter(|line| line.starts_with("upvest-")).collect();
    let crates = ["core", "virtual-cash", "sandbox"];
    assert_eq!(named, crates.map(|name| format!("upvest-{name} = \"{major}.{minor}\"")));
}

mod fake {
    use upvest_core::{Call, Error, IdempotentCall};
    use upvest_virtual_cash::{
        CreateVirtualCashDecrease, CreateVirtualCashIncrease, VirtualCash, VirtualCashDecrease,
        VirtualCashDecreaseId, VirtualCashIncrease,
    };

    /// An Upvest that has no money.
    struct Broke;

    impl VirtualCash for Broke {
        fn increase(&self, _: &CreateVirtualCashIncrease) -> IdempotentCall<VirtualCashIncrease> {
            Call::ready(Err(Error::from_problem(422, "unprocessable_entity")))
        }
        fn decrease(&self, _: &CreateVirtualCashDecrease) -> IdempotentCall<VirtualCashDecrease> {
            Call::ready(Err(Error::from_problem(422, "unprocessable_entity")))
        }
        fn cancel_decrease(&self, _: VirtualCashDecreaseId) -> Call<()> {
            Call::ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn it_refuses_without_a_server() {
        let upvest: Box<dyn VirtualCash> = Box::new(Broke);
        let id = uuid::Uuid::new_v4();
        let order = CreateVirtualCashDecrease {
            account_group_id: id.into(),
            amount: "1.00".parse().unwrap(),
            currency: upvest_virtual_cash::Currency::Eur,
        };
        let error = upvest.decrease(&order).await.unwrap_err();
        assert_eq!(error.outcome(), upvest_core::Outcome::Rejected);
        upvest.cancel_decrease(id.into()).await.unwrap();
    }
}

/// The lines that say something, without their indentation.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

#[test]
fn every_rust_block_stands_in_code_that_compiles() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let sources: Vec<String> = [
        "upvest-virtual-cash/src/lib.rs",
        "upvest-virtual-cash/examples/webhooks.rs",
        "tests/tests/readme.rs",
    ]
    .iter()
    .map(|file| std::fs::read_to_string(root().join(file)).unwrap())
    .collect();
    let blocks: Vec<&str> =
        readme.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 7);
    for block in blocks {
        let code = lines(block);
        let stands = sources
            .iter()
            .any(|source| lines(source).windows(code.len()).any(|window| window == code));
        assert!(stands, "this block of the README is nowhere in the code:\n{block}");
    }
}

/// With `UPDATE=1` it is written anew.
#[test]
fn the_fidelity_table_is_that_of_the_sandbox() {
    let file = root().join("README.md");
    let readme = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = readme.split_once("<!-- fidelity -->\n").unwrap();
    let (table, after) = rest.split_once("<!-- /fidelity -->\n").unwrap();
    let expected = upvest_sandbox::fidelity::markdown();
    if std::env::var_os("UPDATE").is_some() {
        let readme = format!("{before}<!-- fidelity -->\n{expected}<!-- /fidelity -->\n{after}");
        std::fs::write(file, readme).unwrap();
        return;
    }
    assert_eq!(table, expected, "run `UPDATE=1 cargo test -p upvest-tests --test readme`");
}

#[tokio::test]
async fn a_test_with_the_sandbox() -> Result<(), Box<dyn std::error::Error>> {
    use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash};
    let order = CreateVirtualCashIncrease {
        account_group_id: "ac1c39e9-2101-46b8-a624-d10a9e351b6c".parse()?,
        amount: "200.00".parse()?,
        currency: Currency::Eur,
    };

    use upvest_sandbox::{Effect, Fault, Sandbox};

    let sandbox = Sandbox::start().await?;
    let lost = Fault::new(Effect::Reset).on("POST", "/virtual_cash_balances/*").after_commit();
    sandbox.faults().add(lost.times(1))?; // the money moves, and nobody is told
    let increase = sandbox.client()?.increase(&order).await?; // sent again, with the same key
    assert_eq!(sandbox.state().balance(order.account_group_id, &order.currency), 20_000);
    assert_eq!(sandbox.log().last().map(|entry| entry.is_replay()), Some(true));
    sandbox.clock().advance(std::time::Duration::from_secs(3600)); // every token has expired now

    assert!(sandbox.state().increase(increase.id).is_some());
    Ok(())
}

/// A ledger as the README's careful form needs it.
fn ledger() -> Connection {
    let ledger = Connection::open_in_memory().unwrap();
    ledger.execute("CREATE TABLE payout (id TEXT PRIMARY KEY, record TEXT NOT NULL)", []).unwrap();
    ledger
}

#[tokio::test]
async fn an_application() -> Result<(), Box<dyn std::error::Error>> {
    let ledger = ledger();

    use upvest_core::Outcome;
    use upvest_sandbox::Sandbox;
    use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash};

    let sandbox = Sandbox::start().await?; // with credentials of your own: see below
    let client = sandbox.client_builder().scopes(<dyn VirtualCash>::SCOPES).build()?;

    let order = CreateVirtualCashIncrease {
        account_group_id: "ac1c39e9-2101-46b8-a624-d10a9e351b6c".parse()?,
        amount: "200.00".parse()?,
        currency: Currency::Eur,
    };

    // The short form.
    let increase = client.increase(&order).await?;
    println!("{}: {}", increase.id, increase.status);

    // The careful form: an order from your ledger, paid once however often this runs.
    match payout(&client, &ledger, "payout-4711", &order)?.await {
        Ok(increase) => println!("done: {}", increase.id),
        // It may have happened: run this again.
        Err(error) if error.outcome() >= Outcome::Unknown => println!("open: {error}"),
        Err(error) => return Err(error.into()),
    }

    assert_eq!(sandbox.state().ledger_entries(order.account_group_id, &order.currency), 2);
    Ok(())
}

const NAMESPACE: uuid::Uuid = uuid::uuid!("7d0e4a4e-5f8c-4c0b-9b53-3a1c9f3f6a11");

/// The call that pays `order` out, the first time or again.
fn payout(
    client: &Client,
    ledger: &Connection,
    id: &str,
    order: &CreateVirtualCashIncrease,
) -> Result<IdempotentCall<VirtualCashIncrease>, Box<dyn Error>> {
    let find = "SELECT record FROM payout WHERE id = ?1";
    let first: Option<String> = ledger.query_row(find, [id], |row| row.get(0)).optional()?;
    if let Some(record) = first {
        // It may have happened. After 23 hours this fails, for then it could happen twice.
        let record: CallRecord = serde_json::from_str(&record)?;
        return Ok(client.replay(<dyn VirtualCash>::ENDPOINTS, record)?);
    }
    let key = IdempotencyKey::derive(&NAMESPACE, id);
    let call = client.increase(order).idempotency_key(key).timeout(Duration::from_secs(20));
    // Before a byte leaves, and never again: `id` is the primary key.
    let record = serde_json::to_string(&call.record())?;
    ledger.execute("INSERT INTO payout (id, record) VALUES (?1, ?2)", [id, &record])?;
    Ok(call)
}

#[tokio::test]
async fn the_careful_form_pays_once_however_often_it_runs() {
    use upvest_core::{ErrorKind, Outcome};
    use upvest_sandbox::{Effect, Fault, Sandbox};
    use upvest_virtual_cash::Currency;

    let sandbox = Sandbox::start().await.unwrap();
    let ledger = ledger();
    let order = CreateVirtualCashIncrease {
        account_group_id: uuid::Uuid::new_v4().into(),
        amount: "200.00".parse().unwrap(),
        currency: Currency::Eur,
    };
    // Each run of the program has another client, and only the ledger stays.
    let run = || payout(&sandbox.client().unwrap(), &ledger, "payout-4711", &order);
    let entries = || sandbox.state().ledger_entries(order.account_group_id, &order.currency);
    let record = || {
        let find = "SELECT record FROM payout";
        ledger.query_row(find, [], |row| row.get::<_, String>(0)).unwrap()
    };

    // The money moves, and the program does not hear of it.
    let lost = Fault::new(Effect::Reset).on("POST", "/virtual_cash_balances/*").after_commit();
    sandbox.faults().add(lost).unwrap();
    assert_eq!(run().unwrap().await.unwrap_err().outcome(), Outcome::Unknown);
    let first = record();
    // After 22 hours the same again; it may also die before it sends anything.
    sandbox.clock().advance(Duration::from_hours(22));
    assert_eq!(run().unwrap().await.unwrap_err().outcome(), Outcome::Unknown);
    drop(run().unwrap());
    assert_eq!((record(), entries()), (first.clone(), 1));

    // In time, it learns what became of the first.
    sandbox.faults().clear();
    let increase = run().unwrap().await.unwrap();
    assert_eq!(sandbox.state().increase(increase.id).unwrap().amount, order.amount);
    assert_eq!((record(), entries()), (first.clone(), 1));

    // After 25 hours Upvest has forgotten the key. The call that was prepared in time is held back too.
    let held = run().unwrap();
    sandbox.clock().advance(Duration::from_hours(3));
    for error in [held.await.unwrap_err(), *run().unwrap_err().downcast().unwrap()] {
        let error: upvest_core::Error = error;
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Replay, Outcome::Unknown));
    }
    assert_eq!((record(), entries()), (first, 1));
}

#[test]
fn a_client_with_credentials_of_your_own() -> Result<(), Box<dyn std::error::Error>> {
    let (client_id, client_secret) = ("5ec16164-6173-461d-b90d-116d68f55b40", "x");
    let (key_id, passphrase) = ("8d4997a8-cf7a-4e51-adbb-401656a3e5c2", PASSPHRASE);
    let pem = std::fs::read_to_string(data("keys/upvest_doc_p521.priv"))?;

    use upvest_core::{Client, Environment, SigningKey};
    use upvest_virtual_cash::VirtualCash;

    let client = Client::builder(Environment::Sandbox)
        .credentials(client_id, client_secret)
        .signing_key(SigningKey::from_pem(key_id, &pem, Some(passphrase))?)
        .scopes(<dyn VirtualCash>::SCOPES)
        .build()?;

    assert_eq!(client.base_url(), "https://sandbox.upvest.co");
    Ok(())
}
