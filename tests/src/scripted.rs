//! A server on a socket that follows a script, byte by byte, one script per connection.
//!
//! Tokio's clock is paused while a script runs, so no timer of the client fires during socket I/O.
//! The clock advances only where a script says so, until the client gives up. So nothing here
//! depends on the speed of the machine.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use upvest_core::transport::{Body, ReqwestTransport, Transport, TransportError};
use upvest_core::{BoxFuture, Client, ClientBuilder, Environment};

use crate::in_memory::{Things, counting, reply, signing_key, token};
use crate::{CLIENT_SECRET, watch_logs};

/// The step by which the clock advances.
pub const TICK: Duration = Duration::from_millis(50);

/// The steps of a connection. It is closed after the last one.
#[derive(Debug, Clone, Default)]
pub struct Script(Vec<Step>);

#[derive(Debug, Clone)]
enum Step {
    Request,
    RequestHead,
    Write(Vec<u8>),
    Drip(Vec<u8>),
    Flood(Vec<u8>),
    Gate(Arc<Notify>),
    Stall,
    Closed(Arc<Notify>),
    Reset,
}

impl Script {
    /// Creates an empty script: accepts the connection and closes it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a whole request.
    pub fn request(self) -> Self {
        self.then(Step::Request)
    }

    /// Reads the head of a request, not its body.
    pub fn request_head(self) -> Self {
        self.then(Step::RequestHead)
    }

    /// Writes these bytes.
    pub fn write(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.then(Step::Write(bytes.into()))
    }

    /// Writes these bytes, one per second.
    pub fn drip(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.then(Step::Drip(bytes.into()))
    }

    /// Writes these bytes repeatedly until the client has disconnected.
    pub fn flood(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.then(Step::Flood(bytes.into()))
    }

    /// Waits until the test notifies `gate`.
    pub fn gate(self, gate: &Arc<Notify>) -> Self {
        self.then(Step::Gate(Arc::clone(gate)))
    }

    /// Sends nothing and advances the clock until the client has disconnected.
    pub fn stall(self) -> Self {
        self.then(Step::Stall)
    }

    /// Waits until the client has closed the connection, and notifies the test.
    pub fn closed(self, told: &Arc<Notify>) -> Self {
        self.then(Step::Closed(Arc::clone(told)))
    }

    /// Ends with a reset instead of a close.
    pub fn reset(self) -> Self {
        self.then(Step::Reset)
    }

    /// Reads a request and responds with a thing.
    pub fn thing(self) -> Self {
        self.request().write(json(200, r#"{"id":7}"#))
    }

    /// Reads a request and responds with these bytes.
    pub fn respond(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.request().write(bytes)
    }

    fn then(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }
}

/// A JSON response with the headers that Upvest sets.
pub fn json(status: u16, body: &str) -> String {
    http(status, "content-type: application/json\r\nupvest-request-id: the-request-id\r\n", body)
}

/// A response with these header lines.
pub fn http(status: u16, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

/// A received request.
#[derive(Debug, Clone, Default)]
pub struct ReceivedRequest {
    /// The request line and the header lines.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl ReceivedRequest {
    /// Returns the value of a header, or an empty string.
    pub fn header(&self, name: &str) -> &str {
        let line = |line| str::strip_prefix(line, name)?.strip_prefix(": ");
        self.head.lines().find_map(line).unwrap_or_default()
    }
}

/// The server.
pub struct Scripted {
    address: SocketAddr,
    state: Arc<State>,
    /// Keeps a blocking task alive: until it ends, tokio does not advance the paused clock.
    _clock_stays_paused: std::sync::mpsc::Sender<()>,
}

#[derive(Default)]
struct State {
    scripts: Mutex<VecDeque<Script>>,
    requests: Mutex<Vec<ReceivedRequest>>,
    connections: Mutex<usize>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Scripted {
    /// Starts the server on a runtime whose clock is paused. Each connection takes the next script.
    pub async fn start(scripts: impl IntoIterator<Item = Script>) -> Self {
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        tokio::task::spawn_blocking(move || receiver.recv());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(State::default());
        lock(&state.scripts).extend(scripts);
        let serving = Arc::clone(&state);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                *lock(&serving.connections) += 1;
                let script = lock(&serving.scripts).pop_front();
                let state = Arc::clone(&serving);
                // A connection without a script is counted and closed at once.
                let Some(script) = script else { continue };
                tokio::spawn(async move {
                    // Errors are expected: many scripts make the client disconnect.
                    let _ = follow(stream, script, &state).await;
                });
            }
        });
        Self { address, state, _clock_stays_paused: sender }
    }

    /// Returns the address of the server.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Builds a client of this server. Its token requests do not reach the server.
    pub fn client(&self) -> Client {
        self.builder().build().expect("a client")
    }

    /// Returns a builder for a client of this server. It retries without a delay unless configured
    /// otherwise.
    pub fn builder(&self) -> ClientBuilder {
        watch_logs(CLIENT_SECRET);
        builder(&format!("http://{}", self.address))
    }

    /// Returns the requests received so far.
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        lock(&self.state.requests).clone()
    }

