//! Measures the compile time of the macro: `cargo check` of 100 and 300 endpoints against the same
//! calls written manually on `upvest-core`, alternately.
//!
//! "Manual" is the code that the macro replaces: traits, their tables, and their implementations
//! for `Client`, `&T`, `Box<T>` and `Arc<T>`. "Calls alone" leaves out tables and pointers. All of
//! these share two types, so that only endpoints are measured. "Typed" endpoints each have their
//! own body and response type, as real ones do. "Whole API" are the generated declarations of all 94
//! operations with all their types; "without serde" has stubs where serde derives code.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use upvest_tests::root;

const ROUNDS: usize = 9;

/// The number of endpoints in one trait.
const TRAIT: usize = 10;

fn main() {
    let folder = root().join("target/compile-cost");
    let declared = root().join("tests/tests/operations/declared");
    let kinds: [(&str, usize, String); 10] = [
        ("nothing", 0, types()),
        ("macro", 100, ours(100)),
        ("manual", 100, manual(100, true)),
        ("macro", 300, ours(300)),
        ("manual", 300, manual(300, true)),
        ("calls alone", 300, manual(300, false)),
        ("macro, typed", 300, typed(300, &ours(300))),
        ("manual, typed", 300, typed(300, &manual(300, true))),
        ("whole API", 94, module(&declared)),
        ("without serde", 94, module(&without_serde(&declared, &folder.join("without-serde")))),
    ];
    let crates: Vec<PathBuf> = kinds
        .iter()
        .map(|(kind, count, source)| make(&folder, &format!("{kind} {count}"), source))
        .collect();
    // Build the dependencies once.
    for path in &crates {
        check(&folder, path);
    }

    let mut times = vec![Vec::new(); crates.len()];
    for _ in 0..ROUNDS {
        for (path, times) in crates.iter().zip(&mut times) {
            times.push(check(&folder, path).as_secs_f64());
        }
    }
    for ((kind, count, _), times) in kinds.iter().zip(&times) {
        println!("{kind:>14}, {count:>3} endpoints: {:>4.0} ms", 1000.0 * median(times.clone()));
    }
    // Ratios are taken per round, because the speed of the machine varies.
    let [nothing, ours_100, hand_100, ours_300, hand_300, calls, ours_typed, hand_typed] =
        [0, 1, 2, 3, 4, 5, 6, 7];
    let [whole, without] = [8, 9];
    let ratio = |left: usize, right: usize, less: Option<usize>| {
        let of = |index: usize, round: usize| {
            times[index][round] - less.map_or(0.0, |less| times[less][round])
        };
        median((0..ROUNDS).map(|round| of(left, round) / of(right, round)).collect())
    };
    println!("macro / manual, 100:     {:.2}", ratio(ours_100, hand_100, None));
    println!("macro / manual, 300:     {:.2}   (at most 1.15)", ratio(ours_300, hand_300, None));
    println!("  with its own types:    {:.2}", ratio(ours_typed, hand_typed, None));
    println!("macro, 300 / 100:        {:.2}   (at most 3.3)", ratio(ours_300, ours_100, None));
    println!("macro / calls, 300:      {:.2}", ratio(ours_300, calls, None));
    println!("Without the time for an empty crate:");
    println!("macro / manual, 300:     {:.2}", ratio(ours_300, hand_300, Some(nothing)));
    println!("macro, 300 / 100:        {:.2}", ratio(ours_300, ours_100, Some(nothing)));
    let serde = 1.0 - ratio(without, whole, Some(nothing));
    println!("whole API, what serde derives: {:.0} %", 100.0 * serde);
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Writes a crate outside the workspace, with the same versions of all dependencies.
fn make(folder: &Path, name: &str, source: &str) -> PathBuf {
    let name = name.replace(',', "").replace(' ', "-");
    let path = folder.join(&name);
    std::fs::create_dir_all(path.join("src")).expect("a folder");
    let core = root().join("upvest-core");
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\nserde_json = \"1\"\n\
         upvest-core = {{ path = {core:?} }}\n\n[workspace]\n"
    );
    std::fs::write(path.join("Cargo.toml"), manifest).expect("a manifest");
    std::fs::write(path.join("src/lib.rs"), source).expect("a source");
    std::fs::copy(root().join("Cargo.lock"), path.join("Cargo.lock")).expect("a lock file");
    path
}

