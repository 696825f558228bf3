//! `Choices`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};
use upvest_core::{Call, Date, api, null_as_some, one_of, open_enum};

use super::{Base, Cat, Choice, ShapesNullableEnum, String2, Vec2};

/// The endpoints of `Choices`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait ChoicesApi: Send + Sync {
    /// Calls the operation `post_choices`. The status of a success is 200.
    #[endpoint(POST, "/choices", signed)]
    fn post_choices(&self, body: &Choices) -> Call<Choices>;
}

/// The request body of `post_choices`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::option_option, reason = "`Some(None)` is sent as `null`")]
pub struct Choices {
    /// See [`Choice`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pet: Option<Choice>,
    /// See [`ChoicesUnmapped`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmapped: Option<ChoicesUnmapped>,
    /// See [`ChoicesInCommon`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_common: Option<ChoicesInCommon>,
    /// See [`ChoicesOptionalTag`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub optional_tag: Option<ChoicesOptionalTag>,
    /// See [`ChoicesNumericTag`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numeric_tag: Option<ChoicesNumericTag>,
    /// See [`ChoicesDatedTag`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated_tag: Option<ChoicesDatedTag>,
    /// See [`ChoicesNullableTag`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nullable_tag: Option<ChoicesNullableTag>,
    /// See [`ChoicesUntagged`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untagged: Option<ChoicesUntagged>,
    /// See [`ChoicesNested`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nested: Option<ChoicesNested>,
    /// See [`Base`]. May be `null`.
    /// `Some(None)` is sent as `null`.
    #[serde(default, deserialize_with = "null_as_some", skip_serializing_if = "Option::is_none")]
    pub or_null: Option<Option<Base>>,
    /// A text. May be `null`.
    /// `Some(None)` is sent as `null`.
    #[serde(default, deserialize_with = "null_as_some", skip_serializing_if = "Option::is_none")]
    pub or_null_too: Option<Option<String>>,
    // No type, because its alternatives have several types.
    /// Any JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scalars: Option<Value>,
    /// `a` or `b`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texts: Option<ShapesNullableEnum>,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texts_and_text: Option<String>,
    /// A list; each item: a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lists: Option<Vec<String>>,
    // No type, because its alternatives have several types.
    /// Any JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_or_one: Option<Value>,
    // No type, because its alternatives have several types.
    /// Any JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_or_text: Option<Value>,
    /// See [`Base`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same: Option<Base>,
    /// See [`ChoicesWithParts`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_parts: Option<ChoicesWithParts>,
    /// Any JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_choice: Option<Value>,
    /// See [`Expression`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<Expression>,
    /// See [`ChoicesByText`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_text: Option<ChoicesByText>,
}

one_of! {
    /// The field `unmapped` of [`Choices`].
    #[derive(Eq)]
    #[allow(clippy::large_enum_variant, reason = "the API has these alternatives")]
    pub enum ChoicesUnmapped by "petType" {
        /// See [`Cat`].
        Cat(Cat) = "Cat",
        /// See [`Fish`].
        Fish(Fish) = "Fish",
    }
}

/// An alternative of [`ChoicesUnmapped`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fish {
    /// A text.
    #[serde(rename = "petType")]
    pub pet_type: String,
    /// A whole number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth: Option<i64>,
}

impl Fish {
    /// Creates a value; optional fields are `None`.
    #[must_use]
    pub fn new() -> Self {
        Self { pet_type: "Fish".into(), depth: None }
    }
}

impl Default for Fish {
    fn default() -> Self {
        Self::new()
    }
}

one_of! {
    /// The field `in_common` of [`Choices`].
    #[derive(Eq)]
    #[allow(clippy::large_enum_variant, reason = "the API has these alternatives")]
    pub enum ChoicesInCommon by "state" {
        /// See [`ChoicesInCommonMade`].
        Made(ChoicesInCommonMade) = "MADE",
        /// See [`ChoicesInCommonLost`].
        Lost(ChoicesInCommonLost) = "LOST",
    }
}

/// An alternative of [`ChoicesInCommon`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoicesInCommonMade {
    /// `MADE`.
    pub state: ChoicesInCommonMadeState,
}

impl ChoicesInCommonMade {
    /// Creates a value.
    #[must_use]
    pub fn new() -> Self {
        Self { state: "MADE".into() }
    }
}

