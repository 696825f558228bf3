//! `Account Groups`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use upvest_core::events;

use super::AccountGroup;

events! {
    /// The events of `Account Groups`, as sent by webhook.
    pub enum AccountGroupEvent {
        /// `ACCOUNT_GROUP.CREATED`.
        Created(AccountGroup) = "ACCOUNT_GROUP.CREATED",
        /// `ACCOUNT_GROUP.ACTIVATED`.
        Activated(AccountGroup) = "ACCOUNT_GROUP.ACTIVATED",
        /// `ACCOUNT_GROUP.CLOSING_INITIATED`.
        ClosingInitiated(AccountGroup) = "ACCOUNT_GROUP.CLOSING_INITIATED",
        /// `ACCOUNT_GROUP.CLOSED`.
        Closed(AccountGroup) = "ACCOUNT_GROUP.CLOSED",
        /// `ACCOUNT_GROUP.LOCKED`.
        Locked(AccountGroup) = "ACCOUNT_GROUP.LOCKED",
    }
}
