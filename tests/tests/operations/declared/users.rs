//! `Users`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use upvest_core::{
    AccountGroupId, Call, CountryCode, Date, IdempotentCall, Page, Timestamp, api, events, id,
    null_as_default, null_as_some, one_of, open_enum,
};

use super::SortOrder;

/// The endpoints of `Users`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "users:admin")]
pub trait Users: Send + Sync {
    /// Calls the operation `list_users`. The status of a success is 200.
    #[endpoint(GET, "/users", signed, scope = ["users:read", "users:admin"])]
    fn list_users(&self, query: &ListUsers) -> Call<Page<User>>;

    /// Calls the operation `create_user`. The status of a success is 200.
    #[endpoint(POST, "/users", idempotent, signed)]
    fn create_user(&self, body: &CreateUser) -> IdempotentCall<User>;

    /// Calls the operation `retrieve_user`. The status of a success is 200.
    #[endpoint(GET, "/users/{user_id}", signed, scope = ["users:read", "users:admin"])]
    fn retrieve_user(&self, user_id: UserId) -> Call<User>;

    /// Calls the operation `offboard_user`. The status of a success is 202.
    #[endpoint(DELETE, "/users/{user_id}", signed)]
    fn offboard_user(&self, user_id: UserId) -> Call<()>;

    /// Calls the operation `user_data_change`. The status of a success is 202.
    #[endpoint(POST, "/users/{user_id}/data_change_requests", signed)]
    fn user_data_change(&self, user_id: UserId, body: &ChangeUserData) -> Call<()>;

    /// Calls the operation `list_user_checks`. The status of a success is 200.
    #[endpoint(GET, "/users/{user_id}/checks", signed, scope = ["checks:read", "checks:admin"])]
    fn list_user_checks(&self, user_id: UserId) -> Call<UserChecks>;

    /// Calls the operation `create_user_check`. The status of a success is 202.
    #[endpoint(POST, "/users/{user_id}/checks", signed, scope = "checks:admin")]
    fn create_user_check(&self, user_id: UserId, body: &CreateUserCheck) -> Call<UserCheckCreated>;

    /// Calls the operation `retrieve_user_check`. The status of a success is 200.
    #[endpoint(
        GET,
        "/users/{user_id}/checks/{check_id}",
        signed,
        scope = ["checks:read", "checks:admin"],
    )]
    fn retrieve_user_check(&self, user_id: UserId, check_id: CheckId) -> Call<UserCheck>;

    /// Calls the operation `list_user_identifiers`. The status of a success is 200.
    #[endpoint(GET, "/users/{user_id}/identifiers", signed, scope = ["users:read", "users:admin"])]
    fn list_user_identifiers(&self, user_id: UserId) -> Call<Identifiers>;

    /// Calls the operation `create_identifier`. The status of a success is 200.
    #[endpoint(POST, "/users/{user_id}/identifiers", signed)]
    fn create_identifier(&self, user_id: UserId, body: &CreateIdentifier) -> Call<Identifier>;

    /// Calls the operation `retrieve_identifier`. The status of a success is 200.
    #[endpoint(
        GET,
        "/users/{user_id}/identifiers/{identifier_id}",
        signed,
        scope = ["users:read", "users:admin"],
    )]
    fn retrieve_identifier(&self, user_id: UserId, identifier_id: IdentifierId)
    -> Call<Identifier>;

    /// Calls the operation `update_identifier`. The status of a success is 200.
    #[endpoint(PATCH, "/users/{user_id}/identifiers/{identifier_id}", signed)]
    fn update_identifier(
        &self,
        user_id: UserId,
        identifier_id: IdentifierId,
        body: &UpdateIdentifier,
    ) -> Call<Identifier>;

    /// Calls the operation `list_user_account_groups`. The status of a success is 200.
    #[endpoint(
        GET,
        "/users/{user_id}/account_groups",
        signed,
        scope = ["accounts:read", "accounts:admin"],
    )]
    fn list_user_account_groups(
        &self,
        user_id: UserId,
        query: &ListUserAccountGroups,
    ) -> Call<Page<AccountGroup>>;

    /// Calls the operation `list_user_accounts`. The status of a success is 200.
    #[endpoint(
        GET,
        "/users/{user_id}/accounts",
        signed,
        scope = ["accounts:read", "accounts:admin"],
    )]
    fn list_user_accounts(&self, user_id: UserId, query: &ListUserAccounts) -> Call<Page<Account>>;
}

/// The query of `list_users`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListUsers {
    /// `created_at`. Default: `created_at`.
    pub sort: Option<SortByCreatedAt>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
}

/// The query of `list_user_account_groups`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListUserAccountGroups {
    /// `created_at`. Default: `created_at`.
    pub sort: Option<SortByCreatedAt>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
}

/// The query of `list_user_accounts`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListUserAccounts {
    /// `created_at`. Default: `created_at`.
    pub sort: Option<SortByCreatedAt>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
}

