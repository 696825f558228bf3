//! Code that the tests share.

pub mod chaos;
pub mod documented;
pub mod in_memory;
pub mod parsers;
pub mod scripted;

/// The guides of `upvest-core` whose examples need crates that depend on it.
#[cfg(doctest)]
mod guides {
    #[doc = include_str!("../../upvest-core/docs/add_an_endpoint.md")]
    mod add_an_endpoint {}

    #[doc = include_str!("../../upvest-core/docs/exactly_once.md")]
    mod exactly_once {}

    #[doc = include_str!("../../upvest-core/docs/testing.md")]
    mod testing {}

    #[doc = include_str!("../../upvest-core/docs/webhooks.md")]
    mod webhooks {}
}

use std::env::consts::EXE_SUFFIX;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::Command;
use std::sync::{Mutex, Once, PoisonError};
use std::task::{Context, Poll, Waker};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// The passphrase of every encrypted test key.
pub const PASSPHRASE: &str = "test-passphrase-123";

/// Returns the path of a file or folder in `tests/data`.
#[must_use]
pub fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(path)
}

/// Returns the root folder of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

/// Watches every span and event of this process, at any level and in any thread, for `secret` and
/// for the secrets of the test servers. The process aborts as soon as one is logged.
pub fn watch_logs(secret: &str) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(|| Watch)
            .init();
    });
    let mut secrets = SECRETS.lock().unwrap_or_else(PoisonError::into_inner);
    if !secrets.iter().any(|known| known == secret) {
        secrets.push(secret.to_owned());
    }
}

/// The client secret of the clients of [`in_memory`] and [`scripted`].
pub const CLIENT_SECRET: &str = "the-client-secret";

static SECRETS: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Watch;

impl io::Write for Watch {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let secrets = SECRETS.lock().unwrap_or_else(PoisonError::into_inner);
        let always = ["ory_at_", PASSPHRASE, "PRIVATE KEY"];
        let mut all = always.into_iter().chain(secrets.iter().map(String::as_str));
        if let Some(secret) = all.find(|secret| text.contains(secret)) {
            // A panic would only end the task that it happens in.
            eprintln!("{secret} appears in a log line: {text}");
            std::process::abort();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns the command of an example of the workspace and rebuilds it if necessary: cargo does so
/// only when it runs all tests. Variables that would make it connect to another host are removed
/// from its environment.
///
/// # Panics
/// If the example does not build.
#[must_use]
pub fn example(name: &str) -> Command {
    static BUILT: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if !built.iter().any(|built| built == name) {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--example", name]).current_dir(root());
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        assert!(build.status().expect("cargo").success());
        built.push(name.to_owned());
    }
    let test = std::env::current_exe().expect("a test");
    let folder = test.parent().and_then(Path::parent).expect("a target folder").join("examples");
    let mut command = Command::new(folder.join(format!("{name}{EXE_SUFFIX}")));
    for (name, _) in std::env::vars() {
        if name.starts_with("UPVEST_API_") || name.to_lowercase().ends_with("_proxy") {
            command.env_remove(name);
        }
    }
    command
}

/// Reproducible randomness: prints its seed, and reads one from `UPVEST_SEED` if it is set.
pub struct Chance(StdRng);

impl Chance {
    /// Creates a generator with a random seed, unless `UPVEST_SEED` is set.
    ///
    /// # Panics
    /// If `UPVEST_SEED` is not a number.
    #[expect(clippy::new_without_default, reason = "each call returns another seed")]
    #[must_use]
    pub fn new() -> Self {
        let seed = match std::env::var("UPVEST_SEED") {
            Ok(seed) => seed.parse().expect("UPVEST_SEED is a number"),
            Err(_) => rand::random(),
        };
        println!("UPVEST_SEED={seed}");
        Self(StdRng::seed_from_u64(seed))
    }

    /// Returns a number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0.random_range(0..limit)
    }
}

/// Returns the output of a future that is ready at once. Needs no runtime.
///
/// # Panics
/// If the future is not ready.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the future is not ready"),
    }
}
