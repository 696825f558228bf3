//! How a client handles an HTTP/2 server that is silent, goes away or refuses.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use upvest_core::{
    Client, ClientBuilder, Environment, Error, ErrorKind, IdempotentCall, Outcome, SigningKey, api,
};

use crate::testing::acceptor;
use crate::trusting;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;

const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;

const REFUSED_STREAM: [u8; 4] = [0, 0, 0, 7];

/// The timeout on a stuck connection; short, because it passes in real time.
const ATTEMPT: Duration = Duration::from_secs(1);

#[derive(Debug, PartialEq, Deserialize)]
struct Thing {
    id: u8,
}

#[api(scope = "things:admin")]
trait Things: Send + Sync {
    /// A write with an idempotency key.
    #[endpoint(POST, "/things", idempotent, signed)]
    fn create(&self, body: &str) -> IdempotentCall<Thing>;
}

/// What a server does with the requests of a connection. Each response that it sends is a success.
#[derive(Debug, Clone, Copy)]
enum Manner {
    /// The first connection responds to this many requests, and no more. Others respond to all.
    FirstResponds(usize),
    /// The first connection responds to the first request, and sends only the head for all others.
    FirstStalls,
    /// Goes away after this many requests of a connection, and ignores later ones.
    GoesAwayAfter(usize),
    /// Refuses all requests but the very first, which is for a token.
    Refuses,
}

struct Server {
    port: u16,
    counters: Arc<Counters>,
}

#[derive(Default)]
struct Counters {
    connections: AtomicUsize,
    requests: AtomicUsize,
    went_away: AtomicUsize,
}

impl Server {
    async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let counters = Arc::new(Counters::default());
        let serving = Arc::clone(&counters);
        let acceptor = acceptor("good", &["h2"]);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let number = serving.connections.fetch_add(1, Ordering::SeqCst);
                let (acceptor, counters) = (acceptor.clone(), Arc::clone(&serving));
                tokio::spawn(async move {
                    let stream = acceptor.accept(stream).await?;
                    serve(stream, number, manner, &counters).await
                });
            }
        });
        Self { port, counters }
    }

    fn builder(&self) -> ClientBuilder {
        let key = format!("{}/../tests/data/keys/ed25519_plain.pem", env!("CARGO_MANIFEST_DIR"));
        let pem = std::fs::read(key).unwrap();
        Client::builder(Environment::Custom(format!("https://127.0.0.1:{}", self.port)))
            .credentials("5ec16164-6173-461d-b90d-116d68f55b40", "x")
            .signing_key(SigningKey::from_pem("the-key-id", pem, None).unwrap())
            .scopes(<dyn Things>::SCOPES)
            .attempt_timeout(ATTEMPT)
            .transport(trusting("ca"))
    }

    fn connections(&self) -> usize {
        self.counters.connections.load(Ordering::SeqCst)
    }

    /// The number of requests, without the one for the token.
    fn requests(&self) -> usize {
        self.counters.requests.load(Ordering::SeqCst) - 1
    }
}

