//! An unreliable connection between a client and a server. Requests and responses get lost, cut,
//! delayed or replaced, before the server has seen the request or after it has carried it out.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::scripted::http;

/// What happens to one exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Reset,
    Hang,
    Truncate,
    Garbage,
    Status(u16),
    Redirect,
}

impl Fault {
    const ALL: [Self; 9] = [
        Self::Reset,
        Self::Hang,
        Self::Truncate,
        Self::Garbage,
        Self::Status(500),
        Self::Status(502),
        Self::Status(503),
        Self::Status(504),
        Self::Redirect,
    ];
}

/// A proxy that makes exchanges fail at random: half of them by default. Token requests never fail.
pub struct UnreliableProxy {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    server: SocketAddr,
    seed: u64,
    chance_of_fault: f64,
    connections: AtomicU64,
    faults: AtomicU64,
    /// The body of the first success for each idempotency key, whether or not it arrived.
    first: Mutex<HashMap<String, String>>,
}

impl UnreliableProxy {
    /// Starts a proxy to `server` that fails half of the exchanges.
    ///
    /// # Panics
    /// If there is no free port.
    pub async fn to(server: SocketAddr, seed: u64) -> Self {
        Self::of(server, seed, 0.5).await
    }

    /// Starts a proxy to `server` that fails an exchange with this probability, from 0 to 1.
    ///
    /// # Panics
    /// If there is no free port.
    pub async fn of(server: SocketAddr, seed: u64, chance_of_fault: f64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(State {
            server,
            seed,
            chance_of_fault,
            connections: AtomicU64::new(0),
            faults: AtomicU64::new(0),
            first: Mutex::default(),
        });
        let serving = Arc::clone(&state);
        tokio::spawn(async move {
            loop {
                let Ok((client, _)) = listener.accept().await else { continue };
                let state = Arc::clone(&serving);
                tokio::spawn(async move {
                    // Errors are expected: the proxy breaks connections on purpose.
                    let _ = state.carry(client).await;
                });
            }
        });
        Self { address, state }
    }

    /// Returns the address that clients connect to.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the number of exchanges that failed.
    #[must_use]
    pub fn faults(&self) -> u64 {
        self.state.faults.load(Ordering::Relaxed)
    }

    /// Returns the body of the server's first success for a request with this key.
    #[must_use]
    pub fn first_response(&self, key: &str) -> Option<String> {
        self.state.first.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }
}

impl State {
    async fn carry(&self, mut client: TcpStream) -> io::Result<()> {
        let number = self.connections.fetch_add(1, Ordering::Relaxed);
        let mut chance = StdRng::seed_from_u64(self.seed ^ number);
        let mut server = TcpStream::connect(self.server).await?;
        loop {
            let request = message(&mut client).await?;
            let is_token = request.head.starts_with("POST /auth/token ");
            if is_token || !chance.random_bool(self.chance_of_fault) {
                let response = self.exchange(&mut server, &request).await?;
                client.write_all(&response).await?;
                continue;
            }
            self.faults.fetch_add(1, Ordering::Relaxed);
            // A 429 means that the server did nothing, so it is only sent before the exchange.
            if chance.random_bool(0.1) {
                client.write_all(http(429, "upvest-request-id: x\r\n", "").as_bytes()).await?;
                continue;
            }
            let response = match chance.random_bool(0.5) {
                true => Some(self.exchange(&mut server, &request).await?),
                false => None,
            };
            match Fault::ALL[chance.random_range(0..Fault::ALL.len())] {
                Fault::Reset => {
                    return socket2::SockRef::from(&client).set_linger(Some(Duration::ZERO));
                }
                Fault::Hang => {
                    // Wait until the client gives up.
                    let _ = client.read_u8().await;
                    return Ok(());
                }
                Fault::Truncate => {
                    // Without a response from the server, there is only the start of a status line
                    // to cut.
                    let whole = response.unwrap_or_else(|| b"HTTP/1.1 2".to_vec());
                    let cut = chance.random_range(0..whole.len());
                    client.write_all(&whole[..cut]).await?;
                    return Ok(());
                }
                Fault::Garbage => {
                    client.write_all(&chance.random::<[u8; 32]>()).await?;
                    return Ok(());
                }
                Fault::Status(status) => {
                    client.write_all(http(status, "", "<html>").as_bytes()).await?;
                }
                Fault::Redirect => {
                    let response = http(307, "location: /elsewhere\r\n", "");
                    client.write_all(response.as_bytes()).await?;
                }
            }
        }
    }

    /// Forwards the request to the server and returns its response.
    async fn exchange(&self, server: &mut TcpStream, request: &Message) -> io::Result<Vec<u8>> {
        server.write_all(&request.bytes()).await?;
        let response = message(server).await?;
        let key = request.header("idempotency-key");
        if response.head.starts_with("HTTP/1.1 2") && !key.is_empty() {
            let body = String::from_utf8_lossy(&response.body).into_owned();
            let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
            first.entry(key.to_owned()).or_insert(body);
        }
        Ok(response.bytes())
    }
}

struct Message {
    head: String,
    body: Vec<u8>,
}

impl Message {
    fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(field, _)| field.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    fn bytes(&self) -> Vec<u8> {
        [self.head.as_bytes(), &self.body].concat()
    }
}

/// Reads one request or response. Both sides here send a content length or no body.
async fn message(stream: &mut TcpStream) -> io::Result<Message> {
    let mut head = Vec::with_capacity(2048);
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let mut message = Message { head: String::from_utf8_lossy(&head).into_owned(), body: vec![] };
    message.body = vec![0; message.header("content-length").parse().unwrap_or(0)];
    stream.read_exact(&mut message.body).await?;
    Ok(message)
}
