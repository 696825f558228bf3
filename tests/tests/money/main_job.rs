//! The main job, started as a user starts it.

use std::process::{Command, Output};

use upvest_core::webhook::{ListWebhooks, Webhooks as _};
use upvest_sandbox::{Effect, Fault, Sandbox};
use upvest_tests::example;

fn main_job() -> Command {
    example("virtual_cash")
}

fn text(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_main_job_runs_every_step() {
    let output = main_job().output().unwrap();
    let (stdout, stderr) = text(&output);
    assert!(output.status.success(), "{stdout}{stderr}");
    for part in [
        "POST /virtual_cash_balances/increases",
        "the id is the same",
        "notified    CONFIRMED, by the event ",
        "notified    QUEUED, by the event ",
        "notified    CANCELLED, by the event ",
        "422 Unprocessable Entity",
        "All steps succeeded.",
    ] {
        assert!(stdout.contains(part), "{part} is missing:\n{stdout}");
    }
    assert_eq!(stdout.matches("202 Accepted").count(), 5);
    assert!(!stdout.contains("@method"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_receives_webhooks_through_a_tunnel() {
    let output = main_job().arg("--tunnel").output().unwrap();
    let (stdout, stderr) = text(&output);
    assert!(output.status.success(), "{stdout}{stderr}");
    assert!(stdout.contains("Webhooks come through a tunnel, by https://"), "{stdout}");
    assert_eq!(stdout.matches("notified   ").count(), 5, "{stdout}");

    // A host without tunnels.
    let sandbox = Sandbox::start().await.unwrap();
    let none = Fault::new(Effect::Status { status: 404, retry_after: None });
    sandbox.faults().add(none.on("GET", "/events-acceptor-service/health")).unwrap();
    let mut run = main_job();
    let run = run.envs(sandbox.settings()).arg("--tunnel");
    let output = tokio::task::block_in_place(|| run.output().unwrap());
    let (stdout, stderr) = text(&output);
    assert!(output.status.success(), "{stdout}{stderr}");
    let said = "The results of the operations are not received: cannot open a tunnel, because the \
                host seems to have none: GET /events-acceptor-service/health returned 404";
    assert!(stdout.contains(said), "{stdout}");
    assert!(!stdout.contains("notified"), "{stdout}");
}

#[test]
fn explain_shows_what_is_signed_with_the_token_masked() {
    let output = main_job().arg("--explain").output().unwrap();
    let (stdout, _) = text(&output);
    assert!(output.status.success());
    // One token request, six calls, four for the subscription, and one for the keys.
    assert_eq!(stdout.matches("\"@signature-params\": (").count(), 12, "{stdout}");
    assert_eq!(stdout.matches("\"authorization\": Bearer ***").count(), 11);
    assert!(!stdout.contains("ory_at_") && !stdout.contains("client_secret"));
}

/// Both the client and the sandbox that sends it webhooks use plain `http` on this machine.
#[test]
fn the_main_job_needs_no_certificate_authorities() {
    let nowhere = "/nonexistent";
    let output =
        main_job().env("SSL_CERT_FILE", nowhere).env("SSL_CERT_DIR", nowhere).output().unwrap();
    let (stdout, stderr) = text(&output);
    assert!(output.status.success(), "{stdout}{stderr}");
    assert_eq!(stdout.matches("notified   ").count(), 5, "{stdout}");
}

#[test]
fn no_proxy_is_used_for_this_machine() {
    let nobody = "http://127.0.0.1:1";
    let output = main_job()
        .env("HTTP_PROXY", nobody)
        .env("http_proxy", nobody)
        .env("ALL_PROXY", nobody)
        .output()
        .unwrap();
    let (stdout, stderr) = text(&output);
    assert!(output.status.success(), "{stdout}{stderr}");
}

#[test]
fn a_proxy_is_used_for_other_hosts() {
    use std::io::{BufRead as _, BufReader};

    let sandbox_settings = [
        ("UPVEST_API_CLIENT_ID", "5ec16164-6173-461d-b90d-116d68f55b40"),
        ("UPVEST_API_CLIENT_SECRET", "x"),
        ("UPVEST_API_KEY_ID", "x"),
        ("UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE", upvest_tests::PASSPHRASE),
    ];
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let proxy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = proxy.local_addr().unwrap();
        // The proxy closes the connection on each attempt.
        let asked = std::thread::spawn(move || {
            let (stream, _) = proxy.accept().unwrap();
            let mut line = String::new();
            BufReader::new(stream).read_line(&mut line).unwrap();
            line
        });
        let output = main_job()
            .envs(sandbox_settings)
            .env(
                "UPVEST_API_HTTP_SIGN_PRIVATE_KEY_FILENAME",
                upvest_tests::data("keys/upvest_doc_p521.priv"),
            )
            .args(["--account-group", "ac1c39e9-2101-46b8-a624-d10a9e351b6c"])
            .env(variable, format!("http://{address}"))
            .output()
            .unwrap();
        assert!(!output.status.success());
        assert_eq!(
            asked.join().unwrap(),
            "CONNECT sandbox.upvest.co:443 HTTP/1.1\r\n",
            "{variable}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_main_job_uses_the_host_in_the_environment() {
    let sandbox = Sandbox::start().await.unwrap();
    let settings = sandbox.settings();
    let run = |command: &mut Command| tokio::task::block_in_place(|| command.output().unwrap());

    let output = run(main_job().envs(settings.clone()));
    let (stdout, stderr) = text(&output);
    assert!(output.status.success(), "{stdout}{stderr}");
    assert!(stdout.contains(&format!("Running against http://{}.", sandbox.address())), "{stdout}");
    // It was notified by webhook, and has deleted its subscription.
    assert_eq!(stdout.matches("notified   ").count(), 5, "{stdout}");
    let client = sandbox.client().unwrap();
    assert_eq!(client.list_webhooks(&ListWebhooks::default()).await.unwrap().data, []);
    let entries = sandbox.log().entries();
    assert!(entries.iter().any(|entry| (&*entry.method, &*entry.path) == ("POST", "/webhooks")));

    // A failure sets the exit status and prints one sentence.
    for (name, value, sentence) in [
        ("UPVEST_API_CLIENT_SECRET", "wrong", "no access token: POST /auth/token returned 401"),
        ("UPVEST_API_BASE_URL", "http://127.0.0.1:1", "could not connect to http://127.0.0.1:1"),
        ("UPVEST_API_BASE_URL", "https://api.upvest.co", "refusing to run against live"),
        ("UPVEST_API_KEY_ID", "", "missing from the environment: UPVEST_API_KEY_ID"),
    ] {
        let output = run(main_job().envs(settings.clone()).env(name, value));
        let (_, stderr) = text(&output);
        assert!(!output.status.success() && stderr.contains(sentence), "{name}={value}: {stderr}");
    }
}
