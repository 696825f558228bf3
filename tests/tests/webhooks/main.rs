//! Webhooks: what a verifier accepts and rejects, how it fetches keys, and what the sandbox sends.

mod attacker;
mod deliveries;
mod exactly_once;
mod forge;
mod keys;
mod receiver;
mod subscriptions;
mod tunnel;
mod verifier_cases;
