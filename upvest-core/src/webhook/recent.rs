//! The latest deliveries of a verifier, to detect repeats.

use std::collections::{HashSet, VecDeque};

use aws_lc_rs::digest;

/// How many deliveries are remembered, to detect repeats.
const MOST_DELIVERIES: usize = 10_000;

/// The hashes of the latest deliveries.
#[derive(Default)]
pub(super) struct RecentDeliveries {
    hashes: HashSet<[u8; 32]>,
    order: VecDeque<[u8; 32]>,
}

impl RecentDeliveries {
    /// Returns false if it was known.
    pub(super) fn insert(&mut self, base: &[u8]) -> bool {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, base).as_ref());
        let is_new = self.hashes.insert(hash);
        if is_new {
            self.order.push_back(hash);
        }
        if self.order.len() > MOST_DELIVERIES
            && let Some(oldest) = self.order.pop_front()
        {
            self.hashes.remove(&oldest);
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_DELIVERIES, RecentDeliveries};

    #[test]
    fn the_oldest_deliveries_are_dropped() {
        let mut recent = RecentDeliveries::default();
        assert!((0..=MOST_DELIVERIES).all(|number| recent.insert(number.to_string().as_bytes())));
        assert_eq!((recent.hashes.len(), recent.order.len()), (MOST_DELIVERIES, MOST_DELIVERIES));
        assert!(!recent.insert(MOST_DELIVERIES.to_string().as_bytes()));
        assert!(recent.insert(b"0"));
    }
}
