//! The seed, from which every id, token, secret and key of a sandbox is derived.
//!
//! Each value is a function of the seed, its purpose, and a counter in the state. The same seed and
//! the same requests give the same ids. A sandbox that restarts with its state file never repeats
//! an id.

use aws_lc_rs::hmac;
use aws_lc_rs::rand;
use uuid::{Builder, Uuid};

use crate::error::StartError;

/// 32 bytes. Without `--seed`, they cannot be guessed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seed([u8; 32]);

impl Seed {
    pub(crate) fn random() -> Result<Self, StartError> {
        let mut bytes = [0; 32];
        rand::fill(&mut bytes)
            .map_err(|_| StartError::new("the system's random generator failed"))?;
        Ok(Self(bytes))
    }

    pub(crate) fn of_number(number: u64) -> Self {
        let mut bytes = [0; 32];
        bytes.iter_mut().rev().zip(number.to_le_bytes()).for_each(|(to, from)| *to = from);
        Self(bytes)
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Derives up to 64 bytes for one purpose.
    pub(crate) fn bytes<const N: usize>(&self, purpose: &str, number: u64) -> [u8; N] {
        const { assert!(N <= 64, "one HMAC-SHA512") };
        let key = hmac::Key::new(hmac::HMAC_SHA512, &self.0);
        let tag = hmac::sign(&key, format!("{purpose} {number}").as_bytes());
        let mut bytes = [0; N];
        bytes.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
        bytes
    }

    /// Derives a UUID of version 4.
    pub(crate) fn uuid(&self, purpose: &str, number: u64) -> Uuid {
        Builder::from_random_bytes(self.bytes(purpose, number)).into_uuid()
    }

    /// Derives 32 hexadecimal digits.
    pub(crate) fn text(&self, purpose: &str, number: u64) -> String {
        format!("{:032x}", u128::from_be_bytes(self.bytes(purpose, number)))
    }
}

#[cfg(test)]
mod tests {
    use super::Seed;

    #[test]
    fn equal_inputs_give_equal_values_and_others_differ() {
        let seed = Seed::of_number(7);
        assert_eq!(seed.uuid("operation", 1), Seed::of_number(7).uuid("operation", 1));
        let others = [
            Seed::of_number(8).uuid("operation", 1),
            seed.uuid("operation", 2),
            seed.uuid("request", 1),
            Seed::random().unwrap().uuid("operation", 1),
        ];
        for other in others {
            assert_ne!(other, seed.uuid("operation", 1));
        }
        assert_eq!(seed.uuid("operation", 1).get_version_num(), 4);
    }
}
