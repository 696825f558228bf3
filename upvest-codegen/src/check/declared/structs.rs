//! Structs, and the names of their fields in JSON.

use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Fields, ItemStruct};

use super::attributes::Serde;
use super::names::{Home, Names};
use super::ty::{self, Ty};
use super::{Case, Definition, Field, Part, Position, Reader, Struct};
use crate::check::direction::Direction;

/// Reads the definition of a struct.
pub(super) fn read(item: &ItemStruct, home: &Home, names: &Names) -> Definition {
    let serde = Serde::of(&item.attrs);
    if serde.has("remote") {
        return Definition::Opaque("it describes a type of another crate");
    }
    if let Some(alias) = converted(&serde, home, names) {
        return alias;
    }
    match &item.fields {
        Fields::Named(fields) if !serde.has("transparent") => {
            let cases = [Direction::Request, Direction::Response].map(|it| serde.case(it));
            let container = Container { cases, has_default: serde.has("default"), home, names };
            Definition::Struct(Struct {
                parts: fields.named.iter().filter_map(|field| container.part(field)).collect(),
                denies_unknown: serde.has("deny_unknown_fields"),
                case: serde.case(Direction::Request),
            })
        }
        fields => {
            let mut values = fields.iter().filter(|field| !Serde::of(&field.attrs).has("skip"));
            match (values.next(), values.next()) {
                (Some(only), None) => alias(Ty::read(&only.ty, home, names)),
                _ => Definition::Opaque("it is a tuple"),
            }
        }
    }
}

pub(super) fn alias(ty: Ty) -> Definition {
    Definition::Alias { written: ty.clone(), read: ty }
}

/// A type that is read from another one, or written as another one.
pub(super) fn converted(serde: &Serde, home: &Home, names: &Names) -> Option<Definition> {
    let from = serde.text("from").or_else(|| serde.text("try_from"));
    let into = serde.text("into");
    let ty = |text: Option<&str>| {
        let unknown = || Ty::Unknown("it is converted in one direction only".to_owned());
        let ty = text.and_then(|text| syn::parse_str::<syn::Type>(text).ok());
        ty.map_or_else(unknown, |ty| Ty::read(&ty, home, names))
    };
    (from.is_some() || into.is_some())
        .then(|| Definition::Alias { written: ty(into), read: ty(from) })
}

/// What all fields of a struct share.
struct Container<'a> {
    /// For requests and for responses.
    cases: [Case; 2],
    has_default: bool,
    home: &'a Home,
    names: &'a Names,
}

impl Container<'_> {
    fn part(&self, field: &syn::Field) -> Option<Part> {
        let serde = Serde::of(&field.attrs);
        let ident = field.ident.as_ref()?;
        let position = Position { file: self.home.file, line: ident.span().start().line };
        let ty = Ty::read(&field.ty, self.home, self.names);
        if serde.has("flatten") {
            return Some(Part::Flattened(ty, position));
        }
        let rust_name = ident.unraw().to_string();
        let [written, read] =
            [(Direction::Request, self.cases[0]), (Direction::Response, self.cases[1])].map(
                |(direction, case)| match serde.directed("rename", direction) {
                    Some(name) => name.to_owned(),
                    None => case.of_field(&rust_name),
                },
            );
        let is_written = !serde.has("skip") && !serde.has("skip_serializing");
        let is_read = !serde.has("skip") && !serde.has("skip_deserializing");
        let aliases = serde.texts("alias").map(str::to_owned);
        Some(Part::Field(Field {
            ident: ident.to_string(),
            position,
            visibility: visibility(&field.vis),
            written: is_written.then_some(written),
            renamed: serde.text("rename").map(str::to_owned),
            read: if is_read { [read].into_iter().chain(aliases).collect() } else { Vec::new() },
            ty,
            type_text: ty::text(&field.ty),
            attributes: field
                .attrs
                .iter()
                .filter(|attribute| attribute.path().is_ident("serde"))
                .map(|attribute| ty::on_one_line(attribute.span()))
                .collect(),
            has_default: self.has_default || serde.has("default"),
            may_be_skipped: serde.has("skip_serializing_if"),
            has_writer: serde.has("serialize_with") || serde.has("with"),
            reader: reader(&serde),
        }))
    }
}

fn reader(serde: &Serde) -> Reader {
    // The functions of `upvest-core`.
    match serde.text("deserialize_with").and_then(|path| path.rsplit("::").next()) {
        Some("null_as_default") => Reader::WithNull,
        Some("empty_as_none" | "null_as_some") if serde.has("default") => Reader::OfType,
        Some(_) => Reader::Custom,
        None if serde.has("with") => Reader::Custom,
        None => Reader::OfType,
    }
}

/// `pub `, `pub(crate) ` or nothing.
fn visibility(visibility: &syn::Visibility) -> String {
    match visibility {
        syn::Visibility::Public(_) => "pub ".to_owned(),
        syn::Visibility::Restricted(restricted) => {
            restricted.span().source_text().map(|text| text + " ").unwrap_or_default()
        }
        syn::Visibility::Inherited => String::new(),
    }
}
