//! Concurrent duplicates: requests with one idempotency key that are in flight together.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How many requests with one idempotency key are in flight.
#[derive(Default)]
pub(crate) struct InFlight(Mutex<HashMap<String, usize>>);

/// One request that is in flight.
pub(crate) struct Duplicate<'a> {
    in_flight: &'a InFlight,
    key: String,
    pub(crate) is_second: bool,
}

impl InFlight {
    pub(crate) fn enter(&self, key: String) -> Duplicate<'_> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(key.clone()).or_default();
        *count += 1;
        let is_second = *count > 1;
        Duplicate { in_flight: self, key, is_second }
    }
}

impl Drop for Duplicate<'_> {
    fn drop(&mut self) {
        let mut counts = self.in_flight.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.key);
            }
        }
    }
}
