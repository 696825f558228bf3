//! Tests of the client: requests, responses, settings, pages, documents, and limits.

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
