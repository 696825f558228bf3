//! A list of which some items may be unreadable.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::{DeserializeOwned, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::from_json;

/// The items of a list that fit their type, and how many others there are.
pub(crate) struct Items<T> {
    pub(crate) items: Vec<T>,
    pub(crate) ignored: u64,
}

impl<T: DeserializeOwned> Items<T> {
    /// Reads at most `most` items, one at a time, because a list may have millions. `null` is an
    /// empty list.
    ///
    /// Each item is first read as raw text. If it were read as a value, a number out of range or a
    /// deeply nested list would fail the whole list.
    pub(crate) fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        most: usize,
    ) -> Result<Self, D::Error> {
        struct Reader<T>(usize, PhantomData<T>);

        impl<'de, T: DeserializeOwned> Visitor<'de> for Reader<T> {
            type Value = Items<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            // `null`
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Items { items: Vec::new(), ignored: 0 })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut read = Items { items: Vec::new(), ignored: 0 };
                while let Some(item) = list.next_element::<Box<RawValue>>()? {
                    match from_json(item.get().as_bytes()) {
                        Ok(item) if read.items.len() < self.0 => read.items.push(item),
                        _ => read.ignored += 1,
                    }
                }
                Ok(read)
            }
        }

        deserializer.deserialize_any(Reader(most, PhantomData))
    }
}
