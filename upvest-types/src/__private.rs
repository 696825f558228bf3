//! Items that the expansions of this crate's macros use, and the other crates of this workspace. Not a
//! public API.

use std::fmt;

pub use serde;
use serde::{Deserializer, de};
pub use upvest_macros::open_enum;
pub use uuid::Uuid;

pub use crate::id::hyphenated;
pub use crate::open_enum::UnknownText;
pub use crate::text::{LONGEST_TEXT, cut, printable};

/// Reads a string, without copying it first.
///
/// # Errors
/// Fails if it is not a string.
pub fn read_text<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    read: fn(&str) -> T,
) -> Result<T, D::Error> {
    struct Text<T>(fn(&str) -> T);

    impl<T> de::Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            Ok((self.0)(text))
        }
    }
    deserializer.deserialize_str(Text(read))
}
