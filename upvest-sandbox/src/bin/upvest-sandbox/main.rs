//! `upvest-sandbox`: serves the sandbox until it is stopped, or while a command runs.

mod ends;
mod secret_file;

use std::env::VarError;
use std::io::{IsTerminal as _, Read as _, Write as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{Args, Parser, Subcommand};
use secrecy::ExposeSecret as _;
use tempfile::NamedTempFile;
use tracing_subscriber::filter::LevelFilter;
use upvest_core::Timestamp;
use upvest_sandbox::{Assumption, Check, Progress, Sandbox, SandboxBuilder, Spec};

use crate::ends::{Ends, pass_on};

/// The environment variable with the passphrase of a key.
const PASSPHRASE: &str = "UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE";

/// The exit statuses of `exec` if its command cannot be run, as in a shell.
const NOT_FOUND: u8 = 127;
const NOT_EXECUTABLE: u8 = 126;

/// How much of a key file is read, in bytes; more than any key file has.
const LONGEST_KEY: u64 = 1 << 20;

const EXAMPLES: &str = "\
Examples:
  upvest-sandbox                                  serves, and prints the settings of a client
  upvest-sandbox --port 8080 --write-env my.env   then, in another shell:
                                                  set -a; . ./my.env; set +a
  upvest-sandbox exec -- cargo test               runs the tests against their own sandbox
  upvest-sandbox --state sandbox.db --seed 7      stores its state; fixed ids, key and secret
  upvest-sandbox --progress manual                you change statuses manually, on the page

While it runs, http://ADDRESS/_sandbox/ shows each request with its verdict, balances, operations,
faults and the clock. The same is available as JSON: see http://ADDRESS/_sandbox/openapi.json.

Standard error shows each refused request with the reason. For a wrong signature, it also shows the
expected signature base, with the first difference marked, and a hint.";

/// A local sandbox for the Upvest Investment API: strict, stateful, no credentials needed.
///
/// Serves on 127.0.0.1 until Ctrl-C. It checks what the real API checks, stores balances and
/// operations, and says why it refuses a request.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES)]
struct Arguments {
    #[command(flatten)]
    options: Options,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Runs a command with the settings in its environment, stops, and exits with its exit status.
    /// Options of the sandbox come before `exec`: `upvest-sandbox --seed 7 exec -- cargo test`.
    Exec {
        /// The command and its arguments, after `--`.
        #[arg(required = true, last = true)]
        command: Vec<String>,
    },
}

#[derive(Args)]
struct Options {
    /// The port to listen on; 0 selects a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,

    /// The address to listen on. If it is not a loopback address, other machines can connect: the
    /// page and everything under /_sandbox/ need no password.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", value_parser = host)]
    host: IpAddr,

    /// Stores the state in this file, and loads it from there at the next start. Without it, the
    /// state is in memory and is lost when the sandbox stops.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Derives ids, secrets and the key from this number: the same number and the same requests
    /// give the same values.
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,

    /// The private key that requests are signed with, as PEM: P-521 or Ed25519. If it is encrypted,
    /// as Upvest's Python package requires, the passphrase is read from
    /// `UPVEST_API_HTTP_SIGN_PRIVATE_KEY_PASSPHRASE`. Without this option, a key is generated.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,

    /// Writes the settings to this file, as NAME=value lines that a shell can source. The file
    /// contains secrets: only you can read it. An existing file is replaced; a pipe, or
    /// `/dev/stdout`, is written to.
    #[arg(long, value_name = "FILE")]
    write_env: Option<PathBuf>,

    /// When an increase or a decrease leaves ISSUED: instant, manual, or after=2s (or m, h).
    #[arg(long, default_value_t = Progress::Instant)]
    progress: Progress,

    /// Stops the clock at this time, such as 2026-11-22T12:00:00Z. With --seed, the same requests then
    /// give the same log. The page can resume it. A client with its own clock also needs
    /// --loose lifetime.
    #[arg(long, value_name = "TIME")]
    clock: Option<Timestamp>,

    /// The version of the API: 1.9 responds with 200, 200 and 204 and knows only EUR; latest
    /// responds with 202.
    #[arg(long, default_value_t = Spec::Latest)]
    spec: Spec,

    /// Skips one check; can be given several times.
    #[arg(long, value_name = "CHECK", value_parser = word::<Check>(Check::ALL, Check::as_str, Check::meaning))]
    loose: Vec<Check>,

    /// Behaves differently where the API's documentation is silent; can be given several times.
    #[arg(long, value_name = "ASSUMPTION", value_parser = word::<Assumption>(Assumption::ALL, Assumption::as_str, Assumption::meaning))]
    assume: Vec<Assumption>,

    /// Prints only errors of the sandbox itself on standard error.
    #[arg(long, short)]
    quiet: bool,
}

/// Parses an address.
fn host(text: &str) -> Result<IpAddr, String> {
    match text {
        "localhost" => Ok(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST)),
        _ => text.parse().map_err(|_| "expected an IP address, such as 0.0.0.0".to_owned()),
    }
}