fn check(folder: &Path, path: &Path) -> Duration {
    let source = path.join("src/lib.rs");
    let text = std::fs::read_to_string(&source).expect("a source");
    std::fs::write(&source, text).expect("a source");
    let start = Instant::now();
    let status = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--offline"])
        .current_dir(path)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("CARGO_INCREMENTAL", "0")
        .status()
        .expect("cargo");
    assert!(status.success(), "{}", path.display());
    start.elapsed()
}

/// A crate whose only module is in this folder.
fn module(folder: &Path) -> String {
    format!("#[allow(unused_imports)]\n#[path = {:?}]\npub mod declared;\n", folder.join("mod.rs"))
}

/// Copies declarations, with stubs instead of what serde derives.
fn without_serde(declared: &Path, folder: &Path) -> PathBuf {
    std::fs::create_dir_all(folder).expect("a folder");
    for entry in std::fs::read_dir(declared).expect("the declarations") {
        let path = entry.expect("a file").path();
        let source = std::fs::read_to_string(&path).expect("a source");
        let copy = folder.join(path.file_name().expect("a name"));
        std::fs::write(copy, stubbed(&source)).expect("a copy");
    }
    folder.to_owned()
}

fn stubbed(source: &str) -> String {
    let (mut stubbed, mut stubs) = (String::new(), String::new());
    let (mut is_written, mut is_read) = (false, false);
    // Each of these attributes is on one line.
    for line in source.lines().filter(|line| !line.trim_start().starts_with("#[serde(")) {
        if line.starts_with("#[derive(") {
            (is_written, is_read) = (line.contains(" Serialize"), line.contains(" Deserialize"));
            stubbed.push_str(&line.replace(", Serialize", "").replace(", Deserialize", ""));
        } else {
            stubbed.push_str(line);
        }
        stubbed.push('\n');
        let name = line.strip_prefix("pub struct ").and_then(|rest| rest.split(' ').next());
        let Some(name) = name.filter(|name| !name.ends_with(';')) else { continue };
        if is_written {
            let _ = writeln!(
                stubs,
                "impl Serialize for {name} {{ fn serialize<S: serde::Serializer>(&self, _: S) -> \
                 Result<S::Ok, S::Error> {{ todo!() }} }}"
            );
        }
        if is_read {
            let _ = writeln!(
                stubs,
                "impl<'de> Deserialize<'de> for {name} {{ fn deserialize<D: \
                 serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {{ todo!() }} }}"
            );
        }
    }
    stubbed + &stubs
}

fn types() -> String {
    "use upvest_core::{Call, IdempotentCall};\n\
     #[derive(serde::Serialize)]\npub struct Order { pub id: u32 }\n\
     #[derive(serde::Deserialize)]\npub struct Placed { pub id: u32 }\n\
     pub type All = (Call<Placed>, IdempotentCall<Placed>);\n"
        .to_owned()
}

/// Adds a body and a response type for each endpoint.
fn typed(count: usize, source: &str) -> String {
    let mut typed = String::new();
    for number in 0..count {
        let _ = write!(
            typed,
            "#[derive(serde::Serialize)]\n\
             pub struct Order{number} {{ pub id: u32, pub amount: String, pub currency: String }}\n\
             #[derive(serde::Deserialize)]\n\
             pub struct Placed{number} {{ pub id: u32, pub status: String, pub at: Option<String> }}\n"
        );
    }
    // The number of an endpoint is the first number in its line, and no line has two endpoints.
    for line in source.lines() {
        let digits: String = line
            .chars()
            .skip_while(|letter| !letter.is_ascii_digit())
            .take_while(char::is_ascii_digit)
            .collect();
        let is_of_an_endpoint = line.contains("create") || line.contains("get");
        if is_of_an_endpoint && !digits.is_empty() {
            let line = line.replace("Order", &format!("Order{digits}"));
            typed.push_str(&line.replace("Placed", &format!("Placed{digits}")));
        } else {
            typed.push_str(line);
        }
        typed.push('\n');
    }
    typed
}

