//! The client: requests, responses, settings, lists, documents, and the limits of what it accepts.

mod bad_input;
mod documents;
mod memory;
mod no_authorities;
mod pages;
mod parsers;
mod requests;
mod responses;
mod round_trip;
mod settings;
mod wire;
