//! The idempotency key, which makes a retry harmless.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use super::invalid::InvalidValue;
use crate::__private::read_text;

/// Identifies one intent: requests with the same key take effect once.
///
/// A UUID of version 1 to 5; version 4 by default. The pattern that the API publishes rejects
/// versions 6 to 8. Upvest remembers a key for at least 24 hours.
///
/// # Examples
///
/// ```
/// # extern crate upvest_types as upvest_core;
/// use upvest_core::IdempotencyKey;
///
/// let key: IdempotencyKey = "ccb07f42-4104-44ad-8e1f-c660bb7b269c".parse()?;
/// assert_eq!(key.to_string(), "ccb07f42-4104-44ad-8e1f-c660bb7b269c");
///
/// // A UUID of version 7, which the API rejects.
/// assert!("01890a5d-ac96-774b-bcce-b302099a8057".parse::<IdempotencyKey>().is_err());
/// # Ok::<(), upvest_core::InvalidValue>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdempotencyKey(Uuid);

impl IdempotencyKey {
    /// Creates a random key, a UUID of version 4.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }

    #[doc(hidden)]
    #[must_use]
    pub fn __from_random_bytes(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    /// Derives the key from an id, as a UUID of version 5: the same id always gives the same key.
    ///
    /// With an id of your own ledger as input, the key survives a crash without being stored. Use
    /// one namespace per application and one id per intent. If something may be paid twice, use two
    /// ids. `Call::idempotency_key` sends it, and needs the time at which the intent was made: the key
    /// itself has no age.
    ///
    /// # Examples
    ///
    /// ```
    /// # extern crate upvest_types as upvest_core;
    /// use upvest_core::IdempotencyKey;
    ///
    /// let namespace = uuid::uuid!("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
    /// let key = IdempotencyKey::derive(&namespace, "payout-4711");
    /// assert_eq!(key, IdempotencyKey::derive(&namespace, "payout-4711"));
    /// assert_ne!(key, IdempotencyKey::derive(&namespace, "payout-4712"));
    /// ```
    #[must_use]
    pub fn derive(namespace: &Uuid, id: &str) -> Self {
        Self(Uuid::new_v5(namespace, id.as_bytes()))
    }
}

impl TryFrom<Uuid> for IdempotencyKey {
    type Error = InvalidValue;

    fn try_from(uuid: Uuid) -> Result<Self, InvalidValue> {
        let refuse = |why: &str| Err(InvalidValue::new("idempotency key", &uuid.to_string(), why));
        if uuid.is_nil() {
            return refuse("the nil UUID identifies no intent (use a random UUID, version 4)");
        }
        if uuid.get_variant() != uuid::Variant::RFC4122 {
            return refuse("not an RFC 4122 UUID (use a random UUID, version 4)");
        }
        match uuid.get_version_num() {
            1..=5 => Ok(Self(uuid)),
            _ => refuse("the API's pattern rejects this version (use a random UUID, version 4)"),
        }
    }
}

impl From<IdempotencyKey> for Uuid {
    fn from(key: IdempotencyKey) -> Self {
        key.0
    }
}

impl FromStr for IdempotencyKey {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        // With hyphens or without; no braces, no `urn:`.
        match Uuid::try_parse(text) {
            Ok(uuid) if matches!(text.len(), 32 | 36) => Self::try_from(uuid),
            _ => Err(InvalidValue::new("idempotency key", text, "expected a UUID")),
        }
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for IdempotencyKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for IdempotencyKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, str::parse)?.map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use uuid::{Uuid, uuid};

    use super::IdempotencyKey;

    #[test]
    fn a_key_is_the_uuid_that_it_was_made_of() {
        let uuid = uuid!("ccb07f42-4104-44ad-8e1f-c660bb7b269c");
        assert_eq!(Uuid::from(IdempotencyKey::try_from(uuid).unwrap()), uuid);
    }

    #[test]
    fn a_key_is_written_with_hyphens_or_without() {
        let key = "ccb07f42-4104-44ad-8e1f-c660bb7b269c";
        for text in [key, &key.to_uppercase(), &key.replace('-', "")] {
            assert_eq!(text.parse::<IdempotencyKey>().unwrap().to_string(), key);
        }
        for text in [&format!("{{{key}}}"), &format!("urn:uuid:{key}"), &key[1..], ""] {
            assert!(text.parse::<IdempotencyKey>().is_err(), "{text}");
        }
    }
}
