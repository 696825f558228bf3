//! `Mandates`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use upvest_core::{Call, IdempotentCall, Page, Timestamp, api, id, open_enum};

use super::{Address, SortByCreatedAtOrId, SortOrder, UserId};

/// The endpoints of `Mandates`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = ["mandates:admin", "mandates:read"])]
pub trait Mandates: Send + Sync {
    /// Calls the operation `list_mandates`. The status of a success is 200.
    #[endpoint(GET, "/users/{user_id}/payments/mandates", signed)]
    fn list_mandates(
        &self,
        user_id: UserId,
        query: &ListMandates,
    ) -> Call<Page<DirectDebitMandate>>;

    /// Calls the operation `create_mandate`. The status of a success is 200.
    #[endpoint(POST, "/payments/mandates", idempotent, signed, scope = "mandates:admin")]
    fn create_mandate(&self, body: &CreateMandate) -> IdempotentCall<DirectDebitMandate>;

    /// Calls the operation `retrieve_mandate`. The status of a success is 200.
    #[endpoint(GET, "/payments/mandates/{mandate_id}", signed)]
    fn retrieve_mandate(&self, mandate_id: MandateId) -> Call<DirectDebitMandate>;

    /// Calls the operation `delete_mandate`. The status of a success is 204.
    #[endpoint(DELETE, "/payments/mandates/{mandate_id}", signed, scope = "mandates:admin")]
    fn delete_mandate(&self, mandate_id: MandateId) -> Call<()>;
}

/// The query of `list_mandates`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListMandates {
    /// `id` or `created_at`. Default: `created_at`. Example: `id`.
    pub sort: Option<SortByCreatedAtOrId>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
}

/// An item of a response of `list_mandates`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DirectDebitMandate {
    /// A UUID.
    pub id: MandateId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A UUID.
    pub user_id: UserId,
    /// A text, `^[A-Z]{2}[0-9]{2}[A-Z0-9]{2}\*{10}[A-Z0-9]{4}$`.
    pub iban: String,
    /// A text, `^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$`.
    pub bic: String,
    /// A text of at most 100 characters.
    pub creditor_name: String,
    /// A text of at most 20 characters.
    pub creditor_id: String,
    /// See [`Address`].
    pub creditor_address: Address,
    /// `RECURRENT`. Default: `RECURRENT`.
    pub r#type: DirectDebitMandateType,
    /// A date and time (RFC 3339).
    pub confirmed_at: Timestamp,
}

impl DirectDebitMandate {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub fn new(
        id: MandateId,
        created_at: Timestamp,
        user_id: UserId,
        iban: impl Into<String>,
        bic: impl Into<String>,
        creditor_name: impl Into<String>,
        creditor_id: impl Into<String>,
        creditor_address: Address,
        r#type: DirectDebitMandateType,
        confirmed_at: Timestamp,
    ) -> Self {
        Self {
            id,
            created_at,
            user_id,
            iban: iban.into(),
            bic: bic.into(),
            creditor_name: creditor_name.into(),
            creditor_id: creditor_id.into(),
            creditor_address,
            r#type,
            confirmed_at,
        }
    }
}

/// The request body of `create_mandate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateMandate {
    /// A UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// A text, `^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,26}$`.
    pub iban: String,
    /// A text, `^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$`.
    pub bic: String,
    /// A date and time (RFC 3339).
    pub confirmed_at: Timestamp,
}

impl CreateMandate {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub fn new(iban: impl Into<String>, bic: impl Into<String>, confirmed_at: Timestamp) -> Self {
        Self { user_id: None, iban: iban.into(), bic: bic.into(), confirmed_at }
    }
}

open_enum! {
    /// The field `type` of [`DirectDebitMandate`].
    pub enum DirectDebitMandateType {
        /// `RECURRENT`.
        Recurrent = "RECURRENT",
    }
}

id! {
    /// Identifies a mandate.
    pub struct MandateId;
}