fn ours(count: usize) -> String {
    let mut source = types();
    for number in 0..count {
        if number % TRAIT == 0 {
            let _ = write!(
                source,
                "#[upvest_core::api(scope = \"things:admin\")]\n\
                 pub trait Things{number}: Send + Sync {{\n"
            );
        }
        let _ = match number % 2 {
            0 => write!(
                source,
                "#[endpoint(POST, \"/things/{number}\", idempotent, signed)]\n\
                 fn create{number}(&self, body: &Order) -> IdempotentCall<Placed>;\n"
            ),
            _ => write!(
                source,
                "#[endpoint(GET, \"/things/{{id}}/{number}\", signed)]\n\
                 fn get{number}(&self, id: &str, query: &Order) -> Call<Placed>;\n"
            ),
        };
        if number % TRAIT == TRAIT - 1 {
            source.push_str("}\n");
        }
    }
    source
}

fn manual(count: usize, is_whole: bool) -> String {
    let mut source = types();
    for first in (0..count).step_by(TRAIT) {
        let hand: Vec<Written> = (first..first + TRAIT).map(manual_method).collect();
        let methods = |body: fn(&Written) -> String| -> String { hand.iter().map(body).collect() };
        let _ = write!(
            source,
            "{}pub trait Things{first}: Send + Sync {{ {} }}\n\
             impl Things{first} for Client {{ {} }}\n",
            methods(|written| format!("pub const {};\n", written.constant)),
            methods(|written| format!("\n{};\n", written.signature)),
            methods(|written| format!("\n{} {{ {} }}\n", written.signature, written.call)),
        );
        if !is_whole {
            continue;
        }
        let table: Vec<String> =
            (first..first + TRAIT).map(|number| format!("ENDPOINT{number}")).collect();
        let _ = write!(
            source,
            "pub const ENDPOINTS{first}: &[Endpoint] = &[{}];\n\
             pub const SCOPES{first}: &[&str] = &[\"things:admin\"];\n",
            table.join(", ")
        );
        for pointer in ["&T", "Box<T>", "std::sync::Arc<T>"] {
            let _ = write!(
                source,
                "impl<T: Things{first} + ?Sized> Things{first} for {pointer}\n\
                 where Self: Send + Sync {{ {} }}\n",
                methods(|written| format!("\n{} {{ {} }}\n", written.signature, written.forward)),
            );
        }
    }
    source.push_str(
        "use upvest_core::__private::{Body, IdempotentReturn, JsonResponse, PlainReturn, Query, \
         Request, Segment};\nuse upvest_core::{Client, Endpoint, Method};\n",
    );
    source
}

/// The manual code for one method.
struct Written {
    signature: String,
    constant: String,
    call: String,
    forward: String,
}

fn manual_method(number: usize) -> Written {
    let decoder = "<Placed as JsonResponse>::decoder()";
    let constant = |new: String| {
        format!("ENDPOINT{number}: Endpoint = {new}.signed().scopes_any_of(&[\"things:admin\"])")
    };
    match number % 2 {
        0 => Written {
            signature: format!("fn create{number}(&self, body: &Order) -> IdempotentCall<Placed>"),
            constant: constant(format!(
                "Endpoint::new(\"create{number}\", Method::Post, \"/things/{number}\")\
                 .idempotent().json_body()"
            )),
            call: format!(
                "Request::new(self, ENDPOINT{number}).body(body, <Order as Body>::write)\
                 .call(<IdempotentCall<Placed> as IdempotentReturn<_>>::new, {decoder})"
            ),
            forward: format!("T::create{number}(self, body)"),
        },
        _ => Written {
            signature: format!("fn get{number}(&self, id: &str, query: &Order) -> Call<Placed>"),
            constant: constant(format!(
                "Endpoint::new(\"get{number}\", Method::Get, \"/things/{{id}}/{number}\").query()"
            )),
            call: format!(
                "Request::new(self, ENDPOINT{number}).path(\"id\", id, <str as Segment>::text)\
                 .query(query, <Order as Query>::write)\
                 .call(<Call<Placed> as PlainReturn<_>>::new, {decoder})"
            ),
            forward: format!("T::get{number}(self, id, query)"),
        },
    }
}
