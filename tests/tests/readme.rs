//! The README tells the truth: each of its Rust blocks stands, line by line, in code that compiles.

use upvest_tests::{PASSPHRASE, data, root};

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
    assert_eq!(blocks.len(), 5);
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

#[tokio::test]
async fn an_application() -> Result<(), Box<dyn std::error::Error>> {
    use std::time::Duration;
    use upvest_core::{CallRecord, IdempotencyKey, Outcome};
    use upvest_sandbox::Sandbox;
    use upvest_virtual_cash::{
        CreateVirtualCashIncrease, Currency, VirtualCash, VirtualCashIncrease,
    };

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

    // The careful form: the key comes from an id in your own ledger, and the call can be stored.
    let namespace = uuid::uuid!("7d0e4a4e-5f8c-4c0b-9b53-3a1c9f3f6a11"); // make one of your own
    let call = client
        .increase(&order)
        .idempotency_key(IdempotencyKey::derive(&namespace, "payout-4711"))
        .timeout(Duration::from_secs(20));
    let stored = serde_json::to_string(&call.record())?; // into your ledger, before a byte leaves
    match call.await {
        Ok(increase) => println!("done: {}", increase.id),
        // It may have happened.
        Err(error) if error.outcome() >= Outcome::Unknown => println!("to be replayed: {error}"),
        Err(error) => return Err(error.into()),
    }

    // After a crash: the same request again. It takes effect once, and Upvest repeats its answer.
    let record: CallRecord = serde_json::from_str(&stored)?;
    let endpoints = <dyn VirtualCash>::ENDPOINTS;
    let increase = client.replay::<VirtualCashIncrease>(endpoints, record)?.await?;
    println!("done: {}", increase.id);

    assert_eq!(sandbox.state().ledger_entries(order.account_group_id, &order.currency), 2);
    Ok(())
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
