//! `Payments`.
//!
//! Written by `upvest-codegen`. Generating again replaces this file.

use serde::{Deserialize, Serialize};
use upvest_core::{
    AccountGroupId, Amount, Call, Currency, IdempotentCall, Page, Timestamp, api, events, id,
    open_enum,
};

use super::{MandateId, ReferenceAccountId, SortByCreatedAtOrId, SortOrder, UserId};

/// The endpoints of `Payments`.
///
/// # Errors
/// Fails as any [`Call`] does.
#[api(scope = ["payments:admin", "payments:read"])]
pub trait Payments: Send + Sync {
    /// Calls the operation `list_direct_debits`. The status of a success is 200.
    #[endpoint(GET, "/account_groups/{account_group_id}/payments/direct_debits", signed)]
    fn list_direct_debits(
        &self,
        account_group_id: AccountGroupId,
        query: &ListDirectDebits,
    ) -> Call<Page<DirectDebit>>;

    /// Calls the operation `create_direct_debit`. The status of a success is 200.
    #[endpoint(POST, "/payments/direct_debits", idempotent, signed, scope = "payments:admin")]
    fn create_direct_debit(&self, body: &CreateDirectDebit) -> IdempotentCall<DirectDebit>;

    /// Calls the operation `retrieve_direct_debit`. The status of a success is 200.
    #[endpoint(GET, "/payments/direct_debits/{direct_debit_id}", signed)]
    fn retrieve_direct_debit(&self, direct_debit_id: DirectDebitId) -> Call<DirectDebit>;

    /// Calls the operation `create_cash_withdrawal`. The status of a success is 200.
    #[endpoint(POST, "/payments/withdrawals", idempotent, signed, scope = "payments:admin")]
    fn create_cash_withdrawal(&self, body: &CreateCashWithdrawal) -> IdempotentCall<Withdrawal>;

    /// Calls the operation `retrieve_cash_withdrawal`. The status of a success is 200.
    #[endpoint(GET, "/payments/withdrawals/{withdrawal_id}", signed)]
    fn retrieve_cash_withdrawal(&self, withdrawal_id: WithdrawalId) -> Call<Withdrawal>;

    /// Calls the operation `cancel_cash_withdrawal`. The status of a success is 204.
    #[endpoint(DELETE, "/payments/withdrawals/{withdrawal_id}", signed, scope = "payments:admin")]
    fn cancel_cash_withdrawal(&self, withdrawal_id: WithdrawalId) -> Call<()>;

    /// Calls the operation `list_cash_withdrawals`. The status of a success is 200.
    #[endpoint(GET, "/account_groups/{account_group_id}/payments/withdrawals", signed)]
    fn list_cash_withdrawals(
        &self,
        account_group_id: AccountGroupId,
        query: &ListCashWithdrawals,
    ) -> Call<Page<Withdrawal>>;
}

/// The query of `list_direct_debits`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListDirectDebits {
    /// `id` or `created_at`. Default: `created_at`. Example: `id`.
    pub sort: Option<SortByCreatedAtOrId>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
}

/// The query of `list_cash_withdrawals`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ListCashWithdrawals {
    /// `id` or `created_at`. Default: `created_at`. Example: `id`.
    pub sort: Option<SortByCreatedAtOrId>,
    /// `ASC` or `DESC`. Default: `ASC`.
    pub order: Option<SortOrder>,
    /// A whole number, at least 0.
    pub offset: Option<u32>,
    /// A whole number, from 0 to 1000. Default: `100`.
    pub limit: Option<u32>,
}

/// An item of a response of `list_direct_debits`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DirectDebit {
    /// A UUID.
    pub id: DirectDebitId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A UUID.
    pub user_id: UserId,
    /// A UUID.
    pub account_group_id: AccountGroupId,
    /// A UUID.
    pub mandate_id: MandateId,
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    pub cash_amount: Amount,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
    /// A text of at most 140 characters, `^[0-9A-Za-z+?/\-:()\.,'; ]{0,140}$`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remittance_information: Option<String>,
    /// `NEW`, `PROCESSING`, `CONFIRMED` or `CANCELLED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<PaymentStatus>,
}

impl DirectDebit {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    pub const fn new(
        id: DirectDebitId,
        created_at: Timestamp,
        user_id: UserId,
        account_group_id: AccountGroupId,
        mandate_id: MandateId,
        cash_amount: Amount,
        currency: Currency,
    ) -> Self {
        Self {
            id,
            created_at,
            user_id,
            account_group_id,
            mandate_id,
            cash_amount,
            currency,
            remittance_information: None,
            status: None,
        }
    }
}

/// The request body of `create_direct_debit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateDirectDebit {
    /// A UUID.
    pub user_id: UserId,
    /// A UUID.
    pub account_group_id: AccountGroupId,
    /// A UUID.
    pub mandate_id: MandateId,
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    pub cash_amount: Amount,
    /// A text of at most 140 characters, `^[0-9A-Za-z+?/\-:()\.,'; ]{0,140}$`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remittance_information: Option<String>,
}

