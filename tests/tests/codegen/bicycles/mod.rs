//! Declarations of the Bicycle Rental API 1.4.0.
//!
//! Written by `upvest-codegen`: names.toml has the names. Generating again replaces this file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};
pub use upvest_core::{Amount, CommaSeparated, CountryCode, Currency, Date, Decimal, Timestamp};
use upvest_core::{
    Bytes, Call, IdempotentCall, Page, api, empty_as_none, events, id, null_as_default,
    null_as_some, one_of, open_enum,
};

/// The endpoints of `Stations`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = ["stations:read", "stations:admin"])]
pub trait Stations: Send + Sync {
    /// Calls the operation `list_stations`. The status of a success is 200.
    #[endpoint(GET, "/stations", signed)]
    fn list_stations(&self, query: &ListStations) -> Call<Page<Station>>;

    /// Calls the operation `get_station`. The status of a success is 200.
    #[endpoint(GET, "/stations/{station_id}", signed)]
    fn get_station(&self, station_id: StationId) -> Call<Station>;

    /// Calls the operation `update_station`. The status of a success is 200.
    #[endpoint(PATCH, "/stations/{station_id}", signed, scope = "stations:admin")]
    fn update_station(&self, station_id: StationId, body: &UpdateStation) -> Call<Station>;
}

/// The query of `list_stations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListStations {
    /// A text of 1 to 85 characters. Example: `Leipzig`.
    pub city: String,
    /// A list; each item: `LOCKER`, `PUMP` or `CHARGER`.
    pub features: Option<CommaSeparated<StationFeature>>,
    /// `created_at` or `name`. Default: `created_at`.
    pub sort: Option<ListStationsSort>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
}

impl ListStations {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub fn new(city: impl Into<String>) -> Self {
        Self {
            city: city.into(),
            features: None,
            sort: None,
            offset: None,
            limit: None,
            order: None,
        }
    }
}

/// An item of a response of `list_stations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Station {
    /// A UUID.
    pub id: StationId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A text of 1 to 100 characters.
    pub name: String,
    /// `OUTDOOR` or `GARAGE`.
    pub r#type: StationType,
    /// A text of 1 to 85 characters.
    pub city: String,
    /// A country (ISO 3166-1 alpha-2).
    pub country: CountryCode,
    /// A number, from -90 to 90.
    pub latitude: Number,
    /// A number, from -180 to 180.
    pub longitude: Number,
    /// A whole number, from 0 to 500.
    pub docks: u32,
    /// A list; each item: `LOCKER`, `PUMP` or `CHARGER`.
    #[serde(deserialize_with = "null_as_default")]
    pub features: Vec<StationFeature>,
    /// An object with fields of any names; each value: a text of at most 11 characters.
    #[serde(deserialize_with = "null_as_default")]
    pub opening_hours: BTreeMap<String, String>,
    /// An object with any fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metadata: Option<BTreeMap<String, Value>>,
    /// A date, `YYYY-MM-DD`.
    pub opened_on: Date,
    /// A date, `YYYY-MM-DD`. May be `null`.
    pub closed_on: Option<Date>,
}

impl Station {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub fn new(
        id: StationId,
        created_at: Timestamp,
        updated_at: Timestamp,
        name: impl Into<String>,
        r#type: StationType,
        city: impl Into<String>,
        country: CountryCode,
        latitude: Number,
        longitude: Number,
        docks: u32,
        features: Vec<StationFeature>,
        opening_hours: BTreeMap<String, String>,
        opened_on: Date,
        closed_on: Option<Date>,
    ) -> Self {
        Self {
            id,
            created_at,
            updated_at,
            name: name.into(),
            r#type,
            city: city.into(),
            country,
            latitude,
            longitude,
            docks,
            features,
            opening_hours,
            metadata: None,
            opened_on,
            closed_on,
        }
    }
}

/// The request body of `update_station`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::option_option, reason = "`Some(None)` is sent as `null`")]
pub struct UpdateStation {
    /// A text of 1 to 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A whole number, from 0 to 500.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub docks: Option<u32>,
    /// An object with fields of any names; each value: a text of at most 11 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening_hours: Option<BTreeMap<String, String>>,
    /// A date, `YYYY-MM-DD`. May be `null`.
    /// `Some(None)` is sent as `null`.
    #[serde(default, deserialize_with = "null_as_some", skip_serializing_if = "Option::is_none")]
    pub closed_on: Option<Option<Date>>,
}

