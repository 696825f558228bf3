//! What the API tells on its own: webhooks, from the subscription to the event.
//!
//! | to | |
//! | --- | --- |
//! | say which events to send where | [`Webhooks`] |
//! | check what comes in, and read its events | [`WebhookVerifier`] |
//! | give a type to the objects of events | [`events!`](crate::events) |
//! | wait until something has happened | [`Inbox`] |
//!
//! [`guide::webhooks`](crate::guide::webhooks) shows a whole receiver, and says what to answer when.

mod error;
mod event;
mod inbox;
mod keys;
mod subscription;
mod verifier;

pub use error::WebhookError;
pub use event::{Event, EventError, EventId};
pub use inbox::Inbox;
pub use keys::{VerificationKeySet, VerificationKeys};
pub use subscription::{
    CreateWebhook, ListWebhooks, PackageDelay, UpdateWebhook, Webhook, WebhookConfig, WebhookId,
    Webhooks,
};
pub use verifier::{Delivery, WebhookVerifier, WebhookVerifierBuilder};
