//! `type`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use serde_json::Number;
use upvest_core::{Call, Uuid, api, open_enum};

/// The endpoints of `type`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait Type: Send + Sync {
    /// Calls the operation `type`. The status of a success is 200.
    #[endpoint(GET, "/keywords/{type}/{self_}/{crate_}")]
    fn r#type(&self, r#type: &str, self_: Uuid, crate_: i64, query: &Type2) -> Call<Keywords>;

    /// Calls the operation `self`. The status of a success is 204.
    #[endpoint(PUT, "/keywords/{type}/{self_}/{crate_}", signed)]
    fn self_(&self, r#type: &str, self_: Uuid, crate_: i64, body: &Keywords) -> Call<()>;

    /// Calls the operation `async`. The status of a success is 200.
    #[endpoint(GET, "/keywords/more")]
    fn r#async(&self) -> Call<()>;

    /// Calls the operation `Self`. The status of a success is 200.
    #[endpoint(PUT, "/keywords/more", signed)]
    fn self_2(&self) -> Call<()>;

    /// Calls the operation `crate`. The status of a success is 200.
    #[endpoint(POST, "/keywords/more", signed)]
    fn crate_(&self) -> Call<()>;

    /// Calls the operation `_`. The status of a success is 200.
    #[endpoint(PATCH, "/keywords/more", signed)]
    fn empty(&self) -> Call<()>;

    /// Calls the operation `gen`. The status of a success is 200.
    #[endpoint(DELETE, "/keywords/more", signed)]
    fn r#gen(&self) -> Call<()>;
}

/// The query of `type`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Type2 {
    /// True or false.
    pub r#fn: Option<bool>,
    /// A text.
    #[serde(rename = "Self")]
    pub self_: String,
    /// `in` or `out`.
    pub r#in: Option<TypeIn>,
}

impl Type2 {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub fn new(self_: impl Into<String>) -> Self {
        Self { r#fn: None, self_: self_.into(), r#in: None }
    }
}

/// A response of `type`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keywords {
    /// A text.
    pub r#type: String,
    /// A text.
    #[serde(rename = "self")]
    pub self_: String,
    /// A text.
    #[serde(rename = "crate")]
    pub crate_: String,
    /// A text.
    pub r#fn: String,
    /// A text.
    pub r#gen: String,
    /// True or false.
    pub r#async: bool,
    /// A whole number.
    pub r#await: i64,
    /// A number.
    pub r#dyn: Number,
    /// One of the values of [`KeywordsSuper`].
    #[serde(rename = "super")]
    pub super_: KeywordsSuper,
    /// A text.
    #[serde(rename = "Self")]
    pub self_2: String,
    /// A text.
    #[serde(rename = "_", default, skip_serializing_if = "Option::is_none")]
    pub empty: Option<String>,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#macro: Option<String>,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub union: Option<String>,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
    /// A text.
    #[serde(rename = "r#type", default, skip_serializing_if = "Option::is_none")]
    pub r_type: Option<String>,
}

impl Keywords {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub fn new(
        r#type: impl Into<String>,
        self_: impl Into<String>,
        crate_: impl Into<String>,
        r#fn: impl Into<String>,
        r#gen: impl Into<String>,
        r#async: bool,
        r#await: i64,
        r#dyn: Number,
        super_: KeywordsSuper,
        self_2: impl Into<String>,
    ) -> Self {
        Self {
            r#type: r#type.into(),
            self_: self_.into(),
            crate_: crate_.into(),
            r#fn: r#fn.into(),
            r#gen: r#gen.into(),
            r#async,
            r#await,
            r#dyn,
            super_,
            self_2: self_2.into(),
            empty: None,
            r#macro: None,
            union: None,
            raw: None,
            r_type: None,
        }
    }
}

open_enum! {
    /// The parameter `in` of `type`.
    pub enum TypeIn {
        /// `in`.
        In = "in",
        /// `out`.
        Out = "out",
    }
}

open_enum! {
    /// The field `super` of [`Keywords`].
    pub enum KeywordsSuper {
        /// `self`.
        SelfValue = "self",
        /// `Self`.
        SelfValue2 = "Self",
        /// `crate`.
        Crate = "crate",
        /// `super`.
        Super = "super",
        /// `_`.
        Empty = "_",
        /// `type`.
        Type = "type",
    }
}
