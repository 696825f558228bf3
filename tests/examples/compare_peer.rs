//! The two Rust clients that `tests/compare/run.py` measures, and the server that all clients call:
//!
//! ```text
//! compare_peer server
//! compare_peer client|manual sign|call IN_FLIGHT
//! ```
//!
//! A client reads its settings from the variables that Upvest's own packages use. For each line on
//! standard input, a number of seconds, it works for that long, and prints how many requests it made.

#[path = "../benches/shared/manual.rs"]
mod manual;
#[path = "../benches/shared/server.rs"]
mod server;

use std::env;
use std::hint::black_box;
use std::io::stdin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use manual::Manual;
use serde::Deserialize;
use server::{GROUP, respond};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use upvest_core::{Client, ClientBuilder};
use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash, VirtualCashIncrease};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Makes requests until the time is over, at least one in each of the tasks, and returns how many.
async fn requests(in_flight: usize, seconds: f64, request: &impl AsyncRequest) -> Result<u64> {
    let end = Instant::now() + Duration::from_secs_f64(seconds);
    let mut tasks = JoinSet::new();
    for _ in 0..in_flight {
        let request = request.clone();
        tasks.spawn(async move {
            let mut count = 0;
            loop {
                request.make().await?;
                count += 1;
                if Instant::now() >= end {
                    return Ok(count);
                }
            }
        });
    }
    tasks.join_all().await.into_iter().sum()
}

/// One request, as often as it is wanted.
trait AsyncRequest: Clone + Send + 'static {
    fn make(&self) -> impl Future<Output = Result<()>> + Send;
}

/// The client of this project. Without a network, it calls a server in memory.
#[derive(Clone)]
struct ByClient(Client);

impl ByClient {
    fn new(has_network: bool) -> Result<Self> {
        let builder = ClientBuilder::from_env()?.scopes(<dyn VirtualCash>::SCOPES);
        let builder = if has_network { builder } else { builder.transport(respond) };
        Ok(Self(builder.build()?))
    }
}

impl AsyncRequest for ByClient {
    async fn make(&self) -> Result<()> {
        let order = CreateVirtualCashIncrease {
            account_group_id: GROUP.into(),
            amount: "200.00".parse()?,
            currency: Currency::Eur,
        };
        black_box(self.0.increase(&order).await?);
        Ok(())
    }
}

/// The minimal client. Without a network, it only signs.
#[derive(Clone)]
struct Manually {
    manual: Arc<Manual>,
    network: Option<reqwest::Client>,
}

impl Manually {
    async fn new(has_network: bool) -> Result<Self> {
        #[derive(Deserialize)]
        struct Token {
            access_token: String,
        }

        let setting = |name: &str| env::var(format!("UPVEST_API_{name}"));
        let (client_id, scope) = (setting("CLIENT_ID")?, setting("SCOPES")?.replace(',', " "));
        let pem = std::fs::read(setting("HTTP_SIGN_PRIVATE_KEY_FILENAME")?)?;
        let mut manual = Manual::new(&setting("BASE_URL")?, &client_id, &setting("KEY_ID")?, &pem);
        // As without the features that the tests enable.
        let network =
            reqwest::Client::builder().no_brotli().no_deflate().no_gzip().no_zstd().build()?;
        let form = serde_urlencoded::to_string([
            ("client_id", client_id.as_str()),
            ("client_secret", &setting("CLIENT_SECRET")?),
            ("grant_type", "client_credentials"),
            ("scope", &scope),
        ])?;
        let content_type = ("content-type", "application/x-www-form-urlencoded");
        let request = manual.signed("/auth/token", form.into(), &[content_type]);
        let response = network.execute(request.try_into()?).await?.error_for_status()?;
        manual.token = serde_json::from_slice::<Token>(&response.bytes().await?)?.access_token;
        Ok(Self { manual: Arc::new(manual), network: has_network.then_some(network) })
    }
}

impl AsyncRequest for Manually {
    async fn make(&self) -> Result<()> {
        let request = self.manual.increase(GROUP);
        if let Some(network) = &self.network {
            let response = network.execute(request.try_into()?).await?.error_for_status()?;
            let body = response.bytes().await?;
            black_box(serde_json::from_slice::<VirtualCashIncrease>(&body)?);
        } else {
            black_box(request);
        }
        Ok(())
    }
}

/// Works for each line on standard input.
fn measure(runtime: &Runtime, in_flight: usize, request: &impl AsyncRequest) -> Result<()> {
    for line in stdin().lines() {
        let work = requests(in_flight, line?.parse()?, request);
        println!("{}", runtime.block_on(work)?);
    }
    Ok(())
}

fn run() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (who, mode, in_flight) = match arguments[..] {
        ["server"] => {
            println!("http://{}", server::start());
            // Until the end of standard input.
            stdin().lines().for_each(drop);
            return Ok(());
        }
        [who, mode @ ("sign" | "call"), in_flight] => (who, mode, in_flight.parse()?),
        _ => return Err("usage: compare_peer server | client|manual sign|call IN_FLIGHT".into()),
    };
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let _inside = runtime.enter();
    match who {
        "client" => measure(&runtime, in_flight, &ByClient::new(mode == "call")?),
        "manual" => {
            let manually = runtime.block_on(Manually::new(mode == "call"))?;
            measure(&runtime, in_flight, &manually)
        }
        _ => Err(format!("unknown client `{who}` (expected `client` or `manual`)").into()),
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}
