//! A trait that gains an endpoint with a default does not break existing fakes.

use upvest_core::{Call, Error, Outcome, api};

#[api(scope = "things:admin")]
trait Things: Send + Sync {
    #[endpoint(GET, "/things/{id}", signed)]
    fn get(&self, id: u32) -> Call<String>;

    /// New: existing fakes use this default. The client always sends the request.
    #[endpoint(GET, "/things", signed)]
    fn list(&self) -> Call<String> {
        Call::ready(Err(Error::from_problem(501, "not_implemented")))
    }
}

/// A fake written before `list` was added.
struct OldFake;

impl Things for OldFake {
    fn get(&self, id: u32) -> Call<String> {
        Call::ready(Ok(format!("faked {id}")))
    }
}

mockall::mock! {
    Old {}
    impl Things for Old {
        fn get(&self, id: u32) -> Call<String>;
    }
}

#[tokio::test]
async fn an_old_fake_still_compiles() {
    let mut mock = MockOld::new();
    mock.expect_get().returning(|id| Call::ready(Ok(format!("faked {id}"))));
    let fakes: [Box<dyn Things>; 2] = [Box::new(OldFake), Box::new(mock)];
    for fake in fakes {
        assert_eq!(fake.get(7).await.unwrap(), "faked 7");
        let error = fake.list().await.unwrap_err();
        assert_eq!(error.status().map(|status| status.as_u16()), Some(501));
        assert_ne!(error.outcome(), Outcome::Applied);
    }
}

#[tokio::test]
async fn the_client_sends_it() {
    let client = super::echo().client();
    assert_eq!(client.list().await.unwrap(), "/things");
    // Through every pointer: none of them uses the default.
    assert_eq!(Things::list(&&client).await.unwrap(), "/things");
    assert_eq!(Box::new(client.clone()).list().await.unwrap(), "/things");
    assert_eq!(std::sync::Arc::new(client).list().await.unwrap(), "/things");
}
