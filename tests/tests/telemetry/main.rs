//! Spans, events and logs: what they show of a call, and that they contain no secret.

mod observers;
mod payments;
mod secrets;
mod spans;
