//! `Webhook`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use upvest_core::events;

use super::Tree;

events! {
    /// The events of `Webhook`, as sent by webhook.
    pub enum WebhookEvent {
        /// `TYPE.MADE`.
        Made(Tree) = "TYPE.MADE",
    }
}
