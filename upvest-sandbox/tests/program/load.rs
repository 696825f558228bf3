//! Memory and open files of the program while clients misbehave.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::{Running, program, until};

/// Returns the peak memory of the program, in MiB.
fn peak(running: &Running) -> u64 {
    let status = format!("/proc/{}/status", running.child.id());
    let status = std::fs::read_to_string(status).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

fn sent(running: &Running, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", running.port().parse().unwrap())).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    // The connection may be closed early.
    let _ = stream.write_all(bytes);
    stream
}

fn response(running: &Running, bytes: &[u8]) -> String {
    let mut response = String::new();
    // A close, or a timeout without data, is a valid outcome too.
    let _ = sent(running, bytes).read_to_string(&mut response);
    response
}

#[test]
fn large_headers_do_not_fill_the_memory() {
    let running = Running::start(&[]);
    for length in [600, 4_000] {
        let mut head = "GET /users HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n".to_owned();
        let value = "v".repeat(length);
        for number in 0..90 {
            head.extend(["upvest-", &number.to_string(), ": ", &value, "\r\n"]);
        }
        head += "\r\n";
        for _ in 0..1_000 {
            let response = response(&running, head.as_bytes());
            assert!(response.is_empty() || response.starts_with("HTTP/1.1 4"), "{response}");
        }
    }
    println!("{} MiB", peak(&running));
    assert!(peak(&running) < 64, "{} MiB", peak(&running));
}

#[test]
fn huge_unread_responses_do_not_fill_the_memory() {
    for part in ["header", "body"] {
        let running = Running::start(&[]);
        let fault = format!(r#"{{"do":{{"huge":{{"bytes":67108864}}}},"at":"{part}"}}"#);
        let length = fault.len();
        let head = format!(
            "POST /_sandbox/faults HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n\
             connection: close\r\n\r\n{fault}"
        );
        assert!(response(&running, head.as_bytes()).starts_with("HTTP/1.1 200 "));
        let readers: Vec<_> = (0..100)
            .map(|_| {
                let mut stream = sent(&running, b"GET /users HTTP/1.1\r\nhost: localhost\r\n\r\n");
                // The response has started, and then nothing more is read.
                stream.read_exact(&mut vec![0; 100_000]).unwrap();
                stream
            })
            .collect();
        println!("{part}: {} MiB", peak(&running));
        assert!(peak(&running) < 64, "{part}: {} MiB", peak(&running));
        drop(readers);
    }
}

/// Incomplete headers hold more connections than the limit of open files. When they close, the
/// sandbox responds again. Their timeout is tested with a paused clock.
#[test]
fn the_program_recovers_when_its_file_descriptors_are_used_up() {
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", "ulimit -n 128; exec \"$@\"", "sh"]);
    let program = program();
    limited.arg(program.get_program());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    let running = Running::of(&mut limited);
    let held: Vec<_> =
        (0..160).map(|_| sent(&running, b"GET /users HTTP/1.1\r\nhost: local")).collect();
    let health = b"GET /_sandbox/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    drop(held);
    until("it responds again", || response(&running, health).starts_with("HTTP/1.1 200 "));
}
