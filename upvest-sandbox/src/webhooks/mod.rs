//! Webhooks: the subscriptions, what is to be sent, and sending it until it is accepted.

pub(crate) mod endpoints;
pub(crate) mod handle;
pub(crate) mod keys;
pub(crate) mod queue;
pub(crate) mod sender;
pub(crate) mod subscriptions;
