//! An observer sees each attempt and the end of each call, changes nothing, and sees no secret.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::response::Parts;
use upvest_core::transport::TransportError;
use upvest_core::{Attempt, CompletedCall, Error, ErrorKind, Observer};
use upvest_tests::in_memory::{Paging, Server, Things as _, problem, thing};

/// Writes down what it sees.
#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Notes {
    fn add(&self, note: String) {
        self.0.lock().unwrap().push(note);
    }

    fn of(&self, path: &str) -> Vec<String> {
        let notes = self.0.lock().unwrap();
        notes.iter().filter(|note| note.contains(path)).cloned().collect()
    }
}

impl Observer for Notes {
    fn sending(&self, attempt: &Attempt<'_>) {
        let base = attempt.signature_base().map_or("unsigned".to_owned(), ToString::to_string);
        let is_covered =
            attempt.idempotency_key().is_none_or(|key| base.contains(&key.to_string()));
        assert!(is_covered && base.contains("@method"), "{base}");
        let body = String::from_utf8_lossy(attempt.body()).into_owned();
        let (method, path) = (attempt.method(), attempt.path());
        self.add(format!("sending {method} {path} {} {body} {base}", attempt.number()));
    }

    fn received(&self, attempt: &Attempt<'_>, head: Result<&Parts, &Error>) {
        let head = match head {
            Ok(head) => head.status.to_string(),
            Err(error) => format!("{:?}", error.kind()),
        };
        let (number, path) = (attempt.number(), attempt.path_template());
        self.add(format!("received {path} {number} {head} {attempt:?}"));
    }

    fn completed(&self, call: &CompletedCall<'_>) {
        let (path, outcome) = (call.path_template(), call.outcome());
        let (attempts, elapsed) = (call.attempts(), call.elapsed());
        self.add(format!("completed {path} {outcome} {attempts} {elapsed:?} {call:?}"));
    }
}

#[tokio::test(start_paused = true)]
async fn it_sees_attempts_and_calls() {
    let server = Server::new(|number, _| match number {
        0 => problem(503, "service_unavailable"),
        1 => Err(TransportError::maybe_sent("reset")),
        2 => thing(),
        _ => problem(404, "not_found"),
    });
    let notes = Arc::new(Notes::default());
    let client = server.unwatched().observer(Arc::clone(&notes)).build().unwrap();
    client.create("the-body").await.unwrap();
    let begins = |path: &str| -> Vec<String> {
        let notes = notes.of(path).into_iter();
        notes.map(|note| note.split_whitespace().take(4).collect::<Vec<_>>().join(" ")).collect()
    };
    assert_eq!(
        begins("/things"),
        [
            "sending POST /things 1",
            "received /things 1 503",
            "sending POST /things 2",
            "received /things 2 Transport",
            "sending POST /things 3",
            "received /things 3 200",
            "completed /things success 3",
        ]
    );
    // The call with its token request, which is a call too.
    assert_eq!(
        begins("/auth/token"),
        [
            "sending POST /auth/token 1",
            "received /auth/token 1 200",
            "completed /auth/token success 1",
        ]
    );
    let paging = Paging { limit: None, note: None };
    client.get("7", &paging).await.unwrap_err();
    assert_eq!(begins("/things/{id}")[1], "completed /things/{id} rejected 1");
    assert!(notes.of("sending GET /things/7 1").len() == 1);
    // Nothing is sent, and the call ends all the same.
    let error = client.get("a/b", &paging).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    let late = client.get("7", &paging).timeout(Duration::ZERO).await.unwrap_err();
    assert_eq!(late.kind(), ErrorKind::Timeout);
    assert_eq!(begins("/things/{id}").last().unwrap(), "completed /things/{id} not_sent 0");
    let all = notes.0.lock().unwrap().join("\n");
    assert!(all.contains("the-body"));
    for secret in ["the-client-secret", "ory_at_"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
}

#[tokio::test(start_paused = true)]
async fn its_panic_does_not_end_the_call() {
    struct Broken;

    impl Observer for Broken {
        fn sending(&self, _: &Attempt<'_>) {
            panic!("sending");
        }
        fn received(&self, _: &Attempt<'_>, _: Result<&Parts, &Error>) {
            panic!("received");
        }
        fn completed(&self, _: &CompletedCall<'_>) {
            panic!("completed");
        }
    }

    let server = Server::new(|_, _| thing());
    let client = server.unwatched().observer(Broken).build().unwrap();
    client.create("x").await.unwrap();
    assert_eq!(server.sent().len(), 1);
}
