//! Sends many requests to the sandbox whose settings are in the environment: increases in a hundred
//! account groups, and then requests for a balance.
//!
//! ```text
//! cargo run -p upvest-tests --example fill_sandbox -- ORDERS BALANCES
//! ```

use std::process::ExitCode;

use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::task::JoinSet;
use upvest_core::{AccountGroupId, Call, ClientBuilder, api};
use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash};
use uuid::Uuid;

/// The number of concurrent requests.
const AT_ONCE: usize = 32;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[api(scope = "positions:read")]
trait CashBalances: Send + Sync {
    /// The balance in EUR.
    #[endpoint(GET, "/account_groups/{account_group_id}/payments/cash_balance", signed)]
    fn cash_balance(&self, account_group_id: AccountGroupId) -> Call<Balance>;
}

/// The content does not matter.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
struct Balance {
    _content: IgnoredAny,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Failure> {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let mut number = |name: &str| numbers.next().ok_or(format!("missing number of {name}"));
    let (orders, balances) = (number("orders")??, number("balances")??);
    let client = ClientBuilder::from_env()?
        .scopes(<dyn VirtualCash>::SCOPES)
        .scopes(<dyn CashBalances>::SCOPES)
        .build()?;
    let mut workers = JoinSet::new();
    for worker in 0..AT_ONCE {
        let client = client.clone();
        workers.spawn(async move {
            for number in (worker..orders + balances).step_by(AT_ONCE) {
                let group = Uuid::from_u128((number % 100) as u128).into();
                if number < orders {
                    let order = CreateVirtualCashIncrease {
                        account_group_id: group,
                        amount: "1.00".parse()?,
                        currency: Currency::Eur,
                    };
                    client.increase(&order).await?;
                } else {
                    client.cash_balance(group).await?;
                }
            }
            Ok::<(), Failure>(())
        });
    }
    while let Some(ended) = workers.join_next().await {
        ended??;
    }
    Ok(())
}
