//! Enums to which the API may add values.

/// A value that an enum of [`open_enum!`](crate::open_enum) does not know.
///
/// It cannot be created and has no text to compare with, so code cannot depend on a value being
/// unknown: the next version may know it. The enum's `as_str` returns the text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnknownText(Box<str>);

impl UnknownText {
    /// For the macro, which knows all other values.
    #[doc(hidden)]
    #[must_use]
    pub fn __new(text: Box<str>) -> Self {
        Self(text)
    }

    #[doc(hidden)]
    #[must_use]
    pub fn __as_str(&self) -> &str {
        &self.0
    }
}

/// Declares an enum that accepts values which the API adds later.
///
/// Each variant has the text that the API writes. Any other text becomes `Unknown` and is written
/// back unchanged. That variant is opaque: it cannot be created or matched by its text, so nothing
/// breaks when a later version adds the value.
///
/// | item | what it does |
/// | --- | --- |
/// | `KNOWN`, `is_known()` | all values that have a variant; whether this is one of them |
/// | `as_str()`, `AsRef<str>` | the text as the API writes it |
/// | `From<&str>`, `From<String>`, `FromStr` | from a text; never fail |
/// | `Display` | the text, with control characters escaped |
/// | `Ord` | by text, so that a new variant does not change the order |
/// | `Serialize`, `Deserialize` | as a string |
///
/// `Debug`, `Clone`, `PartialEq`, `Eq` and `Hash` are derived.
///
/// # Examples
///
/// ```
/// # extern crate upvest_types as upvest_core;
/// upvest_core::open_enum! {
///     /// How an order goes to market.
///     pub enum OrderType {
///         /// At the next price.
///         Market = "MARKET",
///         /// At this price or better.
///         Limit = "LIMIT",
///     }
/// }
///
/// assert_eq!(OrderType::from("LIMIT"), OrderType::Limit);
/// assert_eq!(OrderType::KNOWN, [OrderType::Market, OrderType::Limit]);
///
/// let stop = OrderType::from("STOP");
/// assert!(matches!(stop, OrderType::Unknown(_)) && !stop.is_known());
/// assert_eq!(stop.as_str(), "STOP");
/// ```
#[macro_export]
macro_rules! open_enum {
    ($($declaration:tt)*) => {
        $crate::__private::open_enum! { $crate, $($declaration)* }
    };
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    crate::open_enum! {
        /// A state.
        #[derive(Default)]
        pub(crate) enum State {
            /// New.
            #[default]
            New = "NEW",
            #[deprecated]
            Old = "OLD",
            #[cfg(any())]
            Absent = "ABSENT",
            r#Type = "TYPE",
            Unset = "",
        }
    }

    crate::open_enum! {
        /// It is configured out.
        #[cfg(any())]
        enum Gone {
            New = "NEW",
        }
    }

    crate::open_enum! {
        #[deprecated]
        enum Former {
            Err = "ERR",
            Error = "ERROR",
            #[cfg_attr(all(), cfg(any()))]
            Absent = "ABSENT",
        }
    }

    #[test]
    #[expect(deprecated)]
    fn an_enum_may_be_deprecated_and_its_variants_named_as_anything() {
        assert_eq!("ERR".parse(), Ok(Former::Err));
        assert_eq!(Former::KNOWN, [Former::Err, Former::Error]);
    }

    #[test]
    #[expect(deprecated)]
    fn values_are_read_and_written_in_every_form() {
        assert_eq!(State::default(), State::New);
        assert_eq!(State::KNOWN, [State::New, State::Old, State::r#Type, State::Unset]);
        for text in ["NEW", "OLD", "TYPE", "ABSENT", "", "new"] {
            let state = State::from(text);
            assert_eq!(State::from(text.to_owned()), state);
            assert_eq!(text.parse(), Ok(state.clone()));
            assert_eq!((state.as_str(), state.as_ref()), (text, text));
            assert_eq!(state.to_string(), text);
            assert_eq!(serde_json::to_value(&state).unwrap(), text);
            assert_eq!(serde_json::from_value::<State>(text.into()).unwrap(), state);
            assert_eq!(state.is_known(), State::KNOWN.contains(&state));
            assert_eq!(state.is_known(), ["NEW", "OLD", "TYPE", ""].contains(&text));
        }
        assert!(serde_json::from_str::<State>("null").is_err());
    }

    #[test]
    fn values_are_ordered_by_their_text() {
        let texts = ["B", "NEW", "A", "TYPE", "NEW"];
        let sorted: BTreeSet<State> = texts.into_iter().map(State::from).collect();
        let sorted: Vec<&str> = sorted.iter().map(State::as_str).collect();
        assert_eq!(sorted, ["A", "B", "NEW", "TYPE"]);
        assert_eq!(texts.into_iter().map(State::from).collect::<HashSet<_>>().len(), 4);
    }
}
