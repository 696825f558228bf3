//! Declarations of the Odd API "of" *odds* */ //! and \[ends] \<b> 1.0 \\ {0} #!\[deny(warnings)].
//!
//! Written by `upvest-codegen`: names.toml has the names. Generating again replaces this file.

mod bodies;
mod bytes;
mod call;
mod choices;
mod client;
mod colliding_names;
mod colliding_names2;
mod colliding_names3;
mod core;
mod default;
mod empty;
mod etc_passwd;
mod headers;
mod lib2;
mod methods;
mod mod2;
mod paths;
mod queries;
mod responses;
mod secrets;
mod serde;
mod shapes;
mod std;
mod things;
mod r#type;
mod upvest_core2;
mod webhook;
mod zeichen_gr_er;

use upvest_core::Endpoint;

pub use self::bodies::*;
pub use self::bytes::*;
pub use self::call::*;
pub use self::choices::*;
pub use self::client::*;
pub use self::colliding_names::*;
pub use self::colliding_names2::*;
pub use self::colliding_names3::*;
pub use self::core::*;
pub use self::default::*;
pub use self::empty::*;
pub use self::etc_passwd::*;
pub use self::headers::*;
pub use self::lib2::*;
pub use self::methods::*;
pub use self::mod2::*;
pub use self::paths::*;
pub use self::queries::*;
pub use self::responses::*;
pub use self::secrets::*;
pub use self::serde::*;
pub use self::shapes::*;
pub use self::std::*;
pub use self::things::*;
pub use self::r#type::*;
pub use self::upvest_core2::*;
pub use self::webhook::*;
pub use self::zeichen_gr_er::*;
pub use upvest_core::{
    Amount, CommaSeparated, CountryCode, Currency, Date, Decimal, Isin, Timestamp, Uuid,
};

/// The tables of all traits.
pub const ENDPOINTS: [&[Endpoint]; 26] = [
    <dyn Type>::ENDPOINTS,
    <dyn ClientApi>::ENDPOINTS,
    <dyn CallApi>::ENDPOINTS,
    <dyn Std>::ENDPOINTS,
    <dyn Core>::ENDPOINTS,
    <dyn Serde>::ENDPOINTS,
    <dyn BytesApi>::ENDPOINTS,
    <dyn UpvestCore>::ENDPOINTS,
    <dyn Mod>::ENDPOINTS,
    <dyn Lib>::ENDPOINTS,
    <dyn EtcPasswd>::ENDPOINTS,
    <dyn DefaultApi>::ENDPOINTS,
    <dyn EmptyApi>::ENDPOINTS,
    <dyn CollidingNames>::ENDPOINTS,
    <dyn CollidingNamesApi>::ENDPOINTS,
    <dyn CollidingNamesApi2>::ENDPOINTS,
    <dyn ZeichenGrEr>::ENDPOINTS,
    <dyn Paths>::ENDPOINTS,
    <dyn Queries>::ENDPOINTS,
    <dyn Headers>::ENDPOINTS,
    <dyn Bodies>::ENDPOINTS,
    <dyn Methods>::ENDPOINTS,
    <dyn Responses>::ENDPOINTS,
    <dyn ShapesApi>::ENDPOINTS,
    <dyn ChoicesApi>::ENDPOINTS,
    <dyn SecretsApi>::ENDPOINTS,
];
