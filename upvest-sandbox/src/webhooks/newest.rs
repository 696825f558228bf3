//! Which request for the webhooks of an acceptor is the newest.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The newest request for webhooks of each acceptor.
#[derive(Default)]
pub(crate) struct NewestFetches(Mutex<HashMap<String, u64>>);

impl NewestFetches {
    /// Whether no newer request has asked. Requests are numbered in their order.
    pub(crate) fn is_newest(&self, id: &str, number: u64) -> bool {
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = newest.entry(id.to_owned()).or_default();
        *newest = number.max(*newest);
        *newest == number
    }
}

#[cfg(test)]
mod tests {
    use super::NewestFetches;

    #[test]
    fn a_newer_request_ends_an_older_one() {
        let fetches = NewestFetches::default();
        assert!(fetches.is_newest("a", 7) && fetches.is_newest("a", 7));
        assert!(fetches.is_newest("b", 6));
        assert!(fetches.is_newest("a", 8) && !fetches.is_newest("a", 7));
    }
}
