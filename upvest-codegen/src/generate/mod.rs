//! Writing declarations.

mod constructors;
mod endpoints;
mod enums;
mod facts;
mod format;
mod imports;
mod lints;
mod markdown;
mod objects;
mod printer;
mod secrets;
mod tags;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use indexmap::{IndexMap, IndexSet};

use crate::api::Operation;
use crate::api::echoes::missing_echo;
use crate::api::types::{Shape, Types};
use crate::error::{Error, one_line};
use crate::names::words::words;
use crate::names::{Chosen, Module, Names, choose};
use crate::{Description, api};

pub use format::{Formatting, format};

use printer::Printer;
use tags::tags;

/// What to generate.
///
/// # Examples
///
/// ```
/// use upvest_codegen::Selection;
///
/// let orders = Selection::of_tag("Orders").and_operation("retrieve_instrument");
/// let all = Selection::all();
/// ```
#[derive(Debug, Clone, Default)]
pub struct Selection {
    tags: Vec<String>,
    operations: Vec<String>,
    has_descriptions: bool,
}

/// How the declarations are laid out in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layout {
    /// One file.
    File,
    /// A file for each tag, and `mod.rs`, which exports all of them.
    Folder,
}

/// Declarations, not yet formatted: see [`format()`].
#[derive(Debug)]
pub struct Generated {
    files: BTreeMap<String, String>,
    unexpressed: Vec<String>,
    warnings: Vec<String>,
}

impl Selection {
    /// Selects everything.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Selects the operations and webhooks of a tag.
    #[must_use]
    pub fn of_tag(tag: impl Into<String>) -> Self {
        Self::all().and_tag(tag)
    }

    /// Selects a single operation.
    #[must_use]
    pub fn of_operation(id: impl Into<String>) -> Self {
        Self::all().and_operation(id)
    }

    /// Selects the operations and webhooks of one more tag.
    #[must_use]
    pub fn and_tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// Selects one more operation.
    #[must_use]
    pub fn and_operation(mut self, id: impl Into<String>) -> Self {
        self.operations.push(id.into());
        self
    }

    /// Copies sentences of the description into the docs. Check first that its licence allows it.
    #[must_use]
    pub fn with_descriptions(mut self) -> Self {
        self.has_descriptions = true;
        self
    }
}

impl Generated {
    /// Returns the files: names and texts. [`Layout::File`] has one, `lib.rs`.
    #[must_use]
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// Returns what no declaration expresses, by name and with the reason.
    ///
    /// A value without a type is a `serde_json::Value`; anything else is left out.
    #[must_use]
    pub fn unexpressed(&self) -> &[String] {
        &self.unexpressed
    }

