//! Modules with the names of the crates that the expansion uses.

mod core {}
mod std {}
mod alloc {}
mod upvest_core {}
mod upvest_macros {}

use ::upvest_core::{Call, api};

#[api(scope = "things:admin")]
trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", signed)]
    fn get(&self, id: u32) -> Call<String>;
}

#[tokio::test]
async fn it_works() {
    let things: &dyn Things = &super::echo().client();
    assert_eq!(things.get(7).await.unwrap(), "/things/7");
}