/// An item of a response of `list_users`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct User {
    /// A UUID.
    pub id: UserId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A text of 2 to 100 characters.
    pub first_name: String,
    /// A text of 2 to 100 characters.
    pub last_name: String,
    /// One of the values of [`Salutation`]. Default: `""`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salutation: Option<Salutation>,
    /// One of the values of [`UserTitle`]. Default: `""`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<UserTitle>,
    /// A date, `YYYY-MM-DD`.
    pub birth_date: Date,
    /// A text of 1 to 85 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_city: Option<String>,
    /// A country (ISO 3166-1 alpha-2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_country: Option<CountryCode>,
    /// A text of at most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_name: Option<String>,
    /// A list of at least 1 item; each item: a country (ISO 3166-1 alpha-2).
    #[serde(deserialize_with = "null_as_default")]
    pub nationalities: Vec<CountryCode>,
    /// See [`Address`].
    pub address: Address,
    /// See [`Address`]. May be `null`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_address: Option<Address>,
    /// `ACTIVE`, `INACTIVE`, `OFFBOARDING` or `OFFBOARDED`.
    pub status: UserStatus,
    /// A text of at most 100 characters, format `email`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// A text, `^([0-9]{8,15})?$`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// See [`Fatca`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fatca: Option<Fatca>,
    /// See [`Consent`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms_and_conditions: Option<Consent>,
    /// See [`Consent`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_privacy_and_sharing_agreement: Option<Consent>,
}

impl User {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub fn new(
        id: UserId,
        created_at: Timestamp,
        updated_at: Timestamp,
        first_name: impl Into<String>,
        last_name: impl Into<String>,
        birth_date: Date,
        nationalities: Vec<CountryCode>,
        address: Address,
        status: UserStatus,
    ) -> Self {
        Self {
            id,
            created_at,
            updated_at,
            first_name: first_name.into(),
            last_name: last_name.into(),
            salutation: None,
            title: None,
            birth_date,
            birth_city: None,
            birth_country: None,
            birth_name: None,
            nationalities,
            address,
            postal_address: None,
            status,
            email: None,
            phone_number: None,
            fatca: None,
            terms_and_conditions: None,
            data_privacy_and_sharing_agreement: None,
        }
    }
}

/// The field `address` of [`User`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::struct_field_names, reason = "the API has these names")]
pub struct Address {
    /// A text of at most 100 characters.
    pub address_line1: String,
    /// A text of at most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address_line2: Option<String>,
    /// A text, `^[a-zA-Z0-9\s\-]{1,10}$`.
    pub postcode: String,
    /// A country (ISO 3166-1 alpha-2).
    pub country: CountryCode,
    /// A text of at most 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// A text of 1 to 85 characters.
    pub city: String,
}

impl Address {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub fn new(
        address_line1: impl Into<String>,
        postcode: impl Into<String>,
        country: CountryCode,
        city: impl Into<String>,
    ) -> Self {
        Self {
            address_line1: address_line1.into(),
            address_line2: None,
            postcode: postcode.into(),
            country,
            state: None,
            city: city.into(),
        }
    }
}

/// The field `fatca` of [`User`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fatca {
    /// True or false.
    pub status: bool,
    /// A date and time (RFC 3339).
    pub confirmed_at: Timestamp,
}

impl Fatca {
    /// Creates a value from all fields.
    #[must_use]
    pub const fn new(status: bool, confirmed_at: Timestamp) -> Self {
        Self { status, confirmed_at }
    }
}

/// The field `terms_and_conditions` of [`User`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// A UUID.
    pub consent_document_id: ConsentDocumentId,
    /// A date and time (RFC 3339).
    pub confirmed_at: Timestamp,
}

impl Consent {
    /// Creates a value from all fields.
    #[must_use]
    pub const fn new(consent_document_id: ConsentDocumentId, confirmed_at: Timestamp) -> Self {
        Self { consent_document_id, confirmed_at }
    }
}

one_of! {
    /// The request body of `create_user`.
    #[derive(Eq)]
    #[allow(clippy::large_enum_variant, reason = "the API has these alternatives")]
    pub enum CreateUser {
        /// See [`CreateUserTol`].
        Tol(CreateUserTol),
        /// See [`CreateUserByol`].
        Byol(CreateUserByol),
    }
}

/// An alternative of [`CreateUser`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::option_option, reason = "`Some(None)` is sent as `null`")]
pub struct CreateUserByol {
    /// A text of 2 to 100 characters.
    pub first_name: String,
    /// A text of 2 to 100 characters.
    pub last_name: String,
    /// One of the values of [`Salutation`]. Default: `""`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salutation: Option<Salutation>,
    /// One of the values of [`UserTitle`]. Default: `""`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<UserTitle>,
    /// A date, `YYYY-MM-DD`.
    pub birth_date: Date,
    /// A text of 1 to 85 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_city: Option<String>,
    /// A country (ISO 3166-1 alpha-2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_country: Option<CountryCode>,
    /// A text of at most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_name: Option<String>,
    /// A list of at least 1 item; each item: a country (ISO 3166-1 alpha-2).
    pub nationalities: Vec<CountryCode>,
    /// See [`Address`].
    pub address: Address,
    /// See [`Address`]. May be `null`.
    /// `Some(None)` is sent as `null`.
    #[serde(default, deserialize_with = "null_as_some", skip_serializing_if = "Option::is_none")]
    pub postal_address: Option<Option<Address>>,
}

