//! What the tests share.

pub mod in_memory;
pub mod scripted;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Once;

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

/// Watches every span and event of this process, at any level, for the secrets of the servers here:
/// whoever lets one out panics on the spot.
pub fn watch_logs() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(|| Watch)
            .init();
    });
}

/// What must never be written anywhere.
pub const SECRETS: [&str; 4] = ["ory_at_", "the-client-secret", PASSPHRASE, "PRIVATE KEY"];

struct Watch;

impl io::Write for Watch {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        for secret in SECRETS {
            assert!(!text.contains(secret), "{secret} shows in a log line: {text}");
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
