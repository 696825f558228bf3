//! The project itself: the README, the layers of the crates.

mod layers;
mod readme;