impl CreateDirectDebit {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub const fn new(
        user_id: UserId,
        account_group_id: AccountGroupId,
        mandate_id: MandateId,
        cash_amount: Amount,
    ) -> Self {
        Self { user_id, account_group_id, mandate_id, cash_amount, remittance_information: None }
    }
}

/// The request body of `create_cash_withdrawal`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateCashWithdrawal {
    /// A UUID.
    pub reference_account_id: ReferenceAccountId,
    /// A UUID.
    pub account_group_id: AccountGroupId,
    /// A UUID.
    pub user_id: UserId,
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    pub amount: Amount,
    /// A text of at most 140 characters, `^[0-9A-Za-z+?/\-:()\.,'; ]{0,140}$`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remittance_information: Option<String>,
}

impl CreateCashWithdrawal {
    /// Creates a value from the required fields; the others are `None`.
    #[must_use]
    pub const fn new(
        reference_account_id: ReferenceAccountId,
        account_group_id: AccountGroupId,
        user_id: UserId,
        amount: Amount,
    ) -> Self {
        Self {
            reference_account_id,
            account_group_id,
            user_id,
            amount,
            remittance_information: None,
        }
    }
}

/// A response of `create_cash_withdrawal`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Withdrawal {
    /// A UUID.
    pub id: WithdrawalId,
    /// A date and time (RFC 3339).
    pub created_at: Timestamp,
    /// A date and time (RFC 3339).
    pub updated_at: Timestamp,
    /// A UUID.
    pub reference_account_id: ReferenceAccountId,
    /// A UUID.
    pub account_group_id: AccountGroupId,
    /// A UUID.
    pub user_id: UserId,
    /// An amount of money, `^[0-9]{1,9}(\.[0-9]{2})?$`.
    pub amount: Amount,
    /// A currency (ISO 4217): `EUR`. Default: `EUR`.
    pub currency: Currency,
    /// A text of at most 140 characters, `^[0-9A-Za-z+?/\-:()\.,'; ]{0,140}$`.
    pub remittance_information: String,
    /// `NEW`, `PROCESSING`, `CONFIRMED` or `CANCELLED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<PaymentStatus>,
}

impl Withdrawal {
    /// Creates a value from the required fields, for fakes and tests; the others are `None`.
    #[must_use]
    #[allow(clippy::too_many_arguments, reason = "the API requires these fields")]
    pub fn new(
        id: WithdrawalId,
        created_at: Timestamp,
        updated_at: Timestamp,
        reference_account_id: ReferenceAccountId,
        account_group_id: AccountGroupId,
        user_id: UserId,
        amount: Amount,
        currency: Currency,
        remittance_information: impl Into<String>,
    ) -> Self {
        Self {
            id,
            created_at,
            updated_at,
            reference_account_id,
            account_group_id,
            user_id,
            amount,
            currency,
            remittance_information: remittance_information.into(),
            status: None,
        }
    }
}

open_enum! {
    /// The field `status` of [`DirectDebit`].
    pub enum PaymentStatus {
        /// `NEW`.
        New = "NEW",
        /// `PROCESSING`.
        Processing = "PROCESSING",
        /// `CONFIRMED`.
        Confirmed = "CONFIRMED",
        /// `CANCELLED`.
        Cancelled = "CANCELLED",
    }
}

events! {
    /// The events of `Payments`, as sent by webhook.
    pub enum PaymentEvent {
        /// `DIRECT_DEBIT.NEW`.
        DirectDebitNew(DirectDebit) = "DIRECT_DEBIT.NEW",
        /// `DIRECT_DEBIT.PROCESSING`.
        DirectDebitProcessing(DirectDebit) = "DIRECT_DEBIT.PROCESSING",
        /// `DIRECT_DEBIT.CONFIRMED`.
        DirectDebitConfirmed(DirectDebit) = "DIRECT_DEBIT.CONFIRMED",
        /// `DIRECT_DEBIT.CANCELLED`.
        DirectDebitCancelled(DirectDebit) = "DIRECT_DEBIT.CANCELLED",
        /// `WITHDRAWAL.NEW`.
        WithdrawalNew(Withdrawal) = "WITHDRAWAL.NEW",
        /// `WITHDRAWAL.PROCESSING`.
        WithdrawalProcessing(Withdrawal) = "WITHDRAWAL.PROCESSING",
        /// `WITHDRAWAL.CONFIRMED`.
        WithdrawalConfirmed(Withdrawal) = "WITHDRAWAL.CONFIRMED",
        /// `WITHDRAWAL.CANCELLED`.
        WithdrawalCancelled(Withdrawal) = "WITHDRAWAL.CANCELLED",
    }
}

id! {
    /// Identifies a direct debit.
    pub struct DirectDebitId;
}

id! {
    /// Identifies a withdrawal.
    pub struct WithdrawalId;
}
