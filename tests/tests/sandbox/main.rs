//! The sandbox rejects what Upvest's sandbox rejects, with the same problem documents, and logs the
//! reason.

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
mod shared;
mod start;
mod verifier_cases;
