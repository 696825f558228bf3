//! The project itself: its wording, its READMEs, the layers of its crates, its pinned counts.

mod counts;
mod english;
mod layers;
mod readme;