open_enum! {
    /// An item of the field `features` of [`Station`].
    pub enum StationFeature {
        /// `LOCKER`.
        Locker = "LOCKER",
        /// `PUMP`.
        Pump = "PUMP",
        /// `CHARGER`.
        Charger = "CHARGER",
    }
}

open_enum! {
    /// The parameter `sort` of `list_stations`.
    pub enum ListStationsSort {
        /// `created_at`.
        CreatedAt = "created_at",
        /// `name`.
        Name = "name",
    }
}

open_enum! {
    /// The parameter `order` of `list_stations`.
    pub enum SortOrder {
        /// `ASC`.
        Asc = "ASC",
        /// `DESC`.
        Desc = "DESC",
    }
}

open_enum! {
    /// The field `type` of [`Station`].
    pub enum StationType {
        /// `OUTDOOR`.
        Outdoor = "OUTDOOR",
        /// `GARAGE`.
        Garage = "GARAGE",
    }
}

id! {
    /// Identifies a station.
    pub struct StationId;
}

/// The endpoints of `Bicycles`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = "bicycles:admin")]
pub trait Bicycles: Send + Sync {
    /// Calls the operation `register_bicycle`. The status of a success is 201.
    #[endpoint(POST, "/bicycles", idempotent, signed)]
    fn register_bicycle(&self, body: &RegisterBicycle) -> IdempotentCall<Bicycle>;

    /// Calls the operation `get_bicycle`. The status of a success is 200.
    #[endpoint(GET, "/bicycles/{bicycle_id}", signed, scope = ["bicycles:read", "bicycles:admin"])]
    fn get_bicycle(&self, bicycle_id: BicycleId) -> Call<Bicycle>;

    /// Calls the operation `retire_bicycle`. The status of a success is 204.
    #[endpoint(DELETE, "/bicycles/{bicycle_id}", signed)]
    fn retire_bicycle(&self, bicycle_id: BicycleId) -> Call<()>;
}

/// The request body of `register_bicycle`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterBicycle {
    /// A UUID.
    pub station_id: StationId,
    /// A text, `^[A-Z0-9]{8,12}$`.
    pub frame_number: String,
    /// `S`, `M` or `L`.
    pub frame_size: BicycleFrameSize,
    /// See [`Drive`].
    pub drive: Drive,
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    pub price_per_hour: Amount,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
    /// A date, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchased_on: Option<Date>,
}

impl RegisterBicycle {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub fn new(
        station_id: StationId,
        frame_number: impl Into<String>,
        frame_size: BicycleFrameSize,
        drive: Drive,
        price_per_hour: Amount,
        currency: Currency,
    ) -> Self {
        Self {
            station_id,
            frame_number: frame_number.into(),
            frame_size,
            drive,
            price_per_hour,
            currency,
            purchased_on: None,
        }
    }
}

one_of! {
    /// The field `drive` of [`Bicycle`].
    #[derive(Eq)]
    #[allow(clippy::large_enum_variant, reason = "the API has these alternatives")]
    pub enum Drive by "type" {
        /// See [`DrivePedalDrive`].
        Pedal(DrivePedalDrive) = "PEDAL",
        /// See [`DriveBatteryDrive`].
        Battery(DriveBatteryDrive) = "BATTERY",
    }
}

/// An alternative of [`Drive`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrivePedalDrive {
    /// A text. Default: `PEDAL`.
    pub r#type: String,
    /// A whole number, from 1 to 30.
    pub gears: u32,
}

impl DrivePedalDrive {
    /// Creates a value from the required fields.
    #[must_use]
    pub fn new(gears: u32) -> Self {
        Self { r#type: "PEDAL".into(), gears }
    }
}

/// An alternative of [`Drive`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriveBatteryDrive {
    /// A text. Default: `BATTERY`.
    pub r#type: String,
    /// A decimal number, `^[0-9]{0,63}(\.[0-9]{1,27})?$`.
    pub range_km: Decimal,
    /// True or false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_removable: Option<bool>,
}

