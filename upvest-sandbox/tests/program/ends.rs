//! Signals, and the exit status of `exec`.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Stdio};

use tempfile::TempDir;

use crate::{Running, program, send, text, until};

const SIGNALS: [&str; 11] =
    ["INT", "TERM", "HUP", "QUIT", "USR1", "USR2", "ALRM", "VTALRM", "PROF", "IO", "XCPU"];

/// Runs `exec` with a script that prints its process id first.
fn exec(script: &str) -> (Child, BufReader<std::process::ChildStdout>, String) {
    let mut running = program()
        .args(["--quiet", "exec", "--", "sh", "-c", &format!("{script}; echo $$; {LOOP}")])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap());
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    (running, lines, line.trim().to_owned())
}

const LOOP: &str = "while :; do sleep 0.02; done";

#[test]
fn every_signal_to_exec_reaches_the_command() {
    for signal in SIGNALS {
        let (mut running, _lines, _) = exec(&format!("trap 'exit 9' {signal}"));
        send(signal, &running.id().to_string());
        assert_eq!(running.wait().unwrap().code(), Some(9), "{signal}: the command's own status");
    }
}

#[test]
fn no_signal_to_exec_leaves_the_command_behind() {
    for signal in SIGNALS {
        let (mut running, _lines, command) = exec(":");
        send(signal, &running.id().to_string());
        let status = running.wait().unwrap();
        assert!(status.code().is_some_and(|code| code > 128), "{signal}: {status}");
        let command = format!("/proc/{command}");
        assert!(!Path::new(&command).exists(), "{signal}");
    }
}

/// A command that ignores a signal continues, and so does the sandbox.
#[test]
fn a_command_that_ignores_a_signal_continues() {
    let (mut running, mut lines, _) = exec("trap 'echo got' USR1; trap 'exit 3' TERM");
    send("USR1", &running.id().to_string());
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    assert_eq!(line, "got\n");
    send("TERM", &running.id().to_string());
    assert_eq!(running.wait().unwrap().code(), Some(3));
}

#[test]
fn every_signal_ends_the_program_and_removes_its_key_file() {
    for signal in SIGNALS {
        let mut running = Running::start(&[]);
        let key = running.row("key file").to_owned();
        send(signal, &running.child.id().to_string());
        assert!(running.child.wait().unwrap().success(), "{signal}");
        assert!(!Path::new(&key).exists(), "{signal}");
    }
}

/// A start can wait for something: here, a key that is never written.
#[test]
fn a_start_that_waits_can_be_ended() {
    let folder = TempDir::new().unwrap();
    let pipe = folder.path().join("key.pem");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for (signal, number) in [("INT", 2), ("TERM", 15)] {
        let mut child = program().arg("--key").arg(&pipe).spawn().unwrap();
        let id = child.id().to_string();
        // This returns when the program starts to read; it reads until this is dropped.
        let _writer = std::fs::OpenOptions::new().write(true).open(&pipe).unwrap();
        send(signal, &id);
        // It does not end if this test was started with the signal ignored.
        until("the signal ends it", || child.try_wait().unwrap().is_some());
        assert_eq!(child.wait().unwrap().signal(), Some(number));
    }
}

#[test]
fn a_command_that_cannot_be_run_is_127_or_126() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, content: &str, mode: u32| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let folder_name = folder.path().to_str().unwrap().to_owned();
    for (command, status) in [
        ("no-such-command".to_owned(), 127),
        (folder.path().join("nothing").to_str().unwrap().to_owned(), 127),
        (file("text", "no program", 0o644), 126),
        (file("binary", "\u{7f}ELF", 0o755), 126),
        (folder_name, 126),
    ] {
        let output = program().args(["--quiet", "exec", "--", &command]).output().unwrap();
        assert_eq!(output.status.code(), Some(status), "{command}");
        let stderr = text(&output).1;
        assert!(stderr.starts_with(&format!("cannot run `{command}`: ")), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
}

#[test]
fn a_command_without_its_dashes_gets_the_right_form() {
    let stderr = |arguments: &[&str]| {
        let output = program().args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        text(&output).1
    };
    for (arguments, form) in [
        (&["exec", "pytest"][..], "`upvest-sandbox exec -- pytest`"),
        (&["--seed", "7", "exec", "cargo", "test", "--", "-x"], "exec -- cargo test -- -x`"),
        (&["exec", "sh", "-c", "exit 1"], "exec -- sh -c 'exit 1'`"),
        (&["exec", "--seed", "7", "--", "x"], "options of the sandbox come before `exec`"),
    ] {
        let stderr = stderr(arguments);
        assert!(stderr.contains(form), "{arguments:?}: {stderr}");
        assert!(stderr.contains("tip: "), "{stderr}");
    }
    for arguments in [&["--what"][..], &["--loose", "exec"], &["exec"]] {
        assert!(!stderr(arguments).contains("after `--`:"), "{arguments:?}");
    }
}
