//! `Call`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use upvest_core::{Call, Uuid, api, id, null_as_default};

/// The endpoints of `Call`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait CallApi: Send + Sync {
    /// Calls the operation `get_taken`. The status of a success is 200.
    #[endpoint(GET, "/taken")]
    fn get_taken(&self) -> Call<Taken>;
}

/// A response of `get_taken`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Taken {
    /// See [`String2`].
    pub string: String2,
    /// See [`Option2`].
    pub option: Option2,
    /// See [`Vec2`].
    pub list: Vec2,
    /// See [`Call2`].
    pub call: Call2,
    /// See [`Result2`].
    pub result: Result2,
    /// See [`Value2`].
    pub value: Value2,
    /// See [`Send2`].
    pub send: Send2,
    /// See [`Sync2`].
    pub sync: Sync2,
    /// See [`Debug2`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub debug: Option<Debug2>,
    /// See [`Clone2`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clone: Option<Clone2>,
    /// See [`Default2`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Default2>,
    /// See [`Eq2`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eq: Option<Eq2>,
    /// See [`SelfValue`].
    #[serde(rename = "self", default, skip_serializing_if = "Option::is_none")]
    pub self_: Option<SelfValue>,
    /// See [`Serialize2`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serialize: Option<Serialize2>,
    /// See [`BtreeMap`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map: Option<BtreeMap>,
    /// See [`Into2`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub into: Option<Into2>,
    /// See [`Client`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Client>,
    /// See [`Page2`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<Page2>,
    /// See [`Uuid2`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<Uuid2>,
    /// A UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<OrderId>,
    /// See [`OrderId2`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub an_order: Option<OrderId2>,
}

impl Taken {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub const fn new(
        string: String2,
        option: Option2,
        list: Vec2,
        call: Call2,
        result: Result2,
        value: Value2,
        send: Send2,
        sync: Sync2,
    ) -> Self {
        Self {
            string,
            option,
            list,
            call,
            result,
            value,
            send,
            sync,
            debug: None,
            clone: None,
            default: None,
            eq: None,
            self_: None,
            serialize: None,
            map: None,
            into: None,
            tag: None,
            page: None,
            uuid: None,
            order_id: None,
            an_order: None,
        }
    }
}

/// The field `string` of [`Taken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct String2 {
    /// A text.
    pub a: String,
}

impl String2 {
    /// Creates a value from all fields.
    #[must_use]
    pub fn new(a: impl Into<String>) -> Self {
        Self { a: a.into() }
    }
}

/// The field `option` of [`Taken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Option2 {
    /// A text.
    pub b: String,
}

impl Option2 {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub fn new(b: impl Into<String>) -> Self {
        Self { b: b.into() }
    }
}

/// The field `list` of [`Taken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vec2 {
    /// A text.
    pub c: String,
}

impl Vec2 {
    /// Creates a value from all fields.
    #[must_use]
    pub fn new(c: impl Into<String>) -> Self {
        Self { c: c.into() }
    }
}

/// The field `call` of [`Taken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Call2 {
    /// A text.
    pub d: String,
}

impl Call2 {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub fn new(d: impl Into<String>) -> Self {
        Self { d: d.into() }
    }
}

/// The field `result` of [`Taken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Result2 {
    /// A text.
    pub e: String,
}

impl Result2 {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub fn new(e: impl Into<String>) -> Self {
        Self { e: e.into() }
    }
}

/// The field `value` of [`Taken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Value2 {
    /// Any JSON.
    pub f: Value,
}

impl Value2 {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(f: Value) -> Self {
        Self { f }
    }
}

/// The field `send` of [`Taken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Send2 {
    /// A text.
    pub g: String,
}

impl Send2 {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub fn new(g: impl Into<String>) -> Self {
        Self { g: g.into() }
    }
}

/// The field `sync` of [`Taken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Sync2 {
    /// A text.
    pub h: String,
}

impl Sync2 {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub fn new(h: impl Into<String>) -> Self {
        Self { h: h.into() }
    }
}

/// The field `debug` of [`Taken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Debug2 {
    /// A text.
    pub i: String,
}

impl Debug2 {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub fn new(i: impl Into<String>) -> Self {
        Self { i: i.into() }
    }
}

/// The field `clone` of [`Taken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Clone2 {
    /// A text.
    pub j: String,
}

impl Clone2 {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub fn new(j: impl Into<String>) -> Self {
        Self { j: j.into() }
    }
}

/// The field `default` of [`Taken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Default2 {
    /// A text.
    pub k: String,
}

impl Default2 {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub fn new(k: impl Into<String>) -> Self {
        Self { k: k.into() }
    }
}

/// The field `eq` of [`Taken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Eq2 {
    /// A text.
    pub l: String,
}

impl Eq2 {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub fn new(l: impl Into<String>) -> Self {
        Self { l: l.into() }
    }
}

/// The field `self` of [`Taken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SelfValue {
    /// A text.
    pub m: String,
}

impl SelfValue {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub fn new(m: impl Into<String>) -> Self {
        Self { m: m.into() }
    }
}

/// The field `serialize` of [`Taken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Serialize2 {
    /// A text.
    pub n: String,
}

impl Serialize2 {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub fn new(n: impl Into<String>) -> Self {
        Self { n: n.into() }
    }
}

/// The field `map` of [`Taken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BtreeMap {
    /// An object with fields of any names; each value: a text.
    #[serde(deserialize_with = "null_as_default")]
    pub o: BTreeMap<String, String>,
}

impl BtreeMap {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(o: BTreeMap<String, String>) -> Self {
        Self { o }
    }
}

/// The field `into` of [`Taken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Into2 {
    /// A text.
    pub p: String,
}

impl Into2 {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub fn new(p: impl Into<String>) -> Self {
        Self { p: p.into() }
    }
}

/// The field `tag` of [`Taken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Client {
    /// A text.
    pub q: String,
}

impl Client {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub fn new(q: impl Into<String>) -> Self {
        Self { q: q.into() }
    }
}

/// The field `page` of [`Taken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Page2 {
    /// A text.
    pub r: String,
}

impl Page2 {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub fn new(r: impl Into<String>) -> Self {
        Self { r: r.into() }
    }
}

/// The field `uuid` of [`Taken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Uuid2 {
    /// A UUID.
    pub s: Uuid,
}

impl Uuid2 {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(s: Uuid) -> Self {
        Self { s }
    }
}

/// The field `an_order` of [`Taken`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OrderId2 {
    /// A UUID.
    pub t: Uuid,
}

impl OrderId2 {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(t: Uuid) -> Self {
        Self { t }
    }
}

id! {
    /// Identifies an order.
    pub struct OrderId;
}
