//! The builder of a sandbox.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::sync::{Semaphore, oneshot};
use upvest_core::signature::VerifyingKey;
use upvest_core::{Clock, Endpoint, Timestamp};

use crate::clock::SandboxClock;
use crate::concurrent::InFlight;
use crate::credentials::{Credentials, KeyFile};
use crate::faults::Faults;
use crate::log::Log;
use crate::seed::Seed;
use crate::served::{ReceivedRequest, Reply, Responder};
use crate::server::Server;
use crate::settings::{Assumption, Check, Progress, Settings, Spec};
use crate::store::Store;
use crate::webhooks::keys::WebhookKeys;
use crate::webhooks::newest::NewestFetches;
use crate::webhooks::sender;
use crate::world::World;
use crate::{Sandbox, StartError, admin, connections, routes, server};

const MAX_CONNECTIONS: usize = 1_024;

/// Configures and starts a sandbox.
///
/// # Limits
/// Misbehaving clients do not keep the sandbox from serving others. Times are real time, not the
/// sandbox's clock:
///
/// | limit | at most | beyond it |
/// | --- | --- | --- |
/// | header of a request, including its first line | 64 KiB, 100 fields | 431 |
/// | time for the header of a request, or idle | 75 s | the connection is closed |
/// | body of a request | 64 KiB | 400 |
/// | time for the body of a request | 30 s | 408 |
/// | time to read a response, once the client does not keep up | 60 s | the connection is reset |
/// | connections | 1,024, or [`max_connections`](Self::max_connections) | the next ones wait |
/// | log | 1,000 requests, 8 MiB | the oldest are dropped |
#[must_use]
pub struct SandboxBuilder {
    host: IpAddr,
    port: u16,
    clock: Box<dyn Clock>,
    seed: Option<u64>,
    state: Option<PathBuf>,
    key_file: Option<KeyFile>,
    public_keys: Vec<(String, VerifyingKey)>,
    settings: Settings,
    served: Vec<(&'static Endpoint, Responder)>,
    max_connections: usize,
}

impl Default for SandboxBuilder {
    fn default() -> Self {
        Self {
            host: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            clock: Box::new(Timestamp::now),
            seed: None,
            state: None,
            key_file: None,
            public_keys: Vec::new(),
            settings: Settings::default(),
            served: Vec::new(),
            max_connections: MAX_CONNECTIONS,
        }
    }
}

impl SandboxBuilder {
    /// Sets the address to listen on; 127.0.0.1 by default.
    ///
    /// Note that other machines, and everyone who can use them, can connect if it is not a loopback
    /// address: `/_sandbox/` needs no password.
    pub fn host(mut self, host: impl Into<IpAddr>) -> Self {
        self.host = host.into();
        self
    }

    /// Sets the port to listen on; 0, the default, selects a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets the clock by which tokens, signatures, idempotency keys and statuses age.
    ///
    /// [`Sandbox::clock`] can stop it and move it forward.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Derives all ids, tokens, credentials and the signing key from this number.
    ///
    /// The same number and the same requests give the same values.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Stores the state in this file, including credentials, and loads it at the next start.
    ///
    /// Without it, the state is in memory and is lost when the sandbox stops.
    pub fn state_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.state = Some(file.into());
        self
    }

    /// Uses this private key instead of a generated one.
    ///
    /// A PEM file as `openssl` writes it, P-521 or Ed25519.
    pub fn signing_key(
        mut self,
        pem: impl Into<SecretString>,
        passphrase: Option<SecretString>,
    ) -> Self {
        self.key_file = Some(KeyFile { pem: pem.into(), passphrase });
        self
    }

    /// Accepts signatures by one more key, of which only the public key is known.
    pub fn public_key(mut self, key_id: impl Into<String>, key: VerifyingKey) -> Self {
        self.public_keys.push((key_id.into(), key));
        self
    }

    /// Sets the version of the API to simulate; the latest by default.
    pub fn spec(mut self, spec: Spec) -> Self {
        self.settings.spec = spec;
        self
    }

    /// Sets when operations leave `ISSUED`; at once by default.
    pub fn progress(mut self, progress: Progress) -> Self {
        self.settings.progress = progress;
        self
    }

    /// Skips one check.
    pub fn loose(mut self, check: Check) -> Self {
        self.settings.loose.push(check);
        self
    }

    /// Changes one assumption where the API's documentation is silent.
    pub fn assume(mut self, assumption: Assumption) -> Self {
        self.settings.assumptions.push(assumption);
        self
    }

    /// Sets how long a receiver may take to respond to a webhook; 10 seconds by default.
    ///
    /// This is real time, not the sandbox's clock.
    pub fn webhook_timeout(mut self, timeout: Duration) -> Self {
        self.settings.webhook_timeout = timeout;
        self
    }

