//! Putting items into files: `use` declarations, and the file that exports all.

use std::collections::{BTreeMap, BTreeSet};

use crate::names::words::raw;
use crate::names::{Chosen, Module};

use super::printer::Printer;

/// The value types of `upvest-core`, which are exported again: users of the declarations need them.
const VALUES: [&str; 10] = [
    "AccountGroupId",
    "Amount",
    "CommaSeparated",
    "CountryCode",
    "Currency",
    "Date",
    "Decimal",
    "Isin",
    "Timestamp",
    "Uuid",
];

/// The items of a module, and what they name.
pub(super) struct Written {
    items: String,
    core: BTreeSet<&'static str>,
    paths: BTreeSet<&'static str>,
    foreign: BTreeSet<(usize, String)>,
}

impl Written {
    pub(super) fn of(printer: Printer<'_>) -> Self {
        let Printer { out: items, core, paths, foreign, .. } = printer;
        Self { items, core, paths, foreign }
    }

    /// The `use` declarations; `is_root` exports the value types again.
    fn imports(&self, is_root: bool) -> String {
        let mut imports = String::new();
        let std: Vec<&str> = self.paths_of("std::").collect();
        imports.extend(std.iter().map(|path| format!("use {path};\n")));
        if !std.is_empty() {
            imports.push('\n');
        }
        imports += &group("use serde", self.paths_of("serde::").map(last));
        imports += &group("use serde_json", self.paths_of("serde_json::").map(last));
        let is_value = |name: &&str| VALUES.contains(name);
        let core = self.core.iter().copied();
        if is_root {
            imports += &group("pub use upvest_core", core.clone().filter(is_value));
            imports += &group("use upvest_core", core.filter(|name| !is_value(name)));
        } else {
            imports += &group("use upvest_core", core);
        }
        let foreign = self.foreign.iter().map(|(_, name)| name.as_str());
        let foreign: BTreeSet<&str> = foreign.filter(|_| !is_root).collect();
        if !foreign.is_empty() {
            imports.push('\n');
            imports += &group("use super", foreign.into_iter());
        }
        imports
    }

    fn paths_of(&self, root: &'static str) -> impl Iterator<Item = &'static str> {
        self.paths.iter().copied().filter(move |path| path.starts_with(root))
    }
}

fn last(path: &'static str) -> &'static str {
    path.rsplit("::").next().unwrap_or(path)
}

fn group<'n>(root: &str, names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.collect();
    match names.as_slice() {
        [] => String::new(),
        [only] => format!("{root}::{only};\n"),
        names => format!("{root}::{{{}}};\n", names.join(", ")),
    }
}

fn header(title: &str) -> String {
    let title = super::markdown::escaped(title);
    format!(
        "//! Declarations of the {title}.\n//!\n//! {WRITTEN_BY}: names.toml has the names. Generating again replaces this file.\n\n"
    )
}

/// In each file, so that no other file is overwritten.
pub(super) const WRITTEN_BY: &str = "Written by `upvest-codegen`";

/// One file with everything.
pub(super) fn one_file(title: &str, written: Vec<Written>) -> BTreeMap<String, String> {
    let mut all = Written {
        items: String::new(),
        core: BTreeSet::new(),
        paths: BTreeSet::new(),
        foreign: BTreeSet::new(),
    };
    for Written { items, core, paths, .. } in written {
        all.items += &items;
        all.core.extend(core);
        all.paths.extend(paths);
    }
    let text = header(title) + &all.imports(true) + "\n" + &all.items;
    BTreeMap::from([("lib.rs".to_owned(), text)])
}

/// A file for each module, and `mod.rs`.
pub(super) fn folder(
    title: &str,
    modules: &[Module<'_>],
    chosen: &Chosen,
    written: &[Written],
) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut core: BTreeSet<&str> = BTreeSet::new();
    for ((module, file), written) in modules.iter().zip(&chosen.files).zip(written) {
        let tag = super::facts::code(module.tag);
        let docs =
            format!("//! {tag}.\n//!\n//! {WRITTEN_BY}. Generating again replaces this file.\n\n");
        let text = docs + &written.imports(false) + "\n" + &written.items;
        files.insert(format!("{file}.rs"), text);
        core.extend(written.core.iter().copied().filter(|name| VALUES.contains(name)));
    }
    let mut names: Vec<&String> = chosen.files.iter().collect();
    names.sort();
    let traits: Vec<&String> = modules
        .iter()
        .zip(&chosen.traits)
        .filter(|(module, _)| !module.operations.is_empty())
        .map(|(_, name)| name)
        .collect();
    let lines = |names: &[&String], write: fn(&str) -> String| {
        let lines: Vec<String> = names.iter().map(|name| write(name)).collect();
        lines.concat()
    };
    let root = [
        header(title),
        lines(&names, |name| format!("mod {};\n", raw(name))),
        "\nuse upvest_core::Endpoint;\n\n".to_owned(),
        // A crate may have the same name.
        lines(&names, |name| format!("pub use self::{}::*;\n", raw(name))),
        group("pub use upvest_core", core.into_iter()),
        "\n/// The tables of all traits.\n".to_owned(),
        format!("pub const ENDPOINTS: [&[Endpoint]; {}] = [\n", traits.len()),
        lines(&traits, |name| format!("<dyn {name}>::ENDPOINTS,\n")),
        "];\n".to_owned(),
    ];
    files.insert("mod.rs".to_owned(), root.concat());
    files
}
