//! Measures a clean build of an application with `upvest-core` and `upvest-virtual-cash` against one
//! with reqwest, serde and tokio alone, alternately, on two cores.
//!
//! Both use the versions of this workspace. "Crates" are those that the application is built from,
//! itself and build dependencies included.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use upvest_tests::root;

const ROUNDS: usize = 3;

const TOKIO: &str = "tokio = { version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }\n";

fn main() {
    let folder = root().join("target/build-cost");
    let path = |name: &str| root().join(name);
    let ours = format!(
        "{TOKIO}upvest-core = {{ path = {:?} }}\nupvest-virtual-cash = {{ path = {:?} }}\n",
        path("upvest-core"),
        path("upvest-virtual-cash")
    );
    let alone = format!(
        "{TOKIO}reqwest = {{ version = \"0.13\", features = [\"json\"] }}\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\n"
    );
    let apps = [("upvest", ours, OURS), ("alone", alone, ALONE)].map(|(name, needs, source)| {
        let app = make(&folder.join(name), name, &needs, source);
        println!("{name:>6}: {} crates", crates(&app));
        app
    });

    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        // Ratios are taken per round, because the speed of the machine varies.
        let [ours, alone] = apps.each_ref().map(|app| build(app).as_secs_f64());
        println!("upvest {ours:.0} s, alone {alone:.0} s: {:.2}", ours / alone);
        ratios.push(ours / alone);
    }
    ratios.sort_by(f64::total_cmp);
    println!("upvest / alone: {:.2}   (at most 1.15)", ratios[ROUNDS / 2]);
}

const OURS: &str = "\
use upvest_core::{Client, Environment};
use upvest_virtual_cash::VirtualCash;

#[tokio::main]
async fn main() {
    let client = Client::builder(Environment::Sandbox).scopes(<dyn VirtualCash>::SCOPES).build();
    println!(\"{}\", client.is_ok());
}
";

const ALONE: &str = "\
#[derive(serde::Deserialize)]
struct Thing {
    id: u32,
}

#[tokio::main]
async fn main() {
    let response = reqwest::get(\"http://localhost/\").await.unwrap();
    println!(\"{}\", response.json::<Thing>().await.unwrap().id);
}
";

/// Writes an application outside the workspace.
fn make(path: &Path, name: &str, dependencies: &str, source: &str) -> PathBuf {
    std::fs::create_dir_all(path.join("src")).expect("a folder");
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         {dependencies}\n[workspace]\n"
    );
    std::fs::write(path.join("Cargo.toml"), manifest).expect("a manifest");
    std::fs::write(path.join("src/main.rs"), source).expect("a source");
    std::fs::copy(root().join("Cargo.lock"), path.join("Cargo.lock")).expect("a lock file");
    path.to_owned()
}

fn cargo(path: &Path, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--offline")
        .current_dir(path)
        .env("CARGO_TARGET_DIR", path.join("target"))
        .output()
        .expect("cargo");
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {message}", path.display());
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn crates(path: &Path) -> usize {
    let tree = cargo(path, &["tree", "--edges", "normal,build", "--prefix", "none"]);
    let names = tree.lines().map(|line| line.split(" (").next().unwrap_or(line));
    names.collect::<BTreeSet<_>>().len()
}

fn build(path: &Path) -> Duration {
    let target = path.join("target");
    if target.exists() {
        std::fs::remove_dir_all(&target).expect("an old build");
    }
    let start = Instant::now();
    cargo(path, &["build", "--quiet", "--jobs", "2"]);
    start.elapsed()
}
