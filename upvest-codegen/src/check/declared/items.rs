//! Finds the declarations in files and their inline modules.

use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::{GenericParam, Generics, Ident, Item, ItemTrait};

use super::attributes::{derives, is_test};
use super::macros::MacroItem;
use super::names::{Home, Names};
use super::ty::Ty;
use super::{Declarations, Definition, Position, Type, api, enums, structs};
use crate::error::Error;

/// All items that may declare something, with the names of all types.
pub(super) struct Collected<'s> {
    names: Names,
    /// In the order in which their indexes were given.
    types: Vec<(Home, TypeItem<'s>)>,
    traits: Vec<(Home, &'s ItemTrait)>,
    events: Vec<(Home, MacroItem)>,
}

enum TypeItem<'s> {
    Struct(&'s syn::ItemStruct),
    Enum(&'s syn::ItemEnum),
    Alias(&'s syn::ItemType),
    Macro(MacroItem),
}

impl<'s> Collected<'s> {
    pub(super) fn of(files: &'s [syn::File]) -> Self {
        let mut collected = Self {
            names: Names::default(),
            types: Vec::new(),
            traits: Vec::new(),
            events: Vec::new(),
        };
        for (file, parsed) in files.iter().enumerate() {
            collected.collect(&parsed.items, &Home { file, modules: Vec::new() });
        }
        collected
    }

    fn collect(&mut self, items: &'s [Item], home: &Home) {
        for item in items {
            match item {
                Item::Mod(module) if !is_test(&module.attrs) => {
                    if let Some((_, items)) = &module.content {
                        let mut inner = home.clone();
                        inner.modules.push(module.ident.to_string());
                        self.collect(items, &inner);
                    }
                }
                Item::Use(item) => self.names.import(&item.tree, home.file),
                Item::Trait(item) if !is_test(&item.attrs) => {
                    self.traits.push((home.clone(), item));
                }
                Item::Struct(item) if !is_test(&item.attrs) => {
                    self.add(&item.ident, &item.generics, home, TypeItem::Struct(item));
                }
                Item::Enum(item) if !is_test(&item.attrs) => {
                    self.add(&item.ident, &item.generics, home, TypeItem::Enum(item));
                }
                Item::Type(item) if !is_test(&item.attrs) => {
                    self.add(&item.ident, &item.generics, home, TypeItem::Alias(item));
                }
                Item::Macro(item) if !is_test(&item.attrs) => match MacroItem::read(&item.mac) {
                    Some(events @ MacroItem::Events(_)) => self.events.push((home.clone(), events)),
                    Some(item) => {
                        let name = item.name().clone();
                        self.add(&name, &Generics::default(), home, TypeItem::Macro(item));
                    }
                    None => {}
                },
                _ => {}
            }
        }
    }

    fn add(&mut self, name: &Ident, generics: &Generics, home: &Home, item: TypeItem<'s>) {
        let has_parameters =
            generics.params.iter().any(|parameter| !matches!(parameter, GenericParam::Lifetime(_)));
        let name = name.unraw().to_string();
        self.names.declare(name, home.clone(), self.types.len(), has_parameters);
        self.types.push((home.clone(), item));
    }

    /// Reads all items, now that all names are known.
    pub(super) fn read(&self, declarations: &mut Declarations) -> Result<(), Error> {
        for (home, item) in &self.types {
            declarations.types.push(item.read(home, &self.names));
        }
        for (home, item) in &self.events {
            declarations.events.extend(item.events(home, &self.names));
        }
        for (home, item) in &self.traits {
            let read = api::read(item, home, &self.names).map_err(|cause| {
                let path = declarations.files.get(home.file).map(String::as_str);
                Error::new(format!(
                    "cannot read {}:{}: invalid attribute: {cause}",
                    path.unwrap_or_default(),
                    line(cause.span()),
                ))
            })?;
            declarations.traits.extend(read);
        }
        Ok(())
    }
}

impl TypeItem<'_> {
    fn read(&self, home: &Home, names: &Names) -> Type {
        let (name, attributes, definition) = match self {
            Self::Struct(item) => (&item.ident, &*item.attrs, structs::read(item, home, names)),
            Self::Enum(item) => (&item.ident, &*item.attrs, enums::read(item, home, names)),
            Self::Alias(item) => {
                let aliased = Ty::read(&item.ty, home, names);
                (&item.ident, &*item.attrs, structs::alias(aliased))
            }
            Self::Macro(item) => {
                let nothing = Definition::Opaque("it declares no type");
                let definition = item.definition(home, names).unwrap_or(nothing);
                (item.name(), &[][..], definition)
            }
        };
        let has_derives = matches!(self, Self::Struct(_) | Self::Enum(_));
        Type {
            name: name.unraw().to_string(),
            position: Position { file: home.file, line: line(name.span()) },
            definition,
            is_written: !has_derives || derives(attributes, "Serialize"),
            is_read: !has_derives || derives(attributes, "Deserialize"),
        }
    }
}

fn line(span: Span) -> usize {
    span.start().line
}
