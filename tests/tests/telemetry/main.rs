//! Spans, events and logs: what they show of a call, and that no secret is in them.

mod secrets;
mod spans;
