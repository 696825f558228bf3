//! `Taxes`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use upvest_core::{
    Call, CountryCode, IdempotentCall, Timestamp, api, null_as_default, one_of, open_enum,
};

use super::UserId;

/// The endpoints of `Taxes`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = ["taxes:read", "taxes:admin"])]
pub trait Taxes: Send + Sync {
    /// Calls the operation `retrieve_tax_residencies`. The status of a success is 200.
    #[endpoint(GET, "/users/{user_id}/tax_residencies", signed)]
    fn retrieve_tax_residencies(&self, user_id: UserId) -> Call<TaxResidencies>;

    /// Calls the operation `set_tax_residencies`. The status of a success is 200.
    #[endpoint(POST, "/users/{user_id}/tax_residencies", idempotent, signed, scope = "taxes:admin")]
    fn set_tax_residencies(
        &self,
        user_id: UserId,
        body: &SetTaxResidencies,
    ) -> IdempotentCall<TaxResidencies>;
}

/// A response of `retrieve_tax_residencies`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[allow(clippy::struct_field_names, reason = "the API has these names")]
pub struct TaxResidencies {
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A list; each item: see [`TaxResidency`].
    #[serde(deserialize_with = "null_as_default")]
    pub tax_residencies: Vec<TaxResidency>,
    /// `PENDING` or `ACTIVE`.
    pub status: TaxResidenciesStatus,
}

impl TaxResidencies {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(
        created_at: Timestamp,
        updated_at: Timestamp,
        tax_residencies: Vec<TaxResidency>,
        status: TaxResidenciesStatus,
    ) -> Self {
        Self { created_at, updated_at, tax_residencies, status }
    }
}

one_of! {
    /// An item of the field `tax_residencies` of [`TaxResidencies`].
    #[derive(Eq)]
    #[allow(clippy::large_enum_variant, reason = "the API has these alternatives")]
    pub enum TaxResidency {
        /// See [`KnownTaxResidency`].
        Known(KnownTaxResidency),
        /// See [`UnknownTaxResidency`].
        Unknown(UnknownTaxResidency),
    }
}

/// An alternative of [`TaxResidency`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownTaxResidency {
    /// A country (ISO 3166-1 alpha-2).
    pub country: CountryCode,
    /// A text of 7 to 50 characters.
    pub tax_identifier_number: String,
}

impl KnownTaxResidency {
    /// Creates a value from all fields.
    #[must_use]
    pub fn new(country: CountryCode, tax_identifier_number: impl Into<String>) -> Self {
        Self { country, tax_identifier_number: tax_identifier_number.into() }
    }
}

/// An alternative of [`TaxResidency`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownTaxResidency {
    /// A country (ISO 3166-1 alpha-2).
    pub country: CountryCode,
    /// `TIN_NOT_YET_ASSIGNED`, `COUNTRY_HAS_NO_TIN` or `OTHER_REASONS`.
    pub missing_tin_reason: MissingTinReason,
}

impl UnknownTaxResidency {
    /// Creates a value from all fields.
    #[must_use]
    pub const fn new(country: CountryCode, missing_tin_reason: MissingTinReason) -> Self {
        Self { country, missing_tin_reason }
    }
}

/// The request body of `set_tax_residencies`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetTaxResidencies {
    /// A list of at least 1 item; each item: see [`NewTaxResidency`].
    pub tax_residencies: Vec<NewTaxResidency>,
}

impl SetTaxResidencies {
    /// Creates a value from all fields.
    #[must_use]
    pub const fn new(tax_residencies: Vec<NewTaxResidency>) -> Self {
        Self { tax_residencies }
    }
}

one_of! {
    /// An item of the field `tax_residencies` of [`SetTaxResidencies`].
    #[derive(Eq)]
    #[allow(clippy::large_enum_variant, reason = "the API has these alternatives")]
    pub enum NewTaxResidency {
        /// See [`KnownTaxResidency`].
        KnownTaxResidency(KnownTaxResidency),
        /// See [`UnknownTaxResidency`].
        UnknownTaxResidency(UnknownTaxResidency),
    }
}

open_enum! {
    /// The field `missing_tin_reason` of [`UnknownTaxResidency`].
    pub enum MissingTinReason {
        /// `TIN_NOT_YET_ASSIGNED`.
        TinNotYetAssigned = "TIN_NOT_YET_ASSIGNED",
        /// `COUNTRY_HAS_NO_TIN`.
        CountryHasNoTin = "COUNTRY_HAS_NO_TIN",
        /// `OTHER_REASONS`.
        OtherReasons = "OTHER_REASONS",
    }
}

open_enum! {
    /// The field `status` of [`TaxResidencies`].
    pub enum TaxResidenciesStatus {
        /// `PENDING`.
        Pending = "PENDING",
        /// `ACTIVE`.
        Active = "ACTIVE",
    }
}
