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
//! assert_eq!(sandbox.balance(order.account_group_id, &order.currency), 20_000);
//! # Ok(())
//! # }
//! ```

mod cash;
mod credentials;
mod gate;
mod log;
mod operations;
mod problem;
mod routes;
mod served;
mod server;
mod state;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use upvest_core::{
    AccountGroupId, Client, ClientBuilder, Clock, Currency, Endpoint, Environment, Timestamp,
};
use upvest_virtual_cash::{
    VirtualCashDecrease, VirtualCashDecreaseId, VirtualCashIncrease, VirtualCashIncreaseId,
};

use crate::cash::Kind;
pub use crate::credentials::Credentials;
use crate::gate::Gate;
use crate::log::Log;
pub use crate::log::{Bases, Entry};
use crate::served::Answering;
pub use crate::served::{Received, Reply};
use crate::server::Server;
use crate::state::State;

/// A sandbox that is running, on a loopback address. Dropping it stops it.
pub struct Sandbox {
    address: SocketAddr,
    server: Arc<Server>,
    _stop: oneshot::Sender<()>,
}

/// How a sandbox is started.
#[must_use]
pub struct SandboxBuilder {
    port: u16,
    clock: Arc<dyn Clock>,
    served: Vec<(&'static Endpoint, Answering)>,
}

impl SandboxBuilder {
    /// The port to listen on; 0, the default, takes a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Tells the time by `clock`: tokens, signatures and idempotency keys grow old by it.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Serves one more endpoint, such as a library author has declared. Each request is checked as
    /// its declaration says: signature, token and scope, idempotency key, content type, digest. What
    /// passes is for `answer` to answer; if that panics, the client gets a 500, and the log has why.
    ///
    /// Endpoints with one verb and path are told apart by what they accept, and by nothing else.
    ///
    /// ```
    /// use upvest_core::{Call, api};
    /// use upvest_sandbox::Sandbox;
    ///
    /// #[api(scope = "users:read")]
    /// pub trait Users: Send + Sync {
    ///     /// How a user is called.
    ///     #[endpoint(GET, "/users/{user_id}/name", signed)]
    ///     fn name(&self, user_id: u32) -> Call<String>;
    /// }
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sandbox = Sandbox::builder()
    ///     .serve(&<dyn Users>::NAME, |request| {
    ///         (200, format!("user {}", request.param("user_id").unwrap_or_default()).into())
    ///     })
    ///     .start()
    ///     .await?;
    /// assert_eq!(sandbox.client()?.name(7).await?, "user 7");
    /// # Ok(())
    /// # }
    /// ```
    pub fn serve<R: Into<Reply>>(
        mut self,
        endpoint: &'static Endpoint,
        answer: impl Fn(&Received) -> R + Send + Sync + 'static,
    ) -> Self {
        self.served.push((endpoint, Arc::new(move |request| answer(request).into())));
        self
    }

    /// Starts it, inside the current tokio runtime.
    ///
    /// # Errors
    /// If the port is taken, no key can be made, or two endpoints cannot be told apart.
    ///
    /// # Cancel safety
    /// If it is dropped before it is ready, nothing has been started.
    pub async fn start(self) -> Result<Sandbox, StartError> {
        let credentials = Credentials::generate()?;
        let state = State::in_memory()
            .map_err(|error| StartError::new(format!("the state could not be made: {error}")))?;
        let verifying_key = credentials.verifying_key()?;
        let mut scopes = operations::SCOPES.to_vec();
        for scope in self.served.iter().flat_map(|(endpoint, _)| endpoint.scopes()) {
            if !scopes.contains(scope) {
                scopes.push(scope);
            }
        }
        let server = Arc::new(Server {
            gate: Gate { credentials, verifying_key, state, scopes },
            log: Log::default(),
            clock: self.clock,
        });
        let router = server::router(&server, self.served)?;
        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let unavailable =
            |error| StartError::new(format!("{wanted} cannot be listened on: {error}"));
        let listener = TcpListener::bind(wanted).await.map_err(unavailable)?;
        let address = listener.local_addr().map_err(unavailable)?;
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(async move {
            let serving = axum::serve(listener, router).with_graceful_shutdown(async {
                // The sender says nothing: it is dropped with the sandbox.
                let _ = stopped.await;
            });
            if let Err(error) = serving.await {
                tracing::error!(%error, "the sandbox has stopped");
            }
        });
        Ok(Sandbox { address, server, _stop: stop })
    }
}

impl Sandbox {
    /// How to start one, with settings.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder { port: 0, clock: Arc::new(Timestamp::now), served: Vec::new() }
    }

    /// Starts one on a free port.
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

    /// Where it listens, as a client wants it.
    #[must_use]
    pub fn environment(&self) -> Environment {
        Environment::Custom(format!("http://{}", self.address))
    }

    /// What a client needs to be let in.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.server.gate.credentials
    }

    /// The settings as `NAME=value` lines that a shell can source, secrets included.
    #[must_use]
    pub fn settings(&self) -> String {
        self.credentials().settings(&format!("http://{}", self.address), &self.server.gate.scopes)
    }

    /// A client that is let in, with every scope.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn client(&self) -> upvest_core::Result<Client> {
        self.client_builder().scopes(&self.server.gate.scopes).build()
    }

    /// The beginning of a client that is let in: address, credentials, key and clock, no scopes.
    pub fn client_builder(&self) -> ClientBuilder {
        let credentials = self.credentials();
        let clock = Arc::clone(&self.server.clock);
        Client::builder(self.environment())
            .credentials(credentials.client_id(), credentials.client_secret().clone())
            .signing_key(credentials.signing_key().clone())
            .clock(move || clock.now())
    }

    /// The balance of an account group in minor units (cents, pence).
    #[must_use]
    pub fn balance(&self, group: AccountGroupId, currency: &Currency) -> i64 {
        self.server.gate.state.balance(group, currency).0
    }

    /// How many ledger entries an account group has in one currency: one for each operation that
    /// took effect.
    #[must_use]
    pub fn ledger_entries(&self, group: AccountGroupId, currency: &Currency) -> i64 {
        self.server.gate.state.balance(group, currency).1
    }

    /// An increase as it stands now. The API itself has no endpoint for this.
    #[must_use]
    pub fn increase(&self, id: VirtualCashIncreaseId) -> Option<VirtualCashIncrease> {
        let operation = self.server.gate.state.find(Kind::Increase, id.into())?;
        serde_json::from_value(serde_json::to_value(operation).ok()?).ok()
    }

    /// A decrease as it stands now. The API itself has no endpoint for this.
    #[must_use]
    pub fn decrease(&self, id: VirtualCashDecreaseId) -> Option<VirtualCashDecrease> {
        let operation = self.server.gate.state.find(Kind::Decrease, id.into())?;
        serde_json::from_value(serde_json::to_value(operation).ok()?).ok()
    }

    /// The newest requests, oldest first.
    #[must_use]
    pub fn log(&self) -> Vec<Entry> {
        self.server.log.entries()
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

/// Why a sandbox did not start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartError(String);

impl StartError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the sandbox did not start: {}", self.0)
    }
}

impl std::error::Error for StartError {}
