//! The cost of a hostile response: the peak memory during the call.
//!
//! Only allocations of the client's thread are counted; the server runs on another thread.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};

use allocation_counter::measure;
use tokio::runtime::Builder;
use upvest_core::__sandbox::AccessToken;
use upvest_core::{ClientBuilder, Error, Outcome};
use upvest_tests::data;
use upvest_tests::in_memory::Things;
use upvest_tests::scripted::{builder, json};

#[upvest_core::api(scope = "documents:read")]
trait Documents {
    #[upvest_core::endpoint(POST, "/documents", accept = "application/pdf", signed)]
    fn print(&self, body: &str) -> upvest_core::Call<upvest_core::Bytes>;
}

const MIB: u64 = 1024 * 1024;

/// Responds to the first request with a success, and to all others with `head` and an endless
/// `body`.
fn hostile(head: Vec<u8>, body: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            if number == 0 {
                request(&mut stream);
                let response =
                    json(200, r#"{"id":7}"#).replacen("\r\n", "\r\nconnection: close\r\n", 1);
                stream.write_all(response.as_bytes()).unwrap();
                continue;
            }
            request(&mut stream);
            let mut result = stream.write_all(&head);
            while result.is_ok() && !body.is_empty() {
                result = stream.write_all(body);
            }
        }
    });
    address
}

fn request(stream: &mut TcpStream) {
    let mut received = Vec::new();
    let mut byte = [0];
    while !received.ends_with(b"\r\n\r\n\"x\"") {
        stream.read_exact(&mut byte).unwrap();
        received.push(byte[0]);
    }
}

/// Returns the peak memory while `answer` is parsed as a token.
fn cost_of_a_token(response: &[u8]) -> u64 {
    measure(|| drop(serde_json::from_slice::<AccessToken>(response))).bytes_max
}

/// Returns the peak memory of a call with this response, and its error.
fn cost(head: impl Into<Vec<u8>>, body: &'static [u8]) -> (u64, Error) {
    cost_to(|builder| builder, head, body)
}

/// The same for a client with these settings.
fn cost_to(
    build: impl FnOnce(ClientBuilder) -> ClientBuilder,
    head: impl Into<Vec<u8>>,
    body: &'static [u8],
) -> (u64, Error) {
    let address = hostile(head.into(), body);
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let client = build(builder(&format!("http://{address}")).max_attempts(1)).build().unwrap();
    runtime.block_on(client.create("x").into_future()).unwrap();
    let mut error = None;
    let info = measure(|| error = runtime.block_on(client.create("x").into_future()).err());
    (info.bytes_max, error.unwrap())
}

fn head(status: u16, more: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\nupvest-request-id: x\r\ncontent-type: application/json\r\n{more}\r\n"
    )
}