    /// Returns the number of connections accepted so far.
    pub fn connections(&self) -> usize {
        *lock(&self.state.connections)
    }
}

/// Returns a builder for a client of `base_url`. Its token requests do not reach that host.
pub fn builder(base_url: &str) -> ClientBuilder {
    Client::builder(Environment::Custom(base_url.to_owned()))
        .credentials("5ec16164-6173-461d-b90d-116d68f55b40", CLIENT_SECRET)
        .signing_key(signing_key())
        .scopes(<dyn Things>::SCOPES)
        .randomness(counting())
        .transport(TokensElsewhere(ReqwestTransport::new().expect("TLS")))
}

/// Responds to token requests itself, so that scripts do not have to.
struct TokensElsewhere(ReqwestTransport);

impl Transport for TokensElsewhere {
    fn send(
        &self,
        request: http::Request<bytes::Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        if request.uri().path() == "/auth/token" {
            return Box::pin(async { reply(200, "application/json", &token(0, 1800)) });
        }
        self.0.send(request)
    }
}

async fn follow(mut stream: TcpStream, script: Script, state: &State) -> io::Result<()> {
    for step in script.0 {
        match step {
            Step::Request => {
                let received = receive(&mut stream, true).await?;
                lock(&state.requests).push(received);
            }
            Step::RequestHead => {
                let received = receive(&mut stream, false).await?;
                lock(&state.requests).push(received);
            }
            Step::Write(bytes) => stream.write_all(&bytes).await?,
            Step::Drip(bytes) => {
                for byte in bytes {
                    stream.write_all(&[byte]).await?;
                    for _ in 0..20 {
                        tick().await;
                    }
                }
            }
            Step::Flood(bytes) => loop {
                stream.write_all(&bytes).await?;
            },
            Step::Gate(gate) => gate.notified().await,
            Step::Stall => {
                while !is_gone(&stream) {
                    tick().await;
                }
            }
            Step::Closed(told) => {
                // An error is a reset: the client left bytes unread.
                let _ = stream.read_to_end(&mut Vec::new()).await;
                told.notify_one();
            }
            Step::Reset => {
                socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Advances the clock by one step and lets the tasks that waited for it run.
async fn tick() {
    tokio::time::advance(TICK).await;
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

fn is_gone(stream: &TcpStream) -> bool {
    let mut byte = [0];
    match stream.try_read(&mut byte) {
        Ok(0) => true,
        Ok(_) => false,
        Err(error) => error.kind() != io::ErrorKind::WouldBlock,
    }
}

async fn receive(stream: &mut TcpStream, with_body: bool) -> io::Result<ReceivedRequest> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let mut received =
        ReceivedRequest { head: String::from_utf8_lossy(&head).into_owned(), body: vec![] };
    if with_body {
        received.body = vec![0; received.header("content-length").parse().unwrap_or(0)];
        stream.read_exact(&mut received.body).await?;
    }
    Ok(received)
}

/// Returns a local address that neither accepts nor refuses connections, because its queue is full.
/// It stays so while the second value is alive. Relies on how Linux queues connections.
pub async fn black_hole() -> (SocketAddr, impl Sized) {
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind(([127, 0, 0, 1], 0).into()).expect("a free port");
    // Linux queues one connection more than the backlog.
    let listener = socket.listen(1).expect("a listener");
    let address = listener.local_addr().expect("an address");
    let first = TcpStream::connect(address).await.expect("the first in the queue");
    let second = TcpStream::connect(address).await.expect("the second in the queue");
    (address, (listener, first, second))
}
