//! The values in requests and responses of the Upvest Investment API: amounts, times, ids, open enums.
//!
//! [`upvest-core`](https://docs.rs/upvest-core) re-exports all of them. Depend on this crate alone
//! where nothing is sent, for example in a crate of domain types: it builds no HTTP client, no TLS
//! and no runtime.
//!
//! | values | types |
//! | --- | --- |
//! | money, prices and quantities | [`Amount`], [`Currency`], [`Decimal`] |
//! | times and dates | [`Timestamp`], [`Date`] |
//! | ids and codes | [`id!`], [`AccountGroupId`], [`IdempotencyKey`], [`Uuid`], [`Isin`], [`CountryCode`] |
//! | enums to which the API may add values | [`open_enum!`] |
//! | several values in one query parameter | [`CommaSeparated`] |
//!
//! ```
//! use upvest_types::{Amount, Currency};
//!
//! let amount: Amount = "200.00".parse()?;
//! assert_eq!(amount.checked_add("0.50".parse()?), Some("200.50".parse()?));
//! assert_eq!("EUR".parse(), Ok(Currency::Eur));
//! # Ok::<(), upvest_types::InvalidValue>(())
//! ```
//!
//! The examples of the items name `upvest_core`; with this crate alone, write `upvest_types`.
//!
//! # Features
//!
//! `chrono` and `time` add conversions of [`Timestamp`] and [`Date`] from and to the types of these
//! crates. None is on by default.

#[doc(hidden)]
pub mod __private;
mod codes;
#[cfg(any(feature = "chrono", feature = "time"))]
mod conversions;
mod date;
mod decimal;
mod id;
mod idempotency;
mod invalid;
mod list;
mod money;
mod open_enum;
mod text;
mod timestamp;

pub use codes::{CountryCode, Isin};
pub use date::Date;
pub use decimal::Decimal;
pub use id::AccountGroupId;
pub use idempotency::IdempotencyKey;
pub use invalid::InvalidValue;
pub use list::CommaSeparated;
pub use money::{Amount, Currency};
pub use open_enum::UnknownText;
pub use timestamp::Timestamp;
pub use uuid::Uuid;
