//! Webhooks: what a verifier takes and what it refuses, whom it asks for keys, and what the sandbox
//! sends.

mod attacker;
mod deliveries;
mod exactly_once;
mod forge;
mod keys;
mod receiver;
mod subscriptions;
mod verifier_cases;