impl CreateUserByol {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub fn new(
        first_name: impl Into<String>,
        last_name: impl Into<String>,
        birth_date: Date,
        nationalities: Vec<CountryCode>,
        address: Address,
    ) -> Self {
        Self {
            first_name: first_name.into(),
            last_name: last_name.into(),
            salutation: None,
            title: None,
            birth_date,
            birth_city: None,
            birth_country: None,
            birth_name: None,
            nationalities,
            address,
            postal_address: None,
        }
    }
}

/// An alternative of [`CreateUser`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::option_option, reason = "`Some(None)` is sent as `null`")]
pub struct CreateUserTol {
    /// A text of 2 to 100 characters.
    pub first_name: String,
    /// A text of 2 to 100 characters.
    pub last_name: String,
    /// A text of at most 100 characters, format `email`.
    pub email: String,
    /// One of the values of [`Salutation`]. Default: `""`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salutation: Option<Salutation>,
    /// One of the values of [`UserTitle`]. Default: `""`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<UserTitle>,
    /// A date, `YYYY-MM-DD`.
    pub birth_date: Date,
    /// A text of 1 to 85 characters.
    pub birth_city: String,
    /// A country (ISO 3166-1 alpha-2).
    pub birth_country: CountryCode,
    /// A text of at most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_name: Option<String>,
    /// A list of at least 1 item; each item: a country (ISO 3166-1 alpha-2).
    pub nationalities: Vec<CountryCode>,
    /// A text, `^([0-9]{8,15})?$`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// See [`Address`].
    pub address: Address,
    /// See [`Address`]. May be `null`.
    /// `Some(None)` is sent as `null`.
    #[serde(default, deserialize_with = "null_as_some", skip_serializing_if = "Option::is_none")]
    pub postal_address: Option<Option<Address>>,
    /// See [`Fatca`].
    pub fatca: Fatca,
    /// See [`Consent`].
    pub terms_and_conditions: Consent,
    /// See [`Consent`].
    pub data_privacy_and_sharing_agreement: Consent,
}

impl CreateUserTol {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub fn new(
        first_name: impl Into<String>,
        last_name: impl Into<String>,
        email: impl Into<String>,
        birth_date: Date,
        birth_city: impl Into<String>,
        birth_country: CountryCode,
        nationalities: Vec<CountryCode>,
        address: Address,
        fatca: Fatca,
        terms_and_conditions: Consent,
        data_privacy_and_sharing_agreement: Consent,
    ) -> Self {
        Self {
            first_name: first_name.into(),
            last_name: last_name.into(),
            email: email.into(),
            salutation: None,
            title: None,
            birth_date,
            birth_city: birth_city.into(),
            birth_country,
            birth_name: None,
            nationalities,
            phone_number: None,
            address,
            postal_address: None,
            fatca,
            terms_and_conditions,
            data_privacy_and_sharing_agreement,
        }
    }
}

one_of! {
    /// The request body of `user_data_change`.
    #[derive(Eq)]
    #[allow(clippy::large_enum_variant, reason = "the API has these alternatives")]
    #[allow(clippy::enum_variant_names, reason = "the API has these names")]
    pub enum ChangeUserData {
        /// See [`ChangeName`].
        ChangeName(ChangeName),
        /// See [`ChangeNationality`].
        ChangeNationality(ChangeNationality),
        /// See [`ChangeAddress`].
        ChangeAddress(ChangeAddress),
        /// See [`ChangeByolUserData`].
        ChangeByolUserData(ChangeByolUserData),
        /// See [`ChangeOtherData`].
        ChangeOtherData(ChangeOtherData),
    }
}

/// An alternative of [`ChangeUserData`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::option_option, reason = "`Some(None)` is sent as `null`")]
pub struct ChangeByolUserData {
    /// A text of 2 to 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// A text of 2 to 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// One of the values of [`Salutation`]. Default: `""`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salutation: Option<Salutation>,
    /// One of the values of [`UserTitle`]. Default: `""`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<UserTitle>,
    /// A date, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Date>,
    /// A text of 1 to 85 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_city: Option<String>,
    /// A country (ISO 3166-1 alpha-2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_country: Option<CountryCode>,
    /// A text of at most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_name: Option<String>,
    /// A list of at least 1 item; each item: a country (ISO 3166-1 alpha-2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nationalities: Option<Vec<CountryCode>>,
    /// See [`Address`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// See [`Address`]. May be `null`.
    /// `Some(None)` is sent as `null`.
    #[serde(default, deserialize_with = "null_as_some", skip_serializing_if = "Option::is_none")]
    pub postal_address: Option<Option<Address>>,
}

/// An alternative of [`ChangeUserData`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeName {
    /// A text of 2 to 100 characters.
    pub first_name: String,
    /// A text of 2 to 100 characters.
    pub last_name: String,
    /// A date, `YYYY-MM-DD`.
    pub issuance_date: Date,
    /// A text of at most 1000 characters, format `url`.
    pub data_download_link: String,
    /// `PASSPORT` or `ID_CARD`.
    pub document_type: IdentityDocumentType,
}

