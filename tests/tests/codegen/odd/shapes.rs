//! `Shapes`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};
use upvest_core::{
    Amount, Call, CountryCode, Currency, Date, Decimal, Isin, Timestamp, Uuid, api, empty_as_none,
    id, null_as_default, null_as_some, open_enum,
};

use super::{OrderId, PatchMerge, ShapesConflictingFields};

/// The endpoints of `Shapes`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait ShapesApi: Send + Sync {
    /// Calls the operation `post_shapes`. The status of a success is 200.
    #[endpoint(POST, "/shapes", signed)]
    fn post_shapes(&self, body: &Shapes) -> Call<Shapes>;

    /// Calls the operation `get_shapes`. The status of a success is 200.
    #[endpoint(GET, "/shapes")]
    fn get_shapes(&self) -> Call<Received>;
}

/// The request body of `post_shapes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::option_option, reason = "`Some(None)` is sent as `null`")]
pub struct Shapes {
    /// A whole number.
    pub integer_enum: i64,
    /// True or false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boolean_enum: Option<bool>,
    // No type, because its values have several types.
    /// Any JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mixed_enum: Option<Value>,
    /// A number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number_enum: Option<Number>,
    /// Any JSON. May be `null`.
    /// `Some(None)` is sent as `null`.
    #[serde(default, deserialize_with = "null_as_some", skip_serializing_if = "Option::is_none")]
    pub null_enum: Option<Option<Value>>,
    /// `a` or `b`. May be `null`.
    /// `Some(None)` is sent as `null`.
    #[serde(default, deserialize_with = "null_as_some", skip_serializing_if = "Option::is_none")]
    pub nullable_enum: Option<Option<ShapesNullableEnum>>,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub empty_enum: Option<String>,
    /// `a`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeated_enum: Option<ShapesRepeatedEnum>,
    /// `fixed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_const: Option<ShapesTextConst>,
    /// A whole number.
    pub scalar_const: i64,
    /// Any JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub null_const: Option<Value>,
    // No type, because its values are lists or objects.
    /// Any JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_const: Option<Value>,
    // No type, because its values are lists or objects.
    /// Any JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_enum: Option<Value>,
    /// Any JSON.
    pub nothing: Value,
    /// Any JSON. May be `null`.
    /// `Some(None)` is sent as `null`.
    #[serde(default, deserialize_with = "null_as_some", skip_serializing_if = "Option::is_none")]
    pub null: Option<Option<Value>>,
    /// Any JSON. May be `null`.
    /// `Some(None)` is sent as `null`.
    #[serde(default, deserialize_with = "null_as_some", skip_serializing_if = "Option::is_none")]
    pub unquoted: Option<Option<Value>>,
    /// A text. May be `null`.
    /// `Some(None)` is sent as `null`.
    #[serde(default, deserialize_with = "null_as_some", skip_serializing_if = "Option::is_none")]
    pub nullable: Option<Option<String>>,
    /// A whole number, from 0 to 10. May be `null`.
    /// `Some(None)` is sent as `null`.
    #[serde(default, deserialize_with = "null_as_some", skip_serializing_if = "Option::is_none")]
    pub nullable_integer: Option<Option<u32>>,
    // No type, because it may have several types.
    /// Any JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub several: Option<Value>,
    // No type, because it may have several types.
    /// Any JSON. May be `null`.
    /// `Some(None)` is sent as `null`.
    #[serde(default, deserialize_with = "null_as_some", skip_serializing_if = "Option::is_none")]
    pub several_nullable: Option<Option<Value>>,
    // No type, because its type is unknown.
    /// Any JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_type: Option<Value>,
    /// A text. May be `null`.
    pub required_null: Option<String>,
    /// A list; each item: a text.
    #[serde(deserialize_with = "null_as_default")]
    pub list: Vec<String>,
    /// A list; each item: a list; each item: a number.
    #[serde(deserialize_with = "null_as_default")]
    pub lists: Vec<Vec<Option<Number>>>,
    /// A list; each item: any JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_list: Option<Vec<Value>>,
    /// A list; each item: any JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_of_any: Option<Vec<Value>>,
    /// A list; each item: an object with fields of any names; each value: a list; each item:
    /// true or false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_of_maps: Option<Vec<BTreeMap<String, Vec<bool>>>>,
    /// An object with fields of any names; each value: a whole number.
    #[serde(deserialize_with = "null_as_default")]
    pub map: BTreeMap<String, Option<i64>>,
    /// An object with any fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free: Option<BTreeMap<String, Value>>,
    /// An object with any fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_too: Option<BTreeMap<String, Value>>,
    /// An object with any fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<BTreeMap<String, Value>>,
    /// An object with fields of any names; each value: see [`ShapesMapOfObject`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map_of_objects: Option<BTreeMap<String, ShapesMapOfObject>>,
    /// See [`PatchMerge`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_object: Option<PatchMerge>,
    /// See [`ShapesOpenObject`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_object: Option<ShapesOpenObject>,
    /// See [`ShapesTypedObject`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typed_object: Option<ShapesTypedObject>,
    /// See [`ShapesOnlyRequired`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_required: Option<ShapesOnlyRequired>,
    /// A text of 1 character.
    pub text: String,
    /// A number, from -0.5 to 1000.0.
    pub fraction: Number,
    /// A decimal number, `^-?[0-9]{0,63}(\.[0-9]{1,27})?$`.
    #[serde(default, deserialize_with = "empty_as_none", skip_serializing_if = "Option::is_none")]
    pub decimal: Option<Decimal>,
    /// A text, `^[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}$`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// A text, `^[0-9]+(\.[0-9]+)*$`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software: Option<String>,
    /// A text, `^[0-9]+-[0-9]+\.[0-9]+$`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<String>,
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    pub amount: Amount,
    /// A date and time (RFC 3339).
    pub timestamp: Timestamp,
    /// A date, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// A country (ISO 3166-1 alpha-2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<CountryCode>,
    /// An ISIN (ISO 6166).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub isin: Option<Isin>,
    /// A currency (ISO 4217): `EUR` or `CHF`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// A whole number, from 0 to 18446744073709551615.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub huge: Option<u64>,
    /// A whole number, from 0 to 9.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub small: Option<u32>,
    /// A UUID.
    pub id: ShapesId,
    /// A list; each item: a UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_ids: Option<Vec<OrderId>>,
    /// A text.
    pub new: String,
    /// A UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_made: Option<Uuid>,
    /// See [`ShapesMerged`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<ShapesMerged>,
    /// A text of at most 5 characters, `^a`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_scalars: Option<String>,
    // No type, because its parts do not fit together.
    /// Any JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflicting: Option<Value>,
    /// See [`ShapesConflictingFields`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflicting_fields: Option<ShapesConflictingFields>,
    /// See [`Base`]. May be `null`. Deprecated by the API.
    /// `Some(None)` is sent as `null`.
    #[serde(default, deserialize_with = "null_as_some", skip_serializing_if = "Option::is_none")]
    pub merged_with_notes: Option<Option<Base>>,
    /// See [`Base`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_undescribed: Option<Base>,
    /// Any JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub empty_parts: Option<Value>,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub a_very_long_name_of_a_field_that_has_far_more_than_a_hundred_letters_and_so_does_not_fit_on_a_line_of_a_file:
        Option<String>,
    // No type, because it is required, but not described.
    /// Any JSON.
    pub undescribed: Value,
}

