//! A whole call, with a server in memory.

use std::hint::black_box;

use upvest_core::{Client, Environment};
use upvest_tests::in_memory::counting;
use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash};

use super::{Work, noon, runtime};
use crate::server::{GROUP, respond};
use crate::signed_increase::NoCurve;

pub fn increase() -> Option<Work> {
    let client = Client::builder(Environment::Sandbox)
        .credentials("5ec16164-6173-461d-b90d-116d68f55b40", "x")
        .signing_key(NoCurve { length: 139 })
        .scopes(<dyn VirtualCash>::SCOPES)
        .clock(noon)
        .randomness(counting())
        .transport(respond)
        .build()
        .expect("a client");
    let runtime = runtime();
    let order = CreateVirtualCashIncrease {
        account_group_id: GROUP.into(),
        amount: "200.00".parse().expect("an amount"),
        currency: Currency::Eur,
    };
    Some(Box::new(move || {
        let increase = runtime.block_on(client.increase(black_box(&order)).into_future());
        black_box(increase.expect("an increase"));
    }))
}
