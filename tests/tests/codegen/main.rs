//! `upvest-codegen`: whether declarations and descriptions agree.

mod bad_input;
mod drift;
mod generated;
mod mutated;
#[warn(clippy::pedantic)]
#[expect(dead_code, unused_imports, reason = "no test needs all of it")]
mod odd;
mod schemas;
mod shapes;
mod stable;