impl Default for ChoicesInCommonMade {
    fn default() -> Self {
        Self::new()
    }
}

/// An alternative of [`ChoicesInCommon`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoicesInCommonLost {
    /// `LOST`.
    pub state: ChoicesInCommonLostState,
    /// A text.
    pub why: String,
}

impl ChoicesInCommonLost {
    /// Creates a value from the required fields.
    #[must_use]
    pub fn new(why: impl Into<String>) -> Self {
        Self { state: "LOST".into(), why: why.into() }
    }
}

one_of! {
    /// The field `optional_tag` of [`Choices`].
    #[derive(Eq)]
    #[allow(clippy::large_enum_variant, reason = "the API has these alternatives")]
    pub enum ChoicesOptionalTag {
        /// See [`Bus`].
        Bus(Bus),
        /// See [`Car`].
        Car(Car),
    }
}

/// An alternative of [`ChoicesOptionalTag`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bus {
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wheels: Option<String>,
    /// A whole number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats: Option<i64>,
}

/// An alternative of [`ChoicesOptionalTag`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Car {
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wheels: Option<String>,
    /// A whole number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doors: Option<i64>,
}

one_of! {
    /// The field `numeric_tag` of [`Choices`].
    #[derive(Eq)]
    #[allow(clippy::large_enum_variant, reason = "the API has these alternatives")]
    pub enum ChoicesNumericTag {
        /// See [`Two`].
        Two(Two),
        /// See [`Three`].
        Three(Three),
    }
}

/// An alternative of [`ChoicesNumericTag`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Two {
    /// A whole number.
    pub number: i64,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub two: Option<String>,
}

impl Two {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self { number, two: None }
    }
}

/// An alternative of [`ChoicesNumericTag`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Three {
    /// A whole number.
    pub number: i64,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub three: Option<String>,
}

impl Three {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self { number, three: None }
    }
}

one_of! {
    /// The field `dated_tag` of [`Choices`].
    #[derive(Eq)]
    #[allow(clippy::large_enum_variant, reason = "the API has these alternatives")]
    pub enum ChoicesDatedTag {
        /// See [`ChoicesDatedTagAlternative`].
        Alternative(ChoicesDatedTagAlternative),
        /// See [`ChoicesDatedTagAlternative2`].
        Alternative2(ChoicesDatedTagAlternative2),
    }
}

/// An alternative of [`ChoicesDatedTag`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoicesDatedTagAlternative {
    /// A date, `YYYY-MM-DD`. Default: `2020-01-01`.
    pub day: Date,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub a: Option<String>,
}

impl ChoicesDatedTagAlternative {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub const fn new(day: Date) -> Self {
        Self { day, a: None }
    }
}

/// An alternative of [`ChoicesDatedTag`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoicesDatedTagAlternative2 {
    /// A date, `YYYY-MM-DD`. Default: `2021-01-01`.
    pub day: Date,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub b: Option<String>,
}

impl ChoicesDatedTagAlternative2 {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub const fn new(day: Date) -> Self {
        Self { day, b: None }
    }
}

one_of! {
    /// The field `nullable_tag` of [`Choices`].
    #[derive(Eq)]
    #[allow(clippy::large_enum_variant, reason = "the API has these alternatives")]
    pub enum ChoicesNullableTag {
        /// See [`ChoicesNullableTagAlternative`].
        Alternative(ChoicesNullableTagAlternative),
        /// See [`ChoicesNullableTagAlternative2`].
        Alternative2(ChoicesNullableTagAlternative2),
    }
}

/// An alternative of [`ChoicesNullableTag`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoicesNullableTagAlternative {
    /// `A`. May be `null`.
    pub kind: Option<ChoicesNullableTagAlternativeKind>,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub a: Option<String>,
}

impl ChoicesNullableTagAlternative {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub const fn new(kind: Option<ChoicesNullableTagAlternativeKind>) -> Self {
        Self { kind, a: None }
    }
}

/// An alternative of [`ChoicesNullableTag`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoicesNullableTagAlternative2 {
    /// `B`. May be `null`.
    pub kind: Option<ChoicesNullableTagAlternative2Kind>,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub b: Option<String>,
}

impl ChoicesNullableTagAlternative2 {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub const fn new(kind: Option<ChoicesNullableTagAlternative2Kind>) -> Self {
        Self { kind, b: None }
    }
}