impl Shapes {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub fn new(
        integer_enum: i64,
        scalar_const: i64,
        nothing: Value,
        required_null: Option<String>,
        list: Vec<String>,
        lists: Vec<Vec<Option<Number>>>,
        map: BTreeMap<String, Option<i64>>,
        text: impl Into<String>,
        fraction: Number,
        amount: Amount,
        timestamp: Timestamp,
        id: ShapesId,
        new: impl Into<String>,
        undescribed: Value,
    ) -> Self {
        Self { integer_enum, boolean_enum: None, mixed_enum: None, number_enum: None, null_enum: None, nullable_enum: None, empty_enum: None, repeated_enum: None, text_const: None, scalar_const, null_const: None, object_const: None, list_enum: None, nothing, null: None, unquoted: None, nullable: None, nullable_integer: None, several: None, several_nullable: None, unknown_type: None, required_null, list, lists, free_list: None, list_of_any: None, list_of_maps: None, map, free: None, free_too: None, closed: None, map_of_objects: None, closed_object: None, open_object: None, typed_object: None, only_required: None, text: text.into(), fraction, decimal: None, address: None, software: None, range: None, amount, timestamp, date: None, file_name: None, country: None, isin: None, currency: None, huge: None, small: None, id, order_ids: None, new: new.into(), self_made: None, merged: None, merged_scalars: None, conflicting: None, conflicting_fields: None, merged_with_notes: None, merged_undescribed: None, empty_parts: None, a_very_long_name_of_a_field_that_has_far_more_than_a_hundred_letters_and_so_does_not_fit_on_a_line_of_a_file: None, undescribed }
    }
}

/// An item of the field `map_of_objects` of [`Shapes`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShapesMapOfObject {
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_map: Option<String>,
}

/// The field `open_object` of [`Shapes`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShapesOpenObject {
    /// A text.
    pub a: String,
    /// Fields that the API does not name.
    #[serde(flatten)]
    pub further_fields: BTreeMap<String, Value>,
}

impl ShapesOpenObject {
    /// Creates a value from all fields.
    #[must_use]
    pub fn new(a: impl Into<String>) -> Self {
        Self { a: a.into(), further_fields: BTreeMap::new() }
    }
}

