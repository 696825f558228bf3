//! Connection pools: one for each runtime and origin.
//!
//! A connection is a task of the runtime that opened it. It makes no progress while that runtime is
//! not driven, so another runtime must not wait for it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[cfg(test)]
use reqwest::ClientBuilder;
use reqwest::Proxy;
use tokio::runtime::{self, Handle};
use tokio::time::Instant;
use url::{Origin, Url};

use super::connecting::FewAtOnce;
use super::failure::TransportError;
use super::loopback::is_loopback;
use super::tls::Tls;

/// A pool that is silent for this long while requests wait is not used again. Opening a connection
/// may take as long.
const LONGEST_SILENCE: Duration = Duration::from_secs(3);
/// The maximum number of pools: more than most machines have cores, each of which may have a
/// runtime. The least recently used one is dropped first.
const MOST_POOLS: usize = 256;

/// What may differ between networks.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) route: Route,
    pub(super) connect_timeout: Duration,
    pub(super) idle_timeout: Duration,
    pub(super) max_idle_connections: usize,
}

/// How other machines are reached.
pub(super) enum Route {
    /// Through the proxy that the environment names, if it does.
    Environment,
    Direct,
    Proxy(Box<Proxy>),
}

/// The URL of the proxy is left out: it may contain a password.
impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Environment => "Environment",
            Self::Direct => "Direct",
            Self::Proxy(_) => "Proxy",
        })
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            route: Route::Environment,
            connect_timeout: Duration::from_secs(3),
            // Shorter than that of servers, so that few requests use a connection that is closing.
            idle_timeout: Duration::from_secs(60),
            max_idle_connections: usize::MAX,
        }
    }
}

/// All pools of a transport and its clones.
#[derive(Debug)]
pub(super) struct Pools {
    tls: Tls,
    settings: Settings,
    /// Changes the client in tests.
    #[cfg(test)]
    pub(super) configure: fn(ClientBuilder) -> ClientBuilder,
    /// The most recently used one is the last.
    open: Mutex<Vec<Arc<Pool>>>,
}

/// The connections to one origin that one runtime drives.
#[derive(Debug)]
pub(super) struct Pool {
    runtime: runtime::Id,
    origin: Origin,
    client: reqwest::Client,
    /// Since when requests have waited in vain: set by the first one that was abandoned after the
    /// last response.
    silent_since: Mutex<Option<Instant>>,
}

impl Pools {
    pub(super) fn new(tls: Tls, settings: Settings) -> Self {
        Self {
            tls,
            settings,
            #[cfg(test)]
            configure: |builder| builder,
            open: Mutex::default(),
        }
    }

    pub(super) fn tls(&self) -> &Tls {
        &self.tls
    }

    /// Returns the pool for this URL and the current runtime.
    pub(super) fn get(&self, url: &Url) -> Result<Arc<Pool>, TransportError> {
        let runtime = Handle::try_current().map_err(TransportError::not_sent)?.id();
        let origin = url.origin();
        let mut pools = self.pools();
        let known = pools.iter().position(|pool| pool.runtime == runtime && pool.origin == origin);
        let pool = match known {
            Some(at) => pools.remove(at),
            None => Arc::new(self.open(runtime, origin, url)?),
        };
        if pools.len() >= MOST_POOLS {
            pools.remove(0);
        }
        pools.push(Arc::clone(&pool));
        Ok(pool)
    }

    /// Stops using this pool. Its requests in flight are not interrupted.
    pub(super) fn retire(&self, pool: &Arc<Pool>) {
        self.pools().retain(|known| !Arc::ptr_eq(known, pool));
    }

    fn open(
        &self,
        runtime: runtime::Id,
        origin: Origin,
        url: &Url,
    ) -> Result<Pool, TransportError> {
        let is_loopback = is_loopback(url);
        let tls = if url.scheme() == "https" {
            self.tls.trusting()?
        } else if is_loopback {
            self.tls.plain()
        } else {
            // The proxy may use TLS.
            self.tls.trusting().unwrap_or(self.tls.plain())
        };
        let builder = reqwest::Client::builder()
            // Otherwise another crate in the build could enable another TLS library.
            .tls_backend_preconfigured(tls.clone())
            .connect_timeout(self.settings.connect_timeout)
            .connector_layer(FewAtOnce::new())
            .pool_idle_timeout(self.settings.idle_timeout)
            .pool_max_idle_per_host(self.settings.max_idle_connections)
            // A redirect can turn a POST into a GET that "succeeds" elsewhere, and passes on the
            // signed headers.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // reqwest's own retry would send the same signature, with the same nonce, again.
            .retry(reqwest::retry::never())
            // On by default if another crate in the build enables the feature.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .no_hickory_dns();
        let builder = match &self.settings.route {
            // A proxy would receive the credentials in clear text.
            _ if is_loopback => builder.no_proxy(),
            Route::Environment => builder,
            Route::Direct => builder.no_proxy(),
            Route::Proxy(proxy) => builder.no_proxy().proxy(Proxy::clone(proxy)),
        };
        #[cfg(test)]
        let builder = (self.configure)(builder);
        let client = builder.build().map_err(TransportError::from)?;
        Ok(Pool { runtime, origin, client, silent_since: Mutex::default() })
    }

    fn pools(&self) -> MutexGuard<'_, Vec<Arc<Pool>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pool {
    pub(super) fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// Records that a response, or a part of one, was received.
    pub(super) fn record_activity(&self) {
        *self.silent_since() = None;
    }

    /// Returns whether requests have waited in vain for too long: the one that is abandoned `now`,
    /// and those before it. Callers may repeatedly give up earlier than the client would.
    pub(super) fn is_silent(&self, since: Instant, now: Instant) -> bool {
        let since = *self.silent_since().get_or_insert(since);
        now.saturating_duration_since(since) >= LONGEST_SILENCE
    }

    fn silent_since(&self) -> MutexGuard<'_, Option<Instant>> {
        self.silent_since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
