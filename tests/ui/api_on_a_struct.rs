//! `#[api]` on something else than a trait.

use upvest_core::api;

#[api]
pub struct Things;

fn main() {
    let _ = Things;
}
