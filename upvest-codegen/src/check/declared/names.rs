//! Which declaration a name means.

use std::collections::HashMap;

use syn::UseTree;
use syn::ext::IdentExt as _;

use super::known::{self, CRATES};

/// The module in which something is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Home {
    pub(super) file: usize,
    /// The inline modules of the file, from the outermost.
    pub(super) modules: Vec<String>,
}

/// What a name means.
#[derive(Debug)]
pub(super) enum Found {
    Declared {
        index: usize,
        has_parameters: bool,
    },
    /// It is not declared in the sources, or it is imported from a crate that is known.
    Foreign(String),
    Ambiguous(String),
}

/// The names of all types and imports of the sources.
#[derive(Debug, Default)]
pub(super) struct Names {
    types: HashMap<String, Vec<Named>>,
    /// By file and local name.
    imports: HashMap<(usize, String), Import>,
}

#[derive(Debug)]
struct Named {
    home: Home,
    index: usize,
    has_parameters: bool,
}

#[derive(Debug)]
struct Import {
    /// The first segment of the path.
    root: String,
    name: String,
}

impl Names {
    /// Adds the type with this index.
    pub(super) fn declare(&mut self, name: String, home: Home, index: usize, has_parameters: bool) {
        self.types.entry(name).or_default().push(Named { home, index, has_parameters });
    }

    /// Adds the imports of a `use`.
    pub(super) fn import(&mut self, tree: &UseTree, file: usize) {
        self.add(tree, file, None);
    }

    fn add(&mut self, tree: &UseTree, file: usize, root: Option<&str>) {
        let (local, name) = match tree {
            UseTree::Path(path) => {
                let first = path.ident.unraw().to_string();
                return self.add(&path.tree, file, Some(root.unwrap_or(&first)));
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.add(tree, file, root);
                }
                return;
            }
            UseTree::Name(name) => (&name.ident, &name.ident),
            UseTree::Rename(rename) => (&rename.rename, &rename.ident),
            UseTree::Glob(_) => return,
        };
        let (local, name) = (local.unraw().to_string(), name.unraw().to_string());
        let root = root.unwrap_or(&name).to_owned();
        self.imports.insert((file, local), Import { root, name });
    }

    /// Finds the type that a path means in `home`.
    pub(super) fn find(&self, path: &syn::Path, home: &Home) -> Found {
        let mut segments = path.segments.iter().map(|segment| segment.ident.unraw().to_string());
        let first = segments.next().unwrap_or_default();
        let last = segments.next_back();
        match last {
            Some(last) => self.imported(&first, last, home),
            None if self.here(&first, home).is_some() => self.declared(first, home),
            None => match self.imports.get(&(home.file, first.clone())) {
                Some(import) => self.imported(&import.root, import.name.clone(), home),
                None => self.declared(first, home),
            },
        }
    }

    fn imported(&self, root: &str, name: String, home: &Home) -> Found {
        if CRATES.contains(&root) && known::is_known(&name) {
            Found::Foreign(name)
        } else {
            self.declared(name, home)
        }
    }

    /// The type of this name in the same module, or else in the same file, if there is only one.
    fn here(&self, name: &str, home: &Home) -> Option<&Named> {
        let all = self.types.get(name)?;
        let only = |same: &dyn Fn(&Named) -> bool| {
            let mut found = all.iter().filter(|named| same(named));
            found.next().filter(|_| found.next().is_none())
        };
        only(&|named| named.home == *home).or_else(|| only(&|named| named.home.file == home.file))
    }

    fn declared(&self, name: String, home: &Home) -> Found {
        let all = self.types.get(&name).map(Vec::as_slice).unwrap_or_default();
        match (self.here(&name, home), all) {
            (Some(named), _) | (None, [named]) => {
                Found::Declared { index: named.index, has_parameters: named.has_parameters }
            }
            (None, []) => Found::Foreign(name),
            (None, _) => Found::Ambiguous(name),
        }
    }
}
