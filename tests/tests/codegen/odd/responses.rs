//! `Responses`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use upvest_core::{Bytes, Call, Page, Redirect, api, id, null_as_default, one_of};

use super::{Enum, PatchMerge};

/// The endpoints of `Responses`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait Responses: Send + Sync {
    /// Calls the operation `get_several`. The status of a success is 200.
    #[endpoint(GET, "/responses/several")]
    fn get_several(&self) -> Call<i64>;

    /// Calls the operation `get_default`. The status of a success is 2xx.
    #[endpoint(POST, "/responses/several", signed)]
    fn get_default(&self) -> Call<()>;

    /// Calls the operation `get_2xx`. The status of a success is 2XX.
    #[endpoint(PUT, "/responses/several", signed)]
    fn get_2xx(&self) -> Call<String>;

    /// Calls the operation `get_204`. The status of a success is 204.
    #[endpoint(PATCH, "/responses/several", signed)]
    fn get_204(&self) -> Call<()>;

    /// Calls the operation `get_nothing_at_all`. The status of a success is 2xx.
    #[endpoint(DELETE, "/responses/several", signed)]
    fn get_nothing_at_all(&self) -> Call<()>;

    /// Calls the operation `get_redirect`. The status of a success is 303.
    #[endpoint(GET, "/responses/redirect", redirect)]
    fn get_redirect(&self) -> Call<Redirect>;

    /// Calls the operation `put_redirect`. The status of a success is 2xx.
    #[endpoint(PUT, "/responses/redirect", signed)]
    fn put_redirect(&self) -> Call<()>;

    /// Calls the operation `get_types`. The status of a success is 200.
    #[endpoint(GET, "/responses/types")]
    fn get_types(&self) -> Call<PatchMerge>;

    /// Calls the operation `get_types`. The status of a success is 200.
    #[endpoint(GET, "/responses/types", accept = "text/csv")]
    fn get_types_as_csv(&self) -> Call<Bytes>;

    /// Calls the operation `get_types`. The status of a success is 200.
    #[endpoint(GET, "/responses/types", accept = "application/pdf")]
    fn get_types_as_pdf2(&self) -> Call<Bytes>;

    /// Calls the operation `get_types`. The status of a success is 200.
    #[endpoint(GET, "/responses/types", accept = "image/pdf")]
    fn get_types_as_pdf3(&self) -> Call<Bytes>;

    /// Calls the operation `get_types`. The status of a success is 200.
    #[endpoint(GET, "/responses/types", accept = "image/png")]
    fn get_types_as_png(&self) -> Call<Bytes>;

    /// Calls the operation `get_types_as_pdf`. The status of a success is 200.
    #[endpoint(PUT, "/responses/types", signed, accept = "text/csv")]
    fn get_types_as_pdf(&self) -> Call<Bytes>;

    /// Calls the operation `get_text`. The status of a success is 200.
    #[endpoint(GET, "/responses/values/text")]
    fn get_text(&self) -> Call<String>;

    /// Calls the operation `get_texts`. The status of a success is 200.
    #[endpoint(GET, "/responses/values/texts")]
    fn get_texts(&self) -> Call<Vec<Option<String>>>;

    /// Calls the operation `get_null`. The status of a success is 200.
    #[endpoint(GET, "/responses/values/null")]
    fn get_null(&self) -> Call<Option<Value>>;

    /// Calls the operation `get_nullable`. The status of a success is 200.
    #[endpoint(GET, "/responses/values/nullable")]
    fn get_nullable(&self) -> Call<Option<PatchMerge>>;

    /// Calls the operation `get_true`. The status of a success is 200.
    #[endpoint(GET, "/responses/values/true")]
    fn get_true(&self) -> Call<Value>;

    /// Calls the operation `get_false`. The status of a success is 200.
    #[endpoint(GET, "/responses/values/false")]
    fn get_false(&self) -> Call<Value>;

    /// Calls the operation `get_enum`. The status of a success is 200.
    #[endpoint(GET, "/responses/values/enum")]
    fn get_enum(&self) -> Call<Enum>;

    /// Calls the operation `get_choice`. The status of a success is 200.
    #[endpoint(GET, "/responses/values/choice")]
    fn get_choice(&self) -> Call<Choice>;

    /// Calls the operation `list_things`. The status of a success is 200.
    #[endpoint(GET, "/responses/page")]
    fn list_things(&self) -> Call<Page<Thing>>;

    /// Calls the operation `list_cursors`. The status of a success is 200.
    #[endpoint(PUT, "/responses/page", signed)]
    fn list_cursors(&self) -> Call<Cursors>;

    /// Calls the operation `list_gaps`. The status of a success is 200.
    #[endpoint(POST, "/responses/page", signed)]
    fn list_gaps(&self) -> Call<Page<Option<Gap>>>;
}

one_of! {
    /// A response of `get_choice`.
    #[derive(Eq)]
    #[allow(clippy::large_enum_variant, reason = "the API has these alternatives")]
    pub enum Choice by "petType" {
        /// See [`Cat`].
        Cat(Cat) = "CAT",
        /// See [`Dog`].
        Dog(Dog) = "DOG",
    }
}

/// An alternative of [`Choice`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cat {
    /// A text.
    #[serde(rename = "petType")]
    pub pet_type: String,
    /// A text.
    pub name: String,
}

impl Cat {
    /// Creates a value from all fields.
    #[must_use]
    pub fn new(pet_type: impl Into<String>, name: impl Into<String>) -> Self {
        Self { pet_type: pet_type.into(), name: name.into() }
    }
}

/// An alternative of [`Choice`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dog {
    /// A text.
    #[serde(rename = "petType")]
    pub pet_type: String,
    /// A text.
    pub name: String,
}

impl Dog {
    /// Creates a value from the required fields.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { pet_type: "DOG".into(), name: name.into() }
    }
}

/// An item of a response of `list_things`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Thing {
    /// A UUID.
    pub id: ThingId,
}

impl Thing {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(id: ThingId) -> Self {
        Self { id }
    }
}

/// A response of `list_cursors`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cursors {
    /// See [`CursorsMeta`].
    pub meta: CursorsMeta,
    /// A list; each item: a text.
    #[serde(deserialize_with = "null_as_default")]
    pub data: Vec<String>,
}

impl Cursors {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(meta: CursorsMeta, data: Vec<String>) -> Self {
        Self { meta, data }
    }
}

/// The field `meta` of [`Cursors`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CursorsMeta {
    /// A whole number.
    pub offset: i64,
    /// A whole number.
    pub limit: i64,
    /// A whole number.
    pub count: i64,
    /// A whole number.
    pub total_count: i64,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

impl CursorsMeta {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    pub const fn new(offset: i64, limit: i64, count: i64, total_count: i64) -> Self {
        Self { offset, limit, count, total_count, sort: None, order: None, cursor: None }
    }
}

/// An item of a response of `list_gaps`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Gap {
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<String>,
}

id! {
    /// Identifies a thing.
    pub struct ThingId;
}