/// Parses one of several names, and lists them with their meanings in the long help.
fn word<T>(
    all: &'static [T],
    name: fn(T) -> &'static str,
    meaning: fn(T) -> &'static str,
) -> impl clap::builder::TypedValueParser<Value = T>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync> + Copy + Send + Sync + 'static,
{
    use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser as _};
    let words = all.iter().map(|word| PossibleValue::new(name(*word)).help(meaning(*word)));
    PossibleValuesParser::new(words).try_map(|word| word.parse::<T>())
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { options, command } =
        Arguments::try_parse().unwrap_or_else(|error| refuse(&error));
    let level = if options.quiet { LevelFilter::ERROR } else { LevelFilter::INFO };
    // If standard error is not read, lines are dropped instead of waited for. A line with two
    // signature bases has 40 KiB.
    let (writer, _written) = tracing_appender::non_blocking::NonBlockingBuilder::default()
        .buffered_lines_limit(250)
        .finish(std::io::stderr());
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(writer)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
    let ended = match command {
        None => serve(options).await.map(|()| ExitCode::SUCCESS),
        Some(Command::Exec { command }) => exec(options, command).await,
    };
    ended.unwrap_or_else(|message| {
        eprintln!("{message}");
        ExitCode::FAILURE
    })
}

/// Prints what is wrong with the arguments and how to write a command, and exits.
fn refuse(error: &clap::Error) -> ! {
    let arguments = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned());
    let mut behind = arguments.skip_while(|argument| argument != "exec").skip(1).peekable();
    let is_first = match (error.get(ContextKind::InvalidArg), behind.peek()) {
        (Some(ContextValue::String(wrong)), Some(first)) => wrong == first,
        _ => false,
    };
    if is_first {
        let is_option = behind.peek().is_some_and(|first| first.starts_with('-'));
        let command: Vec<_> = behind.map(|argument| quoted(&argument)).collect();
        // The program ends because of this error: nothing can be done if it cannot be printed.
        let _ = error.print();
        if is_option {
            eprintln!("\n  tip: options of the sandbox come before `exec`, the command after `--`");
        } else {
            let command = command.join(" ");
            eprintln!("\n  tip: the command comes after `--`: `upvest-sandbox exec -- {command}`");
        }
        std::process::exit(error.exit_code());
    }
    error.exit()
}

async fn start(options: &Options) -> Result<Sandbox, String> {
    let builder: SandboxBuilder = Sandbox::builder()
        .host(options.host)
        .port(options.port)
        .progress(options.progress)
        .spec(options.spec);
    let builder = match max_connections() {
        Some(connections) => builder.max_connections(connections),
        None => builder,
    };
    let builder = options.loose.iter().fold(builder, |builder, check| builder.loose(*check));
    let builder = options.assume.iter().fold(builder, |builder, other| builder.assume(*other));
    let builder = match options.seed {
        Some(seed) => builder.seed(seed),
        None => builder,
    };
    let builder = match &options.state {
        Some(file) => builder.state_file(file),
        None => builder,
    };
    let builder = match &options.key {
        Some(file) => {
            let mut pem = String::new();
            std::fs::File::open(file)
                .and_then(|file| file.take(LONGEST_KEY).read_to_string(&mut pem))
                .map_err(|error| {
                    format!("cannot read the key file `{}`: {error}", file.display())
                })?;
            let passphrase = match std::env::var(PASSPHRASE) {
                Ok(passphrase) => Some(passphrase),
                Err(VarError::NotPresent) => None,
                Err(VarError::NotUnicode(_)) => {
                    return Err(format!("{PASSPHRASE}: the value is not UTF-8"));
                }
            };
            upvest_core::SigningKey::from_pem("x", &pem, passphrase.as_deref()).map_err(
                |error| {
                    let file = file.display();
                    format!(
                        "cannot use the key file `{file}`: {error} (the passphrase is read from \
                         {PASSPHRASE})"
                    )
                },
            )?;
            builder.signing_key(pem, passphrase.map(Into::into))
        }
        None => builder,
    };
    let sandbox = builder.start().await.map_err(|error| error.to_string())?;
    if let Some(time) = options.clock {
        sandbox.clock().freeze_at(time);
        if sandbox.clock().setting().frozen_at != Some(time.unix_seconds()) {
            return Err("cannot stop the clock: the state cannot be written".to_owned());
        }
    }
    if let Some(file) = &options.write_env {
        let mut lines = String::new();
        for (name, value) in sandbox.settings() {
            lines.extend([name, "=", &quoted(&value), "\n"]);
        }
        secret_file::write(file, &lines)
            .map_err(|error| format!("cannot write `{}`: {}", file.display(), error.kind()))?;
    }
    Ok(sandbox)
}

