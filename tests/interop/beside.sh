#!/usr/bin/env bash
# The sandbox resolves as a dev-dependency next to other crates that link SQLite. It builds next to sqlx
# with the outbox, next to diesel, and with the oldest rusqlite that it allows. Needs the package index:
# without it, nothing is checked.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

resolve() { # name, dependencies
    mkdir -p "$work/$1/src"
    touch "$work/$1/src/lib.rs"
    cat >"$work/$1/Cargo.toml" <<TOML
[package]
name = "application"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
$2

[dev-dependencies]
upvest-sandbox = { path = "$root/upvest-sandbox", default-features = false }
TOML
    (cd "$work/$1" && cargo generate-lockfile --quiet) || return 1
    printf '%-14s rusqlite %s\n' "$1" \
        "$(sed -n '/^name = "rusqlite"$/{n;s/version = "\(.*\)"/\1/p}' "$work/$1/Cargo.lock" | xargs)"
}

mkdir -p "$work/index/src"
touch "$work/index/src/lib.rs"
printf '[package]\nname = "index"\nedition = "2024"\n[workspace]\n[dependencies]\ncfg-if = "1"\n' \
    >"$work/index/Cargo.toml"
if ! (cd "$work/index" && cargo generate-lockfile --quiet 2>/dev/null); then
    echo 'SKIPPED: the package index cannot be reached.' >&2
    exit 0
fi
resolve alone ''
resolve sqlx-0.8 'sqlx = { version = "0.8", features = ["postgres", "runtime-tokio"] }'
resolve sqlx-0.9 'sqlx = { version = "0.9", features = ["postgres", "runtime-tokio"] }'
resolve outbox "sqlx = \"0.9\"
upvest-outbox = { path = \"$root/upvest-outbox\" }"
resolve sea-orm 'sea-orm = { version = "1", features = ["sqlx-postgres", "sqlx-sqlite", "runtime-tokio"] }'
resolve diesel 'diesel = { version = "2", features = ["sqlite"] }'
resolve rusqlite-0.43 'rusqlite = { version = "0.43", features = ["bundled"] }'
resolve rusqlite-0.37 'rusqlite = { version = "0.37", features = ["bundled"] }'
resolve rusqlite-0.32 'rusqlite = { version = "=0.32.1", features = ["bundled"] }'

for application in outbox diesel rusqlite-0.32; do
    (cd "$work/$application" && cargo check --quiet --tests --target-dir "$root/target/beside")
    echo "The sandbox builds next to $application."
done
