//! A local stand-in for the Upvest Investment API, so that tests and first steps need neither
//! credentials nor a network.
//!
//! It is strict: it checks token, scope, signature, digest, times, nonce, idempotency key and body
//! as the real one does, and answers with the same problem documents. For a refused signature its
//! log shows the base of what came in beside the one that it should have been.
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
//! | look at balances and operations, and move them by hand | [`Sandbox::state`] |
//! | let requests go wrong, before or after they are carried out | [`Sandbox::faults`] |
//! | stop the time, and put it forward | [`Sandbox::clock`] |
//! | see what came in, and why it was refused | [`Sandbox::log`] |
//! | see the webhooks that were sent, and send them again | [`Sandbox::webhooks`] |
//! | know how sure it is that Upvest does the same | [`fidelity`] |
//!
//! The program of the same name has all of it on its page at `/_sandbox/`, and as JSON.

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

pub use crate::bases::Bases;
pub use crate::builder::SandboxBuilder;
pub use crate::cash::{Operation, OperationKind};
pub use crate::clock::SandboxClock;
pub use crate::credentials::Credentials;
pub use crate::error::StartError;
pub use crate::faults::{ActiveFault, Effect, Fault, Faults, InvalidFault};
pub use crate::log::{Entry, Log, Verdict};
pub use crate::served::{ReceivedRequest, Reply};
use crate::server::Server;
pub use crate::settings::{Assumption, Check, Progress, Spec, UnknownWord};
pub use crate::state::{State, StateError};
pub use crate::store::ClockSetting;
pub use crate::webhooks::handle::WebhookSender;
pub use crate::webhooks::queue::WebhookDelivery;

/// A sandbox that is running. Dropping it stops it, and frees its state file.
pub struct Sandbox {
    address: SocketAddr,
    server: Arc<Server>,
    sender: AbortHandle,
    _stop: oneshot::Sender<()>,
}

impl Sandbox {
    /// How to start one, with settings.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    /// Starts one on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// If no port is free, or no key can be made.
    ///
    /// # Cancel safety
    /// If it is dropped before it is ready, nothing has been started.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it can be reached from this machine, such as `http://127.0.0.1:8080`.
    #[must_use]
    pub fn url(&self) -> String {
        let ip = self.address.ip();
        let ip = if ip.is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { ip };
        format!("http://{}", SocketAddr::from((ip, self.address.port())))
    }

    /// Where it listens, as a client wants it.
    #[must_use]
    pub fn environment(&self) -> Environment {
        Environment::Custom(self.url())
    }

    /// What a client needs to be let in.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.server.world.credentials
    }

    /// The settings of a client as names and values, under the names that Upvest's own packages use;
    /// secrets included.
    #[must_use]
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        self.credentials().settings(&self.url(), &self.server.world.scopes)
    }

    /// A client that is let in, with every scope.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn client(&self) -> upvest_core::Result<Client> {
        self.client_builder().scopes(&self.server.world.scopes).build()
    }

    /// The beginning of a client that is let in: address, credentials, key and clock, no scopes.
    pub fn client_builder(&self) -> ClientBuilder {
        let credentials = self.credentials();
        Client::builder(self.environment())
            .credentials(credentials.client_id(), credentials.client_secret().clone())
            .signing_key(credentials.signing_key().clone())
            .clock(self.clock().clone())
    }

    /// Account groups, balances and operations.
    #[must_use]
    pub fn state(&self) -> State<'_> {
        State::of(&self.server.world)
    }

    /// Its clock, which can be stopped and put forward.
    #[must_use]
    pub fn clock(&self) -> &SandboxClock {
        &self.server.world.clock
    }

    /// What it tells on its own.
    #[must_use]
    pub fn webhooks(&self) -> WebhookSender<'_> {
        WebhookSender::of(&self.server.world)
    }

    /// What goes wrong on purpose.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.server.faults
    }

    /// The newest requests, and what became of each.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.server.log
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.sender.abort();
        self.server.world.store.close();
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
