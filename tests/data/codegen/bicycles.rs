//! The rental of bicycles: an invented API in the manner of Upvest's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use upvest_core::{
    Amount, Bytes, Call, CommaSeparated, CountryCode, Currency, Date, Decimal, IdempotentCall,
    Page, Timestamp, Uuid, api, events, id, one_of, open_enum,
};

/// The endpoints of stations.
#[api(scope = ["stations:read", "stations:admin"])]
pub trait Stations: Send + Sync {
    /// Lists the stations of a city.
    #[endpoint(GET, "/stations", signed)]
    fn list_stations(&self, query: &ListStations) -> Call<Page<Station>>;

    /// Reads a station.
    #[endpoint(GET, "/stations/{station_id}", signed)]
    fn get_station(&self, station_id: StationId) -> Call<Station>;

    /// Changes a station.
    #[endpoint(PATCH, "/stations/{station_id}", signed, scope = "stations:admin")]
    fn update_station(&self, station_id: StationId, body: &UpdateStation) -> Call<Station>;
}

/// The endpoints of bicycles.
#[api(scope = "bicycles:admin")]
pub trait Bicycles: Send + Sync {
    /// Registers a bicycle.
    #[endpoint(POST, "/bicycles", idempotent, signed, echoes = ["price_per_hour", "currency"])]
    fn register_bicycle(&self, body: &RegisterBicycle) -> IdempotentCall<Bicycle>;

    /// Reads a bicycle.
    #[endpoint(GET, "/bicycles/{bicycle_id}", signed, scope = ["bicycles:read", "bicycles:admin"])]
    fn get_bicycle(&self, bicycle_id: BicycleId) -> Call<Bicycle>;

    /// Retires a bicycle.
    #[endpoint(DELETE, "/bicycles/{bicycle_id}", signed)]
    fn retire_bicycle(&self, bicycle_id: BicycleId) -> Call<()>;
}

/// The endpoints of rentals.
#[api(scope = "rentals:admin")]
pub trait Rentals: Send + Sync {
    /// Lists the rentals of a rider.
    #[endpoint(GET, "/rentals", signed, scope = ["rentals:read", "rentals:admin"])]
    fn list_rentals(&self, query: &ListRentals) -> Call<Page<Rental>>;

    /// Rents a bicycle.
    #[endpoint(POST, "/rentals", idempotent, signed, echoes = ["deposit", "currency"])]
    fn create_rental(&self, body: &CreateRental) -> IdempotentCall<Rental>;

    /// Returns a bicycle.
    #[endpoint(POST, "/rentals/{rental_id}/return", idempotent, signed)]
    fn return_rental(&self, rental_id: RentalId, body: &ReturnRental) -> IdempotentCall<()>;

    /// Reads the receipt of a rental.
    #[endpoint(
        GET,
        "/rentals/{rental_id}/receipt",
        signed,
        scope = ["rentals:read", "rentals:admin"],
    )]
    fn get_receipt(&self, rental_id: RentalId) -> Call<Receipt>;

    /// Reads the receipt of a rental as it is printed.
    #[endpoint(
        GET,
        "/rentals/{rental_id}/receipt",
        signed,
        accept = "application/pdf",
        scope = ["rentals:read", "rentals:admin"],
    )]
    fn get_receipt_as_pdf(&self, rental_id: RentalId) -> Call<Bytes>;
}

/// The part of a list to return.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Paging {
    /// The number of items before the page.
    pub offset: Option<u32>,
    /// The size of a page.
    pub limit: Option<u32>,
    /// The direction of the sorting.
    pub order: Option<SortOrder>,
}

/// The stations to list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListStations {
    /// The city.
    pub city: String,
    /// Only stations that have all of these.
    pub features: Option<CommaSeparated<Feature>>,
    /// The field to sort by.
    pub sort: Option<String>,
    /// The page.
    #[serde(flatten)]
    pub paging: Paging,
}

/// The rentals to list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListRentals {
    /// The rider.
    pub rider_id: Uuid,
    /// Only rentals with this status.
    pub status: Option<RentalStatus>,
    /// The first day of the period.
    pub start_date: Option<Date>,
    /// The last day of the period.
    pub end_date: Option<Date>,
    /// The page.
    #[serde(flatten)]
    pub paging: Paging,
}

