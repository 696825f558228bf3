//! Counts instructions and allocations, and compares them with those in `pins.json`.
//!
//! Run it with `cargo run --profile counts -p upvest-tests --example counts`; its arguments select
//! scenarios by a part of their names. It fails if a scenario takes over 1 % more instructions or
//! bytes, or over 0.5 % more allocations, than are pinned, and names the functions that grew. With
//! `UPDATE=1` it pins what it counts; with `PROFILE=1` it prints where the instructions go.
//!
//! Each scenario runs in two processes under callgrind: once, and many times more. The difference is
//! what one run takes, without start and warm-up, in all threads. `callgrind.rs` says which functions
//! are left out, so that machines agree.
//!
//! `gungraun` was not used: it stores no counts in the repository, counts every function, and does
//! not say which one grew.

// The macro, as functions: only the compiler can call a crate of procedural macros.
#[path = "../../../upvest-macros/src/attributes.rs"]
mod attributes;
#[path = "../../../upvest-macros/src/check/mod.rs"]
mod check;
#[path = "../../../upvest-macros/src/driver.rs"]
#[expect(dead_code, reason = "stray attributes are not counted")]
mod driver;
#[path = "../../../upvest-macros/src/errors.rs"]
mod errors;
#[path = "../../../upvest-macros/src/expand/mod.rs"]
mod expand;
#[path = "../../../upvest-macros/src/grammar/mod.rs"]
mod grammar;
#[path = "../../../upvest-macros/src/model.rs"]
mod model;
#[path = "../../../upvest-macros/src/path.rs"]
mod path;

#[path = "../../benches/shared/batch.rs"]
mod batch;
mod callgrind;
mod pins;
mod scenarios;
#[path = "../../benches/shared/server.rs"]
#[expect(dead_code, reason = "nothing is sent to it over TCP")]
mod server;
#[path = "../../benches/shared/mod.rs"]
#[expect(dead_code, reason = "no time is measured")]
mod shared;
#[path = "../../benches/shared/signing.rs"]
mod signed_increase;

use std::env;
use std::path::Path;
use std::process::{Command, ExitCode};

use pins::{Counts, Pins};
use scenarios::{SCENARIOS, Scenario};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if let ["--run", name, times] = arguments[..] {
        run(name, times.parse().expect("a number"));
        return ExitCode::SUCCESS;
    }
    if !callgrind::is_installed() {
        eprintln!("SKIPPED: nothing was counted, because valgrind is not installed (install it)");
        return ExitCode::SUCCESS;
    }
    let program = env::current_exe().expect("this program");
    // In the target folder, there is one for each profile.
    let profile = program.parent().and_then(Path::parent).and_then(Path::file_name);
    if profile.is_none_or(|profile| profile != "counts") {
        eprintln!("nothing was counted: other profiles have other counts (use `--profile counts`)");
        return ExitCode::FAILURE;
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/counts/pins.json");
    let (mut pins, compiler) = (Pins::read(&file), compiler());
    let selected: Vec<&Scenario> = SCENARIOS
        .iter()
        .filter(|scenario| {
            arguments.is_empty() || arguments.iter().any(|part| scenario.name.contains(part))
        })
        .collect();
    if env::var_os("UPDATE").is_some() {
        if pins.compiler != compiler {
            pins = Pins { compiler, ..Pins::default() };
        }
        pins.scenarios.retain(|name, _| SCENARIOS.iter().any(|scenario| scenario.name == name));
        for scenario in selected {
            if let Some(counts) = count(scenario) {
                pins.scenarios.insert(scenario.name.to_owned(), counts);
            }
        }
        pins.write(&file);
        return ExitCode::SUCCESS;
    }
    if pins.compiler != compiler {
        let pinned = &pins.compiler;
        eprintln!(
            "SKIPPED: nothing was compared, because {pinned} was pinned, and this is {compiler}"
        );
        return ExitCode::SUCCESS;
    }
    if compare(&pins, &selected) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Returns whether no scenario has grown.
fn compare(pins: &Pins, scenarios: &[&Scenario]) -> bool {
    let (mut has_grown, mut is_lower) = (false, false);
    for scenario in scenarios {
        let name = scenario.name;
        let Some(mut counts) = count(scenario) else { continue };
        let Some(pinned) = pins.scenarios.get(name) else {
            eprintln!("GREW: {name}\n  it is not pinned");
            has_grown = true;
            continue;
        };
        // Threads that wait for each other can add a little, so growth must show again.
        for _ in 0..2 {
            if counts.growth(pinned).is_some()
                && let Some(again) = count(scenario)
            {
                counts = counts.lower(again);
            }
        }
        if let Some(growth) = counts.growth(pinned) {
            eprint!("GREW: {name}\n{growth}");
            has_grown = true;
        }
        if let Some(decline) = counts.decline(pinned) {
            eprint!("LOWER: {name}\n{decline}");
            is_lower = true;
        }
    }
    let update = "UPDATE=1 cargo run --profile counts -p upvest-tests --example counts";
    if is_lower {
        eprintln!("Some counts are lower: pin them (`{update}`).");
    }
    if has_grown {
        eprintln!("Some counts grew: lower them, or pin them and say why (`{update}`).");
    }
    !has_grown
}

/// Does the work of a scenario once, and then a number of times more. Prints the allocations of
/// these, and their bytes. Prints nothing if a file is missing.
fn run(name: &str, times: u32) {
    let scenario = SCENARIOS.iter().find(|scenario| scenario.name == name).expect("a scenario");
    let Some(mut work) = (scenario.prepare)() else { return };
    work();
    let allocated = allocation_counter::measure(|| (0..times).for_each(|_| work()));
    println!("{} {}", allocated.count_total, allocated.bytes_total);
}

/// Counts what the work of a scenario takes once it has been done before, and prints it.
fn count(scenario: &Scenario) -> Option<Counts> {
    let Scenario { name, times, .. } = *scenario;
    let program = env::current_exe().expect("this program");
    let run = |times: u32| callgrind::run(&program, &["--run", name, &times.to_string()]);
    let ((_, once), (printed, often)) = std::thread::scope(|scope| {
        let once = scope.spawn(|| run(0));
        let often = run(times);
        (once.join().expect("a count"), often)
    });
    let allocated: Vec<u64> =
        printed.split_whitespace().map(|number| number.parse().expect("a number")).collect();
    let Ok(allocated) = allocated.try_into() else {
        eprintln!("SKIPPED: {name} was not counted, because it needs a file that is not there");
        return None;
    };
    let counts = Counts::between(&once, &often, times, allocated);
    let Counts { instructions, allocations, bytes, .. } = counts;
    println!("{name}: {instructions} instructions, {allocations} allocations, {bytes} bytes");
    if env::var_os("PROFILE").is_some() {
        print!("{}", counts.profile());
    }
    Some(counts)
}

/// The compiler, and what it compiles for.
fn compiler() -> String {
    let version = Command::new("rustc").arg("--version").output().expect("rustc").stdout;
    let version = String::from_utf8_lossy(&version);
    format!("{} for {} {}", version.trim(), env::consts::ARCH, env::consts::OS)
}
