//! Webhooks: subscribing to events, verifying requests and reading the events in them.
//!
//! | task | |
//! | --- | --- |
//! | subscribe to events | [`Webhooks`] |
//! | verify received requests and read their events | [`WebhookVerifier`] |
//! | declare types for the objects of events | [`events!`](crate::events) |
//! | wait for an event | [`Inbox`] |
//!
//! [`guide::webhooks`](crate::guide::webhooks) shows a complete receiver, and lists how to respond.

mod error;
mod event;
mod inbox;
mod keys;
mod recent;
mod subscription;
mod verifier;

pub use error::WebhookError;
pub use event::{Event, EventError, EventId};
pub use inbox::Inbox;
pub use keys::{VerificationKeySet, VerificationKeys};
pub use subscription::{
    BatchDelay, CreateWebhook, ListWebhooks, UpdateWebhook, Webhook, WebhookConfig, WebhookId,
    Webhooks,
};
pub use verifier::{Delivery, WebhookVerifier, WebhookVerifierBuilder};
