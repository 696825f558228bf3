//! Walks through virtual cash: increase, the same once more, decrease, one too many, cancel it, and
//! cancel it again.
//!
//! ```text
//! cargo run --example virtual_cash -- [--explain] [--account-group ID]
//! ```
//!
//! With no settings it starts a sandbox of its own. With the settings of `ClientBuilder::from_env`
//! in the environment it runs against that host; name an account group of yours then.
//! `--explain` prints what is signed for each request.

mod shared;

use std::fmt::Display;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use bytes::Bytes;
use clap::Parser;
use shared::{Failure, end, place_to_run, refuse_live};
use upvest_core::signature::{
    Message, SignatureInput, SignatureVersion, mask_token, signature_base,
};
use upvest_core::transport::{Body, ReqwestTransport, Transport, TransportError};
use upvest_core::{BoxFuture, Call, CallKind, Client, Error, IdempotencyKey, Response};
use upvest_sandbox::Sandbox;
use upvest_virtual_cash::{
    AccountGroupId, CreateVirtualCashDecrease, CreateVirtualCashIncrease, Currency, VirtualCash,
    VirtualCashDecrease, VirtualCashDecreaseId, VirtualCashDecreaseStatus, VirtualCashIncrease,
    VirtualCashIncreaseId, VirtualCashIncreaseStatus,
};

#[tokio::main]
async fn main() -> ExitCode {
    end(walk().await)
}

async fn walk() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let (sandbox, builder) = place_to_run().await?;
    let transport = Explain { inner: ReqwestTransport::new()?, is_on: arguments.explain };
    let client = builder.scopes(<dyn VirtualCash>::SCOPES).transport(transport).build()?;
    refuse_live(client.base_url())?;
    match &sandbox {
        Some(_) => println!("Upvest is a sandbox in this process, {}.", client.base_url()),
        None => println!("Upvest is {}.", client.base_url()),
    }
    let group = arguments.account_group.unwrap_or_else(|| uuid::Uuid::new_v4().into());
    println!("The account group is {group}.");

    let key = IdempotencyKey::random();
    headline("Increase the balance by 200.00 EUR");
    let first = increase(&client, sandbox.as_ref(), group, "200.00", key).await?;

    headline("The same call with the same key: it takes effect once");
    let again = increase(&client, sandbox.as_ref(), group, "200.00", key).await?;
    expect(again == first, "the same key gave another increase")?;
    println!("   the id is the same");
    if let Some(sandbox) = &sandbox {
        let entries = sandbox.state().ledger_entries(group, &Currency::Eur);
        expect(entries == 1, &format!("the ledger has {entries} entries instead of one"))?;
    }

    headline("Decrease the balance by 50.00 EUR");
    decrease(&client, sandbox.as_ref(), group, "50.00", VirtualCashDecreaseStatus::Confirmed)
        .await?;

    headline("Decrease it by 500.00 EUR, which is not there: the decrease waits");
    let queued =
        decrease(&client, sandbox.as_ref(), group, "500.00", VirtualCashDecreaseStatus::Queued)
            .await?;

    headline("Cancel that decrease");
    let cancel = <dyn VirtualCash>::CANCEL_DECREASE
        .to_string()
        .replace("{virtual_cash_decrease_id}", &queued.to_string());
    send(&cancel, None, client.cancel_decrease(queued)).await?;
    println!("   decrease    {queued}: the cancellation is accepted");
    if let Some(now) = sandbox.as_ref().and_then(|sandbox| sandbox.state().decrease(queued)) {
        became(now.status.as_str());
        expect(now.status == VirtualCashDecreaseStatus::Cancelled, "it should be CANCELLED")?;
    }

    headline("Cancel it once more: that is refused");
    let refused = send(&cancel, None, client.cancel_decrease(queued)).await;
    let error = refused.err().ok_or("a second cancellation was accepted")?;
    expect(error.status().is_some_and(|status| status == 422), &format!("another error: {error}"))?;
    if let Some(problem) = error.problem_document() {
        println!(
            "   problem     {}: {}",
            problem.code(),
            problem.detail.as_deref().unwrap_or("no detail")
        );
    }

    println!("\nEvery step did what it should.");
    if sandbox.is_none() {
        println!("What became of the operations arrives by webhook.");
    }
    Ok(())
}

