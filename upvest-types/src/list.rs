//! Several values in one parameter.

use std::fmt;

use serde::{Serialize, Serializer, ser};

use super::invalid::InvalidValue;

/// Several values in one query parameter, separated by commas: `instrument_ids=a,b`.
///
/// There must be at least one value, and no value may be empty or contain a comma. Otherwise the
/// call fails before it is sent. To leave the parameter out, make it an `Option`.
///
/// # Examples
///
/// ```
/// # extern crate upvest_types as upvest_core;
/// use serde::Serialize;
/// use upvest_core::{CommaSeparated, Date};
///
/// #[derive(Serialize)]
/// struct ListAllocations {
///     instrument_ids: CommaSeparated<&'static str>,
///     start_date: Option<Date>,
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CommaSeparated<T>(pub Vec<T>);

impl<T> FromIterator<T> for CommaSeparated<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl<T: fmt::Display> Serialize for CommaSeparated<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let texts: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        if texts.is_empty() {
            return Err(ser::Error::custom("a list of values is empty: leave it out instead"));
        }
        match texts.iter().find(|text| text.is_empty() || text.contains(',')) {
            Some(text) => Err(ser::Error::custom(InvalidValue::new(
                "list value",
                text,
                "it must not be empty or contain a comma",
            ))),
            None => serializer.serialize_str(&texts.join(",")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CommaSeparated;

    #[test]
    fn a_list_is_one_text() {
        let query = |values: &[&str]| {
            let list: CommaSeparated<_> = values.iter().collect();
            serde_urlencoded::to_string([("ids", list)])
        };
        assert_eq!(query(&["a"]).unwrap(), "ids=a");
        assert_eq!(query(&["a", "b:c"]).unwrap(), "ids=a%2Cb%3Ac");
        for values in [&[][..], &[""], &["a,b"], &["a", ""]] {
            assert!(query(values).is_err(), "{values:?}");
        }
    }
}
