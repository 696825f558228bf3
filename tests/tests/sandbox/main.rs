//! The sandbox refuses what the real one refuses, with its problem documents, and says why in its
//! log.

mod admin;
mod cash;
mod faults;
mod fixture;
mod hints;
mod load;
mod malformed;
mod mistakes;
mod mutated;
mod requests;
mod self_delivery;
mod start;
mod verifier_cases;
