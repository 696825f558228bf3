//! Runs a program under callgrind, and reads how many instructions each of its functions takes.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

/// Instructions by function, without those of the functions that it calls.
pub type Functions = BTreeMap<String, u64>;

/// Returns whether callgrind can be run.
pub fn is_installed() -> bool {
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// Runs `program` under callgrind. Returns what it prints, and what its functions take.
pub fn run(program: &Path, arguments: &[&str]) -> (String, Functions) {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = folder.path().join("profile");
    let mut output = OsString::from("--callgrind-out-file=");
    output.push(&profile);
    let ran = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--fair-sched=yes", "--separate-recs=1"])
        .args(["--compress-strings=no", "--compress-pos=no"])
        .arg(output)
        .arg(program)
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .expect("valgrind");
    assert!(ran.status.success(), "{arguments:?} failed under callgrind: {}", ran.status);
    let profile = std::fs::read_to_string(profile).expect("a profile");
    (String::from_utf8_lossy(&ran.stdout).into_owned(), read(&profile, program))
}

/// Reads a profile: what the functions of `program` take, of those that are [counted](is_counted).
///
/// In callgrind's format, `ob=` names the file of the functions that follow, and `fn=` a function. A
/// line that begins with a number is the cost of a line of its code, except after `calls=`, where
/// it is the cost of the function that is called.
pub fn read(profile: &str, program: &Path) -> Functions {
    let mut functions = Functions::new();
    let (mut is_in_program, mut function, mut is_called) = (false, None, false);
    for line in profile.lines() {
        if let Some(file) = line.strip_prefix("ob=") {
            is_in_program = Path::new(file) == program;
        } else if let Some(name) = line.strip_prefix("fn=") {
            function = (is_in_program && is_counted(name)).then(|| name.to_owned());
        } else if line.starts_with("calls=") {
            is_called = true;
        } else if line.starts_with(|first: char| first.is_ascii_digit()) {
            let cost = line.split(' ').nth(1).and_then(|cost| cost.parse::<u64>().ok());
            if let (false, Some(function), Some(cost)) = (is_called, &function, cost) {
                *functions.entry(function.clone()).or_default() += cost;
            }
            is_called = false;
        }
    }
    functions
}

/// Returns whether a function takes the same instructions each time, on each machine.
///
/// What is written in C does not: the C library, aws-lc and SQLite are built by the compiler of the
/// machine. So a copy of memory, or a second signature, shows only in the function that asks for it.
fn is_counted(function: &str) -> bool {
    /// These choose instructions by the processor.
    const BY_PROCESSOR: [&str; 4] = ["memchr::", "httparse::simd::", "sha1::", "sha2::"];
    /// What these take depends on how often a thread waits for another one, such as that of SQLite.
    const BY_LOAD: [&str; 7] = [
        "flume::",
        "mio::",
        "std::sys::pal::",
        "std::sys::sync::",
        "std::thread::functions::",
        "std::time::",
        "tokio::",
    ];
    /// This one counts the allocations.
    const COUNTER: [&str; 1] = ["allocation_counter::"];
    if function.contains("upvest_") {
        return true;
    }
    let is_rust = function.contains("::");
    // The implementing type, in `<&mut tokio::net::TcpStream as tokio::io::AsyncRead>::poll_read`.
    let owner = function.trim_start_matches(['<', '&', ' ']).trim_start_matches("mut ");
    let mut left_out = BY_PROCESSOR.iter().chain(&BY_LOAD).chain(&COUNTER);
    is_rust && !left_out.any(|krate| owner.starts_with(krate))
}
