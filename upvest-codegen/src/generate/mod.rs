//! Writing declarations.

mod endpoints;
mod enums;
mod facts;
mod format;
mod imports;
mod objects;
mod printer;

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::api::types::Shape;
use crate::error::Error;
use crate::names::{Chosen, Module, Names, choose};
use crate::{Description, api};

pub use format::{Formatting, format};

use printer::Printer;

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

/// Declarations, not yet formatted: see [`format`].
#[derive(Debug)]
pub struct Generated {
    files: BTreeMap<String, String>,
    unexpressed: Vec<String>,
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

    /// Returns what has no type and so is a `serde_json::Value`, and what was left out, by name and
    /// with the reason.
    #[must_use]
    pub fn unexpressed(&self) -> &[String] {
        &self.unexpressed
    }
}

impl Description {
    /// Writes declarations, and adds the names of new items to `names`.
    ///
    /// The same input gives the same text.
    ///
    /// # Errors
    /// Fails if the description has no such tag or operation, or two items have one name.
    pub fn generate(
        &self,
        selection: &Selection,
        layout: Layout,
        names: &mut Names,
    ) -> Result<Generated, Error> {
        let modules = modules(&self.0, selection)?;
        let chosen = choose(&self.0.types, &modules, names)?;
        let mut written = Vec::new();
        let mut ids = IndexMap::new();
        let mut unexpressed = self.0.skipped.clone();
        for (index, module) in modules.iter().enumerate() {
            let mut printer = Printer {
                types: &self.0.types,
                chosen: &chosen,
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
        let mut known = BTreeSet::new();
        unexpressed.retain(|name| known.insert(name.clone()));
        let title = self.version();
        let files = match layout {
            Layout::File => imports::one_file(&title, written),
            Layout::Folder => imports::folder(&title, &modules, &chosen, &written),
        };
        Ok(Generated { files, unexpressed })
    }
}

/// The selected operations and webhooks, by tag.
fn modules<'a>(api: &'a api::Api, selection: &Selection) -> Result<Vec<Module<'a>>, Error> {
    let Selection { tags, operations: ids, .. } = selection;
    if let Some(tag) = tags.iter().find(|tag| !api.tags().contains(&tag.as_str())) {
        return Err(Error::new(format!(
            "cannot generate: no tag `{tag}` (expected one of {})",
            api.tags().join(", ")
        )));
    }
    if let Some(id) = ids.iter().find(|id| !api.operations.iter().any(|it| it.id == **id)) {
        return Err(Error::new(format!(
            "cannot generate: no operation `{id}` (`upvest-codegen list` shows all)"
        )));
    }
    let is_all = tags.is_empty() && ids.is_empty();
    let has_tag = |tag: &String| is_all || tags.contains(tag);
    let modules = api.tags().into_iter().map(|tag| Module {
        tag,
        operations: api
            .operations
            .iter()
            .filter(|it| it.tag == tag && (has_tag(&it.tag) || ids.contains(&it.id)))
            .collect(),
        webhooks: api.webhooks.iter().filter(|it| it.tag == tag && has_tag(&it.tag)).collect(),
    });
    Ok(modules.filter(|it| !it.operations.is_empty() || !it.webhooks.is_empty()).collect())
}

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
