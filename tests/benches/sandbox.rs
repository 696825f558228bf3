//! Measures the sandbox: time from start to first response, verified requests per second against
//! the bare verification of their signatures, memory, and binary size.
//!
//! Run it with `cargo bench -p upvest-tests --bench sandbox`. It prints figures and targets, and
//! fails only for figures that do not depend on the load of the machine.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use tokio::runtime::Runtime;
use upvest_core::__sandbox::sign;
use upvest_core::Timestamp;
use upvest_core::signature::{SignatureVersion::V15, Signer as _, SigningKey, VerifyingKey};
use upvest_sandbox::Sandbox;
use upvest_tests::{data, root};
use uuid::Uuid;

const NOON: i64 = 1_800_000_000;
const PATH: &str = "/account_groups/ac1c39e9-2101-46b8-a624-d10a9e351b6c/payments/cash_balance";
/// The number of cores of the machine that this was written on.
const THREADS: usize = 2;

fn main() {
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--quiet", "-p", "upvest-sandbox"])
        .current_dir(root())
        .status();
    assert!(status.expect("cargo").success());
    let test = std::env::current_exe().expect("a benchmark");
    let folder = test.parent().and_then(|deps| deps.parent()).expect("a target folder");
    let program = folder.join(format!("upvest-sandbox{}", std::env::consts::EXE_SUFFIX));

    let size = std::fs::metadata(&program).expect("a program").len();
    println!("size of the program: {:.1} MB (target: under 20)", size as f64 / 1e6);
    assert!(size < 20_000_000);

    let mut starts: Vec<Duration> = (0..15).map(|_| first_response(&program)).collect();
    starts.sort();
    println!(
        "start to first response: median {:?}, longest {:?} (target: under 200 ms)",
        starts[7], starts[14]
    );

    let runtime = Runtime::new().expect("a runtime");
    for (name, file) in [("P-521", "sec1_plain.pem"), ("Ed25519", "ed25519_plain.pem")] {
        let pem = data("keys").join(file);
        let key = SigningKey::from_pem("bench", std::fs::read(&pem).expect("a key"), None);
        let verifying = key.as_ref().expect("a key").verifying_key().expect("a public key");
        let bare = bare_rate(&runtime, &key.expect("a key"), &verifying);
        let served = served_rate(&runtime, &program, &pem);
        let ratio = served / bare;
        println!(
            "{name}: {served:.0} verified requests/s, {bare:.0} bare verifications/s on {THREADS} cores, ratio {ratio:.2}"
        );
    }
    println!("(targets: 0.85 for P-521, 0.45 for Ed25519)");

    memory(&runtime, &program);

    let begin = Instant::now();
    let sandboxes: Vec<Sandbox> = runtime.block_on(async {
        let mut all = Vec::new();
        for _ in 0..1_000 {
            all.push(Sandbox::start().await.expect("a sandbox"));
        }
        all
    });
    println!("1,000 sandboxes in one process: started in {:?}", begin.elapsed());
    drop(sandboxes);
}

/// A running sandbox process, killed on drop.
struct Served {
    child: Child,
    env: tempfile::NamedTempFile,
    /// A killed process leaves its temporary files behind.
    _folder: tempfile::TempDir,
}

impl Served {
    fn start(program: &std::path::Path, arguments: &[&str]) -> Self {
        let env = tempfile::NamedTempFile::new().expect("a file");
        let folder = tempfile::tempdir().expect("a folder");
        let child = Command::new(program)
            .args(["--quiet", "--seed", "7", "--write-env"])
            .arg(env.path())
            .args(arguments)
            .env("TMPDIR", folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("the program");
        Self { child, env, _folder: folder }
    }

    fn setting(&self, name: &str) -> String {
        loop {
            let settings = std::fs::read_to_string(self.env.path()).expect("settings");
            let value =
                settings.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            match value {
                Some(value) => return value.to_owned(),
                None => std::thread::yield_now(),
            }
        }
    }

    fn address(&self) -> String {
        self.setting("UPVEST_API_BASE_URL").trim_start_matches("http://").to_owned()
    }

    /// Returns the resident memory, in kilobytes.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // The process must end; how it ends does not matter.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn first_response(program: &std::path::Path) -> Duration {
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
    let port = port.expect("a free port").port().to_string();
    let begin = Instant::now();
    let _served = Served::start(program, &["--port", &port]);
    loop {
        if let Ok(mut stream) = TcpStream::connect(format!("127.0.0.1:{port}")) {
            let request = format!("GET {PATH} HTTP/1.1\r\nhost: localhost\r\n\r\n");
            stream.write_all(request.as_bytes()).expect("a request");
            assert!(response(&mut stream, &mut Vec::new()).starts_with("HTTP/1.1 400"));
            return begin.elapsed();
        }
        std::thread::yield_now();
    }
}

/// Reads one response with a content length, as text.
fn response(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> String {
    buffer.clear();
    let mut some = [0; 4096];
    loop {
        let count = stream.read(&mut some).expect("a response");
        assert!(count > 0, "the connection has ended");
        buffer.extend(&some[..count]);
        let text = String::from_utf8_lossy(buffer);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if length.is_none_or(|length| body.len() >= length.parse().unwrap_or(0)) {
                return text.into_owned();
            }
        }
    }
}

/// Returns how many signatures all threads together verify per second and do nothing else.
fn bare_rate(runtime: &Runtime, key: &SigningKey, verifying: &VerifyingKey) -> f64 {
    let base = "x".repeat(700);
    let signature = runtime.block_on(key.sign(base.as_bytes())).expect("a signature");
    let begin = Instant::now();
    let count = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while begin.elapsed() < Duration::from_secs(3) {
                    for _ in 0..50 {
                        assert!(verifying.verifies(base.as_bytes(), &signature));
                    }
                    count.fetch_add(50, Ordering::Relaxed);
                }
            });
        }
    });
    count.into_inner() as f64 / begin.elapsed().as_secs_f64()
}

