//! Code that the benchmarks share.

use std::time::{Duration, Instant};

pub const KEY_ID: &str = "8d4997a8-cf7a-4e51-adbb-401656a3e5c2";

/// Returns the duration of `work`.
pub fn time(work: impl FnOnce()) -> Duration {
    let started = Instant::now();
    work();
    started.elapsed()
}

pub fn median<T: Copy + PartialOrd>(mut values: Vec<T>) -> T {
    values.sort_by(|left, right| left.partial_cmp(right).expect("comparable"));
    values[values.len() / 2]
}

/// Returns whether this is only a smoke test, as with `cargo test --benches`.
pub fn is_trial() -> bool {
    std::env::args().any(|argument| argument == "--test")
}
