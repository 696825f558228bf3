//! What stands on the wire when reqwest sends: nothing added that matters, nothing sent twice,
//! nothing followed.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use upvest_core::signature::SigningKey;
use upvest_core::{Client, Environment, ErrorKind, Outcome};
use upvest_tests::data;
use upvest_virtual_cash::{CreateVirtualCashIncrease, Currency, VirtualCash};
use uuid::Uuid;

/// A server that answers with given bytes, and keeps the head of each request.
struct Server {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Gives out tokens, and answers all else with `answer`.
    fn answering(answer: impl Fn(SocketAddr) -> String + Send + 'static) -> Self {
        Self::new(answer, false)
    }

    /// Gives out tokens, and closes the connection after `answer` to all else.
    fn breaking_off(answer: &'static str) -> Self {
        Self::new(move |_| answer.to_owned(), true)
    }

    fn new(answer: impl Fn(SocketAddr) -> String + Send + 'static, closes: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&heads);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                loop {
                    let mut head = String::new();
                    while !head.ends_with("\r\n\r\n") {
                        if reader.read_line(&mut head).unwrap_or(0) == 0 {
                            break;
                        }
                    }
                    if head.is_empty() {
                        break;
                    }
                    let length =
                        field(&head, "content-length").map_or(0, |value| value.parse().unwrap());
                    reader.read_exact(&mut vec![0; length]).unwrap();
                    let is_token = head.starts_with("POST /auth/token ");
                    seen.lock().unwrap().push(head);
                    let reply = if is_token { token() } else { answer(address) };
                    stream.write_all(reply.as_bytes()).unwrap();
                    // What is no whole answer ends with the connection.
                    if !is_token && closes {
                        break;
                    }
                }
            }
        });
        Self { address, heads }
    }

    fn client(&self) -> Client {
        let pem = std::fs::read(data("keys/ed25519_plain.pem")).unwrap();
        Client::builder(Environment::Custom(format!("http://{}", self.address)))
            .credentials("5ec16164-6173-461d-b90d-116d68f55b40", "the-client-secret")
            .signing_key(SigningKey::from_pem("the-key-id", pem, None).unwrap())
            .scopes(<dyn VirtualCash>::SCOPES)
            .build()
            .unwrap()
    }

    /// The requests but for those for a token.
    fn calls(&self) -> Vec<String> {
        let heads = self.heads.lock().unwrap();
        heads.iter().filter(|head| !head.starts_with("POST /auth/token ")).cloned().collect()
    }
}

fn token() -> String {
    let body = r#"{"access_token":"t","token_type":"bearer","expires_in":1799,"scope":"x"}"#;
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn field<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

fn names(head: &str) -> Vec<&str> {
    let mut names: Vec<&str> = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(name, _)| name)
        .collect();
    names.sort_unstable();
    names
}

fn order() -> CreateVirtualCashIncrease {
    CreateVirtualCashIncrease {
        account_group_id: Uuid::new_v4().into(),
        amount: "200.00".parse().unwrap(),
        currency: Currency::Eur,
    }
}

#[tokio::test]
async fn the_headers_are_ours_and_the_host() {
    let server =
        Server::answering(|_| "HTTP/1.1 204 No Content\r\nupvest-request-id: x\r\n\r\n".to_owned());
    let client = server.client();
    client.cancel_decrease(Uuid::new_v4().into()).await.unwrap();
    assert!(client.increase(&order()).await.is_err(), "an increase has an answer");
    let calls = server.calls();
    assert_eq!(
        names(&calls[0]),
        [
            "accept",
            "authorization",
            "host",
            "signature",
            "signature-input",
            "upvest-api-version",
            "upvest-client-id",
            "upvest-signature-version",
            "user-agent",
        ]
    );
    assert_eq!(
        names(&calls[1]),
        [
            "accept",
            "authorization",
            "content-digest",
            "content-length",
            "content-type",
            "host",
            "idempotency-key",
            "signature",
            "signature-input",
            "upvest-api-version",
            "upvest-client-id",
            "upvest-signature-version",
            "user-agent",
        ]
    );
    assert!(calls[1].starts_with("POST /virtual_cash_balances/increases HTTP/1.1\r\n"));
}

#[tokio::test]
async fn reqwest_follows_no_redirect() {
    for status in [301, 302, 303, 307, 308] {
        let server = Server::answering(move |address| {
            format!(
                "HTTP/1.1 {status} X\r\nlocation: http://{address}/evil\r\ncontent-length: 0\r\n\r\n"
            )
        });
        let error = server.client().increase(&order()).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Redirect, Outcome::Unknown));
        let calls = server.calls();
        assert!(calls.len() == 1 && !calls[0].contains("/evil"), "{status}: {calls:?}");
    }
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_nothing_is_sent_twice() {
    let lost = "";
    let cut = "HTTP/1.1 202 Accepted\r\nupvest-request-id: x\r\ncontent-type: application/json\r\ncontent-length: 90\r\n\r\n{\"id\":";
    let garbage = "SSH-2.0-OpenSSH_9.9\r\n\r\n";
    for (answer, kind, outcome) in [
        (lost, ErrorKind::Transport, Outcome::Unknown),
        (cut, ErrorKind::Decode, Outcome::Applied),
        (garbage, ErrorKind::Transport, Outcome::Unknown),
    ] {
        let server = Server::breaking_off(answer);
        let call = server.client().increase(&order());
        let key = call.key();
        let error = call.await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (kind, outcome), "{answer:?}: {error}");
        assert_eq!(error.idempotency_key(), Some(key));
        assert_eq!(server.calls().len(), 1);
    }
}

#[tokio::test]
async fn a_compressed_answer_is_not_unpacked() {
    let server = Server::answering(|_| {
        "HTTP/1.1 200 OK\r\nupvest-request-id: x\r\ncontent-type: application/json\r\n\
         content-encoding: gzip\r\ncontent-length: 4\r\n\r\n\u{1f}abc"
            .to_owned()
    });
    let error = server.client().increase(&order()).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Applied));
}
