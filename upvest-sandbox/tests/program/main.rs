//! The program, as a user of its help uses it.

#![expect(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "test code may panic")]

#[cfg(unix)]
mod ends;
#[cfg(unix)]
mod files;
#[cfg(target_os = "linux")]
mod load;

use std::collections::{BTreeSet, HashMap};
use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tempfile::TempDir;
use upvest_core::transport::{ReqwestTransport, Transport as _};
use upvest_core::{Client, ClientBuilder, IdempotencyKey, Timestamp};
use upvest_sandbox::Sandbox;
use upvest_virtual_cash::{AccountGroupId, CreateVirtualCashIncrease, Currency, VirtualCash};
use uuid::Uuid;

/// Returns the program, with a temporary folder that is removed with this process: a killed program
/// leaves its files behind.
fn program() -> Command {
    static FOLDER: LazyLock<TempDir> = LazyLock::new(|| TempDir::new().unwrap());
    let mut command = Command::new(env!("CARGO_BIN_EXE_upvest-sandbox"));
    command.env("TMPDIR", FOLDER.path());
    for (name, _) in std::env::vars() {
        if name.starts_with("UPVEST_API_") || name.to_lowercase().ends_with("_proxy") {
            command.env_remove(name);
        }
    }
    command
}

/// A running sandbox, killed on drop.
struct Running {
    child: Child,
    printed: String,
    settings: HashMap<String, String>,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        Self::of(program().args(arguments))
    }

    fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut printed = String::new();
        let mut settings = HashMap::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // The settings are between two empty lines after the table.
        let mut gaps = 0;
        while gaps < 3 {
            let line = lines.next().expect("it has started").unwrap();
            gaps += u8::from(line.is_empty());
            if let Some((name, value)) =
                line.strip_prefix("export ").and_then(|l| l.split_once('='))
            {
                settings.insert(name.to_owned(), value.trim_matches('\'').to_owned());
            }
            printed += &(line + "\n");
        }
        Self { child, printed, settings }
    }

    fn row(&self, name: &str) -> &str {
        let line = self.printed.lines().find_map(|line| line.trim().strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in\n{}", self.printed)).trim()
    }

    fn client(&self) -> Client {
        ClientBuilder::from_variables(|name| self.settings.get(name).cloned())
            .unwrap()
            .build()
            .unwrap()
    }

    fn port(&self) -> &str {
        self.row("address").rsplit(':').next().unwrap()
    }

    async fn shown(&self, path: &str) -> Value {
        let request = http::Request::get(format!("{}/_sandbox/{path}", self.row("address")))
            .body(Bytes::new())
            .unwrap();
        let response = ReqwestTransport::new().unwrap().send(request).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice(&body).unwrap()
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The program may have exited already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(unix)]
fn kill_softly(id: &str) {
    send("TERM", id);
}

/// Uses the `kill` built into the shell: not every system has the program.
#[cfg(unix)]
fn send(signal: &str, id: &str) {
    let status = Command::new("sh").args(["-c", "kill -s \"$0\" \"$1\"", signal, id]).status();
    assert!(status.unwrap().success());
}

/// Waits until a condition holds, with a timeout.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn order(group: AccountGroupId) -> CreateVirtualCashIncrease {
    CreateVirtualCashIncrease {
        account_group_id: group,
        amount: "1.00".parse().unwrap(),
        currency: Currency::Eur,
    }
}

