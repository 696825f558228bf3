//! 59 to 62: clocks, nonces and signing keys.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::time::Instant;
use upvest_core::signature::SigningKey;
use upvest_core::{ErrorKind, Outcome, Timestamp};
use upvest_tests::in_memory::{Server, Things, problem, thing};
use upvest_tests::{PASSPHRASE, data};

/// Sun, 06 Nov 1994 08:49:37 GMT
const SERVER: i64 = 784_111_777;

#[tokio::test(start_paused = true)]
async fn f59_a_rejection_due_to_a_wrong_clock_says_so() {
    let server = Server::new(|_, _| {
        problem(401, "unauthorised").map(|mut reply| {
            let date = "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap();
            reply.headers_mut().insert("date", date);
            reply
        })
    });
    for (ours, remark) in [
        (
            SERVER - 600,
            "; the clock of this machine is 600 seconds behind the server's (correct it)",
        ),
        (
            SERVER + 600,
            "; the clock of this machine is 600 seconds ahead of the server's (correct it)",
        ),
    ] {
        let now = Timestamp::from_unix_seconds(ours).unwrap();
        let client = server.builder().clock(move || now).build().unwrap();
        let before = server.sent().len();
        let error = client.create("x").await.unwrap_err();
        assert!(error.to_string().ends_with(remark), "{error}");
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Unauthorized, Outcome::Rejected));
        assert_eq!(server.sent().len() - before, 1, "the next signature would be rejected too");
    }
    // A correct clock is not the cause: then the token may be.
    let now = Timestamp::from_unix_seconds(SERVER + 2).unwrap();
    let client = server.builder().clock(move || now).build().unwrap();
    let error = client.create("x").await.unwrap_err();
    assert!(error.attempts() == 2 && !error.to_string().contains("clock"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn f60_a_clock_jump_moves_no_deadline() {
    let clock = Arc::new(AtomicI64::new(SERVER));
    let (reading, jumping) = (Arc::clone(&clock), Arc::clone(&clock));
    let server = Server::slow(move |_, _| {
        jumping.fetch_sub(3_600, Ordering::SeqCst);
        Box::pin(std::future::pending())
    });
    let client = server
        .builder()
        .clock(move || Timestamp::from_unix_seconds(reading.load(Ordering::SeqCst)).unwrap())
        .build()
        .unwrap();
    let started = Instant::now();
    let error = client.create("x").timeout(Duration::from_secs(40)).await.unwrap_err();
    assert_eq!(started.elapsed(), Duration::from_secs(40));
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 3));
    let sent = server.sent();
    for (request, ago) in sent.iter().zip([0, 3_600, 7_200]) {
        let input = request.headers()["signature-input"].to_str().unwrap();
        let created = SERVER - ago;
        let expected = format!(";created={created};expires={};", created + 30);
        assert!(input.contains(&expected), "{input}");
    }
}

#[tokio::test(start_paused = true)]
async fn f61_every_attempt_is_signed_with_its_own_time() {
    let started = Instant::now();
    let clock = move || {
        let passed = i64::try_from(started.elapsed().as_secs()).unwrap();
        Timestamp::from_unix_seconds(SERVER + passed).unwrap()
    };
    let server = Server::new(|number, _| match number {
        0 => problem(503, "x").map(|mut reply| {
            reply.headers_mut().insert("retry-after", "45".parse().unwrap());
            reply
        }),
        _ => thing(),
    });
    let client = server.builder().clock(clock).build().unwrap();
    client.create("x").await.unwrap();
    let inputs: Vec<String> = server
        .sent()
        .iter()
        .map(|sent| sent.headers()["signature-input"].to_str().unwrap().to_owned())
        .collect();
    assert!(inputs[0].contains(&format!("created={SERVER};")), "{inputs:?}");
    assert!(inputs[1].contains(&format!("created={};", SERVER + 45)), "{inputs:?}");
}

#[test]
fn f62_an_unusable_key_is_reported_when_the_client_is_built() {
    let read = |name: &str, passphrase| {
        let file = std::fs::read(data("keys").join(name)).unwrap();
        SigningKey::from_pem("x", file, passphrase).map_err(|error| error.to_string())
    };
    assert!(read("upvest_doc_p521.priv", Some(PASSPHRASE)).is_ok());
    for (name, passphrase) in [
        ("upvest_doc_p521.priv", None),
        ("upvest_doc_p521.priv", Some("wrong")),
        ("p256_dek.pem", Some(PASSPHRASE)),
    ] {
        let message = read(name, passphrase).unwrap_err();
        assert!(!message.contains("PRIVATE") && !message.contains('\n'), "{message}");
    }
    let plain = std::fs::read_to_string(data("keys/p8_plain.pem")).unwrap();
    for other in [plain.replace('\n', "\r\n"), format!("{plain}\0")] {
        // Loads or explains the failure, but never panics or prints the key.
        if let Err(error) = SigningKey::from_pem("x", other, None) {
            assert!(!error.to_string().contains("MI"), "{error}");
        }
    }
}