/// Returns how many connections leave enough file descriptors for the state, webhooks and the
/// runtime. At most the default.
fn max_connections() -> Option<usize> {
    #[cfg(unix)]
    {
        const DEFAULT: u64 = 1_024;
        const OTHER_FILES: u64 = 64;
        let files = rustix::process::getrlimit(rustix::process::Resource::Nofile).current?;
        usize::try_from(files.saturating_sub(OTHER_FILES).min(DEFAULT)).ok()
    }
    #[cfg(not(unix))]
    None
}

async fn serve(options: Options) -> Result<(), String> {
    let sandbox = start(&options).await?;
    let mut ends = Ends::new()?;
    // The file is deleted when this function returns.
    let mut made = None;
    let key_file = match &options.key {
        Some(file) => std::path::absolute(file).unwrap_or_else(|_| file.clone()),
        None => made.insert(key_file(&sandbox)?).path().to_owned(),
    };
    show(&options, &sandbox, &key_file)
        .map_err(|error| format!("cannot print the settings: {error}"))?;
    ends.next().await;
    Ok(())
}

/// Writes the private key to a temporary file that only its owner can read.
fn key_file(sandbox: &Sandbox) -> Result<NamedTempFile, String> {
    let made = tempfile::Builder::new().prefix("upvest-sandbox-").suffix(".pem").tempfile();
    made.and_then(|mut file| {
        file.write_all(sandbox.credentials().key_pem().expose_secret().as_bytes())?;
        Ok(file)
    })
    .map_err(|error| {
        let folder = std::env::temp_dir();
        format!("cannot write the key file to `{}`: {}", folder.display(), error.kind())
    })
}

/// Prints the settings of a client.
fn show(options: &Options, sandbox: &Sandbox, key_file: &Path) -> std::io::Result<()> {
    let credentials = sandbox.credentials();
    let key_file = key_file.display().to_string();
    let url = sandbox.url();
    let mut out = std::io::stdout().lock();
    writeln!(out, "upvest-sandbox {}\n", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "  address        {url}")?;
    writeln!(out, "  client id      {}", credentials.client_id())?;
    writeln!(out, "  client secret  {}", credentials.client_secret().expose_secret())?;
    writeln!(out, "  key id         {}", credentials.key_id())?;
    writeln!(out, "  key file       {key_file}")?;
    writeln!(out, "  page           {url}/_sandbox/")?;
    if let Some(file) = &options.write_env {
        writeln!(out, "  settings       {}", file.display())?;
    }
    if !options.host.is_loopback() {
        let address = sandbox.address();
        writeln!(out, "  reachable      by other machines, on {address}, including the page")?;
    }
    writeln!(out)?;
    for (name, value) in sandbox.settings() {
        let (name, value) = match name {
            // The key of the user is not printed.
            "UPVEST_API_HTTP_SIGN_PRIVATE_KEY_BASE64" if options.key.is_some() => {
                ("UPVEST_API_HTTP_SIGN_PRIVATE_KEY_FILENAME", &key_file)
            }
            name => (name, &value),
        };
        writeln!(out, "export {name}={}", quoted(value))?;
    }
    writeln!(out)?;
    out.flush()
}

/// Quotes a value for a shell, if necessary.
fn quoted(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/:.,_+=-".contains(c);
    if !value.is_empty() && value.chars().all(is_plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}

/// Runs a command next to a sandbox.
async fn exec(options: Options, command: Vec<String>) -> Result<ExitCode, String> {
    let sandbox = start(&options).await?;
    let mut ends = Ends::new()?;
    let Some((program, arguments)) = command.split_first() else {
        return Err("no command to run".to_owned());
    };
    let mut child = tokio::process::Command::new(program);
    child.args(arguments);
    // These would contradict the settings, or take precedence over them.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("UPVEST_API_") {
            child.env_remove(name);
        }
    }
    child.envs(sandbox.settings());
    let mut running = match child.spawn() {
        Ok(running) => running,
        Err(error) => {
            eprintln!("cannot run `{program}`: {error}");
            let is_missing = error.kind() == std::io::ErrorKind::NotFound;
            return Ok(ExitCode::from(if is_missing { NOT_FOUND } else { NOT_EXECUTABLE }));
        }
    };
    let status = loop {
        tokio::select! {
            status = running.wait() => {
                break status.map_err(|error| format!("cannot wait for `{program}`: {error}"))?;
            }
            signal = ends.next() => {
                // The command ends first, then the sandbox.
                pass_on(&signal, &running);
            }
        }
    };
    Ok(exit_code(status))
}

/// Returns the exit status of a command, as a shell does.
fn exit_code(status: std::process::ExitStatus) -> ExitCode {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status).map(|signal| signal + 128);
    #[cfg(not(unix))]
    let signal = None;
    let code = status.code().or(signal).and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}