async fn increase(
    client: &Client,
    sandbox: Option<&Sandbox>,
    group: AccountGroupId,
    amount: &str,
    key: IdempotencyKey,
) -> Result<VirtualCashIncreaseId, Failure> {
    let order = CreateVirtualCashIncrease {
        account_group_id: group,
        amount: amount.parse()?,
        currency: Currency::Eur,
    };
    let call = client.increase(&order).idempotency_key(key);
    let increase = send(<dyn VirtualCash>::INCREASE, Some(key), call).await?;
    let VirtualCashIncrease { id, amount, currency, status, .. } = &increase;
    println!("   increase    {id}: {amount} {currency}, {status}");
    expect((amount, currency) == (&order.amount, &order.currency), "another amount was answered")?;
    if let Some(now) = sandbox.and_then(|sandbox| sandbox.state().increase(increase.id)) {
        became(now.status.as_str());
        expect(now.status == VirtualCashIncreaseStatus::Confirmed, "it should be CONFIRMED")?;
    }
    Ok(increase.id)
}

async fn decrease(
    client: &Client,
    sandbox: Option<&Sandbox>,
    group: AccountGroupId,
    amount: &str,
    expected: VirtualCashDecreaseStatus,
) -> Result<VirtualCashDecreaseId, Failure> {
    let order = CreateVirtualCashDecrease {
        account_group_id: group,
        amount: amount.parse()?,
        currency: Currency::Eur,
    };
    let call = client.decrease(&order);
    let key = call.key();
    let decrease = send(<dyn VirtualCash>::DECREASE, Some(key), call).await?;
    let VirtualCashDecrease { id, amount, currency, status, .. } = &decrease;
    println!("   decrease    {id}: {amount} {currency}, {status}");
    expect((amount, currency) == (&order.amount, &order.currency), "another amount was answered")?;
    if let Some(now) = sandbox.and_then(|sandbox| sandbox.state().decrease(decrease.id)) {
        became(now.status.as_str());
        expect(now.status == expected, &format!("it should be {expected}"))?;
    }
    Ok(decrease.id)
}

/// Sends a call, and prints what went out and what came back.
async fn send<T: Send + 'static, K: CallKind>(
    what: impl Display,
    key: Option<IdempotencyKey>,
    call: Call<T, K>,
) -> Result<T, Error> {
    println!("   {what}");
    if let Some(key) = key {
        println!("   key         {key}");
    }
    let started = Instant::now();
    let result = call.with_response().await;
    let (status, request_id) = match &result {
        Ok(response) => (Some(response.status()), response.request_id()),
        Err(error) => (error.status(), error.request_id()),
    };
    if let Some(status) = status {
        println!("   answered    {status} in {}", milliseconds(started.elapsed()));
    }
    println!("   request id  {}", request_id.unwrap_or("none"));
    result.map(Response::into_value)
}

fn headline(text: &str) {
    println!("\n{text}");
}

fn became(status: &str) {
    println!("   since then  {status} (Upvest tells this by webhook; here the sandbox was asked)");
}

fn milliseconds(time: Duration) -> String {
    format!("{}.{} ms", time.as_millis(), time.as_micros() / 100 % 10)
}

fn expect(is_so: bool, otherwise: &str) -> Result<(), Failure> {
    if is_so { Ok(()) } else { Err(otherwise.into()) }
}

/// Walks through virtual cash, against a sandbox of its own or the host in the environment.
#[derive(Parser)]
struct Arguments {
    /// Prints what is signed for each request.
    #[arg(long)]
    explain: bool,
    /// The account group whose balance is changed; a new one unless given.
    #[arg(long, value_name = "ID")]
    account_group: Option<AccountGroupId>,
}

/// Prints the signature base of each request on its way out, read back from the request itself.
struct Explain {
    inner: ReqwestTransport,
    is_on: bool,
}

impl Transport for Explain {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        if self.is_on {
            match explain(&request) {
                Ok(base) => {
                    println!("   signed for {} {}:", request.method(), request.uri().path());
                    println!("     {}\n", base.replace('\n', "\n     "));
                }
                Err(error) => println!("   not signed: {error}"),
            }
        }
        self.inner.send(request)
    }
}

fn explain(request: &http::Request<Bytes>) -> Result<String, Failure> {
    let input = SignatureInput::from_headers(request.headers())?;
    let base = signature_base(
        SignatureVersion::V15,
        &Message::of(request),
        &input.components,
        &input.parameters,
    )?;
    Ok(mask_token(&base))
}
