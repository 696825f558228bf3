//! The outbox, each test on SQLite and on the Postgres in `UPVEST_TEST_POSTGRES` if it is set:
//!
//! ```text
//! bash tests/interop/postgres.sh cargo test -p upvest-tests --test outbox
//! ```

#[cfg(unix)]
mod crash;
mod database;
mod enqueue;
mod events;
mod failures;
mod leases;
mod order;
mod readme;
mod tables;
mod tampering;
mod window;