fn text(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

/// Returns the single sentence that the program exits with.
fn sentence(arguments: &[&str]) -> String {
    let output = program().args(arguments).output().unwrap();
    let (stdout, stderr) = text(&output);
    assert!(!output.status.success(), "{stdout}{stderr}");
    assert_eq!(stderr.trim().lines().count(), 1, "{stderr}");
    stderr.trim().to_owned()
}

#[tokio::test]
async fn the_printed_settings_configure_a_client() {
    let running = Running::start(&[]);
    for name in ["client id", "client secret", "key id", "key file", "page"] {
        assert!(!running.row(name).is_empty());
    }
    assert!(running.row("address").starts_with("http://127.0.0.1:"));
    running.client().increase(&order(Uuid::new_v4().into())).await.unwrap();
    let key = std::fs::read_to_string(running.row("key file")).unwrap();
    assert!(key.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        assert_eq!(std::fs::metadata(running.row("key file")).unwrap().mode() & 0o077, 0);
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_credentials_and_none_gives_others() {
    let rows = |running: &Running| {
        ["client id", "client secret", "key id"].map(|name| running.row(name).to_owned())
    };
    let (first, second) = (Running::start(&["--seed", "7"]), Running::start(&["--seed", "7"]));
    assert_eq!(rows(&first), rows(&second));
    let keys = [&first, &second].map(|it| std::fs::read_to_string(it.row("key file")).unwrap());
    assert_eq!(keys[0], keys[1]);
    assert_ne!(rows(&first), rows(&Running::start(&["--seed", "8"])));
    assert_ne!(rows(&Running::start(&[])), rows(&Running::start(&[])));
}

#[cfg(unix)]
#[test]
fn exec_runs_a_command_and_returns_its_status() {
    let shell = |script: &str| {
        program().args(["--quiet", "exec", "--", "sh", "-c", script]).output().unwrap()
    };
    let output = shell("echo $UPVEST_API_BASE_URL; exit 7");
    let (stdout, stderr) = text(&output);
    assert_eq!(output.status.code(), Some(7), "{stderr}");
    let address = stdout.trim().strip_prefix("http://").unwrap();
    assert!(TcpStream::connect(address).is_err(), "it has stopped");
    assert_eq!(shell("exit 0").status.code(), Some(0));
    assert_eq!(shell("kill -9 $$").status.code(), Some(137));
    // Variables of the outer environment do not reach the command.
    let output = program()
        .args(["exec", "--", "sh", "-c", "echo $UPVEST_API_HTTP_SIGN_PRIVATE_KEY_FILENAME"])
        .env("UPVEST_API_HTTP_SIGN_PRIVATE_KEY_FILENAME", "/somewhere")
        .output()
        .unwrap();
    assert_eq!(text(&output).0, "\n");
    let said = sentence(&["exec", "--", "no-such-command"]);
    assert!(said.starts_with("cannot run `no-such-command`: "), "{said}");
}

#[cfg(unix)]
#[test]
fn exec_ends_with_its_command_and_the_command_with_it() {
    let mut running = program()
        .args(["--quiet", "exec", "--", "sh", "-c"])
        .arg("trap 'exit 9' TERM; echo $UPVEST_API_BASE_URL; while :; do sleep 0.02; done")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(running.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(TcpStream::connect(line.trim().strip_prefix("http://").unwrap()).is_ok());
    kill_softly(&running.id().to_string());
    assert_eq!(running.wait().unwrap().code(), Some(9), "the command's own status");

    let output = program().args(["exec", "true"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).1.contains("exec -- <COMMAND>..."), "{}", text(&output).1);
}

/// The program must not block if its output is never read.
#[cfg(unix)]
#[tokio::test]
async fn the_log_need_not_be_read() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("sandbox.env");
    let mut running = program()
        .arg("--write-env")
        .arg(&file)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    until("it writes its settings", || file.exists());
    let settings = std::fs::read_to_string(&file).unwrap();
    let address = settings.lines().find_map(|line| line.strip_prefix("UPVEST_API_BASE_URL="));
    let transport = ReqwestTransport::new().unwrap();
    for _ in 0..2_000 {
        let request =
            http::Request::get(format!("{}/users", address.unwrap())).body(Bytes::new()).unwrap();
        assert_eq!(transport.send(request).await.unwrap().status().as_u16(), 400);
    }
    running.kill().unwrap();
    running.wait().unwrap();
}

/// A first start that is killed at any moment does not break the next one.
#[test]
fn a_start_can_be_killed_at_any_moment() {
    let folder = TempDir::new().unwrap();
    let (mut early, mut late) = (0, 0);
    for round in 0..40 {
        let state = folder.path().join(format!("{round}.db"));
        let mut first = program().arg("--state").arg(&state).stdout(Stdio::null()).spawn().unwrap();
        until("it creates its state", || state.exists());
        std::thread::sleep(Duration::from_millis(round * 4));
        first.kill().unwrap();
        first.wait().unwrap();
        // The data is in the write-ahead log next to the file until it is checkpointed.
        let log = std::fs::metadata(folder.path().join(format!("{round}.db-wal")));
        let has_tables = log.is_ok_and(|log| log.len() > 50_000);
        *(if has_tables { &mut late } else { &mut early }) += 1;
        drop(Running::start(&["--state", state.to_str().unwrap()]));
    }
    println!("{early} were killed before their tables were there, {late} after");
    assert!(early > 0 && late > 0, "{early} {late}");
}

/// The same seed, time and script give the same log, byte for byte.
#[tokio::test]
async fn two_runs_give_the_same_log() {
    let mut logs = Vec::new();
    for _ in 0..2 {
        let arguments = ["--seed", "7", "--clock", "2026-11-22T12:00:00Z"];
        let running = Running::start(&arguments);
        let noon: upvest_core::Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let count = AtomicUsize::new(0);
        let random = move || {
            let count = count.fetch_add(1, Ordering::SeqCst);
            Ok([u8::try_from(count).unwrap(); 16])
        };
        let client = ClientBuilder::from_variables(|name| running.settings.get(name).cloned())
            .unwrap()
            .clock(move || noon)
            .randomness(random)
            .build()
            .unwrap();
        let group = Uuid::from_u128(7).into();
        for number in 1..=5 {
            let key = IdempotencyKey::derive(&Uuid::NAMESPACE_OID, &(number / 2).to_string());
            // The script includes replays.
            client.increase(&order(group)).idempotency_key(key, noon).await.unwrap();
        }
        client.cancel_decrease(Uuid::from_u128(8).into()).await.unwrap_err();
        logs.push(running.shown("requests").await.to_string());
    }
    assert!(logs[0].contains("replayed") && logs[0].contains("refused"), "{}", logs[0]);
    assert_eq!(logs[0], logs[1]);
}

#[test]
fn a_startup_failure_is_one_sentence() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let running = Running::start(&[]);
    let taken = sentence(&["--port", running.port()]);
    assert!(taken.contains("cannot listen on") && taken.contains(running.port()), "{taken}");
    assert!(taken.ends_with("(port 0 selects a free one)"), "{taken}");

    let said = sentence(&["--host", "192.0.2.1"]);
    assert!(said.contains("192.0.2.1 is not an address of this machine"), "{said}");
    assert!(!said.contains("port 0"), "{said}");

    let broken = file("key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    let said = sentence(&["--key", &broken]);
    assert!(said.contains("key.pem`: no usable private key"), "{said}");
    assert!(!said.contains("AAAA"));
    let said = sentence(&["--key", "/no/such/key.pem"]);
    assert!(said.starts_with("cannot read the key file `/no/such/key.pem`: "), "{said}");

    let said = sentence(&["--assume", "zero-succeeds", "--assume", "zero-unprocessable"]);
    assert!(said.contains("contradict each other (remove one of the two)"), "{said}");

    let damaged = file("state.db", "this is no database, but long enough to be taken for one");
    let said = sentence(&["--state", &damaged]);
    assert!(said.contains("not a state of the sandbox, or is damaged"), "{said}");
    let said = sentence(&["--state", "/no/such/folder/state.db"]);
    assert!(said.contains("cannot be opened"), "{said}");
    let said = sentence(&["--write-env", "/no/such/folder/sandbox.env"]);
    assert!(said.contains("cannot write"), "{said}");

    for arguments in [["--loose", "everything"], ["--progress", "soon"], ["--spec", "2"]] {
        let output = program().args(arguments).output().unwrap();
        let (_, stderr) = text(&output);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr.contains(&format!("invalid value '{}'", arguments[1])), "{stderr}");
    }
}

#[tokio::test]
async fn a_given_key_is_used() {
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/keys/ed25519_plain.pem");
    let running = Running::start(&["--key", key]);
    assert_eq!(running.row("key file"), key);
    running.client().increase(&order(Uuid::new_v4().into())).await.unwrap();
    drop(running);
    assert!(Path::new(key).exists());
}

#[test]
fn the_help_teaches() {
    let output = program().arg("--help").output().unwrap();
    let (help, _) = text(&output);
    for words in
        ["exec -- cargo test", "--write-env", "/_sandbox/", "after=2s", "duplicate-conflicts"]
    {
        assert!(help.contains(words), "{words}");
    }
}

#[cfg(unix)]
#[test]
fn the_key_file_is_removed_when_the_program_ends() {
    let mut running = Running::start(&[]);
    let key = running.row("key file").to_owned();
    let id = running.child.id().to_string();
    kill_softly(&id);
    assert!(running.child.wait().unwrap().success());
    assert!(!Path::new(&key).exists());
}

/// A thousand payments, during which the server is killed repeatedly.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_loses_and_duplicates_nothing() {
    const PAYMENTS: usize = 1_000;
    let folder = TempDir::new().unwrap();
    let state = folder.path().join("state.db");
    let state = state.to_str().unwrap().to_owned();
    let mut running = Running::start(&["--state", &state]);
    let (port, group) = (running.port().to_owned(), AccountGroupId::from(Uuid::new_v4()));
    let client = running.client();
    let done = Arc::new(AtomicUsize::new(0));
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let (client, done) = (client.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                let mut completed = Vec::new();
                while done.fetch_add(1, Ordering::SeqCst) < PAYMENTS {
                    let (key, since) = (IdempotencyKey::random(), Timestamp::now());
                    // Like an application that stores its key, retry until there is a response.
                    let increase = loop {
                        match client.increase(&order(group)).idempotency_key(key, since).await {
                            Ok(increase) => break increase,
                            Err(_) => tokio::task::yield_now().await,
                        }
                    };
                    completed.push((key, increase.id));
                }
                completed
            })
        })
        .collect();
    let mut kills = 0;
    while done.load(Ordering::SeqCst) < PAYMENTS {
        let before = done.load(Ordering::SeqCst);
        tokio::task::block_in_place(|| {
            until("payments go on", || done.load(Ordering::SeqCst) >= PAYMENTS.min(before + 50));
        });
        running.kill();
        kills += 1;
        running = Running::start(&["--state", &state, "--port", &port]);
    }
    let mut completed = HashMap::new();
    for worker in workers {
        completed.extend(worker.await.unwrap());
    }
    assert_eq!(completed.len(), PAYMENTS);
    let operations = running.shown("operations").await;
    let operations = operations.as_array().unwrap();
    assert!(operations.iter().all(|operation| operation["status"] == "CONFIRMED"));
    let stored: BTreeSet<_> =
        operations.iter().map(|operation| operation["id"].as_str().unwrap().to_owned()).collect();
    let known: BTreeSet<_> = completed.values().map(ToString::to_string).collect();
    assert_eq!(stored, known, "each payment with a response is stored, and no other");
    let groups = running.shown("account_groups").await;
    assert_eq!(groups[0]["balances"]["EUR"], PAYMENTS.to_string());
    for (key, id) in completed.iter().take(20) {
        let again = running
            .client()
            .increase(&order(group))
            .idempotency_key(*key, Timestamp::now())
            .await
            .unwrap();
        assert_eq!(again.id, *id);
    }
    drop(running);
    // The library reads the same state.
    let sandbox = Sandbox::builder().state_file(&state).start().await.unwrap();
    assert_eq!(sandbox.state().ledger_entries(group, &Currency::Eur), 1_000);
    assert!(sandbox.state().is_balanced());
    println!("{kills} kills in {PAYMENTS} payments");
    assert!(kills >= 10);
}
