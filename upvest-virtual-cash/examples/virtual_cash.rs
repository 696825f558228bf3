//! Walks through virtual cash: increase, repeat it, decrease, decrease too much, cancel that, and
//! cancel it again. The results arrive by webhook.
//!
//! ```text
//! cargo run --example virtual_cash -- [--explain] [--account-group ID] [--tunnel]
//!                                     [--listen ADDRESS] [--webhook-url URL]
//! ```
//!
//! Without settings it starts its own sandbox. With the settings of `ClientBuilder::from_env` in
//! the environment it runs against that host. Then name one of your account groups. Webhooks of
//! another host come through a tunnel, or to the URL under which that host can reach `--listen`.
//! `--explain` prints the signature base of each request.

mod shared;
#[path = "shared/subscribe.rs"]
mod subscribe;
#[path = "shared/target.rs"]
mod target;

use std::fmt::Display;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use bytes::Bytes;
use clap::Parser;
use http::StatusCode;
use http::request::Parts;
use shared::{Failure, end};
use subscribe::{is_this_machine, subscribe};
use target::{refuse_live, target};
use tokio::net::TcpListener;
use tokio::time::timeout;
use upvest_core::webhook::{
    Event, EventTunnel, Inbox, TunnelError, WebhookId, WebhookVerifier, Webhooks,
};
use upvest_core::{Attempt, Call, CallKind, Client, Error, IdempotencyKey, Observer, Response};
use upvest_virtual_cash::{
    AccountGroupId, CreateVirtualCashDecrease, CreateVirtualCashIncrease, Currency, Timestamp,
    VirtualCash, VirtualCashDecrease, VirtualCashDecreaseId, VirtualCashDecreaseStatus,
    VirtualCashIncrease, VirtualCashIncreaseId, VirtualCashIncreaseStatus,
};

/// How long to wait for an event.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> ExitCode {
    end(walk().await)
}

async fn walk() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let (sandbox, builder) = target().await?;
    let builder = builder.scopes(<dyn VirtualCash>::SCOPES).scopes(<dyn Webhooks>::SCOPES);
    let client = if arguments.explain { builder.observer(Explain) } else { builder }.build()?;
    refuse_live(client.base_url())?;
    match &sandbox {
        Some(_) => println!("Running against a sandbox in this process, {}.", client.base_url()),
        None => println!("Running against {}.", client.base_url()),
    }
    let group = arguments.account_group.unwrap_or_else(|| uuid::Uuid::new_v4().into());
    println!("Account group: {group}");
    let mut walk = Walk { group, news: Notifications::listen(&client, &arguments).await?, client };
    let result = walk.steps().await;
    // Otherwise Upvest would keep sending webhooks to an address that no longer listens.
    let stopped = match walk.news {
        Some(news) => news.stop(&walk.client).await,
        None => Ok(()),
    };
    result?;
    stopped?;
    if let Some(sandbox) = &sandbox {
        let entries = sandbox.state().ledger_entries(group, &Currency::Eur);
        expect(entries == 2, &format!("expected 2 ledger entries, found {entries}"))?;
    }
    println!("\nAll steps succeeded.");
    Ok(())
}

struct Walk {
    client: Client,
    group: AccountGroupId,
    news: Option<Notifications>,
}

