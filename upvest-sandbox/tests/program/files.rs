//! Files that the program writes: a file that is not regular is neither replaced nor waited for.

use std::ffi::OsStr;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::{program, sentence, text};

/// Runs the program with a command that exits at once, and returns its output.
fn written(arguments: &[&str]) -> (String, String) {
    let output = program().args(arguments).args(["exec", "--", "true"]).output().unwrap();
    assert!(output.status.success(), "{}", text(&output).1);
    text(&output)
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().mode() & 0o777
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

fn is_settings(text: &str) -> bool {
    text.starts_with("UPVEST_API_") && text.ends_with('\n') && text.contains("CLIENT_SECRET=")
}

#[test]
fn settings_are_written_to_an_existing_or_a_new_file() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("my.env");
    for _ in 0..2 {
        written(&["--write-env", file.to_str().unwrap()]);
        assert!(is_settings(&std::fs::read_to_string(&file).unwrap()));
        assert_eq!(mode(&file), 0o600);
        // A longer file that all can read: neither its content nor its mode remains.
        std::fs::write(&file, "x".repeat(100_000)).unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
}

/// `/dev/shm` is a folder like any other.
#[test]
#[cfg(target_os = "linux")]
fn a_file_in_memory_is_a_file() {
    let folder = TempDir::new_in("/dev/shm").unwrap();
    let file = folder.path().join("my.env");
    for _ in 0..2 {
        written(&["--write-env", file.to_str().unwrap()]);
        assert!(is_settings(&std::fs::read_to_string(&file).unwrap()));
        assert_eq!(mode(&file), 0o600);
        std::fs::write(&file, "x".repeat(100_000)).unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    }
}

#[test]
fn links_are_followed() {
    let folder = TempDir::new().unwrap();
    let other = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(other.path().join("there"), "x").unwrap();
    symlink(other.path().join("there"), at("absolute")).unwrap();
    symlink("absolute", at("chain")).unwrap();
    symlink("missing", at("dangling")).unwrap();
    for (link, target) in [
        ("absolute", other.path().join("there")),
        ("chain", other.path().join("there")),
        ("dangling", at("missing")),
    ] {
        written(&["--write-env", at(link).to_str().unwrap()]);
        assert!(std::fs::symlink_metadata(at(link)).unwrap().is_symlink(), "{link}");
        assert!(is_settings(&std::fs::read_to_string(&target).unwrap()), "{link}");
        assert_eq!(mode(&target), 0o600, "{link}");
        std::fs::write(&target, "x").unwrap();
    }
    symlink("round", at("round")).unwrap();
    let said = sentence(&["--write-env", at("round").to_str().unwrap()]);
    assert!(said.contains("cannot write"), "{said}");
}

#[test]
fn a_pipe_is_written_to() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("pipe");
    pipe(&path);
    let mut child =
        program().arg("--write-env").arg(&path).args(["exec", "--", "true"]).spawn().unwrap();
    assert!(is_settings(&std::fs::read_to_string(&path).unwrap()));
    assert!(child.wait().unwrap().success());
    assert!(std::fs::metadata(&path).unwrap().file_type().is_fifo());
}

#[test]
fn a_device_stays_one() {
    // In a writable folder, where a file could replace it.
    let folder = TempDir::new().unwrap();
    let link = folder.path().join("null");
    symlink("/dev/null", &link).unwrap();
    for device in [Path::new("/dev/null"), &link] {
        written(&["--write-env", device.to_str().unwrap()]);
        assert!(std::fs::metadata(device).unwrap().file_type().is_char_device());
    }
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn the_standard_output_is_written_to() {
    let before = std::fs::read_link("/dev/stdout");
    let (stdout, _) = written(&["--write-env", "/dev/stdout"]);
    assert!(is_settings(&stdout), "{stdout}");
    let (_, stderr) = written(&["--quiet", "--write-env", "/dev/stderr"]);
    assert!(is_settings(&stderr), "{stderr}");

    // A file that is not empty, under its own name and two others.
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("out");
    for name in ["/dev/stdout", "/dev/fd/1", file.to_str().unwrap()] {
        std::fs::write(&file, "first\n").unwrap();
        let out = std::fs::OpenOptions::new().append(true).open(&file).unwrap();
        let mut command = program();
        command.args(["--write-env", name, "exec", "--", "echo", "last"]).stdout(out);
        assert!(command.status().unwrap().success());
        let content = std::fs::read_to_string(&file).unwrap();
        let settings = content.strip_prefix("first\n").and_then(|it| it.strip_suffix("last\n"));
        assert!(settings.is_some_and(is_settings), "{name}: {content}");
    }
    // As a shell passes `--write-env >(cat)`, or `3>file`.
    let script = "\"$0\" --write-env /dev/fd/3 exec -- true 3> \"$1\"";
    let status = Command::new("sh")
        .args(["-c", script])
        .arg(program().get_program())
        .arg(&file)
        .stderr(Stdio::null())
        .status();
    assert!(status.unwrap().success());
    assert!(is_settings(&std::fs::read_to_string(&file).unwrap()));
    assert_eq!(std::fs::read_link("/dev/stdout").ok(), before.ok(), "the links are as they were");
}

#[test]
fn a_folder_is_refused() {
    let folder = TempDir::new().unwrap();
    let said = sentence(&["--write-env", folder.path().to_str().unwrap()]);
    assert!(said.starts_with("cannot write") && said.ends_with(": is a directory"), "{said}");
}

#[test]
fn a_state_that_is_not_a_regular_file_is_rejected_at_once() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    pipe(Path::new(&at("pipe")));
    pipe(Path::new(&at("log.db-wal")));
    pipe(Path::new(&at("journal.db-journal")));
    let _socket = UnixListener::bind(at("socket")).unwrap();
    symlink(at("pipe"), at("link")).unwrap();
    std::fs::create_dir(at("folder")).unwrap();
    let names = ["pipe", "socket", "link", "folder", "log.db", "journal.db"].map(at);
    for name in names.iter().map(String::as_str).chain(["/dev/null", "/dev/zero"]) {
        let said = sentence(&["--state", name]);
        assert!(said.contains(name) && said.contains("it is not a regular file"), "{said}");
    }
    assert!(!Path::new(&at("log.db")).exists(), "no file is created");
}

#[test]
fn an_endless_key_file_is_not_read_completely() {
    let said = sentence(&["--key", "/dev/zero"]);
    assert!(said.contains("cannot use the key file `/dev/zero`: "), "{said}");
}

/// A state file that others may read is restricted to its owner.
#[test]
fn the_state_file_is_readable_by_its_owner_only() {
    let folder = TempDir::new().unwrap();
    let state = folder.path().join("state.db");
    written(&["--state", state.to_str().unwrap()]);
    assert_eq!(mode(&state), 0o600);
    let mut header = [0; 15];
    std::fs::File::open(&state).unwrap().read_exact(&mut header).unwrap();
    assert_eq!(&header, b"SQLite format 3");
}

#[test]
fn a_passphrase_that_is_not_utf_8_is_not_ignored() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("key.pem");
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/keys/p8_enc_default.pem");
    std::fs::copy(key, &file).unwrap();
    let mut command = program();
    command.arg("--key").arg(&file);
    command.env("UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE", OsStr::from_bytes(b"secret\xff"));
    let output = command.output().unwrap();
    let (_, said) = text(&output);
    let sentence = "UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE: the value is not UTF-8\n";
    assert_eq!((output.status.success(), &*said), (false, sentence));
}
