//! Connection pools: one for each runtime and origin.
//!
//! A connection is a task of the runtime that opened it. It stands still while that runtime does, so
//! another runtime must not wait for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::ClientBuilder;
use tokio::runtime::{self, Handle};
use tokio::time::Instant;
use url::{Origin, Url};

use super::connecting::FewAtOnce;
use super::failure::TransportError;
use super::tls::Tls;
use crate::environment::is_loopback;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Shorter than servers keep theirs, so that few requests meet a connection that is being closed.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// A pool that is silent for this long while requests wait is not used again. As long as opening a
/// connection may take.
const LONGEST_SILENCE: Duration = Duration::from_secs(3);
/// How many pools are kept: more than most machines have cores, each of which may have a runtime. The
/// one that was not used for longest goes first.
const MOST_POOLS: usize = 256;

/// All pools of a transport and its clones.
#[derive(Debug)]
pub(super) struct Pools {
    tls: Tls,
    /// What tests change.
    configure: fn(ClientBuilder) -> ClientBuilder,
    /// The one that was used last is the last.
    open: Mutex<Vec<Arc<Pool>>>,
}

/// The connections to one origin that one runtime drives.
#[derive(Debug)]
pub(super) struct Pool {
    runtime: runtime::Id,
    origin: Origin,
    client: reqwest::Client,
    /// Since when requests wait in vain: the first that was abandoned since the last response.
    silent_since: Mutex<Option<Instant>>,
}

impl Pools {
    pub(super) fn new(tls: Tls, configure: fn(ClientBuilder) -> ClientBuilder) -> Self {
        Self { tls, configure, open: Mutex::default() }
    }

    pub(super) fn tls(&self) -> &Tls {
        &self.tls
    }

    /// The pool for this URL and the current runtime.
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

    /// Uses this pool no more. Its requests under way end undisturbed.
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
            self.tls.trusting_the_system()?
        } else if is_loopback {
            self.tls.plain()
        } else {
            // A proxy may be reached by TLS.
            self.tls.trusting_the_system().unwrap_or(self.tls.plain())
        };
        let builder = reqwest::Client::builder()
            // Not that of another library, if another crate of the build enables it.
            .tls_backend_preconfigured(tls.clone())
            .connect_timeout(CONNECT_TIMEOUT)
            .connector_layer(FewAtOnce::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            // A redirect can turn a POST into a GET that "succeeds" elsewhere, and takes the signed
            // headers along.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // Its own retry sends the same signature, with the same nonce, a second time.
            .retry(reqwest::retry::never())
            // On by default if another crate of the build enables the feature.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .no_hickory_dns();
        // A proxy would be told the credentials in the clear.
        let builder = if is_loopback { builder.no_proxy() } else { builder };
        let client = (self.configure)(builder).build().map_err(TransportError::from)?;
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

    /// A response was received, or a part of one.
    pub(super) fn hear(&self) {
        *self.silent_since() = None;
    }

    /// Whether requests wait in vain for too long: the one that was abandoned `now`, and those before
    /// it. A caller may have less patience than the client, time and again.
    pub(super) fn is_silent(&self, since: Instant, now: Instant) -> bool {
        let since = *self.silent_since().get_or_insert(since);
        now.saturating_duration_since(since) >= LONGEST_SILENCE
    }

    fn silent_since(&self) -> MutexGuard<'_, Option<Instant>> {
        self.silent_since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
