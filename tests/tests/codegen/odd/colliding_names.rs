//! `Colliding names`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Number;
use upvest_core::{Call, Date, api, id, open_enum};

/// The endpoints of `Colliding names`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "odd:read")]
pub trait CollidingNames: Send + Sync {
    /// Calls the operation `get-user`. The status of a success is 201.
    #[endpoint(POST, "/colliding/{user_id}/{user_id2}/{body2}/{query2}/{gr_e}/{n2nd}/x", signed)]
    #[allow(clippy::too_many_arguments, reason = "the API has these parameters")]
    fn get_user2(
        &self,
        user_id: UserId,
        user_id2: UserId,
        body2: &str,
        query2: Date,
        gr_e: &str,
        n2nd: &Number,
        query: &GetUser,
        body: &Colliding,
    ) -> Call<Colliding2>;
}

/// The query of `get-user`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct GetUser {
    /// A text.
    pub a_b: Option<String>,
    /// A text.
    #[serde(rename = "aB")]
    pub a_b2: Option<String>,
}

/// The request body of `get-user`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colliding {
    /// A text.
    pub a_b: String,
    /// A text.
    #[serde(rename = "aB")]
    pub a_b2: String,
    /// A whole number.
    #[serde(rename = "a b")]
    pub a_b3: i64,
    /// A text.
    #[serde(rename = "a_b2", default, skip_serializing_if = "Option::is_none")]
    pub a_b22: Option<String>,
    /// One of the values of [`CollidingKind`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<CollidingKind>,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub further_fields: Option<String>,
    /// A text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
    /// Fields that the API does not name.
    #[serde(flatten)]
    pub further_fields2: BTreeMap<String, Option<String>>,
}

impl Colliding {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub fn new(a_b: impl Into<String>, a_b2: impl Into<String>, a_b3: i64) -> Self {
        Self {
            a_b: a_b.into(),
            a_b2: a_b2.into(),
            a_b3,
            a_b22: None,
            kind: None,
            further_fields: None,
            new: None,
            further_fields2: BTreeMap::new(),
        }
    }
}

/// A response of `get-user`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Colliding2 {
    /// See [`Colliding2XY`].
    #[serde(rename = "x.y", default, skip_serializing_if = "Option::is_none")]
    pub x_y: Option<Colliding2XY>,
    /// See [`Colliding2X`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub x: Option<Colliding2X>,
    /// `FOUR`.
    #[serde(rename = "x[]", default, skip_serializing_if = "Option::is_none")]
    pub x2: Option<Colliding2X2>,
    /// A list; each item: `FIVE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list: Option<Vec<Colliding2List>>,
    /// `SIX`.
    #[serde(rename = "list[]", default, skip_serializing_if = "Option::is_none")]
    pub list2: Option<Colliding2List2>,
}

/// The field `x.y` of [`Colliding2`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Colliding2XY {
    /// `ONE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub z: Option<Colliding2XYZ>,
}

/// The field `x` of [`Colliding2`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Colliding2X {
    /// See [`Colliding2XY2`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<Colliding2XY2>,
    /// `THREE`.
    #[serde(rename = "y.z", default, skip_serializing_if = "Option::is_none")]
    pub y_z: Option<Colliding2XYZ2>,
}

/// The field `y` of [`Colliding2X`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Colliding2XY2 {
    /// `TWO`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub z: Option<Colliding2XY2Z>,
}

open_enum! {
    /// The field `kind` of [`Colliding`].
    pub enum CollidingKind {
        /// `a-b`.
        AB = "a-b",
        /// `a_b`.
        AB2 = "a_b",
        /// `a b`.
        AB3 = "a b",
        /// `aB`.
        AB4 = "aB",
        /// `A_B`.
        AB5 = "A_B",
        /// `UNKNOWN`.
        Unknown2 = "UNKNOWN",
        /// `Unknown`.
        Unknown3 = "Unknown",
        /// `OTHER`.
        Other = "OTHER",
        /// `Other`.
        Other2 = "Other",
        /// `""`.
        Empty = "",
        /// `" "`.
        Empty2 = " ",
        /// `-`.
        Empty3 = "-",
        /// `1`.
        N1 = "1",
        /// `+1`.
        N12 = "+1",
        /// `ä`.
        Empty4 = "ä",
        /// `ö`.
        Empty5 = "ö",
    }
}

open_enum! {
    /// The field `z` of [`Colliding2XY`].
    pub enum Colliding2XYZ {
        /// `ONE`.
        One = "ONE",
    }
}

open_enum! {
    /// The field `z` of [`Colliding2XY2`].
    pub enum Colliding2XY2Z {
        /// `TWO`.
        Two = "TWO",
    }
}

open_enum! {
    /// The field `y.z` of [`Colliding2X`].
    pub enum Colliding2XYZ2 {
        /// `THREE`.
        Three = "THREE",
    }
}

open_enum! {
    /// The field `x[]` of [`Colliding2`].
    pub enum Colliding2X2 {
        /// `FOUR`.
        Four = "FOUR",
    }
}

open_enum! {
    /// An item of the field `list` of [`Colliding2`].
    pub enum Colliding2List {
        /// `FIVE`.
        Five = "FIVE",
    }
}

open_enum! {
    /// The field `list[]` of [`Colliding2`].
    pub enum Colliding2List2 {
        /// `SIX`.
        Six = "SIX",
    }
}

id! {
    /// Identifies a user.
    pub struct UserId;
}