    /// Sets how many connections may be open at once; 1,024 by default, and at least one.
    ///
    /// The program lowers it to 64 less than the number of files that its process may open.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.max_connections = connections.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// Serves one more endpoint, such as one that a library author has declared.
    ///
    /// Each request is checked as its declaration says: signature, token and scope, idempotency
    /// key, content type, digest. A request that passes goes to `respond`. If that panics, the
    /// client gets a 500, and the log has the reason.
    ///
    /// Endpoints with the same method and path are distinguished only by what they accept.
    ///
    /// # Examples
    ///
    /// ```
    /// use upvest_core::{Call, api};
    /// use upvest_sandbox::Sandbox;
    ///
    /// #[api(scope = "users:read")]
    /// pub trait Users: Send + Sync {
    ///     /// Returns the name of a user.
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
        respond: impl Fn(&ReceivedRequest) -> R + Send + Sync + 'static,
    ) -> Self {
        self.served.push((endpoint, Arc::new(move |request| respond(request).into())));
        self
    }

    /// Starts the sandbox in its own thread, without a tokio runtime of the caller.
    ///
    /// It outlives the runtime of the test that starts it, so many tests can share it. Give each
    /// test its own account group. Faults and the clock hold for all of them: a test that changes
    /// one needs its own sandbox.
    ///
    /// It blocks until the sandbox listens, a few milliseconds.
    ///
    /// # Errors
    /// Fails as [`start`](Self::start) does, or if no thread can be started.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::LazyLock;
    /// use upvest_sandbox::Sandbox;
    ///
    /// static SANDBOX: LazyLock<Sandbox> =
    ///     LazyLock::new(|| Sandbox::builder().start_in_thread().expect("a sandbox"));
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// // In each `#[tokio::test]`:
    /// let client = SANDBOX.client()?;
    /// # let _ = client;
    /// # Ok(())
    /// # }
    /// ```
    pub fn start_in_thread(self) -> Result<Sandbox, StartError> {
        let cannot = |error: io::Error| StartError::new(format!("cannot start a thread: {error}"));
        let (started, result) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let run = move || {
            let runtime = match runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => return drop(started.send(Err(cannot(error)))),
            };
            runtime.block_on(async {
                let _ = started.send(self.start().await);
                // Nothing is ever sent: the sender is dropped with the sandbox.
                let _ = stopped.await;
            });
        };
        let name = "upvest-sandbox".to_owned();
        thread::Builder::new().name(name).spawn(run).map_err(cannot)?;
        let ended = |_| StartError::new("cannot start: the thread of the sandbox has ended");
        let mut sandbox = result.recv().map_err(ended)??;
        sandbox.thread = Some(stop);
        Ok(sandbox)
    }

    /// Starts the sandbox inside the current tokio runtime.
    ///
    /// It ends with that runtime. To share it between tests, use
    /// [`start_in_thread`](Self::start_in_thread).
    ///
    /// # Errors
    /// Fails if the port is in use, if the key cannot be read, or if two endpoints cannot be
    /// distinguished. Fails if the state file is in use, damaged, or was created with another seed.
    ///
    /// # Cancel safety
    /// If the future is dropped before it completes, nothing has been started.
    pub async fn start(self) -> Result<Sandbox, StartError> {
        // First the checks that leave no trace.
        for two in [
            [Assumption::OtherBodyConflicts, Assumption::OtherBodyReplays],
            [Assumption::ZeroUnprocessable, Assumption::ZeroSucceeds],
        ] {
            if two.iter().all(|one| self.settings.assumes(*one)) {
                let [one, other] = two;
                let sentence =
                    format!("`{one}` and `{other}` contradict each other (remove one of the two)");
                return Err(StartError::new(sentence));
            }
        }
        let wanted = SocketAddr::from((self.host, self.port));
        let unavailable = |error| unavailable(wanted, &error);
        let listener = TcpListener::bind(wanted).await.map_err(unavailable)?;
        let address = listener.local_addr().map_err(unavailable)?;
        if let Some(key_file) = &self.key_file {
            key_file.read("x")?;
        }
        let store = Store::open(self.state.as_deref(), self.seed.map(Seed::of_number))?;
        let store = Arc::new(store);
        let credentials = Credentials::new(&store.seed(), self.key_file)?;
        let mut keys: std::collections::HashMap<_, _> = self.public_keys.into_iter().collect();
        keys.insert(credentials.key_id().to_string(), credentials.verifying_key.clone());
        let mut scopes = routes::SCOPES.to_vec();
        for scope in self.served.iter().flat_map(|(endpoint, _)| endpoint.scopes()) {
            if !scopes.contains(scope) {
                scopes.push(scope);
            }
        }
        let known = routes::HANDLERS.iter().map(|(endpoint, _)| *endpoint);
        let added = self.served.iter().map(|(endpoint, _)| *endpoint);
        let server = Arc::new(Server {
            log: Log::new(credentials.client_secret().clone()),
            faults: Faults::new(store.seed()),
            in_flight: InFlight::default(),
            admitted: AtomicU64::new(0),
            world: World {
                clock: SandboxClock::new(self.clock, Arc::clone(&store))?,
                settings: self.settings,
                credentials,
                keys,
                scopes,
                endpoints: known.chain(added).collect(),
                webhook_keys: WebhookKeys::new(Arc::clone(&store)),
                newest_fetches: NewestFetches::default(),
                store,
            },
        });
        let router = server::router(&server, self.served)?.merge(admin::router(&server, self.host));
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(connections::serve(listener, router, self.max_connections, async {
            // Nothing is ever sent: the sender is dropped with the sandbox.
            let _ = stopped.await;
        }));
        let sender = tokio::spawn(sender::run(Arc::clone(&server))).abort_handle();
        Ok(Sandbox { address, server, sender, _stop: stop, thread: None })
    }
}

/// Returns why the sandbox cannot listen on an address, and what to do about it.
fn unavailable(wanted: SocketAddr, error: &io::Error) -> StartError {
    let why = match error.kind() {
        io::ErrorKind::AddrNotAvailable => {
            let ip = wanted.ip();
            let all = if ip.is_ipv4() { "0.0.0.0" } else { "::" };
            format!("{ip} is not an address of this machine ({all} listens on all its addresses)")
        }
        io::ErrorKind::AddrInUse => format!("{error} (port 0 selects a free one)"),
        io::ErrorKind::PermissionDenied if (1..1024).contains(&wanted.port()) => {
            format!("{error} (ports from 1024 need no privileges; port 0 selects a free one)")
        }
        _ => error.to_string(),
    };
    StartError::new(format!("cannot listen on `{wanted}`: {why}"))
}
