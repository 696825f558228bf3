//! The sandbox refuses what the real one refuses, with its problem documents, and says why in its
//! log.

mod bench;
mod hostile;
mod money;
mod requests;
mod start;
