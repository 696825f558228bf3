//! Traits behind `dyn` and pointers, in other tasks, faked and mocked, for each set of supertraits.

use std::fmt::Debug;
use std::sync::Arc;

use upvest_core::{Call, Client, api};

macro_rules! matrix {
    ($($module:ident: $(($($supertraits:tt)+))?;)+) => {
        $(
            mod $module {
                use super::*;

                #[api(scope = "things:admin")]
                pub trait Things $(: $($supertraits)+)? {
                    #[endpoint(GET, "/things/{id}", signed)]
                    fn get(&self, id: &str) -> Call<String>;
                }

                #[derive(Debug)]
                struct Fake;

                impl Things for Fake {
                    fn get(&self, id: &str) -> Call<String> {
                        Call::ready(Ok(format!("/things/{id}")))
                    }
                }

                mockall::mock! {
                    #[derive(Debug)]
                    ByMockall {}
                    impl Things for ByMockall {
                        fn get(&self, id: &str) -> Call<String>;
                    }
                }

                fn mock() -> MockByMockall {
                    let mut mock = MockByMockall::new();
                    mock.expect_get().returning(|id| Call::ready(Ok(format!("/things/{id}"))));
                    mock
                }

                async fn ask(things: impl Things) -> String {
                    things.get("7").await.unwrap()
                }

                async fn ask_any(things: &(impl Things + ?Sized)) -> String {
                    things.get("7").await.unwrap()
                }

                #[tokio::test]
                async fn any_implementation_works() {
                    let client: Client = super::super::echo().client();
                    let all: [Box<dyn Things>; 3] =
                        [Box::new(client.clone()), Box::new(Fake), Box::new(mock())];
                    for things in all {
                        assert_eq!(ask_any(&*things).await, "/things/7");
                        assert_eq!(ask_any(&things).await, "/things/7");
                    }
                    assert_eq!(ask(client).await, "/things/7");
                    assert_eq!(ask(Box::new(Fake)).await, "/things/7");
                    assert_eq!(ask(Box::new(Box::new(mock()))).await, "/things/7");
                }
            }
        )+
    };
}

matrix! {
    nothing: ;
    send: (Send);
    send_and_sync: (Send + Sync);
    debug: (Debug + Send + Sync);
    lives_long: (Send + Sync + 'static);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_work_in_other_tasks() {
    use send_and_sync::Things;

    async fn ask(things: impl Things) -> String {
        things.get("7").await.unwrap()
    }

    let client = super::echo().client();
    let shared: Arc<dyn Things> = Arc::new(client.clone());
    assert_eq!(tokio::spawn(ask(Arc::clone(&shared))).await.unwrap(), "/things/7");
    let boxed: Box<dyn Things> = Box::new(Arc::clone(&shared));
    assert_eq!(tokio::spawn(ask(boxed)).await.unwrap(), "/things/7");
    // A reference with a `'static` lifetime.
    let forever: &'static dyn Things = Box::leak(Box::new(client));
    assert_eq!(tokio::spawn(ask(forever)).await.unwrap(), "/things/7");
    let call = forever.get("7");
    assert_eq!(tokio::spawn(call.into_future()).await.unwrap().unwrap(), "/things/7");
}
