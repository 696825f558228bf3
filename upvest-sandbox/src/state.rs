//! The state, as tests look at it and change it.

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
const MOST: u32 = 1_000;

/// Account groups, balances and operations. The API has no endpoint for most of this.
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
/// let now = sandbox.state().decrease(decrease.id).expect("it is there");
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

    /// The balance of an account group in minor units (cents, pence).
    #[must_use]
    pub fn balance(self, group: AccountGroupId, currency: &Currency) -> i64 {
        self.sums(group, currency).0
    }

    /// How many ledger entries an account group has in one currency: one for each operation that
    /// took effect.
    #[must_use]
    pub fn ledger_entries(self, group: AccountGroupId, currency: &Currency) -> i64 {
        self.sums(group, currency).1
    }

    fn sums(self, group: AccountGroupId, currency: &Currency) -> (i64, i64) {
        read(self.0.store.balance(group, currency, self.0.clock.now()))
    }

    /// An increase as it stands now.
    #[must_use]
    pub fn increase(self, id: VirtualCashIncreaseId) -> Option<VirtualCashIncrease> {
        self.find(id.into(), OperationKind::Increase)
    }

    /// A decrease as it stands now.
    #[must_use]
    pub fn decrease(self, id: VirtualCashDecreaseId) -> Option<VirtualCashDecrease> {
        self.find(id.into(), OperationKind::Decrease)
    }

    fn find<T: serde::de::DeserializeOwned>(self, id: Uuid, kind: OperationKind) -> Option<T> {
        let found = read(self.0.store.find(id, self.0.clock.now()))?;
        let found = Some(found).filter(|found| found.kind == kind)?;
        serde_json::from_value(serde_json::to_value(found).ok()?).ok()
    }

    /// The newest operations, newest first; a thousand at most.
    #[must_use]
    pub fn operations(self) -> Vec<Operation> {
        read(self.0.store.operations(MOST, self.0.clock.now()))
    }

    /// The account groups, oldest first; a thousand at most.
    #[must_use]
    pub fn account_groups(self) -> Vec<AccountGroupId> {
        read(self.0.store.account_groups(MOST))
    }

    /// Makes an account group. Nobody must, unless
    /// [`AccountGroupsKnown`](crate::Assumption::AccountGroupsKnown) is set.
    ///
    /// # Errors
    /// If the state cannot be written.
    pub fn add_account_group(self, group: AccountGroupId) -> Result<(), StateError> {
        Ok(self.0.store.add_account_group(group, self.0.clock.now())?)
    }

    /// Lets an operation take effect.
    ///
    /// # Errors
    /// If there is none with this id, if it is `CONFIRMED` or `CANCELLED`, or if the balance does not
    /// suffice.
    pub fn confirm(self, id: impl Into<Uuid>) -> Result<Operation, StateError> {
        self.step(id.into(), Step::Confirm)
    }

    /// Lets a decrease wait for money, until it is confirmed or cancelled by hand. Decreases behind
    /// it wait as well.
    ///
    /// # Errors
    /// If there is none with this id that is `ISSUED`.
    pub fn queue(self, id: impl Into<Uuid>) -> Result<Operation, StateError> {
        self.step(id.into(), Step::Queue)
    }

    /// Cancels an operation as Upvest itself does; a client can cancel no increase.
    ///
    /// # Errors
    /// If there is none with this id, or if it is `CONFIRMED` or `CANCELLED`.
    pub fn cancel(self, id: impl Into<Uuid>) -> Result<Operation, StateError> {
        self.step(id.into(), Step::Cancel)
    }

    fn step(self, id: Uuid, step: Step) -> Result<Operation, StateError> {
        Ok(self.0.store.step(id, step, self.0.clock.now())?)
    }

    /// Whether each balance is the sum of its ledger entries, each entry is one of a confirmed
    /// operation, and each confirmed operation has one. It always is; a test may ask.
    #[must_use]
    pub fn is_balanced(self) -> bool {
        self.0.store.is_balanced().unwrap_or(false)
    }
}

/// What was read. Where the state cannot be read there is nothing, and the reason is in the logs.
pub(crate) fn read<T: Default>(result: Result<T, Refused>) -> T {
    result.unwrap_or_else(|refused| {
        tracing::error!("the state cannot be read: {}", refused.reason);
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
