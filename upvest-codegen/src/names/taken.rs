//! Names that are taken.

use std::collections::{HashMap, HashSet};

/// Names that a generated file has already: of types, traits and macros.
const OF_A_FILE: [&str; 45] = [
    "AccountGroupId",
    "Amount",
    "Box",
    "Bytes",
    "BTreeMap",
    "Call",
    "Clone",
    "CommaSeparated",
    "Copy",
    "CountryCode",
    "Currency",
    "Date",
    "Debug",
    "Decimal",
    "Default",
    "Deserialize",
    "Empty",
    "Endpoint",
    "Eq",
    "Err",
    "Error",
    "Hash",
    "IdempotentCall",
    "Into",
    "Isin",
    "None",
    "Number",
    "Ok",
    "Option",
    "Ord",
    "Other",
    "Page",
    "PartialEq",
    "PartialOrd",
    "Redirect",
    "Result",
    "Send",
    "Serialize",
    "Some",
    "String",
    "Sync",
    "Timestamp",
    "Uuid",
    "Value",
    "Vec",
];

/// Methods that a client has already, and methods whose constants would have the name of another
/// one. `#[api]` rejects both.
const OF_THE_CLIENT: [&str; 10] = [
    "base_url",
    "clone",
    "clone_from",
    "endpoints",
    "into",
    "now",
    "replay",
    "scopes",
    "to_owned",
    "try_into",
];

/// Names that files cannot have: those with a meaning for Cargo, and crates that `mod.rs` names.
const OF_CARGO: [&str; 4] = ["lib", "main", "mod", "upvest_core"];

/// The names in one scope.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    names: HashSet<String>,
    /// The last number that was added to a name.
    numbers: HashMap<String, u32>,
}

impl Taken {
    pub(super) fn types() -> Self {
        Self::of(&OF_A_FILE)
    }

    pub(super) fn methods() -> Self {
        Self::of(&OF_THE_CLIENT)
    }

    pub(super) fn files() -> Self {
        Self::of(&OF_CARGO)
    }

    pub(crate) fn of(names: &[&str]) -> Self {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Self { names, numbers: HashMap::new() }
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Returns whether the name was free.
    pub(super) fn insert(&mut self, name: &str) -> bool {
        self.names.insert(name.to_owned())
    }

    /// Takes the name, or the first one with a number that is free.
    pub(crate) fn take(&mut self, name: String) -> String {
        if self.names.insert(name.clone()) {
            return name;
        }
        let number = self.numbers.entry(name.clone()).or_insert(1);
        loop {
            *number += 1;
            let free = format!("{name}{number}");
            if self.names.insert(free.clone()) {
                return free;
            }
        }
    }

    /// Takes the first of these names that is free, else the last one with a number.
    pub(super) fn take_best(&mut self, wanted: &[String]) -> String {
        let best = wanted.iter().find(|name| !self.contains(name)).or(wanted.last());
        self.take(best.cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::Taken;

    #[test]
    fn a_taken_name_gets_a_number() {
        let mut taken = Taken::of(&["Order", "Order2"]);
        for expected in ["Order3", "Order4", "Order5"] {
            assert_eq!(taken.take("Order".to_owned()), expected);
        }
        assert_eq!(taken.take("User".to_owned()), "User");
        assert_eq!(taken.take("User".to_owned()), "User2");
        assert_eq!(taken.take("User2".to_owned()), "User22");
    }

    #[test]
    fn the_best_free_name_is_taken() {
        let mut taken = Taken::types();
        let wanted = ["String".to_owned(), "Text".to_owned()];
        assert_eq!(taken.take_best(&wanted), "Text");
        assert_eq!(taken.take_best(&wanted), "Text2");
    }
}