async fn serve(
    mut stream: tokio_rustls::server::TlsStream<TcpStream>,
    number: usize,
    manner: Manner,
    counters: &Counters,
) -> std::io::Result<()> {
    stream.read_exact(&mut [0; 24]).await?;
    // MAX_CONCURRENT_STREAMS, 1,000.
    stream.write_all(&frame(SETTINGS, 0, 0, &[0, 3, 0, 0, 3, 0xe8])).await?;
    let (mut reading, mut writing) = tokio::io::split(stream);
    let (responses, mut due) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    tokio::spawn(async move {
        while let Some((at, frames)) = due.recv().await {
            tokio::time::sleep_until(at).await;
            writing.write_all(&frames).await?;
        }
        writing.shutdown().await
    });
    let send = |frames: Vec<u8>, after: Duration| {
        // Fails if the client has disconnected.
        let _ = responses.send((Instant::now() + after, frames));
    };
    let (mut requests, mut ignored) = (0, BTreeSet::new());
    loop {
        let (kind, flags, id, payload) = read(&mut reading).await?;
        match kind {
            SETTINGS if flags & ACK == 0 => send(frame(SETTINGS, ACK, 0, &[]), Duration::ZERO),
            PING if flags & ACK == 0 => send(frame(PING, ACK, 0, &payload), Duration::ZERO),
            HEADERS | DATA if flags & END_STREAM != 0 && !ignored.contains(&id) => {
                let before = counters.requests.fetch_add(1, Ordering::SeqCst);
                requests += 1;
                match manner {
                    Manner::FirstResponds(most) if number == 0 && requests > most => {}
                    Manner::FirstStalls if number == 0 && requests > 1 => {
                        send(head(id), Duration::ZERO);
                    }
                    Manner::GoesAwayAfter(most) if requests > most => {
                        ignored.insert(id);
                    }
                    Manner::GoesAwayAfter(most) if requests == most => {
                        counters.went_away.fetch_add(1, Ordering::SeqCst);
                        let payload = [&id.to_be_bytes()[..], &[0; 4]].concat();
                        send(
                            [response_frames(id), frame(GOAWAY, 0, 0, &payload)].concat(),
                            Duration::ZERO,
                        );
                    }
                    Manner::Refuses if before > 0 => {
                        send(frame(RST_STREAM, 0, id, &REFUSED_STREAM), Duration::ZERO);
                    }
                    // So that other requests are in flight meanwhile.
                    _ => send(response_frames(id), Duration::from_millis(5)),
                }
            }
            _ => {}
        }
    }
}

/// `200`, with `content-type: application/json`.
fn head(id: u32) -> Vec<u8> {
    let headers = [&[0x88, 0x0f, 0x10, 0x10][..], b"application/json"].concat();
    frame(HEADERS, END_HEADERS, id, &headers)
}

/// A response that fits the token endpoint and the other one.
fn response_frames(id: u32) -> Vec<u8> {
    let body = br#"{"id":7,"access_token":"x","token_type":"bearer","expires_in":1800}"#;
    [head(id), frame(DATA, END_STREAM, id, body)].concat()
}

fn frame(kind: u8, flags: u8, id: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &id.to_be_bytes(), payload].concat()
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<(u8, u8, u32, Vec<u8>)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await?;
    let [a, b, c, kind, flags, id @ ..] = head;
    let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
    stream.read_exact(&mut payload).await?;
    Ok((kind, flags, u32::from_be_bytes(id), payload))
}

/// Makes `calls` calls, `at_once` of them concurrently, and returns the errors.
async fn load(client: &Client, calls: usize, at_once: usize) -> Vec<Error> {
    let left = Arc::new(AtomicUsize::new(calls));
    let mut workers = JoinSet::new();
    for _ in 0..at_once {
        let (client, left) = (client.clone(), Arc::clone(&left));
        workers.spawn(async move {
            let mut failed = Vec::new();
            let take = |left: usize| left.checked_sub(1);
            while left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok() {
                failed.extend(client.create("x").await.err());
            }
            failed
        });
    }
    workers.join_all().await.concat()
}

#[tokio::test]
async fn a_silent_connection_is_not_used_again() {
    // The one response is the token.
    let server = Server::start(Manner::FirstResponds(1)).await;
    let client = server.builder().build().unwrap();
    let started = Instant::now();
    let response = client.create("x").with_response().await.unwrap();
    println!("response after {:?}, {} attempts", started.elapsed(), response.attempts());
    assert_eq!((response.value(), response.attempts()), (&Thing { id: 7 }, 2));
    let response = client.create("x").with_response().await.unwrap();
    assert_eq!((response.attempts(), server.connections()), (1, 2));
}

#[tokio::test]
async fn a_connection_whose_body_stalls_is_not_used_again() {
    let server = Server::start(Manner::FirstStalls).await;
    let client = server.builder().build().unwrap();
    let error = client.create("x").max_attempts(1).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::Unknown));
    let response = client.create("x").with_response().await.unwrap();
    assert_eq!((response.attempts(), server.connections()), (1, 2));
}

#[tokio::test]
async fn a_token_is_fetched_on_another_connection_too() {
    let server = Server::start(Manner::FirstResponds(0)).await;
    let client = server.builder().build().unwrap();
    let response = client.create("x").with_response().await.unwrap();
    assert_eq!((response.attempts(), server.connections()), (1, 2));
}