/// The request body of a change. What is `None` stays unchanged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpdateStation {
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The number of docks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub docks: Option<u16>,
    /// The opening hours by day of the week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening_hours: Option<BTreeMap<String, String>>,
    /// The last day of operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_on: Option<Date>,
}

/// A station, as returned by the API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Station {
    /// Its id.
    pub id: StationId,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last updated.
    pub updated_at: Timestamp,
    /// Its name.
    pub name: String,
    /// Its type.
    pub r#type: StationType,
    /// Its city.
    pub city: String,
    /// Its country.
    pub country: CountryCode,
    /// Its latitude in degrees.
    pub latitude: f64,
    /// Its longitude in degrees.
    pub longitude: f64,
    /// The number of docks.
    pub docks: u16,
    /// What else it has.
    pub features: Vec<Feature>,
    /// Its opening hours by day of the week.
    pub opening_hours: BTreeMap<String, String>,
    /// What the operator stores.
    #[serde(default)]
    pub metadata: Map<String, Value>,
    /// Its first day of operation.
    pub opened_on: Date,
    /// Its last day of operation, if it is known.
    pub closed_on: Option<Date>,
}

/// The request body of a registration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegisterBicycle {
    /// The station where it is.
    pub station_id: StationId,
    /// The number on the frame.
    pub frame_number: String,
    /// The size of the frame.
    pub frame_size: FrameSize,
    /// What moves it.
    pub drive: Drive,
    /// The price of an hour.
    pub price_per_hour: Amount,
    /// The currency of the price.
    pub currency: Currency,
    /// The date of the purchase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purchased_on: Option<Date>,
}

/// A bicycle, as returned by the API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Bicycle {
    /// Its id.
    pub id: BicycleId,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last updated.
    pub updated_at: Timestamp,
    /// The station where it is; none if it is rented.
    pub station_id: Option<StationId>,
    /// The number on the frame.
    pub frame_number: String,
    /// The size of the frame.
    pub frame_size: FrameSize,
    /// What moves it.
    pub drive: Drive,
    /// The price of an hour.
    pub price_per_hour: Amount,
    /// The currency of the price.
    pub currency: Currency,
    /// Its status.
    pub status: BicycleStatus,
}

/// The request body of a rental.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreateRental {
    /// The rider.
    pub rider_id: Uuid,
    /// The bicycle.
    pub bicycle_id: BicycleId,
    /// The station where the bicycle is taken.
    pub station_id: StationId,
    /// The deposit of the rider.
    pub deposit: Amount,
    /// The currency of the deposit.
    pub currency: Currency,
    /// How it is paid.
    pub payment: Payment,
    /// Who to call if the bicycle is not returned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// A note of the rider.
    pub note: Option<String>,
}

/// The request body of a return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnRental {
    /// The station where the bicycle is returned.
    pub station_id: StationId,
    /// The distance in kilometres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_km: Option<Decimal>,
    /// Whether the bicycle is damaged.
    pub is_damaged: bool,
}

/// A rental, as returned by the API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rental {
    /// Its id.
    pub id: RentalId,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last updated.
    pub updated_at: Timestamp,
    /// The rider.
    pub rider_id: Uuid,
    /// The bicycle.
    pub bicycle_id: BicycleId,
    /// The station where the bicycle was taken.
    pub station_id: StationId,
    /// Its status.
    pub status: RentalStatus,
    /// The deposit of the rider.
    pub deposit: Amount,
    /// Its price, once it is known.
    pub price: Option<Amount>,
    /// The currency of deposit and price.
    pub currency: Currency,
    /// How it is paid.
    pub payment: Payment,
    /// Who to call if the bicycle is not returned.
    pub contact: Option<Contact>,
    /// The distance in kilometres.
    pub distance_km: Option<Decimal>,
    /// A note of the rider.
    pub note: Option<String>,
    /// When the bicycle was returned.
    pub returned_at: Option<Timestamp>,
}

/// The receipt of a rental.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Receipt {
    /// The rental.
    pub rental_id: RentalId,
    /// Its date.
    pub issued_on: Date,
    /// What is charged.
    pub lines: Vec<ReceiptLine>,
    /// The sum of the lines.
    pub total: Amount,
    /// The currency of all amounts.
    pub currency: Currency,
}

