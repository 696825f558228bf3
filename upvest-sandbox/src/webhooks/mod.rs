//! Webhooks: subscriptions, batches of events, and their delivery with retries until accepted.

pub(crate) mod acceptor;
pub(crate) mod endpoints;
#[cfg(test)]
mod growth;
pub(crate) mod handle;
pub(crate) mod keys;
pub(crate) mod newest;
pub(crate) mod queue;
pub(crate) mod sender;
pub(crate) mod subscriptions;