impl ChangeName {
    /// Creates a value from all fields.
    #[must_use]
    pub fn new(
        first_name: impl Into<String>,
        last_name: impl Into<String>,
        issuance_date: Date,
        data_download_link: impl Into<String>,
        document_type: IdentityDocumentType,
    ) -> Self {
        Self {
            first_name: first_name.into(),
            last_name: last_name.into(),
            issuance_date,
            data_download_link: data_download_link.into(),
            document_type,
        }
    }
}

/// An alternative of [`ChangeUserData`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::option_option, reason = "`Some(None)` is sent as `null`")]
pub struct ChangeOtherData {
    /// A text of at most 100 characters, format `email`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// One of the values of [`Salutation`]. Default: `""`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salutation: Option<Salutation>,
    /// One of the values of [`UserTitle`]. Default: `""`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<UserTitle>,
    /// A text, `^([0-9]{8,15})?$`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// A text of at most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_name: Option<String>,
    /// See [`Address`]. May be `null`.
    /// `Some(None)` is sent as `null`.
    #[serde(default, deserialize_with = "null_as_some", skip_serializing_if = "Option::is_none")]
    pub postal_address: Option<Option<Address>>,
}

/// An alternative of [`ChangeUserData`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeNationality {
    /// A list of at least 1 item; each item: a country (ISO 3166-1 alpha-2).
    pub nationalities: Vec<CountryCode>,
    /// A date, `YYYY-MM-DD`.
    pub issuance_date: Date,
    /// A text of at most 1000 characters, format `url`.
    pub data_download_link: String,
    /// `PASSPORT` or `ID_CARD`.
    pub document_type: IdentityDocumentType,
}

impl ChangeNationality {
    /// Creates a value from all fields.
    #[must_use]
    pub fn new(
        nationalities: Vec<CountryCode>,
        issuance_date: Date,
        data_download_link: impl Into<String>,
        document_type: IdentityDocumentType,
    ) -> Self {
        Self {
            nationalities,
            issuance_date,
            data_download_link: data_download_link.into(),
            document_type,
        }
    }
}

/// An alternative of [`ChangeUserData`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeAddress {
    /// See [`Address`].
    pub address: Address,
    /// A date, `YYYY-MM-DD`.
    pub issuance_date: Date,
    /// A text of at most 1000 characters, format `url`.
    pub data_download_link: String,
    /// One of the values of [`ResidencyDocumentType`].
    pub document_type: ResidencyDocumentType,
}

impl ChangeAddress {
    /// Creates a value from all fields.
    #[must_use]
    pub fn new(
        address: Address,
        issuance_date: Date,
        data_download_link: impl Into<String>,
        document_type: ResidencyDocumentType,
    ) -> Self {
        Self {
            address,
            issuance_date,
            data_download_link: data_download_link.into(),
            document_type,
        }
    }
}

/// A response of `list_user_checks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserChecks {
    /// A list; each item: see [`UserCheck`].
    #[serde(deserialize_with = "null_as_default")]
    pub data: Vec<UserCheck>,
}

impl UserChecks {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(data: Vec<UserCheck>) -> Self {
        Self { data }
    }
}

one_of! {
    /// An item of the field `data` of [`UserChecks`].
    #[derive(Eq)]
    #[allow(clippy::large_enum_variant, reason = "the API has these alternatives")]
    pub enum UserCheck by "type" {
        /// See [`KycCheck`].
        Kyc(KycCheck) = "KYC",
        /// See [`ResidencyCheck`].
        Por(ResidencyCheck) = "POR",
        /// See [`InstrumentFitCheck`].
        InstrumentFit(InstrumentFitCheck) = "INSTRUMENT_FIT",
        /// See [`ComplianceCheck`].
        Compliance(ComplianceCheck) = "COMPLIANCE",
    }
}

/// An alternative of [`UserCheck`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KycCheck {
    /// A UUID.
    pub id: CheckId,
    /// A UUID.
    pub user_id: UserId,
    /// A text. Default: `KYC`.
    pub r#type: String,
    /// A date and time (RFC 3339).
    pub check_confirmed_at: Timestamp,
    /// A text of at most 1000 characters, format `url`.
    pub data_download_link: String,
    /// `PASSPORT`, `ID_CARD` or `RESIDENCE_PERMIT`.
    pub document_type: KycDocumentType,
    /// A date, `YYYY-MM-DD`.
    pub document_expiration_date: Date,
    /// A country (ISO 3166-1 alpha-2).
    pub nationality: CountryCode,
    /// `IN_PROGRESS`, `PASSED` or `FAILED`.
    pub status: UserCheckStatus,
    /// A text of at most 100 characters.
    pub provider: String,
    /// `VIDEO_ID`, `IN_PERSON_ID` or `ELECTRONIC_ID`.
    pub method: KycMethod,
    /// See [`Address`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_address: Option<Address>,
    /// True or false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kyc_update: Option<bool>,
}

