//! What the tests share.

pub mod chaos;
pub mod documented;
pub mod in_memory;
pub mod parsers;
pub mod scripted;

/// The guides of the core whose examples need the crates that depend on it.
#[cfg(doctest)]
mod guides {
    #[doc = include_str!("../../upvest-core/docs/add_an_endpoint.md")]
    mod add_an_endpoint {}

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

/// The passphrase of every test key that has one.
pub const PASSPHRASE: &str = "test-passphrase-123";

/// A file or folder in `tests/data`.
#[must_use]
pub fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(path)
}

/// The folder of the whole project.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

/// Watches every span and event of this process, at any level and in any thread, for the secrets of
/// the servers here, and for `secret`: whoever lets one out ends the process on the spot.
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
            // A panic would end no more than the task that it happens in.
            eprintln!("{secret} shows in a log line: {text}");
            std::process::abort();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An example of the workspace, built anew if need be: cargo does that by itself only when it runs
/// all tests. What would make it talk to somebody else is taken from its environment.
///
/// # Panics
/// If it does not build.
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

/// Chance that can be repeated: prints its seed, and takes another one from `UPVEST_SEED`.
pub struct Chance(StdRng);

impl Chance {
    /// A new seed, unless one is given.
    ///
    /// # Panics
    /// If the seed that is given is no number.
    #[expect(clippy::new_without_default, reason = "each is another one")]
    #[must_use]
    pub fn new() -> Self {
        let seed = match std::env::var("UPVEST_SEED") {
            Ok(seed) => seed.parse().expect("UPVEST_SEED is a number"),
            Err(_) => rand::random(),
        };
        println!("UPVEST_SEED={seed}");
        Self(StdRng::seed_from_u64(seed))
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0.random_range(0..limit)
    }
}

/// The outcome of a future that is ready at once: no runtime is needed.
///
/// # Panics
/// If it waits for something.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits for something"),
    }
}
