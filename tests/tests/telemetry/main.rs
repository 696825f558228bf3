//! Spans, events and logs: what they show of a call, and that they contain no secret.

mod observers;
mod secrets;
mod spans;