/// The field `typed_object` of [`Shapes`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShapesTypedObject {
    /// A text.
    pub a: String,
    /// A whole number.
    pub further_fields: i64,
    /// Fields that the API does not name.
    #[serde(flatten)]
    pub further_fields2: BTreeMap<String, Option<ShapesTypedObjectFurtherField>>,
}

impl ShapesTypedObject {
    /// Creates a value from all fields.
    #[must_use]
    pub fn new(a: impl Into<String>, further_fields: i64) -> Self {
        Self { a: a.into(), further_fields, further_fields2: BTreeMap::new() }
    }
}

/// An item of the field `further_fields` of [`ShapesTypedObject`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShapesTypedObjectFurtherField {
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deep: Option<String>,
}

/// The field `only_required` of [`Shapes`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShapesOnlyRequired {
    // No type, because it is required, but not described.
    /// Any JSON.
    pub x: Value,
    // No type, because it is required, but not described.
    /// Any JSON.
    pub y: Value,
}

impl ShapesOnlyRequired {
    /// Creates a value from all fields.
    #[must_use]
    pub const fn new(x: Value, y: Value) -> Self {
        Self { x, y }
    }
}

/// The field `merged` of [`Shapes`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShapesMerged {
    /// A text.
    pub base: String,
    /// `LOW` or `HIGH`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<Level>,
    /// A text.
    pub own: String,
}

impl ShapesMerged {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub fn new(base: impl Into<String>, own: impl Into<String>) -> Self {
        Self { base: base.into(), shared: None, own: own.into() }
    }
}

/// The field `merged_with_notes` of [`Shapes`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// A text.
    pub base: String,
    /// `LOW` or `HIGH`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<Level>,
}

impl Base {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub fn new(base: impl Into<String>) -> Self {
        Self { base: base.into(), shared: None }
    }
}

/// A response of `get_shapes`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[allow(clippy::struct_excessive_bools, reason = "the API has these fields")]
pub struct Received {
    /// A list; each item: `LOW` or `HIGH`.
    #[serde(deserialize_with = "null_as_default")]
    pub list: Vec<Level>,
    /// An object with fields of any names; each value: a text.
    #[serde(deserialize_with = "null_as_default")]
    pub map: BTreeMap<String, String>,
    /// True or false.
    pub flag_a: bool,
    /// True or false.
    pub flag_b: bool,
    /// True or false.
    pub flag_c: bool,
    /// True or false.
    pub flag_d: bool,
    /// A whole number.
    pub number: i64,
    /// `RECEIVED`.
    pub kind: ReceivedKind,
    /// See [`Tree`].
    pub tree: Tree,
    /// A text. May be `null`.
    pub more: Option<String>,
    /// A decimal number, `^[0-9]{0,9}(\.[0-9]{1,9})?$`.
    #[serde(default, deserialize_with = "empty_as_none", skip_serializing_if = "Option::is_none")]
    pub price: Option<Decimal>,
    // No type, because it contains itself.
    /// Any JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub itself: Option<Value>,
}

impl Received {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    #[allow(clippy::fn_params_excessive_bools, reason = "the API requires these fields")]
    pub const fn new(
        list: Vec<Level>,
        map: BTreeMap<String, String>,
        flag_a: bool,
        flag_b: bool,
        flag_c: bool,
        flag_d: bool,
        number: i64,
        kind: ReceivedKind,
        tree: Tree,
        more: Option<String>,
    ) -> Self {
        Self {
            list,
            map,
            flag_a,
            flag_b,
            flag_c,
            flag_d,
            number,
            kind,
            tree,
            more,
            price: None,
            itself: None,
        }
    }
}

/// The field `tree` of [`Received`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tree {
    /// A text.
    pub name: String,
    /// A list; each item: any JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub children: Option<Vec<Value>>,
}

impl Tree {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), children: None }
    }
}

open_enum! {
    /// The field `nullable_enum` of [`Shapes`].
    pub enum ShapesNullableEnum {
        /// `a`.
        A = "a",
        /// `b`.
        B = "b",
    }
}

open_enum! {
    /// The field `repeated_enum` of [`Shapes`].
    pub enum ShapesRepeatedEnum {
        /// `a`.
        A = "a",
    }
}

open_enum! {
    /// The field `text_const` of [`Shapes`].
    pub enum ShapesTextConst {
        /// `fixed`.
        Fixed = "fixed",
    }
}

open_enum! {
    /// The field `shared` of [`ShapesMerged`].
    pub enum Level {
        /// `LOW`.
        Low = "LOW",
        /// `HIGH`.
        High = "HIGH",
    }
}

open_enum! {
    /// The field `kind` of [`Received`].
    pub enum ReceivedKind {
        /// `RECEIVED`.
        Received = "RECEIVED",
    }
}

id! {
    /// Identifies a shapes.
    pub struct ShapesId;
}