impl KycCheck {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub fn new(
        id: CheckId,
        user_id: UserId,
        check_confirmed_at: Timestamp,
        data_download_link: impl Into<String>,
        document_type: KycDocumentType,
        document_expiration_date: Date,
        nationality: CountryCode,
        status: UserCheckStatus,
        provider: impl Into<String>,
        method: KycMethod,
    ) -> Self {
        Self {
            id,
            user_id,
            r#type: "KYC".into(),
            check_confirmed_at,
            data_download_link: data_download_link.into(),
            document_type,
            document_expiration_date,
            nationality,
            status,
            provider: provider.into(),
            method,
            confirmed_address: None,
            kyc_update: None,
        }
    }
}

/// An alternative of [`UserCheck`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ResidencyCheck {
    /// A UUID.
    pub id: CheckId,
    /// A UUID.
    pub user_id: UserId,
    /// A text. Default: `POR`.
    pub r#type: String,
    /// A date and time (RFC 3339).
    pub check_confirmed_at: Timestamp,
    /// A date, `YYYY-MM-DD`.
    pub issuance_date: Date,
    /// A text of at most 1000 characters, format `url`.
    pub data_download_link: String,
    /// One of the values of [`ResidencyDocumentType`].
    pub document_type: ResidencyDocumentType,
    /// `IN_PROGRESS`, `PASSED` or `FAILED`.
    pub status: UserCheckStatus,
    /// See [`Address`].
    pub confirmed_address: Address,
}

impl ResidencyCheck {
    /// Creates a value from the required fields, for fakes and tests.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub fn new(
        id: CheckId,
        user_id: UserId,
        check_confirmed_at: Timestamp,
        issuance_date: Date,
        data_download_link: impl Into<String>,
        document_type: ResidencyDocumentType,
        status: UserCheckStatus,
        confirmed_address: Address,
    ) -> Self {
        Self {
            id,
            user_id,
            r#type: "POR".into(),
            check_confirmed_at,
            issuance_date,
            data_download_link: data_download_link.into(),
            document_type,
            status,
            confirmed_address,
        }
    }
}

/// An alternative of [`UserCheck`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstrumentFitCheck {
    /// A UUID.
    pub id: CheckId,
    /// A UUID.
    pub user_id: UserId,
    /// A text. Default: `INSTRUMENT_FIT`.
    pub r#type: String,
    /// A date and time (RFC 3339).
    pub check_confirmed_at: Timestamp,
    /// `IN_PROGRESS`, `PASSED` or `FAILED`.
    pub status: UserCheckStatus,
    /// See [`InstrumentSuitability`].
    pub instrument_suitability: InstrumentSuitability,
}

impl InstrumentFitCheck {
    /// Creates a value from the required fields, for fakes and tests.
    #[must_use]
    pub fn new(
        id: CheckId,
        user_id: UserId,
        check_confirmed_at: Timestamp,
        status: UserCheckStatus,
        instrument_suitability: InstrumentSuitability,
    ) -> Self {
        Self {
            id,
            user_id,
            r#type: "INSTRUMENT_FIT".into(),
            check_confirmed_at,
            status,
            instrument_suitability,
        }
    }
}

/// The field `instrument_suitability` of [`InstrumentFitCheck`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstrumentSuitability {
    /// True or false.
    pub suitability: bool,
}

impl InstrumentSuitability {
    /// Creates a value from all fields.
    #[must_use]
    pub const fn new(suitability: bool) -> Self {
        Self { suitability }
    }
}

/// An alternative of [`UserCheck`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ComplianceCheck {
    /// A UUID.
    pub id: CheckId,
    /// A UUID.
    pub user_id: UserId,
    /// A text. Default: `COMPLIANCE`.
    pub r#type: String,
    /// `IN_PROGRESS`, `PASSED` or `FAILED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<UserCheckStatus>,
    /// A date and time (RFC 3339).
    pub check_confirmed_at: Timestamp,
}

impl ComplianceCheck {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    pub fn new(id: CheckId, user_id: UserId, check_confirmed_at: Timestamp) -> Self {
        Self { id, user_id, r#type: "COMPLIANCE".into(), status: None, check_confirmed_at }
    }
}

one_of! {
    /// The request body of `create_user_check`.
    #[derive(Eq)]
    #[allow(clippy::large_enum_variant, reason = "the API has these alternatives")]
    pub enum CreateUserCheck by "type" {
        /// See [`CreateKycCheck`].
        Kyc(CreateKycCheck) = "KYC",
        /// See [`CreateResidencyCheck`].
        Por(CreateResidencyCheck) = "POR",
        /// See [`CreateInstrumentFitCheck`].
        InstrumentFit(CreateInstrumentFitCheck) = "INSTRUMENT_FIT",
    }
}

/// An alternative of [`CreateUserCheck`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateKycCheck {
    /// A text. Default: `KYC`.
    pub r#type: String,
    /// A date and time (RFC 3339).
    pub check_confirmed_at: Timestamp,
    /// A text of at most 1000 characters, format `url`.
    pub data_download_link: String,
    /// `PASSPORT`, `ID_CARD` or `RESIDENCE_PERMIT`.
    pub document_type: KycDocumentType,
    /// A date, `YYYY-MM-DD`.
    pub document_expiration_date: Date,
    /// A country (ISO 3166-1 alpha-2).
    pub nationality: CountryCode,
    /// A text of at most 100 characters.
    pub provider: String,
    /// `VIDEO_ID`, `IN_PERSON_ID` or `ELECTRONIC_ID`.
    pub method: KycMethod,
    /// See [`Address`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_address: Option<Address>,
    /// True or false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kyc_update: Option<bool>,
}

