//! `Executions`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use upvest_core::events;

use super::OrderExecution;

events! {
    /// The events of `Executions`, as sent by webhook.
    pub enum ExecutionEvent {
        /// `EXECUTION.FILLED`.
        Filled(OrderExecution) = "EXECUTION.FILLED",
        /// `EXECUTION.SETTLED`.
        Settled(OrderExecution) = "EXECUTION.SETTLED",
        /// `EXECUTION.CANCELLED`.
        Cancelled(OrderExecution) = "EXECUTION.CANCELLED",
    }
}