#[tokio::test]
async fn many_timeouts_at_once_cost_few_connections() {
    let server = Server::start(Manner::FirstResponds(1)).await;
    let client = server.builder().max_attempts(1).build().unwrap();
    let failed = load(&client, 100, 100).await;
    assert_eq!(failed.len(), 100);
    assert!(failed.iter().all(|error| error.kind() == ErrorKind::Timeout), "{failed:?}");
    let failed = load(&client, 100, 100).await;
    assert!(failed.is_empty(), "{failed:?}");
    assert!(server.connections() <= 5, "{}", server.connections());
}

#[tokio::test]
async fn a_call_that_is_dropped_early_costs_no_connection() {
    let server = Server::start(Manner::FirstResponds(2)).await;
    let client = server.builder().build().unwrap();
    client.create("x").await.unwrap();
    // This one is in flight, and gets no response.
    let mut call = tokio::spawn(client.create("x").into_future());
    while server.requests() < 2 {
        tokio::task::yield_now().await;
    }
    call.abort();
    assert!((&mut call).await.unwrap_err().is_cancelled());
    let error = client.create("x").max_attempts(1).await.unwrap_err();
    assert_eq!((error.kind(), server.connections()), (ErrorKind::Timeout, 1));
    client.create("x").await.unwrap();
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_server_that_goes_away_repeatedly_loses_no_call() {
    for at_once in [64, 200] {
        let server = Server::start(Manner::GoesAwayAfter(1_000)).await;
        let client = server.builder().attempt_timeout(Duration::from_secs(15)).build().unwrap();
        let failed = load(&client, 5_000, at_once).await;
        let went_away = server.counters.went_away.load(Ordering::SeqCst);
        println!(
            "{at_once} at once: {} of 5000 failed, {} requests, {} connections, {went_away} GOAWAYs",
            failed.len(),
            server.requests(),
            server.connections(),
        );
        assert!(failed.is_empty(), "{failed:?}");
        assert!(went_away >= 5, "{went_away}");
        assert!(server.connections() <= 20 * went_away, "{}", server.connections());
    }
}

#[tokio::test]
async fn a_server_that_refuses_all_gets_little_more_than_its_load() {
    let server = Server::start(Manner::Refuses).await;
    let client = server.builder().attempt_timeout(Duration::from_secs(15)).build().unwrap();
    let failed = load(&client, 5_000, 200).await;
    let requests = server.requests();
    println!("5000 calls, all refused: {requests} requests, {} connections", server.connections());
    assert_eq!(failed.len(), 5_000);
    for error in &failed {
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Connect, Outcome::NotSent));
        assert!(error.is_retryable() && error.attempts() <= 13, "{error:?}");
    }
    assert!(requests <= 5_500, "{requests}");
}

#[tokio::test]
async fn an_untrusted_certificate_is_named_and_not_retried() {
    let server = Server::start(Manner::FirstResponds(usize::MAX)).await;
    let transport = trusting("good");
    let client = server.builder().transport(transport).build().unwrap();
    let error = client.create("x").await.unwrap_err();
    assert_eq!((error.outcome(), error.is_retryable()), (Outcome::NotSent, false));
    assert!(error.to_string().contains("the server's certificate is not trusted"), "{error}");
    assert_eq!(server.connections(), 1);
}

/// A runtime that makes progress only during `block_on`.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn a_second_runtime_does_not_wait_for_the_first() {
    let (started, server) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        runtime().block_on(async {
            started.send(Server::start(Manner::FirstResponds(usize::MAX)).await).unwrap();
            std::future::pending::<()>().await;
        });
    });
    let server = server.recv().unwrap();
    let client = server.builder().attempt_timeout(Duration::from_secs(2)).build().unwrap();
    let (first, second) = (runtime(), runtime());
    first.block_on(client.create("x").into_future()).unwrap();
    let started = std::time::Instant::now();
    let response = second.block_on(client.create("x").with_response()).unwrap();
    println!("response after {:?}, {} attempts", started.elapsed(), response.attempts());
    assert_eq!((response.attempts(), server.connections()), (1, 2));
    // Each keeps its own connection.
    first.block_on(client.create("x").into_future()).unwrap();
    second.block_on(client.create("x").into_future()).unwrap();
    assert_eq!(server.connections(), 2);
}
