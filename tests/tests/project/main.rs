//! The project itself: its wording, its READMEs, the layers of its crates.

mod english;
mod layers;
mod readme;