impl DriveBatteryDrive {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub fn new(range_km: Decimal) -> Self {
        Self { r#type: "BATTERY".into(), range_km, is_removable: None }
    }
}

/// A response of `register_bicycle`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Bicycle {
    /// A UUID.
    pub id: BicycleId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A UUID. May be `null`.
    pub station_id: Option<StationId>,
    /// A text, `^[A-Z0-9]{8,12}$`.
    pub frame_number: String,
    /// `S`, `M` or `L`.
    pub frame_size: BicycleFrameSize,
    /// See [`Drive`].
    pub drive: Drive,
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    pub price_per_hour: Amount,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
    /// `AVAILABLE`, `RENTED` or `RETIRED`.
    pub status: BicycleStatus,
}

impl Bicycle {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub fn new(
        id: BicycleId,
        created_at: Timestamp,
        updated_at: Timestamp,
        station_id: Option<StationId>,
        frame_number: impl Into<String>,
        frame_size: BicycleFrameSize,
        drive: Drive,
        price_per_hour: Amount,
        currency: Currency,
        status: BicycleStatus,
    ) -> Self {
        Self {
            id,
            created_at,
            updated_at,
            station_id,
            frame_number: frame_number.into(),
            frame_size,
            drive,
            price_per_hour,
            currency,
            status,
        }
    }
}

open_enum! {
    /// The field `frame_size` of [`Bicycle`].
    pub enum BicycleFrameSize {
        /// `S`.
        S = "S",
        /// `M`.
        M = "M",
        /// `L`.
        L = "L",
    }
}

open_enum! {
    /// The field `status` of [`Bicycle`].
    pub enum BicycleStatus {
        /// `AVAILABLE`.
        Available = "AVAILABLE",
        /// `RENTED`.
        Rented = "RENTED",
        /// `RETIRED`.
        Retired = "RETIRED",
    }
}

events! {
    /// The events of `Bicycles`, as sent by webhook.
    pub enum BicycleEvent {
        /// `BICYCLE.REGISTERED`.
        Registered(Bicycle) = "BICYCLE.REGISTERED",
        /// `BICYCLE.RETIRED`.
        Retired(Bicycle) = "BICYCLE.RETIRED",
    }
}

id! {
    /// Identifies a bicycle.
    pub struct BicycleId;
}

/// The endpoints of `Rentals`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = ["rentals:read", "rentals:admin"])]
pub trait Rentals: Send + Sync {
    /// Calls the operation `list_rentals`. The status of a success is 200.
    #[endpoint(GET, "/rentals", signed)]
    fn list_rentals(&self, query: &ListRentals) -> Call<Page<Rental>>;

    /// Calls the operation `create_rental`. The status of a success is 201.
    #[endpoint(POST, "/rentals", idempotent, signed, scope = "rentals:admin")]
    fn create_rental(&self, body: &CreateRental) -> IdempotentCall<Rental>;

    /// Calls the operation `return_rental`. The status of a success is 202.
    #[endpoint(POST, "/rentals/{rental_id}/return", idempotent, signed, scope = "rentals:admin")]
    fn return_rental(&self, rental_id: RentalId, body: &ReturnRental) -> IdempotentCall<()>;

    /// Calls the operation `get_receipt`. The status of a success is 200.
    #[endpoint(GET, "/rentals/{rental_id}/receipt", signed)]
    fn get_receipt(&self, rental_id: RentalId) -> Call<Receipt>;

    /// Calls the operation `get_receipt`. The status of a success is 200.
    #[endpoint(GET, "/rentals/{rental_id}/receipt", signed, accept = "application/pdf")]
    fn get_receipt_as_pdf(&self, rental_id: RentalId) -> Call<Bytes>;
}

/// The query of `list_rentals`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListRentals {
    /// A UUID. Example: `3e6f0d1b-94cf-4b1c-9d47-4b5f2a6c8e44`.
    pub rider_id: RiderId,
    /// `ACTIVE`, `RETURNED` or `CANCELLED`.
    pub status: Option<RentalStatus>,
    /// A date, `YYYY-MM-DD`.
    pub start_date: Option<Date>,
    /// A date, `YYYY-MM-DD`.
    pub end_date: Option<Date>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
}

