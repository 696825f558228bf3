//! The sandbox refuses what the real one refuses, with its problem documents, and says why in its
//! log.

mod bench;
mod broken;
mod hints;
mod hostile;
mod itself;
mod load;
mod malformed;
mod mistakes;
mod money;
mod mutated;
mod requests;
mod seen;
mod start;
