//! Bodies that borrow, with a mock.

use serde::Serialize;
use upvest_core::{Call, IdempotentCall, api};

#[derive(Debug, Serialize)]
pub struct Order<'a> {
    pub reference: &'a str,
}

#[api(scope = "orders:admin")]
#[mockall::automock]
pub trait Orders: Send + Sync {
    #[endpoint(POST, "/orders", idempotent, signed)]
    fn place<'a>(&self, body: &Order<'a>) -> IdempotentCall<String>;

    #[endpoint(GET, "/orders", signed)]
    fn find<'a>(&self, query: &[(&'a str, &'a str)]) -> Call<String>;
}

#[tokio::test]
async fn it_can_be_mocked() {
    let reference = String::from("payout-4711");
    let mut orders = MockOrders::new();
    orders
        .expect_place()
        .withf(|order| order.reference == "payout-4711")
        .returning(|order| Call::ready(Ok(order.reference.to_owned())));
    let placed = orders.place(&Order { reference: &reference }).await.unwrap();
    assert_eq!(placed, reference);
    orders.expect_find().return_const(Call::ready(Ok("found".to_owned())));
    assert_eq!(orders.find(&[("a", &reference)]).await.unwrap(), "found");

    // With the client, the lifetimes change nothing.
    let client = super::echo().client();
    assert_eq!(client.find(&[("a", &reference)]).await.unwrap(), "/orders?a=payout-4711");
}