impl CreateKycCheck {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub fn new(
        check_confirmed_at: Timestamp,
        data_download_link: impl Into<String>,
        document_type: KycDocumentType,
        document_expiration_date: Date,
        nationality: CountryCode,
        provider: impl Into<String>,
        method: KycMethod,
    ) -> Self {
        Self {
            r#type: "KYC".into(),
            check_confirmed_at,
            data_download_link: data_download_link.into(),
            document_type,
            document_expiration_date,
            nationality,
            provider: provider.into(),
            method,
            confirmed_address: None,
            kyc_update: None,
        }
    }
}

/// An alternative of [`CreateUserCheck`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateResidencyCheck {
    /// A text. Default: `POR`.
    pub r#type: String,
    /// A date and time (RFC 3339).
    pub check_confirmed_at: Timestamp,
    /// A date, `YYYY-MM-DD`.
    pub issuance_date: Date,
    /// A text of at most 1000 characters, format `url`.
    pub data_download_link: String,
    /// One of the values of [`ResidencyDocumentType`].
    pub document_type: ResidencyDocumentType,
    /// See [`Address`].
    pub confirmed_address: Address,
}

impl CreateResidencyCheck {
    /// Creates a value from the required fields.
    #[must_use]
    pub fn new(
        check_confirmed_at: Timestamp,
        issuance_date: Date,
        data_download_link: impl Into<String>,
        document_type: ResidencyDocumentType,
        confirmed_address: Address,
    ) -> Self {
        Self {
            r#type: "POR".into(),
            check_confirmed_at,
            issuance_date,
            data_download_link: data_download_link.into(),
            document_type,
            confirmed_address,
        }
    }
}

/// An alternative of [`CreateUserCheck`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateInstrumentFitCheck {
    /// A text. Default: `INSTRUMENT_FIT`.
    pub r#type: String,
    /// A date and time (RFC 3339).
    pub check_confirmed_at: Timestamp,
    /// See [`InstrumentSuitability`].
    pub instrument_suitability: InstrumentSuitability,
}

impl CreateInstrumentFitCheck {
    /// Creates a value from the required fields.
    #[must_use]
    pub fn new(
        check_confirmed_at: Timestamp,
        instrument_suitability: InstrumentSuitability,
    ) -> Self {
        Self { r#type: "INSTRUMENT_FIT".into(), check_confirmed_at, instrument_suitability }
    }
}

/// A response of `create_user_check`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserCheckCreated {
    /// A UUID.
    pub id: CheckId,
}

impl UserCheckCreated {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(id: CheckId) -> Self {
        Self { id }
    }
}

/// A response of `list_user_identifiers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Identifiers {
    /// A list; each item: see [`Identifier`].
    #[serde(deserialize_with = "null_as_default")]
    pub data: Vec<Identifier>,
}

impl Identifiers {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(data: Vec<Identifier>) -> Self {
        Self { data }
    }
}

/// An item of the field `data` of [`Identifiers`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[allow(clippy::struct_field_names, reason = "the API has these names")]
pub struct Identifier {
    /// A UUID.
    pub id: IdentifierId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A UUID.
    pub user_id: UserId,
    /// A text of 2 to 10 characters.
    pub identifier_standard: String,
    /// A text of at most 30 characters.
    pub identifier: String,
    /// A text. Default: `NATIONAL_ID`.
    pub r#type: String,
    /// A country (ISO 3166-1 alpha-2).
    pub issuing_country: CountryCode,
}

impl Identifier {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub fn new(
        id: IdentifierId,
        created_at: Timestamp,
        updated_at: Timestamp,
        user_id: UserId,
        identifier_standard: impl Into<String>,
        identifier: impl Into<String>,
        r#type: impl Into<String>,
        issuing_country: CountryCode,
    ) -> Self {
        Self {
            id,
            created_at,
            updated_at,
            user_id,
            identifier_standard: identifier_standard.into(),
            identifier: identifier.into(),
            r#type: r#type.into(),
            issuing_country,
        }
    }
}

/// The request body of `create_identifier`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateIdentifier {
    /// A text. Default: `NATIONAL_ID`.
    pub r#type: String,
    /// A country (ISO 3166-1 alpha-2).
    pub issuing_country: CountryCode,
    /// A text of at most 30 characters.
    pub identifier: String,
}

