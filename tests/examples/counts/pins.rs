//! The file of pins, and how counts are compared with it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::callgrind::Functions;

/// The pinned counts. They hold for one version of the compiler.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Pins {
    /// What `rustc --version` prints.
    pub compiler: String,
    pub scenarios: BTreeMap<String, Counts>,
}

impl Pins {
    pub fn read(file: &Path) -> Self {
        let pins = std::fs::read(file).expect("a file of pins");
        serde_json::from_slice(&pins).expect("pins")
    }

    pub fn write(&self, file: &Path) {
        let pins = serde_json::to_string_pretty(self).expect("JSON");
        std::fs::write(file, pins + "\n").expect("a file of pins");
    }
}

/// What a scenario takes, once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    pub instructions: u64,
    /// Those of the thread that does the work.
    pub allocations: u64,
    /// How many bytes these allocate.
    pub bytes: u64,
    /// The functions that take the most instructions.
    pub functions: Functions,
}

impl Counts {
    /// A function is pinned if it takes at least one in so many instructions.
    const SMALLEST_PART: u64 = 500;

    /// What it takes to do the work `times` more often.
    pub fn between(once: &Functions, often: &Functions, times: u32, allocated: [u64; 2]) -> Self {
        let times = u64::from(times);
        let mut functions: Functions = often
            .iter()
            .map(|(name, count)| (name, count.saturating_sub(*once.get(name).unwrap_or(&0))))
            .map(|(name, count)| (name.clone(), count / times))
            .collect();
        let instructions = functions.values().sum();
        functions.retain(|_, count| *count * Self::SMALLEST_PART > instructions);
        let [allocations, bytes] = allocated.map(|count| count / times);
        Self { instructions, allocations, bytes, functions }
    }

    /// Returns the lower ones of two counts of the same work.
    pub fn lower(self, other: Self) -> Self {
        let (allocations, bytes) =
            (self.allocations.min(other.allocations), self.bytes.min(other.bytes));
        let lower = if other.instructions < self.instructions { other } else { self };
        Self { allocations, bytes, ..lower }
    }

    /// Says what grew by over 1 % (allocations: 0.5 %), and which functions did.
    pub fn growth(&self, pinned: &Self) -> Option<String> {
        let mut grown = String::new();
        for (what, allowed, now, before) in self.pairs(pinned) {
            if now * 1_000 > before * (1_000 + allowed) {
                let more = percent(now, before);
                let _ = writeln!(grown, "  {what}: {now}, pinned {before} (+{more} %)");
            }
        }
        if grown.is_empty() {
            return None;
        }
        let mut functions: Vec<(u64, &str, u64, u64)> = self
            .functions
            .iter()
            .map(|(name, now)| (name, *now, *pinned.functions.get(name).unwrap_or(&0)))
            .filter(|(_, now, before)| now > before)
            .map(|(name, now, before)| (now - before, name.as_str(), now, before))
            .collect();
        functions.sort_unstable_by(|left, right| right.cmp(left));
        for (more, name, now, before) in functions.into_iter().take(8) {
            let _ = writeln!(grown, "  +{more} in {name} ({before} to {now})");
        }
        Some(grown)
    }

    /// Says what is over 1 % lower than its pin.
    pub fn decline(&self, pinned: &Self) -> Option<String> {
        let mut lower = String::new();
        for (what, _, now, before) in self.pairs(pinned) {
            if now * 100 < before * 99 {
                let less = percent(before, now);
                let _ = writeln!(lower, "  {what}: {now}, pinned {before} (-{less} %)");
            }
        }
        (!lower.is_empty()).then_some(lower)
    }

    /// Lists the functions that take the most instructions.
    pub fn profile(&self) -> String {
        let mut functions: Vec<_> = self.functions.iter().collect();
        functions.sort_unstable_by_key(|(_, count)| std::cmp::Reverse(**count));
        let mut profile = String::new();
        for (name, count) in functions {
            let permille = count * 1_000 / self.instructions.max(1);
            let _ =
                writeln!(profile, "  {:>3}.{} % {count:>9} {name}", permille / 10, permille % 10);
        }
        profile
    }

    /// What is compared: its name, the growth that is allowed, in thousandths, and both counts.
    ///
    /// Allocations hardly vary, so one more of 200 is too many.
    fn pairs(&self, pinned: &Self) -> [(&'static str, u64, u64, u64); 3] {
        [
            ("instructions", 10, self.instructions, pinned.instructions),
            ("allocations", 5, self.allocations, pinned.allocations),
            ("bytes allocated", 10, self.bytes, pinned.bytes),
        ]
    }
}

/// By how much `high` is above `low`, in percent with one decimal.
fn percent(high: u64, low: u64) -> String {
    let tenths = (high - low) * 1_000 / low.max(1);
    format!("{}.{}", tenths / 10, tenths % 10)
}