/// A success may be as long as the largest page of the API; other responses have lower limits.
#[test]
fn a_hostile_response_costs_at_most_a_large_page_or_two_mebibytes() {
    const PAGE: u64 = 8 * MIB;
    const CHUNK: &[u8] = &[b'['; 64 * 1024];
    const CHUNKED: &[u8] = b"8\r\n[[[[[[[[\r\n";
    let gigabyte = "content-length: 1073741824\r\n";
    let zeros = std::fs::read(data("zeros.gz")).unwrap();
    let zipped = format!("content-encoding: gzip\r\ncontent-length: {}\r\n", zeros.len());
    let bomb = [head(200, &zipped).into_bytes(), zeros].concat();
    let long = format!("x: {}\r\n", "y".repeat(4 * 1024 * 1024));
    let many: String = (0..100_000).map(|number| format!("x-{number}: y\r\n")).collect();
    // Null fields, which are removed, in a page that still does not match its type.
    let nulls = format!("{{\"id\":\"x\"{}}}", ",\"\":null".repeat(8 * 1024 * 1024 / 8 - 2));
    let nulls = format!("{}{nulls}", head(200, &format!("content-length: {}\r\n", nulls.len())));
    let chunked = head(200, "transfer-encoding: chunked\r\n");
    for (what, head, body, most) in [
        ("an endless body", head(200, "").into_bytes(), CHUNK, PAGE + PAGE / 2 + MIB),
        ("an endless body in small chunks", chunked.clone().into(), CHUNKED, PAGE + PAGE / 2 + MIB),
        ("a body of a gibibyte", head(200, gigabyte).into_bytes(), CHUNK, PAGE + PAGE / 2 + MIB),
        ("8 MiB of fields that are null", nulls.into_bytes(), &[], 2 * PAGE + MIB),
        ("an error page of a gibibyte", head(500, gigabyte).into_bytes(), CHUNK, 2 * MIB),
        ("16 MiB of zeros in 16 KiB", bomb, &[], 2 * MIB),
        ("a head of four mebibytes", head(200, &long).into_bytes(), &[], 2 * MIB),
        ("a head of 100,000 lines", head(200, &many).into_bytes(), &[], 2 * MIB),
    ] {
        let (bytes, error) = cost(head, body);
        println!("{what}: {} KiB at most; {error}", bytes / 1024);
        assert!(bytes <= most, "{what} costs {bytes} bytes");
        assert!(error.outcome() >= Outcome::Unknown && error.body().len() <= 64 * 1024);
    }
    for (head, body) in [(head(200, ""), CHUNK), (chunked, CHUNKED), (head(200, gigabyte), CHUNK)] {
        let (bytes, error) = cost_to(|builder| builder.max_response_bytes(0), head, body);
        println!("with the smallest `max_response_bytes`: {} KiB; {error}", bytes / 1024);
        assert!(bytes <= MIB / 2, "{bytes} bytes");
    }
}

/// A document may be long, but memory is not reserved for the maximum.
#[test]
fn a_short_document_costs_little_memory() {
    let body = "x".repeat(40 * 1024);
    let response = format!(
        "HTTP/1.1 200 X\r\nupvest-request-id: x\r\ncontent-type: application/pdf\r\n\
         transfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    let address = hostile(response.into_bytes(), &[]);
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let client = builder(&format!("http://{address}")).max_attempts(1).build().unwrap();
    runtime.block_on(client.create("x").into_future()).unwrap();
    let mut document = None;
    let cost = measure(|| document = runtime.block_on(client.print("x").into_future()).ok());
    assert_eq!(document.unwrap(), body);
    assert!(cost.bytes_max <= 2 * MIB, "{} bytes", cost.bytes_max);
}

/// Many small values would cost more than their bytes if each was stored separately.
#[test]
fn a_document_with_many_fields_costs_two_mebibytes_at_most() {
    let fill = |open: &str, part: &str, close: &str| {
        let count = (64 * 1024 - open.len() - close.len()) / part.len();
        format!("{open}{}{close}", part.repeat(count))
    };
    for document in [
        fill("{\"x\":[", "{\"\":0},", "0]}"),
        fill("{\"x\":[", "[0],", "0]}"),
        fill("{", "\"y\":0,", "\"z\":0}"),
        fill("{\"detail\":\"", "\\u0041", "\"}"),
    ] {
        assert!(serde_json::from_str::<serde::de::IgnoredAny>(&document).is_ok());
        let length = document.len();
        let response = format!(
            "HTTP/1.1 400 X\r\nupvest-request-id: x\r\ncontent-type: application/problem+json\r\n\
             content-length: {length}\r\n\r\n{document}"
        );
        let (bytes, error) = cost(response, &[]);
        assert!(error.problem().is_some() && error.body().len() == length);
        assert!(bytes <= 2 * MIB, "{bytes} bytes for {}…", &document[..20]);
        let bytes = cost_of_a_token(document.as_bytes());
        assert!(bytes <= 2 * MIB, "{bytes} bytes for {}…", &document[..20]);
    }
}