impl CreateIdentifier {
    /// Creates a value from all fields.
    #[must_use]
    pub fn new(
        r#type: impl Into<String>,
        issuing_country: CountryCode,
        identifier: impl Into<String>,
    ) -> Self {
        Self { r#type: r#type.into(), issuing_country, identifier: identifier.into() }
    }
}

/// The request body of `update_identifier`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateIdentifier {
    /// A text of at most 30 characters.
    pub identifier: String,
}

impl UpdateIdentifier {
    /// Creates a value from all fields.
    #[must_use]
    pub fn new(identifier: impl Into<String>) -> Self {
        Self { identifier: identifier.into() }
    }
}

/// An item of a response of `list_user_account_groups`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AccountGroup {
    /// A UUID.
    pub id: AccountGroupId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A list; each item: see [`AccountGroupUser`].
    #[serde(deserialize_with = "null_as_default")]
    pub users: Vec<AccountGroupUser>,
    /// One of the values of [`AccountStatus`].
    pub status: AccountStatus,
    /// `PERSONAL` or `LEGAL_ENTITY`.
    pub r#type: AccountGroupType,
    /// A text, `^[0-9]{9}$`.
    pub securities_account_number: String,
}

impl AccountGroup {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub fn new(
        id: AccountGroupId,
        created_at: Timestamp,
        updated_at: Timestamp,
        users: Vec<AccountGroupUser>,
        status: AccountStatus,
        r#type: AccountGroupType,
        securities_account_number: impl Into<String>,
    ) -> Self {
        Self {
            id,
            created_at,
            updated_at,
            users,
            status,
            r#type,
            securities_account_number: securities_account_number.into(),
        }
    }
}

/// An item of the field `users` of [`AccountGroup`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AccountGroupUser {
    /// A UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<UserId>,
    /// `OWNER`. Default: `OWNER`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#type: Option<AccountGroupUserType>,
}

/// An item of a response of `list_user_accounts`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[allow(clippy::struct_field_names, reason = "the API has these names")]
pub struct Account {
    /// A UUID.
    pub id: AccountId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A UUID.
    pub account_group_id: AccountGroupId,
    /// `TRADING` or `PORTFOLIO`.
    pub r#type: AccountType,
    /// A list; each item: see [`AccountGroupUser`].
    #[serde(deserialize_with = "null_as_default")]
    pub users: Vec<AccountGroupUser>,
    /// A whole number, at least 1.
    pub account_number: u64,
    /// A text of at most 100 characters.
    pub name: String,
    /// One of the values of [`AccountStatus`].
    pub status: AccountStatus,
}

impl Account {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub fn new(
        id: AccountId,
        created_at: Timestamp,
        updated_at: Timestamp,
        account_group_id: AccountGroupId,
        r#type: AccountType,
        users: Vec<AccountGroupUser>,
        account_number: u64,
        name: impl Into<String>,
        status: AccountStatus,
    ) -> Self {
        Self {
            id,
            created_at,
            updated_at,
            account_group_id,
            r#type,
            users,
            account_number,
            name: name.into(),
            status,
        }
    }
}

one_of! {
    /// The object of `user_event`.
    #[derive(Eq)]
    #[allow(clippy::large_enum_variant, reason = "the API has these alternatives")]
    pub enum UserEventObject {
        /// See [`User`].
        User(User),
        /// See [`DataChangeFailure`].
        DataChangeFailure(DataChangeFailure),
    }
}

/// An alternative of [`UserEventObject`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DataChangeFailure {
    /// A UUID.
    pub user_id: UserId,
    /// A text of at most 100 characters.
    pub reason: String,
}

impl DataChangeFailure {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub fn new(user_id: UserId, reason: impl Into<String>) -> Self {
        Self { user_id, reason: reason.into() }
    }
}

open_enum! {
    /// The parameter `sort` of `list_users`.
    pub enum SortByCreatedAt {
        /// `created_at`.
        CreatedAt = "created_at",
    }
}

open_enum! {
    /// The field `salutation` of [`User`].
    pub enum Salutation {
        /// `""`.
        Empty = "",
        /// `SALUTATION_MALE`.
        Male = "SALUTATION_MALE",
        /// `SALUTATION_FEMALE`.
        Female = "SALUTATION_FEMALE",
        /// `SALUTATION_FEMALE_MARRIED`.
        FemaleMarried = "SALUTATION_FEMALE_MARRIED",
        /// `SALUTATION_DIVERSE`.
        Diverse = "SALUTATION_DIVERSE",
    }
}

open_enum! {
    /// The field `title` of [`User`].
    pub enum UserTitle {
        /// `""`.
        Empty = "",
        /// `DR`.
        Dr = "DR",
        /// `PROF`.
        Prof = "PROF",
        /// `PROF_DR`.
        ProfDr = "PROF_DR",
        /// `DIPL_ING`.
        DiplIng = "DIPL_ING",
        /// `MAGISTER`.
        Magister = "MAGISTER",
    }
}

open_enum! {
    /// The field `status` of [`User`].
    pub enum UserStatus {
        /// `ACTIVE`.
        Active = "ACTIVE",
        /// `INACTIVE`.
        Inactive = "INACTIVE",
        /// `OFFBOARDING`.
        Offboarding = "OFFBOARDING",
        /// `OFFBOARDED`.
        Offboarded = "OFFBOARDED",
    }
}