impl ListRentals {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub const fn new(rider_id: RiderId) -> Self {
        Self {
            rider_id,
            status: None,
            start_date: None,
            end_date: None,
            offset: None,
            limit: None,
            order: None,
        }
    }
}

/// An item of a response of `list_rentals`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rental {
    /// A UUID.
    pub id: RentalId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A UUID.
    pub rider_id: RiderId,
    /// A UUID.
    pub bicycle_id: BicycleId,
    /// A UUID.
    pub station_id: StationId,
    /// `ACTIVE`, `RETURNED` or `CANCELLED`.
    pub status: RentalStatus,
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    pub deposit: Amount,
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Amount>,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
    /// See [`Payment`].
    pub payment: Payment,
    /// See [`Contact`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// A decimal number, `^[0-9]{0,63}(\.[0-9]{1,27})?$`.
    #[serde(default, deserialize_with = "empty_as_none", skip_serializing_if = "Option::is_none")]
    pub distance_km: Option<Decimal>,
    /// A text of at most 140 characters. May be `null`.
    pub note: Option<String>,
    /// A date and time (RFC 3339). May be `null`.
    pub returned_at: Option<Timestamp>,
}

impl Rental {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub const fn new(
        id: RentalId,
        created_at: Timestamp,
        updated_at: Timestamp,
        rider_id: RiderId,
        bicycle_id: BicycleId,
        station_id: StationId,
        status: RentalStatus,
        deposit: Amount,
        currency: Currency,
        payment: Payment,
        note: Option<String>,
        returned_at: Option<Timestamp>,
    ) -> Self {
        Self {
            id,
            created_at,
            updated_at,
            rider_id,
            bicycle_id,
            station_id,
            status,
            deposit,
            price: None,
            currency,
            payment,
            contact: None,
            distance_km: None,
            note,
            returned_at,
        }
    }
}

one_of! {
    /// The field `payment` of [`Rental`].
    #[derive(Eq)]
    #[allow(clippy::large_enum_variant, reason = "the API has these alternatives")]
    pub enum Payment by "type" {
        /// See [`PaymentCardPayment`].
        Card(PaymentCardPayment) = "CARD",
        /// See [`PaymentAccountPayment`].
        Account(PaymentAccountPayment) = "ACCOUNT",
    }
}

/// An alternative of [`Payment`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentCardPayment {
    /// `CARD`. Default: `CARD`.
    pub r#type: PaymentCardPaymentType,
    /// A UUID.
    pub card_id: CardId,
}

impl PaymentCardPayment {
    /// Creates a value from the required fields.
    #[must_use]
    pub fn new(card_id: CardId) -> Self {
        Self { r#type: "CARD".into(), card_id }
    }
}

/// An alternative of [`Payment`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentAccountPayment {
    /// `ACCOUNT`. Default: `ACCOUNT`.
    pub r#type: PaymentAccountPaymentType,
    /// A text of 15 to 34 characters, `^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$`.
    pub iban: String,
    /// A text of at most 70 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
}

impl PaymentAccountPayment {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub fn new(iban: impl Into<String>) -> Self {
        Self { r#type: "ACCOUNT".into(), iban: iban.into(), holder: None }
    }
}

/// The field `contact` of [`Rental`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// A text of 1 to 100 characters.
    pub name: String,
    /// A text, `^\+?[0-9]{8,15}$`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// A country (ISO 3166-1 alpha-2).
    pub country: CountryCode,
}

impl Contact {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub fn new(name: impl Into<String>, country: CountryCode) -> Self {
        Self { name: name.into(), phone: None, country }
    }
}

/// The request body of `create_rental`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::option_option, reason = "`Some(None)` is sent as `null`")]
pub struct CreateRental {
    /// A UUID.
    pub rider_id: RiderId,
    /// A UUID.
    pub bicycle_id: BicycleId,
    /// A UUID.
    pub station_id: StationId,
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    pub deposit: Amount,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
    /// See [`Payment`].
    pub payment: Payment,
    /// See [`Contact`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// A text of at most 140 characters. May be `null`.
    /// `Some(None)` is sent as `null`.
    #[serde(default, deserialize_with = "null_as_some", skip_serializing_if = "Option::is_none")]
    pub note: Option<Option<String>>,
}