one_of! {
    /// The field `untagged` of [`Choices`].
    #[derive(Eq)]
    #[allow(clippy::large_enum_variant, reason = "the API has these alternatives")]
    pub enum ChoicesUntagged {
        /// See [`ChoicesUntaggedAlternative`].
        Alternative(ChoicesUntaggedAlternative),
        /// See [`String2`].
        String2(String2),
        /// See [`Vec2`].
        Vec2(Vec2),
    }
}

/// An alternative of [`ChoicesUntagged`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoicesUntaggedAlternative {
    /// A text.
    pub a: String,
    /// A text.
    pub b: String,
}

impl ChoicesUntaggedAlternative {
    /// Creates a value from all fields.
    #[must_use]
    pub fn new(a: impl Into<String>, b: impl Into<String>) -> Self {
        Self { a: a.into(), b: b.into() }
    }
}

one_of! {
    /// The field `nested` of [`Choices`].
    #[derive(Eq)]
    #[allow(clippy::large_enum_variant, reason = "the API has these alternatives")]
    pub enum ChoicesNested {
        /// See [`ChoicesNestedAlternative`].
        Alternative(ChoicesNestedAlternative),
        /// See [`ChoicesNestedAlternative2`].
        Alternative2(ChoicesNestedAlternative2),
        /// See [`ChoicesNestedAlternative3`].
        Alternative3(ChoicesNestedAlternative3),
        /// See [`Choice`].
        Choice(Choice),
    }
}

/// An alternative of [`ChoicesNested`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoicesNestedAlternative {
    /// A text.
    pub n1: String,
}

impl ChoicesNestedAlternative {
    /// Creates a value from all fields.
    #[must_use]
    pub fn new(n1: impl Into<String>) -> Self {
        Self { n1: n1.into() }
    }
}

/// An alternative of [`ChoicesNested`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoicesNestedAlternative2 {
    /// A text.
    pub n2: String,
}

impl ChoicesNestedAlternative2 {
    /// Creates a value from all fields.
    #[must_use]
    pub fn new(n2: impl Into<String>) -> Self {
        Self { n2: n2.into() }
    }
}

/// An alternative of [`ChoicesNested`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoicesNestedAlternative3 {
    /// A text.
    pub n3: String,
}

impl ChoicesNestedAlternative3 {
    /// Creates a value from all fields.
    #[must_use]
    pub fn new(n3: impl Into<String>) -> Self {
        Self { n3: n3.into() }
    }
}

one_of! {
    /// The field `with_parts` of [`Choices`].
    #[derive(Eq)]
    #[allow(clippy::large_enum_variant, reason = "the API has these alternatives")]
    pub enum ChoicesWithParts {
        /// See [`ChoicesWithPartsAlternative`].
        Alternative(ChoicesWithPartsAlternative),
        /// See [`ChoicesWithPartsAlternative2`].
        Alternative2(ChoicesWithPartsAlternative2),
    }
}

/// An alternative of [`ChoicesWithParts`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoicesWithPartsAlternative {
    /// A text.
    pub common: String,
    /// A text.
    pub left: String,
}

impl ChoicesWithPartsAlternative {
    /// Creates a value from all fields.
    #[must_use]
    pub fn new(common: impl Into<String>, left: impl Into<String>) -> Self {
        Self { common: common.into(), left: left.into() }
    }
}

/// An alternative of [`ChoicesWithParts`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoicesWithPartsAlternative2 {
    /// A text.
    pub common: String,
    /// A text.
    pub right: String,
}

impl ChoicesWithPartsAlternative2 {
    /// Creates a value from all fields.
    #[must_use]
    pub fn new(common: impl Into<String>, right: impl Into<String>) -> Self {
        Self { common: common.into(), right: right.into() }
    }
}

one_of! {
    /// The field `expression` of [`Choices`].
    #[derive(Eq)]
    #[allow(clippy::large_enum_variant, reason = "the API has these alternatives")]
    pub enum Expression by "kind" {
        /// See [`Sum`].
        Sum(Sum) = "sum",
        /// See [`Literal`].
        Literal(Literal) = "literal",
    }
}

/// An alternative of [`Expression`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sum {
    /// A text.
    pub kind: String,
    // No type, because it contains itself.
    /// Any JSON.
    pub left: Value,
    // No type, because it contains itself.
    /// Any JSON.
    pub right: Value,
}

