//! The whole API in version 1.9.0, as traits. Bodies and responses are untyped.

pub mod accounts;
pub mod payments;
pub mod portfolios;
pub mod reporting;
pub mod trading;
pub mod users;

use serde::Serialize;
use upvest_core::__sandbox::AccessTokens;
use upvest_core::webhook::{VerificationKeys, Webhooks};
use upvest_core::{AccountGroupId, CommaSeparated, Date, Endpoint, Timestamp, id};
use upvest_virtual_cash::VirtualCash;
use uuid::Uuid;

use accounts::{AccountGroups, Accounts, Fees, Liquidations};
use payments::{Mandates, Payments, ReferenceAccounts};
use portfolios::Portfolios;
use reporting::{Positions, Reports, Returns, Transactions, Valuations};
use trading::{Instruments, Orders};
use users::{Checks, Taxes, Users};

/// The tables of all traits.
pub const ENDPOINTS: [&[Endpoint]; 22] = [
    <dyn AccessTokens>::ENDPOINTS,
    <dyn VerificationKeys>::ENDPOINTS,
    <dyn Webhooks>::ENDPOINTS,
    <dyn Users>::ENDPOINTS,
    <dyn Checks>::ENDPOINTS,
    <dyn Taxes>::ENDPOINTS,
    <dyn AccountGroups>::ENDPOINTS,
    <dyn Accounts>::ENDPOINTS,
    <dyn Liquidations>::ENDPOINTS,
    <dyn Fees>::ENDPOINTS,
    <dyn ReferenceAccounts>::ENDPOINTS,
    <dyn Mandates>::ENDPOINTS,
    <dyn Payments>::ENDPOINTS,
    <dyn Orders>::ENDPOINTS,
    <dyn Instruments>::ENDPOINTS,
    <dyn Positions>::ENDPOINTS,
    <dyn Reports>::ENDPOINTS,
    <dyn Valuations>::ENDPOINTS,
    <dyn Transactions>::ENDPOINTS,
    <dyn Returns>::ENDPOINTS,
    <dyn Portfolios>::ENDPOINTS,
    <dyn VirtualCash>::ENDPOINTS,
];

id! {
    /// The id of a user.
    pub struct UserId;
}

id! {
    /// The id of an account.
    pub struct AccountId;
}

/// A query with every parameter set.
pub trait Full: Sized {
    /// Returns a query sorted by the field that most lists support.
    fn full() -> Self {
        Self::full_by("created_at")
    }

    /// Returns a query sorted by `sort`, if it supports sorting.
    fn full_by(sort: &'static str) -> Self;
}

/// Declares queries and the value of each parameter; the name between bars is the sort field.
macro_rules! queries {
    (|$sort:ident| $($name:ident { $($(#[$attribute:meta])* $member:ident: $ty:ty = $value:expr,)+ })+) => {
        $(
            #[derive(Serialize)]
            pub struct $name {
                $($(#[$attribute])* pub $member: $ty,)+
            }

            impl Full for $name {
                #[allow(unused_variables, reason = "some queries do not sort")]
                fn full_by($sort: &'static str) -> Self {
                    Self { $($member: $value,)+ }
                }
            }
        )+
    };
}

fn day() -> Date {
    "2024-02-29".parse().unwrap()
}

fn moment() -> Timestamp {
    "2024-02-29T12:00:00Z".parse().unwrap()
}

queries! {
    |sort|
    Offsets {
        offset: Option<u64> = Some(20),
        limit: Option<u32> = Some(10),
    }
    Paging {
        sort: Option<&'static str> = Some(sort),
        order: Option<&'static str> = Some("DESC"),
        #[serde(flatten)]
        page: Offsets = Full::full_by(sort),
    }
    ListOrders {
        order: Option<&'static str> = Some("ASC"),
        #[serde(flatten)]
        page: Offsets = Full::full_by(sort),
    }
    ListFeeCollections {
        account_id: AccountId = Uuid::from_u128(1).into(),
        account_group_id: AccountGroupId = Uuid::from_u128(2).into(),
        order: Option<&'static str> = Some("ASC"),
        #[serde(flatten)]
        page: Offsets = Full::full_by(sort),
    }
    ListInstruments {
        trading_status: Option<&'static str> = Some("ACTIVE"),
        #[serde(flatten)]
        page: Paging = Full::full_by(sort),
    }
    ListReports {
        r#type: Option<&'static str> = Some("BUY_ORDER"),
        instrument: Option<&'static str> = Some("isin:US0378331005"),
        #[serde(flatten)]
        page: Period = Full::full_by(sort),
    }
    ListAllocations {
        instrument_ids: Option<CommaSeparated<Uuid>> =
            Some([Uuid::from_u128(1), Uuid::from_u128(2)].into_iter().collect()),
        start_date: Option<Timestamp> = Some(moment()),
        end_date: Option<Timestamp> = Some(moment()),
        #[serde(flatten)]
        page: Paging = Full::full_by(sort),
    }
    ListOfPortfolio {
        account_id: Option<AccountId> = Some(Uuid::from_u128(1).into()),
        allocation_id: Option<Uuid> = Some(Uuid::from_u128(2)),
        #[serde(flatten)]
        page: Period = Full::full_by(sort),
    }
    Period {
        start_date: Option<Date> = Some(day()),
        end_date: Option<Date> = Some(day()),
        #[serde(flatten)]
        page: Paging = Full::full_by(sort),
    }
    ListCashTransactions {
        account_group_id: Option<AccountGroupId> = Some(Uuid::from_u128(1).into()),
        #[serde(flatten)]
        page: Period = Full::full_by(sort),
    }
    ListSecurityTransactions {
        account_group_id: Option<AccountGroupId> = Some(Uuid::from_u128(1).into()),
        account_id: Option<AccountId> = Some(Uuid::from_u128(1).into()),
        #[serde(flatten)]
        page: Period = Full::full_by(sort),
    }
    CurrentValuation {
        price_quality: &'static str = "EOD",
    }
}
