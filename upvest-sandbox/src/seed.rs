//! Where every id, token, secret and key of a sandbox comes from: one seed.
//!
//! What is made is a function of the seed, of what it is for, and of a number that is counted in the
//! state: the same seed and the same requests give the same ids, and a sandbox that starts again on
//! its state file never gives one twice.

use aws_lc_rs::hmac;
use aws_lc_rs::rand;
use uuid::{Builder, Uuid};

use crate::error::StartError;

/// 32 bytes. Without a `--seed` nobody can guess them.
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

    /// Up to 64 bytes for one purpose.
    pub(crate) fn bytes<const N: usize>(&self, purpose: &str, number: u64) -> [u8; N] {
        const { assert!(N <= 64, "one HMAC-SHA512") };
        let key = hmac::Key::new(hmac::HMAC_SHA512, &self.0);
        let tag = hmac::sign(&key, format!("{purpose} {number}").as_bytes());
        let mut bytes = [0; N];
        bytes.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
        bytes
    }

    /// A UUID of version 4.
    pub(crate) fn uuid(&self, purpose: &str, number: u64) -> Uuid {
        Builder::from_random_bytes(self.bytes(purpose, number)).into_uuid()
    }

    /// 32 hexadecimal digits.
    pub(crate) fn text(&self, purpose: &str, number: u64) -> String {
        format!("{:032x}", u128::from_be_bytes(self.bytes(purpose, number)))
    }
}

#[cfg(test)]
mod tests {
    use super::Seed;

    #[test]
    fn the_same_seed_gives_the_same_and_all_else_gives_another() {
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