impl Walk {
    async fn steps(&mut self) -> Result<(), Failure> {
        let (key, since) = (IdempotencyKey::random(), Timestamp::now());
        headline("Increase the balance by 200.00 EUR");
        let first = self.increase("200.00", key, since).await?;

        headline("Repeat the call with the same key: it takes effect once");
        let again = self.increase("200.00", key, since).await?;
        expect(again == first, "the same key returned another increase")?;
        println!("   the id is the same");

        headline("Decrease the balance by 50.00 EUR");
        self.decrease("50.00", &VirtualCashDecreaseStatus::Confirmed).await?;

        headline("Decrease it by 500.00 EUR, more than the balance: the decrease is queued");
        let queued = self.decrease("500.00", &VirtualCashDecreaseStatus::Queued).await?;

        headline("Cancel that decrease");
        let cancel = <dyn VirtualCash>::CANCEL_DECREASE
            .to_string()
            .replace("{virtual_cash_decrease_id}", &queued.to_string());
        send(&cancel, None, self.client.cancel_decrease(queued)).await?;
        println!("   decrease    {queued}: the cancellation was accepted");
        self.notified(queued, VirtualCashDecreaseStatus::Cancelled.as_str()).await?;

        headline("Cancel it again: that is rejected");
        let refused = send(&cancel, None, self.client.cancel_decrease(queued)).await;
        let error = refused.err().ok_or("a second cancellation was accepted")?;
        let is_refused = error.status().is_some_and(|status| status == 422);
        expect(is_refused, &format!("unexpected error: {error}"))?;
        if let Some(problem) = error.problem() {
            let detail = problem.detail.as_deref().unwrap_or("no detail");
            println!("   problem     {}: {detail}", problem.code());
        }
        Ok(())
    }

    async fn increase(
        &mut self,
        amount: &str,
        key: IdempotencyKey,
        since: Timestamp,
    ) -> Result<VirtualCashIncreaseId, Failure> {
        let order = CreateVirtualCashIncrease {
            account_group_id: self.group,
            amount: amount.parse()?,
            currency: Currency::Eur,
        };
        let call = self.client.increase(&order).idempotency_key(key, since);
        let increase = send(<dyn VirtualCash>::INCREASE, Some(key), call).await?;
        let VirtualCashIncrease { id, amount, currency, status, .. } = increase;
        println!("   increase    {id}: {amount} {currency}, {status}");
        expect((amount, currency) == (order.amount, order.currency), "unexpected amount")?;
        self.notified(id, VirtualCashIncreaseStatus::Confirmed.as_str()).await?;
        Ok(id)
    }

    async fn decrease(
        &mut self,
        amount: &str,
        expected: &VirtualCashDecreaseStatus,
    ) -> Result<VirtualCashDecreaseId, Failure> {
        let order = CreateVirtualCashDecrease {
            account_group_id: self.group,
            amount: amount.parse()?,
            currency: Currency::Eur,
        };
        let call = self.client.decrease(&order);
        let key = call.key();
        let decrease = send(<dyn VirtualCash>::DECREASE, Some(key), call).await?;
        let VirtualCashDecrease { id, amount, currency, status, .. } = decrease;
        println!("   decrease    {id}: {amount} {currency}, {status}");
        expect((amount, currency) == (order.amount, order.currency), "unexpected amount")?;
        self.notified(id, expected.as_str()).await?;
        Ok(id)
    }

    /// Waits until a webhook reports that an operation has a status.
    async fn notified(&mut self, id: impl Into<uuid::Uuid>, status: &str) -> Result<(), Failure> {
        let Some(news) = &mut self.news else { return Ok(()) };
        let seconds = PATIENCE.as_secs();
        let event = timeout(PATIENCE, news.until(id, status))
            .await
            .map_err(|_| format!("no webhook reported {status} within {seconds} s"))??;
        println!("   notified    {status}, by the event {}", event.id());
        Ok(())
    }
}

/// The received webhooks.
struct Notifications {
    inbox: Inbox,
    source: Source,
}

/// Where webhooks come from.
enum Source {
    /// A URL of this machine, and its subscription, if this program created it.
    Url(Option<WebhookId>),
    Tunnel(EventTunnel),
}

