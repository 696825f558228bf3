//! Attributes of a method apply to everything that is generated from it. `ui/forwarding` tests the
//! errors for deprecated and `must_use` methods.

#![deny(warnings)]

use upvest_core::{Call, api};

#[api(scope = "things:admin")]
trait Things: Send + Sync {
    /// Is deprecated.
    #[deprecated(note = "use `get`")]
    #[endpoint(GET, "/old/{id}", signed)]
    fn old(&self, id: u32) -> Call<String>;

    /// Is deprecated under a condition.
    #[cfg_attr(all(), deprecated, doc(hidden), allow(non_snake_case))]
    #[endpoint(GET, "/older/{Id}", signed)]
    fn older(&self, Id: u32) -> Call<String>;

    #[doc(hidden)]
    #[endpoint(GET, "/hidden/{id}", signed)]
    fn hidden(&self, id: u32) -> Call<String>;

    #[must_use = "it costs money"]
    #[endpoint(GET, "/dear/{id}", signed)]
    fn dear(&self, id: u32) -> Call<String>;

    /// Lint levels apply in the implementations too.
    #[allow(non_snake_case)]
    #[endpoint(GET, "/camels/{thingId}", signed)]
    fn camels(&self, thingId: u32) -> Call<String>;

    /// An `expect` applies to the declaration only.
    #[expect(non_snake_case, reason = "as the API calls it")]
    #[endpoint(GET, "/camels/{thingId}/parts", signed)]
    fn parts_of_camels(&self, thingId: u32) -> Call<String>;

    /// # Errors
    /// The author's own section.
    #[endpoint(GET, "/things/{id}", signed)]
    fn get(&self, id: u32) -> Call<String>;
}

/// Is part of a deprecated trait.
#[allow(non_snake_case)]
#[deprecated]
#[api(scope = "things:admin")]
#[allow(dead_code)]
trait Old: Send + Sync {
    #[endpoint(GET, "/old/{thingId}", signed)]
    fn of_old(&self, thingId: u32) -> Call<String>;
}

/// Has a condition that always holds.
#[api(scope = "things:admin")]
trait Always: Send + Sync {
    #[cfg_attr(true, deprecated, allow(non_snake_case))]
    #[endpoint(GET, "/always/{Id}", signed)]
    fn always(&self, Id: u32) -> Call<String>;

    #[cfg_attr(true, cfg(false))]
    #[endpoint(GET, "/never/{id}", signed)]
    fn never(&self, id: ThereIsNoSuchType) -> Call<String>;

    #[cfg_attr(all(), cfg(any()))]
    #[endpoint(GET, "/one/{id}", signed)]
    fn either(&self, id: u32) -> Call<String>;

    #[cfg_attr(all(), cfg(all()))]
    #[endpoint(GET, "/other/{id}", signed)]
    fn either(&self, id: u32) -> Call<String>;
}

#[tokio::test]
async fn every_form_of_condition_works() {
    let client = super::echo().client();
    #[expect(deprecated)]
    let always = client.always(7);
    assert_eq!(always.await.unwrap(), "/always/7");
    assert_eq!(client.either(7).await.unwrap(), "/other/7");
    assert_eq!(<dyn Always>::ENDPOINTS.len(), 2);
}

#[tokio::test]
async fn it_works() {
    let client = super::echo().client();
    #[expect(deprecated)]
    let old = client.old(7);
    assert_eq!(old.await.unwrap(), "/old/7");
    #[expect(deprecated)]
    let older = client.older(7);
    assert_eq!(older.await.unwrap(), "/older/7");
    #[expect(deprecated)]
    let constant = <dyn Things>::OLD;
    assert_eq!(constant.name(), "old");
    #[expect(deprecated)]
    let constant = <dyn Things>::OLDER;
    assert_eq!(constant.name(), "older");
    assert_eq!(client.hidden(7).await.unwrap(), "/hidden/7");
    assert_eq!(client.dear(7).await.unwrap(), "/dear/7");
    assert_eq!(client.camels(7).await.unwrap(), "/camels/7");
    assert_eq!(client.parts_of_camels(7).await.unwrap(), "/camels/7/parts");
    assert_eq!(client.get(7).await.unwrap(), "/things/7");
    assert_eq!(<dyn Things>::ENDPOINTS.len(), 7);
}