impl Sum {
    /// Creates a value from the required fields.
    #[must_use]
    pub fn new(left: Value, right: Value) -> Self {
        Self { kind: "sum".into(), left, right }
    }
}

/// An alternative of [`Expression`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Literal {
    /// A text.
    pub kind: String,
    /// A number.
    pub value: Number,
}

impl Literal {
    /// Creates a value from the required fields.
    #[must_use]
    pub fn new(value: Number) -> Self {
        Self { kind: "literal".into(), value }
    }
}

one_of! {
    /// The field `by_text` of [`Choices`].
    #[derive(Eq)]
    #[allow(clippy::large_enum_variant, reason = "the API has these alternatives")]
    pub enum ChoicesByText by "t" {
        /// See [`ChoicesByTextAB`].
        AB(ChoicesByTextAB) = "a-b",
        /// See [`ChoicesByTextAB2`].
        AB2(ChoicesByTextAB2) = "a_b",
        /// See [`ChoicesByTextOther`].
        Other2(ChoicesByTextOther) = "OTHER",
        /// See [`ChoicesByTextAlternative`].
        Empty(ChoicesByTextAlternative) = "",
    }
}

/// An alternative of [`ChoicesByText`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoicesByTextAB {
    /// `a-b`.
    pub t: ChoicesByTextABT,
}

impl ChoicesByTextAB {
    /// Creates a value.
    #[must_use]
    pub fn new() -> Self {
        Self { t: "a-b".into() }
    }
}

impl Default for ChoicesByTextAB {
    fn default() -> Self {
        Self::new()
    }
}

/// An alternative of [`ChoicesByText`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoicesByTextAB2 {
    /// `a_b`.
    pub t: ChoicesByTextAB2T,
    /// A text.
    pub u: String,
}

impl ChoicesByTextAB2 {
    /// Creates a value from the required fields.
    #[must_use]
    pub fn new(u: impl Into<String>) -> Self {
        Self { t: "a_b".into(), u: u.into() }
    }
}

/// An alternative of [`ChoicesByText`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoicesByTextOther {
    /// `OTHER`.
    pub t: ChoicesByTextOtherT,
    /// A text.
    pub v: String,
}

impl ChoicesByTextOther {
    /// Creates a value from the required fields.
    #[must_use]
    pub fn new(v: impl Into<String>) -> Self {
        Self { t: "OTHER".into(), v: v.into() }
    }
}

/// An alternative of [`ChoicesByText`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoicesByTextAlternative {
    /// `""`.
    pub t: ChoicesByTextAlternativeT,
    /// A text.
    pub w: String,
}

impl ChoicesByTextAlternative {
    /// Creates a value from the required fields.
    #[must_use]
    pub fn new(w: impl Into<String>) -> Self {
        Self { t: "".into(), w: w.into() }
    }
}

open_enum! {
    /// The field `state` of [`ChoicesInCommonMade`].
    pub enum ChoicesInCommonMadeState {
        /// `MADE`.
        Made = "MADE",
    }
}

open_enum! {
    /// The field `state` of [`ChoicesInCommonLost`].
    pub enum ChoicesInCommonLostState {
        /// `LOST`.
        Lost = "LOST",
    }
}

open_enum! {
    /// The field `kind` of [`ChoicesNullableTagAlternative`].
    pub enum ChoicesNullableTagAlternativeKind {
        /// `A`.
        A = "A",
    }
}

open_enum! {
    /// The field `kind` of [`ChoicesNullableTagAlternative2`].
    pub enum ChoicesNullableTagAlternative2Kind {
        /// `B`.
        B = "B",
    }
}

open_enum! {
    /// The field `t` of [`ChoicesByTextAB`].
    pub enum ChoicesByTextABT {
        /// `a-b`.
        AB = "a-b",
    }
}

open_enum! {
    /// The field `t` of [`ChoicesByTextAB2`].
    pub enum ChoicesByTextAB2T {
        /// `a_b`.
        AB = "a_b",
    }
}

open_enum! {
    /// The field `t` of [`ChoicesByTextOther`].
    pub enum ChoicesByTextOtherT {
        /// `OTHER`.
        Other = "OTHER",
    }
}

open_enum! {
    /// The field `t` of [`ChoicesByTextAlternative`].
    pub enum ChoicesByTextAlternativeT {
        /// `""`.
        Empty = "",
    }
}
