//! The seal of a payment: what decides where the money goes, authenticated with a key.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;

use crate::error::{Error, ErrorKind, Result};

const SHORTEST_KEY: usize = 32;

/// Keeps seals apart from other uses of the same key, and from later forms.
const PURPOSE: &str = "upvest-outbox payment 1";

/// A key that authenticates payments, with HMAC-SHA-256.
///
/// See [`Outbox::sealed_by`](crate::Outbox::sealed_by). Store it where the database's writers cannot
/// read it. Its `Debug` output shows nothing of it.
#[derive(Clone)]
pub struct SealKey(hmac::Key);

impl SealKey {
    /// Returns a key from at least 32 random bytes, for example of a secret store.
    ///
    /// # Errors
    /// Fails with [`ErrorKind::Invalid`] if there are fewer.
    pub fn new(bytes: &[u8]) -> Result<Self> {
        if bytes.len() < SHORTEST_KEY {
            let message = format!(
                "invalid seal key: {} bytes (use at least {SHORTEST_KEY} random bytes)",
                bytes.len()
            );
            return Err(Error::new(ErrorKind::Invalid, message));
        }
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, bytes)))
    }

    pub(crate) fn seal(&self, sealed: &Sealed<'_>) -> String {
        let tag = hmac::sign(&self.0, &sealed.bytes());
        BASE64.encode(tag)
    }

    fn verifies(&self, sealed: &Sealed<'_>, seal: &str) -> bool {
        let tag = BASE64.decode(seal).ok();
        tag.is_some_and(|tag| hmac::verify(&self.0, &sealed.bytes(), &tag).is_ok())
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealKey").finish_non_exhaustive()
    }
}

/// What a seal covers. The record contains key, time, client id, host, path and body.
pub(crate) struct Sealed<'p> {
    pub(crate) id: &'p str,
    pub(crate) record: &'p str,
    pub(crate) ordered_by: Option<&'p str>,
    /// Whether nothing was sent with the key before it was enqueued.
    pub(crate) has_new_key: bool,
}

impl Sealed<'_> {
    /// Each part with its length before it, so that no two payments have the same bytes.
    fn bytes(&self) -> Vec<u8> {
        let Self { id, record, ordered_by, has_new_key } = self;
        let (order, is_ordered) = (ordered_by.unwrap_or_default(), ordered_by.is_some());
        let flags = format!("{is_ordered} {has_new_key}");
        let mut bytes = Vec::new();
        for part in [PURPOSE, id, record, order, &flags] {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part.as_bytes());
        }
        bytes
    }
}

/// Checks the seal of a row, by any of the keys.
pub(crate) fn check(
    keys: &[SealKey],
    sealed: &Sealed<'_>,
    seal: Option<&str>,
) -> std::result::Result<(), &'static str> {
    match seal {
        None if keys.is_empty() => Ok(()),
        None => Err(
            "it has no seal: it was stored without a key, or not by this outbox (find out which)",
        ),
        Some(_) if keys.is_empty() => {
            Err("it is sealed, but this outbox has no key (give it one with `sealed_by`)")
        }
        Some(seal) if keys.iter().any(|key| key.verifies(sealed, seal)) => Ok(()),
        Some(_) => {
            Err("its seal does not match: the row was edited, or sealed with another key (in \
                        the latter case, pass it to `also_sealed_by`)")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SealKey, Sealed, check};

    fn key(byte: u8) -> SealKey {
        SealKey::new(&[byte; 32]).unwrap()
    }

    const PAYMENT: Sealed<'_> =
        Sealed { id: "1", record: "{}", ordered_by: Some("a"), has_new_key: true };

    #[test]
    fn every_part_is_covered_and_no_part_runs_into_the_next() {
        let seal = key(1).seal(&PAYMENT);
        assert_eq!(seal.len(), 44);
        assert_eq!(check(&[key(1)], &PAYMENT, Some(&seal)), Ok(()));
        for other in [
            Sealed { id: "2", ..PAYMENT },
            Sealed { record: "{ }", ..PAYMENT },
            Sealed { ordered_by: Some("b"), ..PAYMENT },
            Sealed { ordered_by: None, ..PAYMENT },
            Sealed { has_new_key: false, ..PAYMENT },
            Sealed { id: "1{", record: "}", ..PAYMENT },
            Sealed { record: "{}a", ordered_by: Some(""), ..PAYMENT },
        ] {
            assert!(check(&[key(1)], &other, Some(&seal)).is_err(), "{}", other.id);
        }
        let none = Sealed { ordered_by: None, ..PAYMENT };
        let empty = Sealed { ordered_by: Some(""), ..PAYMENT };
        assert_ne!(key(1).seal(&none), key(1).seal(&empty));
    }

    #[test]
    fn a_seal_is_required_exactly_if_there_is_a_key() {
        let seal = key(1).seal(&PAYMENT);
        assert_eq!(check(&[], &PAYMENT, None), Ok(()));
        assert_eq!(check(&[key(2), key(1)], &PAYMENT, Some(&seal)), Ok(()));
        for (keys, seal) in [
            (&[][..], Some(seal.as_str())),
            (&[key(1)], None),
            (&[key(2)], Some(&seal)),
            (&[key(1)], Some("")),
            (&[key(1)], Some("zz")),
            (&[key(1)], Some(&seal[..43])),
            (&[key(1)], Some("ä")),
        ] {
            assert!(check(keys, &PAYMENT, seal).is_err(), "{seal:?}");
        }
    }

    #[test]
    fn a_short_key_is_refused_and_no_key_is_shown() {
        let error = SealKey::new(&[7; 31]).unwrap_err().to_string();
        assert_eq!(error, "invalid seal key: 31 bytes (use at least 32 random bytes)");
        assert_eq!(format!("{:?}", key(7)), "SealKey { .. }");
    }
}