impl CreateRental {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub const fn new(
        rider_id: RiderId,
        bicycle_id: BicycleId,
        station_id: StationId,
        deposit: Amount,
        currency: Currency,
        payment: Payment,
    ) -> Self {
        Self {
            rider_id,
            bicycle_id,
            station_id,
            deposit,
            currency,
            payment,
            contact: None,
            note: None,
        }
    }
}

/// The request body of `return_rental`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnRental {
    /// A UUID.
    pub station_id: StationId,
    /// A decimal number, `^[0-9]{0,63}(\.[0-9]{1,27})?$`.
    #[serde(default, deserialize_with = "empty_as_none", skip_serializing_if = "Option::is_none")]
    pub distance_km: Option<Decimal>,
    /// True or false.
    pub is_damaged: bool,
}

impl ReturnRental {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub const fn new(station_id: StationId, is_damaged: bool) -> Self {
        Self { station_id, distance_km: None, is_damaged }
    }
}

/// A response of `get_receipt`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Receipt {
    /// A UUID.
    pub rental_id: RentalId,
    /// A date, `YYYY-MM-DD`.
    pub issued_on: Date,
    /// A list of at least 1 item; each item: see [`ReceiptLine`].
    #[serde(deserialize_with = "null_as_default")]
    pub lines: Vec<ReceiptLine>,
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    pub total: Amount,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
}

impl Receipt {
    /// Creates a value from all fields, for fakes and tests.
    #[must_use]
    pub const fn new(
        rental_id: RentalId,
        issued_on: Date,
        lines: Vec<ReceiptLine>,
        total: Amount,
        currency: Currency,
    ) -> Self {
        Self { rental_id, issued_on, lines, total, currency }
    }
}

/// An item of the field `lines` of [`Receipt`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReceiptLine {
    /// `RENTAL`, `DEPOSIT` or `FINE`.
    pub r#type: ReceiptLineType,
    /// A text of at most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A decimal number, `^-?[0-9]{1,9}(\.[0-9]{2})?$`.
    pub amount: Decimal,
}

impl ReceiptLine {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    pub const fn new(r#type: ReceiptLineType, amount: Decimal) -> Self {
        Self { r#type, text: None, amount }
    }
}

open_enum! {
    /// The field `status` of [`Rental`].
    pub enum RentalStatus {
        /// `ACTIVE`.
        Active = "ACTIVE",
        /// `RETURNED`.
        Returned = "RETURNED",
        /// `CANCELLED`.
        Cancelled = "CANCELLED",
    }
}

open_enum! {
    /// The field `type` of [`PaymentCardPayment`].
    pub enum PaymentCardPaymentType {
        /// `CARD`.
        Card = "CARD",
    }
}

open_enum! {
    /// The field `type` of [`PaymentAccountPayment`].
    pub enum PaymentAccountPaymentType {
        /// `ACCOUNT`.
        Account = "ACCOUNT",
    }
}

open_enum! {
    /// The field `type` of [`ReceiptLine`].
    pub enum ReceiptLineType {
        /// `RENTAL`.
        Rental = "RENTAL",
        /// `DEPOSIT`.
        Deposit = "DEPOSIT",
        /// `FINE`.
        Fine = "FINE",
    }
}

events! {
    /// The events of `Rentals`, as sent by webhook.
    pub enum RentalEvent {
        /// `RENTAL.STARTED`.
        Started(Rental) = "RENTAL.STARTED",
        /// `RENTAL.RETURNED`.
        Returned(Rental) = "RENTAL.RETURNED",
        /// `RENTAL.CANCELLED`.
        Cancelled(Rental) = "RENTAL.CANCELLED",
    }
}

id! {
    /// Identifies a rental.
    pub struct RentalId;
}

id! {
    /// Identifies a rider.
    pub struct RiderId;
}

id! {
    /// Identifies a card.
    pub struct CardId;
}