/// A line of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReceiptLine {
    /// What is charged.
    #[serde(rename = "type")]
    pub kind: LineKind,
    /// Its text.
    pub text: Option<String>,
    /// Its amount, negative if it is paid back.
    pub amount: Decimal,
}

/// Who to call if a bicycle is not returned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The full name.
    pub name: String,
    /// The phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The country.
    pub country: CountryCode,
}

one_of! {
    /// How a rental is paid.
    pub enum Payment by "type" {
        /// With a card.
        Card(CardPayment) = "CARD",
        /// From a bank account.
        Account(AccountPayment) = "ACCOUNT",
    }
}

/// A payment with a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardPayment {
    /// Always `CARD`.
    pub r#type: String,
    /// The card.
    pub card_id: Uuid,
}

/// A payment from a bank account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountPayment {
    /// Always `ACCOUNT`.
    pub r#type: String,
    /// The bank account.
    pub iban: String,
    /// The account holder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
}

one_of! {
    /// What moves a bicycle.
    pub enum Drive {
        /// Pedals alone.
        Pedal(PedalDrive),
        /// A battery.
        Battery(BatteryDrive),
    }
}

/// A drive with pedals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PedalDrive {
    /// Always `PEDAL`.
    pub r#type: String,
    /// The number of gears.
    pub gears: u8,
}

/// A drive with a battery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatteryDrive {
    /// Always `BATTERY`.
    pub r#type: String,
    /// The range with a full battery, in kilometres.
    pub range_km: Decimal,
    /// Whether the battery can be taken out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_removable: Option<bool>,
}

open_enum! {
    /// The type of a station.
    pub enum StationType {
        /// In the open.
        Outdoor = "OUTDOOR",
        /// In a garage.
        Garage = "GARAGE",
    }
}

open_enum! {
    /// What a station has besides docks.
    pub enum Feature {
        /// Lockers.
        Locker = "LOCKER",
        /// A pump.
        Pump = "PUMP",
        /// A charger.
        Charger = "CHARGER",
    }
}

open_enum! {
    /// The status of a bicycle.
    pub enum BicycleStatus {
        /// It can be rented.
        Available = "AVAILABLE",
        /// It is rented.
        Rented = "RENTED",
        /// It is retired.
        Retired = "RETIRED",
    }
}

open_enum! {
    /// The status of a rental.
    pub enum RentalStatus {
        /// The bicycle is in use.
        Active = "ACTIVE",
        /// The bicycle was returned.
        Returned = "RETURNED",
        /// It was cancelled.
        Cancelled = "CANCELLED",
    }
}

open_enum! {
    /// What a line of a receipt is about.
    pub enum LineKind {
        /// The rental.
        Rental = "RENTAL",
        /// The deposit.
        Deposit = "DEPOSIT",
        /// A fine.
        Fine = "FINE",
        /// Not described any more: old receipts have it.
        Helmet = "HELMET",
    }
}

/// The size of a frame. There will be no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum FrameSize {
    /// Small.
    S,
    /// Medium.
    M,
    /// Large.
    L,
}

/// The direction of a sorting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SortOrder {
    /// The smallest first.
    Asc,
    /// The largest first.
    Desc,
}

events! {
    /// The events of bicycles and rentals, as sent by webhook.
    pub enum BicycleEvent {
        /// A bicycle was registered.
        Registered(Bicycle) = "BICYCLE.REGISTERED",
        /// A bicycle was retired.
        Retired(Bicycle) = "BICYCLE.RETIRED",
        /// A rental began.
        RentalStarted(Rental) = "RENTAL.STARTED",
        /// A bicycle was returned.
        RentalReturned(Rental) = "RENTAL.RETURNED",
        /// A rental was cancelled.
        RentalCancelled(Rental) = "RENTAL.CANCELLED",
    }
}

id! {
    /// Identifies a station.
    pub struct StationId;
}

id! {
    /// Identifies a bicycle.
    pub struct BicycleId;
}

id! {
    /// Identifies a rental.
    pub struct RentalId;
}
