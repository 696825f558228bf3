//! A method that is configured out appears nowhere: not in the trait, its implementations or its
//! tables.
//!
//! `all()` always holds and `any()` never does, so one build covers the whole matrix.

use upvest_core::{Call, Endpoint, api};

/// A trait for each combination of three optional methods.
macro_rules! matrix {
    ($($test:ident: [$($first:ident)?] [$($second:ident)?] [$($third:ident)?] => $names:expr, $scopes:expr;)+) => {
        $(
            #[tokio::test]
            async fn $test() {
                #[api(scope = "things:admin")]
                trait Things: Send + Sync {
                    #[cfg(any($($first())?))]
                    #[endpoint(GET, "/first/{id}", scope = "first", signed)]
                    fn first(&self, id: u32) -> Call<String>;

                    #[endpoint(GET, "/second/{id}", scope = ["second", "first"], signed)]
                    #[cfg(any($($second())?))]
                    fn second(&self, id: u32) -> Call<String>;

                    #[cfg_attr(all(), cfg(any($($third())?)))]
                    #[endpoint(POST, "/third", scope = "third", signed)]
                    fn third(&self, body: &u32) -> Call<String>;
                }

                struct Fake;

                impl Things for Fake {
                    $(#[cfg($first())] fn first(&self, _: u32) -> Call<String> {
                        Call::ready(Ok("faked".to_owned()))
                    })?
                    $(#[cfg($second())] fn second(&self, _: u32) -> Call<String> {
                        Call::ready(Ok("faked".to_owned()))
                    })?
                    $(#[cfg($third())] fn third(&self, _: &u32) -> Call<String> {
                        Call::ready(Ok("faked".to_owned()))
                    })?
                }

                let names: Vec<_> = <dyn Things>::ENDPOINTS.iter().map(Endpoint::name).collect();
                let expected: &[&str] = &$names;
                assert_eq!(names, expected);
                let expected: &[&str] = &$scopes;
                assert_eq!(<dyn Things>::SCOPES, expected);
                let (client, fake) = (super::echo().client(), Fake);
                let things: [&dyn Things; 2] = [&client, &fake];
                let answers: [(&str, &str, &str); 2] =
                    [("/first/7", "/second/7", "/third"), ("faked", "faked", "faked")];
                for (_things, _answers) in things.into_iter().zip(answers) {
                    $(#[cfg($first())] assert_eq!(_things.first(7).await.unwrap(), _answers.0);)?
                    $(#[cfg($second())] assert_eq!(_things.second(7).await.unwrap(), _answers.1);)?
                    $(#[cfg($third())] assert_eq!(_things.third(&7).await.unwrap(), _answers.2);)?
                }
            }
        )+
    };
}

matrix! {
    none: [] [] [] => [], [];
    first: [all] [] [] => ["first"], ["first"];
    second: [] [all] [] => ["second"], ["second"];
    third: [] [] [all] => ["third"], ["third"];
    first_and_second: [all] [all] [] => ["first", "second"], ["first"];
    first_and_third: [all] [] [all] => ["first", "third"], ["first", "third"];
    second_and_third: [] [all] [all] => ["second", "third"], ["third", "second"];
    first_second_and_third: [all] [all] [all] => ["first", "second", "third"], ["first", "third"];
}

/// Methods that are never compiled together may share a name or a route.
#[tokio::test]
async fn methods_with_exclusive_conditions_may_share_a_name() {
    #[api(scope = "things:admin")]
    trait Things: Send + Sync {
        #[cfg(test)]
        #[endpoint(GET, "/new/{id}", signed)]
        fn get(&self, id: u32) -> Call<String>;

        #[cfg(not(test))]
        #[endpoint(GET, "/old/{id}", signed)]
        fn get(&self, id: u32) -> Call<String>;

        #[cfg(any())]
        #[endpoint(GET, "/new/{id}", signed)]
        fn find(&self, id: u32) -> Call<String>;
    }

    assert_eq!(super::echo().client().get(7).await.unwrap(), "/new/7");
    assert_eq!(<dyn Things>::ENDPOINTS, [<dyn Things>::GET]);
}

/// A method that is configured out may name missing types.
#[test]
fn a_method_that_is_configured_out_is_not_checked() {
    #[api(scope = "things:admin")]
    trait Things: Send + Sync {
        #[cfg(any())]
        #[endpoint(GET, "/things/{id}", signed)]
        fn get(&self, id: ThereIsNoSuchType) -> Call<NorThis>;
    }

    assert_eq!(<dyn Things>::ENDPOINTS, []);
}

/// The same for a whole trait.
#[test]
fn a_trait_can_be_configured_out() {
    #[cfg(any())]
    #[api(scope = "things:admin")]
    trait Things: Send + Sync {
        #[endpoint(GET, "/things/{id}", signed)]
        fn get(&self, id: ThereIsNoSuchType) -> Call<NorThis>;
    }

    #[api(scope = "things:admin")]
    #[cfg(any())]
    trait Things: Send + Sync {
        #[endpoint(GET, "/things/{id}", signed)]
        fn get(&self, id: ThereIsNoSuchType) -> Call<NorThis>;
    }
}
