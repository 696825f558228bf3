//! Ids: UUIDs with their own types.

use uuid::Uuid;

/// Reads a UUID as the API writes it: 36 characters, no braces, no `urn:`.
#[must_use]
pub fn hyphenated(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|_| text.len() == 36)
}

/// Declares an id: a UUID with its own type, so that ids of different things cannot be mixed up.
///
/// | item | what it does |
/// | --- | --- |
/// | `From<Uuid>`, `Into<Uuid>` | from and to the UUID; `UserId::from(Uuid::new_v4())` makes a new one |
/// | `FromStr`, `Display` | 36 characters with hyphens |
/// | `Serialize`, `Deserialize` | as such a string |
///
/// `Debug`, `Clone`, `Copy`, `PartialEq`, `Eq`, `Hash`, `PartialOrd` and `Ord` are derived.
///
/// # Examples
///
/// ```
/// # extern crate upvest_types as upvest_core;
/// upvest_core::id! {
///     /// Identifies a user.
///     pub struct UserId;
/// }
///
/// let id: UserId = "ac1c39e9-2101-46b8-a624-d10a9e351b6c".parse()?;
/// assert_eq!(id.to_string(), "ac1c39e9-2101-46b8-a624-d10a9e351b6c");
/// # Ok::<(), upvest_core::InvalidValue>(())
/// ```
#[macro_export]
macro_rules! id {
    ($(#[$attribute:meta])* $vis:vis struct $name:ident;) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis struct $name($crate::__private::Uuid);

        impl ::core::convert::From<$crate::__private::Uuid> for $name {
            fn from(uuid: $crate::__private::Uuid) -> Self {
                Self(uuid)
            }
        }

        impl ::core::convert::From<$name> for $crate::__private::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::InvalidValue;

            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                $crate::__private::hyphenated(text).map(Self).ok_or_else(|| {
                    $crate::InvalidValue::new(
                        ::core::stringify!($name),
                        text,
                        "expected a UUID with hyphens, as in ac1c39e9-2101-46b8-a624-d10a9e351b6c",
                    )
                })
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&self.0, f)
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::__private::serde::Serialize::serialize(&self.0, serializer)
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::__private::read_text(deserializer, ::core::primitive::str::parse::<Self>)?
                    .map_err($crate::__private::serde::de::Error::custom)
            }
        }
    };
}

crate::id! {
    /// Identifies an account group, which holds the accounts and the cash of one user.
    pub struct AccountGroupId;
}

#[cfg(test)]
mod tests {
    use super::AccountGroupId;

    #[test]
    fn an_id_is_a_uuid_with_hyphens() {
        let id = "ac1c39e9-2101-46b8-a624-d10a9e351b6c";
        for text in [id, &id.to_uppercase()] {
            assert_eq!(text.parse::<AccountGroupId>().unwrap().to_string(), id);
            assert!(serde_json::from_value::<AccountGroupId>(text.into()).is_ok());
        }
        for text in [&format!("{{{id}}}"), &format!("urn:uuid:{id}"), &id.replace('-', ""), "", "x"]
        {
            assert!(text.parse::<AccountGroupId>().is_err(), "{text}");
            assert!(
                serde_json::from_value::<AccountGroupId>(text.to_owned().into()).is_err(),
                "{text}"
            );
        }
    }

    #[test]
    fn a_long_input_is_cut() {
        let error = "9".repeat(10_000).parse::<AccountGroupId>().expect_err("too long").to_string();
        assert!(error.len() < 250, "{error}");
    }
}