impl Notifications {
    /// Listens and subscribes, or opens a tunnel if the host cannot reach this machine.
    async fn listen(client: &Client, arguments: &Arguments) -> Result<Option<Self>, Failure> {
        let can_be_reached = arguments.webhook_url.is_some() || is_this_machine(client);
        if arguments.tunnel || !can_be_reached {
            return Self::through_a_tunnel(client).await;
        }
        let listener = TcpListener::bind(arguments.listen).await?;
        let here = format!("http://{}/webhooks", listener.local_addr()?);
        let url = arguments.webhook_url.clone().unwrap_or(here);
        let (webhook, is_new) = subscribe(client, &url).await?;
        println!("Webhooks are sent to {url}.");
        let inbox = Inbox::new();
        let app = (WebhookVerifier::new(client.clone(), [webhook]), inbox.clone());
        let router = Router::new().fallback(post(receive)).with_state(app);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Some(Self { inbox, source: Source::Url(is_new.then_some(webhook)) }))
    }

    async fn through_a_tunnel(client: &Client) -> Result<Option<Self>, Failure> {
        match EventTunnel::open(client).await {
            Ok(tunnel) => {
                println!("Webhooks come through a tunnel, by {}.", tunnel.url());
                Ok(Some(Self { inbox: Inbox::new(), source: Source::Tunnel(tunnel) }))
            }
            Err(error @ TunnelError::Unavailable(_)) => {
                println!("The results of the operations are not received: {error}.");
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Waits until the operation with this id has a status.
    async fn until(&mut self, id: impl Into<uuid::Uuid>, status: &str) -> Result<Event, Failure> {
        let Self { inbox, source } = self;
        let statuses = [status];
        let found = inbox.until(id, &statuses);
        let Source::Tunnel(tunnel) = source else { return Ok(found.await) };
        tokio::select! {
            event = found => Ok(event),
            () = pass_on(tunnel, inbox) => Err("the tunnel has ended".into()),
        }
    }

    /// Deletes what was created to receive webhooks.
    async fn stop(self, client: &Client) -> upvest_core::Result<()> {
        match self.source {
            Source::Tunnel(tunnel) => tunnel.close().await,
            Source::Url(Some(webhook)) => client.delete_webhook(webhook).await,
            Source::Url(None) => Ok(()),
        }
    }
}

/// Puts what the tunnel brings into the inbox.
async fn pass_on(tunnel: &mut EventTunnel, inbox: &Inbox) {
    while let Some(delivery) = tunnel.next().await {
        match delivery {
            Ok(delivery) => drop(inbox.put(delivery.events)),
            Err(error) => eprintln!("   {error}"),
        }
    }
}

async fn receive(
    State((verifier, inbox)): State<(WebhookVerifier, Inbox)>,
    head: Parts,
    body: Bytes,
) -> StatusCode {
    match verifier.verify(&head, &body).await {
        Ok(delivery) => {
            inbox.put(delivery.events);
            StatusCode::OK
        }
        Err(error) => {
            eprintln!("   webhook rejected: {error}");
            error.status()
        }
    }
}

/// Sends a call, and prints the request and the response.
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
        println!("   response    {status} in {}", milliseconds(started.elapsed()));
    }
    println!("   request id  {}", request_id.unwrap_or("none"));
    result.map(Response::into_value)
}

fn headline(text: &str) {
    println!("\n{text}");
}

fn milliseconds(time: Duration) -> String {
    format!("{}.{} ms", time.as_millis(), time.as_micros() / 100 % 10)
}

fn expect(is_so: bool, otherwise: &str) -> Result<(), Failure> {
    if is_so { Ok(()) } else { Err(otherwise.into()) }
}

/// Walks through virtual cash, against its own sandbox or the host in the environment.
#[derive(Parser)]
struct Arguments {
    /// Prints the signature base of each request.
    #[arg(long)]
    explain: bool,
    /// The account group whose balance changes; a new one if not given.
    #[arg(long, value_name = "ID")]
    account_group: Option<AccountGroupId>,
    /// The address to receive webhooks at.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The URL under which the host can reach that address; not needed on this machine.
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,
    /// Receives webhooks through a tunnel; the default on another machine without `--webhook-url`.
    #[arg(long, conflicts_with = "webhook_url")]
    tunnel: bool,
}

/// Prints the signature base of each request.
struct Explain;

impl Observer for Explain {
    fn sending(&self, attempt: &Attempt<'_>) {
        let Some(base) = attempt.signature_base() else { return };
        println!("   signed for {} {}:", attempt.method(), attempt.path());
        println!("     {}\n", base.to_string().replace('\n', "\n     "));
    }
}
