//! Webhooks: subscribing to events, verifying requests and reading the events in them.
//!
//! | task | |
//! | --- | --- |
//! | subscribe to events | [`Webhooks`] |
//! | verify received requests and read their events | [`WebhookVerifier`] |
//! | declare types for the objects of events | [`events!`](crate::events) |
//! | wait for an event | [`Inbox`] |
//! | receive events without a host that Upvest can reach | [`EventTunnel`] |
//!
//! [`guide::webhooks`](crate::guide::webhooks) shows a complete receiver, and lists how to respond.

mod batch;
mod error;
mod event;
mod inbox;
mod keys;
mod object;
mod recent;
mod subscription;
pub(crate) mod tunnel;
mod verifier;

pub use error::WebhookError;
pub use event::{Event, EventError, EventId};
pub use inbox::Inbox;
pub use keys::{VerificationKeySet, VerificationKeys};
#[doc(hidden)]
pub use object::{EventObject, categories};
pub use subscription::{
    BatchDelay, CreateWebhook, ListWebhooks, UpdateWebhook, Webhook, WebhookConfig, WebhookId,
    Webhooks,
};
pub use tunnel::{EventTunnel, TunnelError};
pub use verifier::{Delivery, WebhookVerifier, WebhookVerifierBuilder};