/// Builds signed requests as bytes.
struct Signed<'a> {
    key: SigningKey,
    client_id: String,
    served: &'a Served,
}

impl<'a> Signed<'a> {
    fn new(served: &'a Served, pem: &std::path::Path) -> Self {
        let key_id = served.setting("UPVEST_API_KEY_ID");
        let key = SigningKey::from_pem(key_id, std::fs::read(pem).expect("a key"), None);
        let client_id = served.setting("UPVEST_API_CLIENT_ID");
        Self { key: key.expect("a key"), client_id, served }
    }

    fn token(&self, runtime: &Runtime, now: i64) -> String {
        let body = format!(
            "client_id={}&client_secret={}&grant_type=client_credentials&scope=positions:read",
            self.client_id,
            self.served.setting("UPVEST_API_CLIENT_SECRET")
        );
        let request = Request::post("/auth/token")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(body))
            .expect("a request");
        let bytes = self.wire(runtime, request, now);
        let mut stream = TcpStream::connect(self.served.address()).expect("a connection");
        stream.write_all(&bytes).expect("a request");
        let response = response(&mut stream, &mut Vec::new());
        let (_, body) = response.split_once("\r\n\r\n").expect("a body");
        let body: serde_json::Value = serde_json::from_str(body).expect("a token");
        body["access_token"].as_str().expect("a token").to_owned()
    }

    fn wire(&self, runtime: &Runtime, mut request: Request<Bytes>, now: i64) -> Vec<u8> {
        let headers = request.headers_mut();
        headers.insert("accept", "application/json".parse().expect("a value"));
        headers.insert("upvest-client-id", self.client_id.parse().expect("a value"));
        let now = Timestamp::from_unix_seconds(now).expect("a time");
        let nonce = *Uuid::new_v4().as_bytes();
        runtime.block_on(sign(V15, &mut request, &self.key, now, nonce)).expect("a signature");
        let mut bytes =
            format!("{} {} HTTP/1.1\r\nhost: localhost\r\n", request.method(), request.uri());
        for (name, value) in request.headers() {
            bytes += &format!("{name}: {}\r\n", value.to_str().expect("text"));
        }
        bytes += "\r\n";
        [bytes.as_bytes(), request.body()].concat()
    }

    fn balances(&self, runtime: &Runtime, count: usize, token: &str, now: i64) -> Vec<Vec<u8>> {
        let one = || {
            let request = Request::get(PATH).header("authorization", format!("Bearer {token}"));
            self.wire(runtime, request.body(Bytes::new()).expect("a request"), now)
        };
        (0..count).map(|_| one()).collect()
    }

    /// Sends all requests over a few connections; each must be accepted.
    fn send(&self, requests: &[Vec<u8>]) -> Duration {
        let next = AtomicUsize::new(0);
        let begin = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..THREADS * 4 {
                scope.spawn(|| {
                    let mut stream = TcpStream::connect(self.served.address()).expect("a server");
                    stream.set_nodelay(true).expect("an option");
                    let mut buffer = Vec::new();
                    while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                        stream.write_all(request).expect("a request");
                        let response = response(&mut stream, &mut buffer);
                        assert!(response.starts_with("HTTP/1.1 200"), "{response}");
                    }
                });
            }
        });
        begin.elapsed()
    }
}

fn start_with(program: &std::path::Path, pem: &std::path::Path) -> Served {
    let noon = Timestamp::from_unix_seconds(NOON).expect("a time").to_string();
    Served::start(program, &["--key", pem.to_str().expect("a path"), "--clock", &noon])
}

/// Returns how many requests are verified and served per second. They are signed beforehand.
fn served_rate(runtime: &Runtime, program: &std::path::Path, pem: &std::path::Path) -> f64 {
    let served = start_with(program, pem);
    let signed = Signed::new(&served, pem);
    let token = signed.token(runtime, NOON);
    signed.send(&signed.balances(runtime, 500, &token, NOON));
    let requests = signed.balances(runtime, 10_000, &token, NOON);
    requests.len() as f64 / signed.send(&requests).as_secs_f64()
}

/// Sends 100,000 requests and advances the clock meanwhile: expired state must be dropped.
fn memory(runtime: &Runtime, program: &std::path::Path) {
    let pem = data("keys").join("ed25519_plain.pem");
    let served = start_with(program, &pem);
    let signed = Signed::new(&served, &pem);
    let mut now = NOON;
    let mut figures = Vec::new();
    for _ in 0..10 {
        let token = signed.token(runtime, now);
        signed.send(&signed.balances(runtime, 10_000, &token, now));
        figures.push(served.memory());
        now += 120;
        let body = r#"{"advance_seconds":120}"#;
        let request = format!(
            "POST /_sandbox/clock HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(served.address()).expect("a server");
        stream.write_all(request.as_bytes()).expect("a request");
        assert!(response(&mut stream, &mut Vec::new()).starts_with("HTTP/1.1 200"));
    }
    println!("memory after each 10,000 of 100,000 requests, in kB: {figures:?}");
    let (early, late) = (figures[2], figures[9]);
    assert!(early == 0 || late < early + early / 4, "memory grows: {figures:?}");
}
