//! The state, as tests read and change it.

use std::fmt;

use upvest_core::{AccountGroupId, Currency};
use upvest_virtual_cash::{
    VirtualCashDecrease, VirtualCashDecreaseId, VirtualCashIncrease, VirtualCashIncreaseId,
};
use uuid::Uuid;

use crate::cash::{Operation, OperationKind, Step};
use crate::problem::Refused;
use crate::world::World;

/// The most operations and account groups that are listed.
pub(crate) const MOST: u32 = 1_000;

/// Access to account groups, balances and operations. The API has no endpoint for most of this.
///
/// # Examples
///
/// ```
/// use upvest_sandbox::{Progress, Sandbox};
/// use upvest_virtual_cash::{
///     CreateVirtualCashDecrease, Currency, VirtualCash, VirtualCashDecreaseStatus,
/// };
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sandbox = Sandbox::builder().progress(Progress::Manual).start().await?;
/// let order = CreateVirtualCashDecrease {
///     account_group_id: "ac1c39e9-2101-46b8-a624-d10a9e351b6c".parse()?,
///     amount: "20.00".parse()?,
///     currency: Currency::Eur,
/// };
/// let decrease = sandbox.client()?.decrease(&order).await?;
/// sandbox.state().queue(decrease.id)?;
/// let now = sandbox.state().decrease(decrease.id).expect("it exists");
/// assert_eq!(now.status, VirtualCashDecreaseStatus::Queued);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct State<'a>(&'a World);

impl<'a> State<'a> {
    pub(crate) fn of(world: &'a World) -> Self {
        Self(world)
    }

    /// Returns the balance of an account group in minor units (cents, pence).
    #[must_use]
    pub fn balance(self, group: AccountGroupId, currency: &Currency) -> i64 {
        read(self.0.store.balance(group, currency, self.0.clock.now()))
    }

    /// Returns the number of ledger entries of an account group in one currency.
    ///
    /// There is one for each operation that took effect.
    #[must_use]
    pub fn ledger_entries(self, group: AccountGroupId, currency: &Currency) -> i64 {
        read(self.0.store.ledger_entries(group, currency, self.0.clock.now()))
    }

    /// Returns the current state of an increase.
    #[must_use]
    pub fn increase(self, id: VirtualCashIncreaseId) -> Option<VirtualCashIncrease> {
        self.find(id.into(), OperationKind::Increase)
    }

    /// Returns the current state of a decrease.
    #[must_use]
    pub fn decrease(self, id: VirtualCashDecreaseId) -> Option<VirtualCashDecrease> {
        self.find(id.into(), OperationKind::Decrease)
    }

    fn find<T: serde::de::DeserializeOwned>(self, id: Uuid, kind: OperationKind) -> Option<T> {
        let found = read(self.0.store.find(id, self.0.clock.now()))?;
        let found = Some(found).filter(|found| found.kind == kind)?;
        serde_json::from_value(serde_json::to_value(found).ok()?).ok()
    }

    /// Returns the newest operations, newest first; at most 1,000.
    #[must_use]
    pub fn operations(self) -> Vec<Operation> {
        self.newest_operations(MOST)
    }

    pub(crate) fn newest_operations(self, most: u32) -> Vec<Operation> {
        read(self.0.store.operations(most, self.0.clock.now()))
    }

    /// Returns the account groups, oldest first; at most 1,000.
    #[must_use]
    pub fn account_groups(self) -> Vec<AccountGroupId> {
        read(self.0.store.account_groups(MOST))
    }

    /// Creates an account group.
    ///
    /// This is necessary only if [`AccountGroupsKnown`](crate::Assumption::AccountGroupsKnown) is
    /// set.
    ///
    /// # Errors
    /// Fails if the state cannot be written.
    pub fn add_account_group(self, group: AccountGroupId) -> Result<(), StateError> {
        Ok(self.0.store.add_account_group(group, self.0.clock.now())?)
    }

    /// Confirms an operation, which then takes effect.
    ///
    /// # Errors
    /// Fails if there is no operation with this id, if it is `CONFIRMED` or `CANCELLED`, or if the
    /// balance is insufficient.
    pub fn confirm(self, id: impl Into<Uuid>) -> Result<Operation, StateError> {
        self.step(id.into(), Step::Confirm)
    }

    /// Queues a decrease until it is confirmed or cancelled manually. Later decreases wait as well.
    ///
    /// # Errors
    /// Fails if there is no decrease with this id that is `ISSUED`.
    pub fn queue(self, id: impl Into<Uuid>) -> Result<Operation, StateError> {
        self.step(id.into(), Step::Queue)
    }

    /// Cancels an operation as Upvest itself does; a client cannot cancel an increase.
    ///
    /// # Errors
    /// Fails if there is no operation with this id, or if it is `CONFIRMED` or `CANCELLED`.
    pub fn cancel(self, id: impl Into<Uuid>) -> Result<Operation, StateError> {
        self.step(id.into(), Step::Cancel)
    }

    fn step(self, id: Uuid, step: Step) -> Result<Operation, StateError> {
        Ok(self.0.store.step(id, step, self.0.clock.now())?)
    }

    /// Returns whether the books balance, which is always true; a test can assert it.
    ///
    /// Each balance is the sum of its ledger entries, each entry belongs to a confirmed operation,
    /// and each confirmed operation has one.
    #[must_use]
    pub fn is_balanced(self) -> bool {
        self.0.store.is_balanced().unwrap_or(false)
    }
}

/// Returns what was read. If the state cannot be read, returns the default and logs the reason.
pub(crate) fn read<T: Default>(result: Result<T, Refused>) -> T {
    result.unwrap_or_else(|refused| {
        tracing::error!("cannot read the state: {}", refused.reason);
        T::default()
    })
}

impl fmt::Debug for State<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("operations", &self.operations().len()).finish()
    }
}

/// Why the state was not changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateError {
    pub(crate) status: u16,
    message: String,
}

impl From<Refused> for StateError {
    fn from(refused: Refused) -> Self {
        Self { status: refused.status.as_u16(), message: refused.reason }
    }
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StateError {}
