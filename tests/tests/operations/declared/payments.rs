//! Bank accounts and payments.

use serde_json::Value;
use upvest_core::{AccountGroupId, Call, IdempotentCall, Page, api};
use uuid::Uuid;

use super::{Paging, UserId};

/// The bank accounts of users.
#[api(scope = "reference_accounts:admin")]
pub trait ReferenceAccounts: Send + Sync {
    #[endpoint(GET, "/users/{user_id}/payments/reference_accounts", signed, scope = ["reference_accounts:admin", "reference_accounts:read"])]
    fn list_reference_accounts(&self, user_id: UserId, query: &Paging) -> Call<Page<Value>>;

    #[endpoint(POST, "/payments/reference_accounts", idempotent, signed)]
    fn create_reference_account(&self, body: &Value) -> IdempotentCall<Value>;

    #[endpoint(GET, "/payments/reference_accounts/{reference_account_id}", signed, scope = ["reference_accounts:admin", "reference_accounts:read"])]
    fn get_reference_account(&self, reference_account_id: Uuid) -> Call<Value>;

    #[endpoint(DELETE, "/payments/reference_accounts/{reference_account_id}", signed)]
    fn remove_reference_account(&self, reference_account_id: Uuid) -> Call<()>;
}

/// Mandates for direct debits.
#[api(scope = "mandates:admin")]
pub trait Mandates: Send + Sync {
    #[endpoint(GET, "/users/{user_id}/payments/mandates", signed, scope = ["mandates:admin", "mandates:read"])]
    fn list_mandates(&self, user_id: UserId, query: &Paging) -> Call<Page<Value>>;

    #[endpoint(POST, "/payments/mandates", idempotent, signed)]
    fn create_mandate(&self, body: &Value) -> IdempotentCall<Value>;

    #[endpoint(GET, "/payments/mandates/{mandate_id}", signed, scope = ["mandates:admin", "mandates:read"])]
    fn get_mandate(&self, mandate_id: Uuid) -> Call<Value>;

    #[endpoint(DELETE, "/payments/mandates/{mandate_id}", signed)]
    fn cancel_mandate(&self, mandate_id: Uuid) -> Call<()>;
}

/// Direct debits and withdrawals.
#[api(scope = "payments:admin")]
pub trait Payments: Send + Sync {
    #[endpoint(GET, "/account_groups/{account_group_id}/payments/direct_debits", signed, scope = ["payments:admin", "payments:read"])]
    fn list_direct_debits(
        &self,
        account_group_id: AccountGroupId,
        query: &Paging,
    ) -> Call<Page<Value>>;

    #[endpoint(POST, "/payments/direct_debits", idempotent, signed)]
    fn create_direct_debit(&self, body: &Value) -> IdempotentCall<Value>;

    #[endpoint(GET, "/payments/direct_debits/{direct_debit_id}", signed, scope = ["payments:admin", "payments:read"])]
    fn get_direct_debit(&self, direct_debit_id: Uuid) -> Call<Value>;

    #[endpoint(POST, "/payments/withdrawals", idempotent, signed)]
    fn create_withdrawal(&self, body: &Value) -> IdempotentCall<Value>;

    #[endpoint(GET, "/payments/withdrawals/{withdrawal_id}", signed, scope = ["payments:admin", "payments:read"])]
    fn get_withdrawal(&self, withdrawal_id: Uuid) -> Call<Value>;

    #[endpoint(DELETE, "/payments/withdrawals/{withdrawal_id}", signed)]
    fn cancel_withdrawal(&self, withdrawal_id: Uuid) -> Call<()>;

    #[endpoint(GET, "/account_groups/{account_group_id}/payments/withdrawals", signed, scope = ["payments:admin", "payments:read"])]
    fn list_withdrawals(
        &self,
        account_group_id: AccountGroupId,
        query: &Paging,
    ) -> Call<Page<Value>>;
}
