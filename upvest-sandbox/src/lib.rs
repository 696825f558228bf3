//! A local sandbox for the Upvest Investment API: tests and first steps need neither credentials
//! nor a network.
//!
//! It is strict: it checks token, scope, signature, digest, times, nonce, idempotency key and body
//! as the real API does, and responds with the same problem documents. For a refused signature, its
//! log shows the received signature base next to the expected one.
//!
//! ```
//! use upvest_sandbox::Sandbox;
//! use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::start().await?;
//! let client = sandbox.client()?;
//!
//! let order = CreateVirtualCashIncrease {
//!     account_group_id: "ac1c39e9-2101-46b8-a624-d10a9e351b6c".parse()?,
//!     amount: "200.00".parse()?,
//!     currency: Currency::Eur,
//! };
//! let increase = client.increase(&order).await?;
//! assert_eq!(increase.amount, order.amount);
//! assert_eq!(sandbox.state().balance(order.account_group_id, &order.currency), 20_000);
//! # Ok(())
//! # }
//! ```
//!
//! | to | |
//! | --- | --- |
//! | start one with a seed, a state file, other checks and assumptions | [`Sandbox::builder`] |
//! | read balances and operations, and change operations manually | [`Sandbox::state`] |
//! | make requests fail, before or after they are carried out | [`Sandbox::faults`] |
//! | stop the clock, and move it forward | [`Sandbox::clock`] |
//! | see the received requests, and why one was refused | [`Sandbox::log`] |
//! | see the webhooks that were sent, and redeliver them | [`Sandbox::webhooks`] |
//! | know how certain it is that Upvest does the same | [`fidelity`] |
//!
//! The program of the same name offers all of it on its page at `/_sandbox/`, and as JSON.

mod admin;
mod bases;
mod body;
mod builder;
mod cash;
mod clock;
mod concurrent;
mod connections;
mod credentials;
mod error;
mod explain;
mod faults;
pub mod fidelity;
mod gate;
mod handler;
mod hints;
mod log;
mod problem;
mod routes;
mod seed;
mod served;
mod server;
mod settings;
mod shape;
mod state;
mod store;
mod token;
mod webhooks;
mod world;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::task::AbortHandle;
use upvest_core::{Client, ClientBuilder, Environment};

pub use crate::bases::SignatureBases;
pub use crate::builder::SandboxBuilder;
pub use crate::cash::{Operation, OperationKind};
pub use crate::clock::SandboxClock;
pub use crate::credentials::Credentials;
pub use crate::error::StartError;
pub use crate::faults::{ActiveFault, Effect, Fault, Faults, InvalidFault};
pub use crate::log::{Entry, Log, Verdict};
pub use crate::served::{ReceivedRequest, Reply};
use crate::server::Server;
pub use crate::settings::{Assumption, Check, Progress, Spec, UnknownValue};
pub use crate::state::{State, StateError};
pub use crate::store::ClockSetting;
pub use crate::webhooks::handle::WebhookSender;
pub use crate::webhooks::queue::WebhookDelivery;

/// A running sandbox. Dropping it stops the sandbox and releases its state file.
pub struct Sandbox {
    address: SocketAddr,
    server: Arc<Server>,
    sender: AbortHandle,
    _stop: oneshot::Sender<()>,
    /// Ends the thread that it runs in, if it has one.
    thread: Option<oneshot::Sender<()>>,
}

impl Sandbox {
    /// Returns a builder, to start a sandbox with other settings.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    /// Starts a sandbox on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// Fails if no port is free, or if no key can be generated.
    ///
    /// # Cancel safety
    /// If the future is dropped before it completes, nothing has been started.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Returns the address on which the sandbox listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the URL of the sandbox on this machine, such as `http://127.0.0.1:8080`.
    #[must_use]
    pub fn url(&self) -> String {
        let ip = self.address.ip();
        let ip = if ip.is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { ip };
        format!("http://{}", SocketAddr::from((ip, self.address.port())))
    }

    /// Returns the environment for a client of this sandbox.
    #[must_use]
    pub fn environment(&self) -> Environment {
        Environment::Custom(self.url())
    }

    /// Returns the credentials that the sandbox accepts.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.server.world.credentials
    }

    /// Returns the settings of a client as names and values, including secrets.
    ///
    /// The names are those that Upvest's own packages use.
    #[must_use]
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        self.credentials().settings(&self.url(), &self.server.world.scopes)
    }

    /// Builds a client with accepted credentials and every scope.
    ///
    /// # Errors
    /// Fails if TLS cannot be set up.
    pub fn client(&self) -> upvest_core::Result<Client> {
        self.client_builder().scopes(&self.server.world.scopes).build()
    }

    /// Returns a client builder with address, credentials, key and clock set, but no scopes.
    pub fn client_builder(&self) -> ClientBuilder {
        let credentials = self.credentials();
        Client::builder(self.environment())
            .credentials(credentials.client_id(), credentials.client_secret().clone())
            .signing_key(credentials.signing_key().clone())
            .clock(self.clock().clone())
    }

    /// Returns access to account groups, balances and operations.
    #[must_use]
    pub fn state(&self) -> State<'_> {
        State::of(&self.server.world)
    }

    /// Returns the clock, which can be stopped and moved forward.
    #[must_use]
    pub fn clock(&self) -> &SandboxClock {
        &self.server.world.clock
    }

    /// Returns access to the webhooks that the sandbox sends.
    #[must_use]
    pub fn webhooks(&self) -> WebhookSender<'_> {
        WebhookSender::of(&self.server.world)
    }

    /// Returns the faults, which make requests fail on purpose.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.server.faults
    }

    /// Returns the log of the newest requests, with the result of each.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.server.log
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.sender.abort();
        self.server.world.store.close();
        // Requests that wait for a webhook end.
        self.server.world.store.deliveries_changed();
        drop(self.thread.take());
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("address", &self.address)
            .field("credentials", self.credentials())
            .finish_non_exhaustive()
    }
}
