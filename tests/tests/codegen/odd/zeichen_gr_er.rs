//! `Zeichen größer 漢字`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use serde_json::Number;
use upvest_core::{Call, api, open_enum};

/// The endpoints of `Zeichen größer 漢字`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait ZeichenGrEr: Send + Sync {
    /// Calls the operation `get_characters`. The status of a success is 200.
    #[endpoint(GET, "/characters")]
    fn get_characters(&self, query: &GetCharacters) -> Call<Empty2>;

    /// Calls the operation `` "\"}{)\n*/ \\ `x` \u{202e} [y]" ``. The status of a success is
    /// 200.
    #[endpoint(PUT, "/characters", signed)]
    fn x_y(&self, body: &Characters) -> Call<()>;
}

/// The query of `get_characters`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct GetCharacters {
    /// A text.
    #[serde(rename = "")]
    pub empty: Option<String>,
    /// A text.
    #[serde(rename = "filter[name]")]
    pub filter_name: Option<String>,
    /// A text.
    #[serde(rename = "größe")]
    pub gr_e: Option<String>,
}

/// A response of `get_characters`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[allow(clippy::struct_field_names, reason = "the API has these names")]
pub struct Empty2 {
    /// A text.
    #[serde(rename = "")]
    pub empty: String,
    /// `漢` or `字`.
    #[serde(rename = "漢字")]
    pub empty2: Empty2Empty,
    /// A number.
    #[serde(rename = "größe")]
    pub gr_e: Number,
    /// A number.
    #[serde(rename = "Größe")]
    pub gr_e2: Number,
    /// True or false.
    #[serde(rename = "🦀")]
    pub empty3: bool,
    /// A text.
    #[serde(rename = "1st", default, skip_serializing_if = "Option::is_none")]
    pub n1st: Option<String>,
    /// A text.
    #[serde(rename = " ", default, skip_serializing_if = "Option::is_none")]
    pub empty4: Option<String>,
}

impl Empty2 {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    pub fn new(
        empty: impl Into<String>,
        empty2: Empty2Empty,
        gr_e: Number,
        gr_e2: Number,
        empty3: bool,
    ) -> Self {
        Self { empty: empty.into(), empty2, gr_e, gr_e2, empty3, n1st: None, empty4: None }
    }
}

/// The request body of `` "\"}{)\n*/ \\ `x` \u{202e} [y]" ``.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Characters {
    /// A text, `` "^\"\\\\`*/{}\n\\[x\\](y)<z>$" ``.
    #[serde(rename = "\"")]
    pub empty: String,
    /// A text, ``` `` ```. Default: `` ` ``.
    #[serde(rename = "\\")]
    pub empty2: String,
    /// A text. Example: `"*/ \" \\ \n\r \u{202e}"`.
    #[serde(rename = "*/")]
    pub empty3: String,
    /// A text, format `` "`x` \n y" ``. Default: `{}`.
    #[serde(rename = "{}")]
    pub empty4: String,
    /// One of the values of [`CharactersEmpty`].
    #[serde(rename = "\n")]
    pub empty5: CharactersEmpty,
    /// See [`CharactersEmpty2`].
    #[serde(rename = "\0")]
    pub empty6: CharactersEmpty2,
    /// A text.
    #[serde(rename = "\u{202e}")]
    pub empty7: String,
    /// See [`CharactersEmpty3`].
    #[serde(rename = "`")]
    pub empty8: CharactersEmpty3,
}

impl Characters {
    /// Creates a value from all fields.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub fn new(
        empty: impl Into<String>,
        empty2: impl Into<String>,
        empty3: impl Into<String>,
        empty4: impl Into<String>,
        empty5: CharactersEmpty,
        empty6: CharactersEmpty2,
        empty7: impl Into<String>,
        empty8: CharactersEmpty3,
    ) -> Self {
        Self {
            empty: empty.into(),
            empty2: empty2.into(),
            empty3: empty3.into(),
            empty4: empty4.into(),
            empty5,
            empty6,
            empty7: empty7.into(),
            empty8,
        }
    }
}

/// The field `"\0"` of [`Characters`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CharactersEmpty2 {
    /// A text.
    #[serde(rename = "[x]", default, skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// A text.
    #[serde(rename = "<y>", default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
}

/// The field `` ` `` of [`Characters`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CharactersEmpty3 {
    /// See [`ShapesConflictingFields`].
    #[serde(rename = "`", default, skip_serializing_if = "Option::is_none")]
    pub empty: Option<ShapesConflictingFields>,
}

/// The field `conflicting_fields` of `Shapes`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShapesConflictingFields {
    /// A whole number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub a: Option<i64>,
}

open_enum! {
    /// The field `漢字` of [`Empty2`].
    pub enum Empty2Empty {
        /// `漢`.
        Empty = "漢",
        /// `字`.
        Empty2 = "字",
    }
}

open_enum! {
    /// The field `"\n"` of [`Characters`].
    pub enum CharactersEmpty {
        /// `"\n"`.
        Empty = "\n",
        /// `"\r"`.
        Empty2 = "\r",
        /// `"\t"`.
        Empty3 = "\t",
        /// `"\0"`.
        Empty4 = "\0",
        /// `\`.
        Empty5 = "\\",
        /// `"`.
        Empty6 = "\"",
        /// `'`.
        Empty7 = "'",
        /// `` ` ``.
        Empty8 = "`",
        /// `{}`.
        Empty9 = "{}",
        /// `*/`.
        Empty10 = "*/",
        /// `//`.
        Empty11 = "//",
        /// `"\u{202e}"`.
        Empty12 = "\u{202e}",
        /// `"\u{feff}"`.
        Empty13 = "\u{feff}",
    }
}