open_enum! {
    /// The field `document_type` of [`ChangeName`].
    pub enum IdentityDocumentType {
        /// `PASSPORT`.
        Passport = "PASSPORT",
        /// `ID_CARD`.
        IdCard = "ID_CARD",
    }
}

open_enum! {
    /// The field `document_type` of [`ResidencyCheck`].
    pub enum ResidencyDocumentType {
        /// `UTILITY_BILL`.
        UtilityBill = "UTILITY_BILL",
        /// `TELEPHONE_BILL`.
        TelephoneBill = "TELEPHONE_BILL",
        /// `INTERNET_BILL`.
        InternetBill = "INTERNET_BILL",
        /// `BANK_STATEMENT`.
        BankStatement = "BANK_STATEMENT",
        /// `REGISTRATION_CERT`.
        RegistrationCert = "REGISTRATION_CERT",
        /// `RESIDENCE_PERMIT`.
        ResidencePermit = "RESIDENCE_PERMIT",
        /// `ID_CARD`.
        IdCard = "ID_CARD",
    }
}

open_enum! {
    /// The field `document_type` of [`KycCheck`].
    pub enum KycDocumentType {
        /// `PASSPORT`.
        Passport = "PASSPORT",
        /// `ID_CARD`.
        IdCard = "ID_CARD",
        /// `RESIDENCE_PERMIT`.
        ResidencePermit = "RESIDENCE_PERMIT",
    }
}

open_enum! {
    /// The field `status` of [`KycCheck`].
    pub enum UserCheckStatus {
        /// `IN_PROGRESS`.
        InProgress = "IN_PROGRESS",
        /// `PASSED`.
        Passed = "PASSED",
        /// `FAILED`.
        Failed = "FAILED",
    }
}

open_enum! {
    /// The field `method` of [`KycCheck`].
    pub enum KycMethod {
        /// `VIDEO_ID`.
        VideoId = "VIDEO_ID",
        /// `IN_PERSON_ID`.
        InPersonId = "IN_PERSON_ID",
        /// `ELECTRONIC_ID`.
        ElectronicId = "ELECTRONIC_ID",
    }
}

open_enum! {
    /// The field `type` of [`AccountGroupUser`].
    pub enum AccountGroupUserType {
        /// `OWNER`.
        Owner = "OWNER",
    }
}

open_enum! {
    /// The field `status` of [`AccountGroup`].
    pub enum AccountStatus {
        /// `PENDING_APPROVAL`.
        PendingApproval = "PENDING_APPROVAL",
        /// `ACTIVE`.
        Active = "ACTIVE",
        /// `CLOSING`.
        Closing = "CLOSING",
        /// `CLOSED`.
        Closed = "CLOSED",
        /// `LOCKED`.
        Locked = "LOCKED",
    }
}

open_enum! {
    /// The field `type` of [`AccountGroup`].
    pub enum AccountGroupType {
        /// `PERSONAL`.
        Personal = "PERSONAL",
        /// `LEGAL_ENTITY`.
        LegalEntity = "LEGAL_ENTITY",
    }
}

open_enum! {
    /// The field `type` of [`Account`].
    pub enum AccountType {
        /// `TRADING`.
        Trading = "TRADING",
        /// `PORTFOLIO`.
        Portfolio = "PORTFOLIO",
    }
}

events! {
    /// The events of `Users`, as sent by webhook.
    pub enum UserEvent {
        /// `USER.CREATED`.
        Created(UserEventObject) = "USER.CREATED",
        /// `USER.ACTIVATED`.
        Activated(UserEventObject) = "USER.ACTIVATED",
        /// `USER.DEACTIVATED`.
        Deactivated(UserEventObject) = "USER.DEACTIVATED",
        /// `USER.DATA_CHANGED`.
        DataChanged(UserEventObject) = "USER.DATA_CHANGED",
        /// `USER.DATA_CHANGE_FAILED`.
        DataChangeFailed(UserEventObject) = "USER.DATA_CHANGE_FAILED",
        /// `USER.OFFBOARDING_INITIATED`.
        OffboardingInitiated(UserEventObject) = "USER.OFFBOARDING_INITIATED",
        /// `USER.OFFBOARDED`.
        Offboarded(UserEventObject) = "USER.OFFBOARDED",
        /// `USER_CHECK.CREATED`.
        CheckCreated(UserCheck) = "USER_CHECK.CREATED",
        /// `USER_CHECK.PASSED`.
        CheckPassed(UserCheck) = "USER_CHECK.PASSED",
        /// `USER_CHECK.FAILED`.
        CheckFailed(UserCheck) = "USER_CHECK.FAILED",
    }
}

id! {
    /// Identifies a user.
    pub struct UserId;
}

id! {
    /// Identifies a check.
    pub struct CheckId;
}

id! {
    /// Identifies an identifier.
    pub struct IdentifierId;
}

id! {
    /// Identifies a consent document.
    pub struct ConsentDocumentId;
}

id! {
    /// Identifies an account.
    pub struct AccountId;
}
