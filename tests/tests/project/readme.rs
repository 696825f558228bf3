//! The README is correct: each of its Rust blocks appears, line by line, in code that compiles.

use upvest_tests::{PASSPHRASE, data, root};

/// The dependencies in the README have the versions of the crates.
#[test]
fn the_versions_match_the_crates() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let [major, minor, _] = env!("CARGO_PKG_VERSION").split('.').collect::<Vec<_>>()[..] else {
        panic!("the version does not have three numbers")
    };
    let named: Vec<_> = readme.lines().filter(|line| line.starts_with("upvest-")).collect();
    let version = format!("\"{major}.{minor}\"");
    assert_eq!(
        named,
        [
            format!("upvest-core = {version}"),
            format!("upvest-outbox = {version}"),
            format!("upvest-virtual-cash = {version}"),
            format!("upvest-sandbox = {{ version = {version}, default-features = false }}"),
        ]
    );
}

mod orders {
    use serde::{Deserialize, Serialize};
    use upvest_core::{Call, Error, IdempotentCall, api};

    #[derive(Serialize)]
    pub struct Order {
        pub instrument: String,
    }

    #[derive(Debug, Deserialize)]
    pub struct Placed {
        pub status: String,
    }

    #[api(scope = "orders:admin")]
    pub trait Orders: Send + Sync {
        /// Places an order.
        #[endpoint(POST, "/orders", idempotent, signed)]
        fn place(&self, body: &Order) -> IdempotentCall<Placed>;

        /// Cancels an order.
        #[endpoint(DELETE, "/orders/{order_id}", signed)]
        fn cancel(&self, order_id: u32) -> Call<()>;
    }

    /// An API that rejects every order.
    struct Closed;

    impl Orders for Closed {
        fn place(&self, _: &Order) -> IdempotentCall<Placed> {
            Call::ready(Err(Error::from_problem(422, "unprocessable_entity")))
        }

        fn cancel(&self, _: u32) -> Call<()> {
            Call::ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn it_rejects_without_a_server() {
        let orders: Box<dyn Orders> = Box::new(Closed);
        let order = Order { instrument: "US0378331005".to_owned() };
        let error = orders.place(&order).await.unwrap_err();
        assert_eq!(error.problem().map(|problem| problem.code()), Some("unprocessable_entity"));
        orders.cancel(7).await.unwrap();
        let placed: Placed = serde_json::from_str(r#"{"status":"PLACED"}"#).unwrap();
        assert_eq!(placed.status, "PLACED");
    }
}

/// Returns the lines that are not empty, without their indentation.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

#[test]
fn every_rust_block_is_in_code_that_compiles() {
    let sources: Vec<String> = [
        "upvest-virtual-cash/src/lib.rs",
        "upvest-virtual-cash/examples/webhooks.rs",
        "tests/tests/money/pay_once.rs",
        "tests/tests/operations/declared/virtual_cash_balances.rs",
        "tests/tests/outbox/readme.rs",
        "tests/tests/project/readme.rs",
    ]
    .iter()
    .map(|file| std::fs::read_to_string(root().join(file)).unwrap())
    .collect();
    for (file, count) in [
        ("README.md", 2),
        ("upvest-codegen/README.md", 2),
        ("upvest-core/README.md", 2),
        ("upvest-macros/README.md", 0),
        ("upvest-outbox/README.md", 1),
        ("upvest-sandbox/README.md", 1),
        ("upvest-signature/README.md", 0),
        ("upvest-transport/README.md", 0),
        ("upvest-types/README.md", 0),
        ("upvest-virtual-cash/README.md", 3),
    ] {
        let readme = std::fs::read_to_string(root().join(file)).unwrap();
        let blocks = readme.split("```rust\n").skip(1);
        let blocks: Vec<&str> = blocks.map(|rest| rest.split("```").next().unwrap()).collect();
        assert_eq!(blocks.len(), count, "{file}");
        for block in blocks {
            let code = lines(block);
            let is_in =
                |source: &String| lines(source).windows(code.len()).any(|window| window == code);
            assert!(sources.iter().any(is_in), "not in the code, from {file}:\n{block}");
        }
    }
}

/// Somebody decides in two minutes whether to read on; the sandbox's table does not count.
#[test]
fn the_readmes_are_short() {
    for file in [
        "README.md",
        "upvest-codegen/README.md",
        "upvest-core/README.md",
        "upvest-macros/README.md",
        "upvest-outbox/README.md",
        "upvest-sandbox/README.md",
        "upvest-signature/README.md",
        "upvest-transport/README.md",
        "upvest-types/README.md",
        "upvest-virtual-cash/README.md",
    ] {
        let readme = std::fs::read_to_string(root().join(file)).unwrap();
        let text = readme.split("<!-- fidelity -->").next().unwrap();
        assert!(text.lines().count() <= 150, "{file}");
    }
}

#[test]
fn the_readme_names_the_oldest_supported_rust() {
    let oldest = |manifest: &str| {
        let manifest = std::fs::read_to_string(root().join(manifest)).unwrap();
        let version = |line: &str| {
            line.strip_prefix("rust-version = \"")?.strip_suffix('"').map(str::to_owned)
        };
        manifest.lines().find_map(version).unwrap()
    };
    let (most, outbox) = (oldest("Cargo.toml"), oldest("upvest-outbox/Cargo.toml"));
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let readme = readme.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(readme.contains(&format!("Rust toolchain ({outbox} or newer)")), "{outbox}");
    assert!(readme.contains(&format!("all crates but `upvest-outbox` build with Rust {most}.")));
}

/// With `UPDATE=1`, the table is rewritten.
#[test]
fn the_fidelity_table_matches_the_sandbox() {
    let file = root().join("upvest-sandbox/README.md");
    let readme = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = readme.split_once("<!-- fidelity -->\n").unwrap();
    let (table, after) = rest.split_once("<!-- /fidelity -->\n").unwrap();
    let expected = upvest_sandbox::fidelity::markdown();
    if std::env::var_os("UPDATE").is_some() {
        let readme = format!("{before}<!-- fidelity -->\n{expected}<!-- /fidelity -->\n{after}");
        std::fs::write(file, readme).unwrap();
        return;
    }
    assert_eq!(table, expected, "run `UPDATE=1 cargo test -p upvest-tests --test project`");
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
    sandbox.faults().add(lost.times(1))?; // the money moves, and the response is lost
    let increase = sandbox.client()?.increase(&order).await?; // retried with the same key
    assert_eq!(sandbox.state().balance(order.account_group_id, &order.currency), 20_000);
    assert_eq!(sandbox.log().last().map(|entry| entry.is_replay()), Some(true));
    sandbox.clock().advance(std::time::Duration::from_secs(3600)); // every token has expired now

    assert!(sandbox.state().increase(increase.id).is_some());
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