    /// Returns what to look at after generating again.
    ///
    /// That is types that are new, and names for operations that the description does not have.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

impl Description {
    /// Writes declarations, and adds the names of new items to `names`.
    ///
    /// The same input gives the same text.
    ///
    /// # Errors
    /// Fails if the description has no such tag or operation, if two items have one name, or if a field
    /// in `echoes` is not in the request and in the response.
    pub fn generate(
        &self,
        selection: &Selection,
        layout: Layout,
        names: &mut Names,
    ) -> Result<Generated, Error> {
        let modules = modules(&self.0, selection)?;
        for operation in modules.iter().flat_map(|module| &module.operations) {
            check_echoes(&self.0.types, operation, names)?;
        }
        let known = names.clone();
        let chosen = choose(&self.0.types, &modules, names)?;
        let warnings = warnings(&self.0, &known, names);
        let tags = tags(&self.0.types, &chosen);
        let mut written = Vec::new();
        let mut ids = IndexMap::new();
        let mut unexpressed = self.0.skipped.clone();
        for (index, module) in modules.iter().enumerate() {
            let mut printer = Printer {
                types: &self.0.types,
                chosen: &chosen,
                tags: &tags,
                has_descriptions: selection.has_descriptions,
                module: index,
                out: String::new(),
                core: BTreeSet::new(),
                paths: BTreeSet::new(),
                foreign: BTreeSet::new(),
                ids,
                unexpressed: Vec::new(),
            };
            write(&mut printer, module, names);
            unexpressed.append(&mut printer.unexpressed);
            ids = std::mem::take(&mut printer.ids);
            written.push(imports::Written::of(printer));
        }
        let unexpressed: IndexSet<String> = unexpressed.iter().map(|it| one_line(it)).collect();
        let unexpressed = unexpressed.into_iter().collect();
        let warnings = warnings.iter().map(|it| one_line(it)).collect();
        let title = self.version();
        let files = match layout {
            Layout::File => imports::one_file(&title, written),
            Layout::Folder => imports::folder(&title, &modules, &chosen, &written),
        };
        Ok(Generated { files, unexpressed, warnings })
    }
}

fn check_echoes(types: &Types, operation: &Operation, names: &Names) -> Result<(), Error> {
    let echoes = names.echoes.get(&operation.id).into_iter().flatten();
    match missing_echo(types, operation, echoes) {
        None => Ok(()),
        Some((name, place)) => Err(Error::new(format!(
            "cannot use the names: `{}` in `echoes` of `{}` is not a field of the {place} (name \
             fields that the response repeats)",
            name, operation.id
        ))),
    }
}

fn warnings(api: &api::Api, known: &Names, names: &Names) -> Vec<String> {
    let is_first = known.types.is_empty();
    let new =
        names.types.iter().filter(|(place, _)| !is_first && !known.types.contains_key(*place));
    let new = new.map(|(place, name)| format!("the type `{name}` is new ({place})"));
    let operations = known.methods.keys().chain(known.echoes.keys());
    let described: HashSet<&str> = api.operations.iter().map(|it| it.id.as_str()).collect();
    let unknown = operations.filter(|id| !described.contains(id.as_str()));
    let unknown =
        unknown.map(|id| format!("the names are for an operation `{id}`, which is not described"));
    new.chain(unknown).collect()
}

/// The selected operations and webhooks, by tag.
fn modules<'a>(api: &'a api::Api, selection: &Selection) -> Result<Vec<Module<'a>>, Error> {
    let Selection { tags, operations: ids, .. } = selection;
    let mut modules: IndexMap<&str, Module<'_>> = IndexMap::new();
    for tag in api.tags() {
        modules.insert(tag, Module { tag, operations: Vec::new(), webhooks: Vec::new() });
    }
    if let Some(tag) = tags.iter().find(|tag| !modules.contains_key(tag.as_str())) {
        let known: Vec<&str> = modules.keys().copied().collect();
        return Err(Error::new(format!(
            "cannot generate: no tag `{tag}` (expected {})",
            one_of(&known)
        )));
    }
    let known: Vec<&str> = api.operations.iter().map(|it| it.id.as_str()).collect();
    if let Some(id) = ids.iter().find(|id| !known.contains(&id.as_str())) {
        let words = words(id);
        let matches = |known: &&str| words.iter().filter(|word| known.contains(*word)).count();
        // Those with the most words in common first.
        let mut near: Vec<&str> = known.into_iter().filter(|it| matches(it) > 0).collect();
        near.sort_by_key(|known| std::cmp::Reverse(matches(known)));
        let rest = match near.as_slice() {
            [] => "`upvest-codegen list` shows all".to_owned(),
            near => format!("expected {}", one_of(near)),
        };
        return Err(Error::new(format!("cannot generate: no operation `{id}` ({rest})")));
    }
    let is_all = tags.is_empty() && ids.is_empty();
    let has_tag = |tag: &String| is_all || tags.contains(tag);
    for operation in api.operations.iter().filter(|it| has_tag(&it.tag) || ids.contains(&it.id)) {
        if let Some(module) = modules.get_mut(operation.tag.as_str()) {
            module.operations.push(operation);
        }
    }
    for webhook in api.webhooks.iter().filter(|it| has_tag(&it.tag)) {
        if let Some(module) = modules.get_mut(webhook.tag.as_str()) {
            module.webhooks.push(webhook);
        }
    }
    let is_used = |it: &Module<'_>| !it.operations.is_empty() || !it.webhooks.is_empty();
    Ok(modules.into_values().filter(is_used).collect())
}

/// The names that are expected, as far as a line holds them.
fn one_of(names: &[&str]) -> String {
    let shown: Vec<String> =
        names.iter().take(MOST_NAMES).map(|name| format!("`{name}`")).collect();
    match names.len().checked_sub(MOST_NAMES) {
        Some(more @ 1..) => format!("one of {} and {more} more", shown.join(", ")),
        _ if names.len() == 1 => shown.concat(),
        _ => format!("one of {}", shown.join(", ")),
    }
}

/// More names are not listed in an error.
const MOST_NAMES: usize = 30;

fn write(printer: &mut Printer<'_>, module: &Module<'_>, names: &Names) {
    let chosen: &Chosen = printer.chosen;
    let index = printer.module;
    if let Some(name) = chosen.traits.get(index).filter(|_| !module.operations.is_empty()) {
        printer.api_trait(name, module, names);
    }
    for operation in module.operations.iter().filter(|operation| !operation.query.is_empty()) {
        printer.query(operation);
    }
    let declared = || chosen.types.iter().filter(move |(_, it)| it.module == index);
    for (id, _) in declared() {
        match printer.types.shape(*id) {
            Shape::Object(object) => printer.object(*id, object),
            Shape::OneOf(one_of) => printer.alternatives(*id, one_of),
            _ => {}
        }
    }
    for (id, _) in declared() {
        if let Shape::Enum(texts) = printer.types.shape(*id) {
            printer.texts(*id, texts);
        }
    }
    if let Some(name) = chosen.events.get(index).filter(|_| !module.webhooks.is_empty()) {
        printer.events(name, module.tag, &module.webhooks);
    }
    let ids: Vec<String> = printer
        .ids
        .iter()
        .filter(|(_, module)| **module == index)
        .map(|(name, _)| name.clone())
        .collect();
    for name in ids {
        printer.id(&name);
    }
}
