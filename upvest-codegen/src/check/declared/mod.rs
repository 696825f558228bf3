//! What the sources declare, as values: traits, types and events.

mod api;
mod attributes;
mod case;
mod enums;
mod items;
mod known;
mod macros;
mod names;
mod options;
mod structs;
mod ty;

use super::source::Source;
use crate::error::Error;
use items::Collected;

pub(super) use api::{Endpoint, Trait};
pub(super) use case::Case;
pub(super) use ty::{Integer, Ty};

/// Where something is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    /// The index of the source.
    pub(super) file: usize,
    /// Counted from 1.
    pub(super) line: usize,
}

/// All declarations of the sources.
#[derive(Debug)]
pub(super) struct Declarations {
    /// The paths of the sources.
    pub(super) files: Vec<String>,
    pub(super) traits: Vec<Trait>,
    pub(super) types: Vec<Type>,
    pub(super) events: Vec<Events>,
}

/// A type that the sources declare.
#[derive(Debug)]
pub(super) struct Type {
    pub(super) name: String,
    pub(super) position: Position,
    pub(super) definition: Definition,
    /// Whether serde's derives write it and read it.
    pub(super) is_written: bool,
    pub(super) is_read: bool,
}

#[derive(Debug)]
pub(super) enum Definition {
    Struct(Struct),
    /// Another name for one type, or a struct around one value.
    Alias {
        written: Ty,
        read: Ty,
    },
    Enum(Enum),
    OneOf(OneOf),
    /// A UUID.
    Id,
    /// Something that cannot be compared, with the reason.
    Opaque(&'static str),
}

#[derive(Debug, Default)]
pub(super) struct Struct {
    pub(super) parts: Vec<Part>,
    /// Whether an unknown field is an error.
    pub(super) denies_unknown: bool,
    /// The rule for the names of its fields in requests.
    pub(super) case: Case,
}

#[derive(Debug)]
pub(super) enum Part {
    Field(Field),
    /// The fields of another type.
    Flattened(Ty, Position),
}

/// A field of a struct.
#[derive(Debug)]
pub(super) struct Field {
    /// The name in Rust, with `r#` if it has one.
    pub(super) ident: String,
    pub(super) position: Position,
    /// `pub ` or such.
    pub(super) visibility: String,
    /// The name in requests, unless it is never written.
    pub(super) written: Option<String>,
    /// The name that an attribute of the field gives it.
    pub(super) renamed: Option<String>,
    /// The names in responses; none if it is never read.
    pub(super) read: Vec<String>,
    pub(super) ty: Ty,
    /// The type as it is in the source.
    pub(super) type_text: String,
    /// The attributes `#[serde(…)]` as they are in the source.
    pub(super) attributes: Vec<String>,
    /// Whether it has a default if it is absent.
    pub(super) has_default: bool,
    /// Whether there is a condition under which it is not written.
    pub(super) may_be_skipped: bool,
    /// Whether a function of the declaration writes it.
    pub(super) has_writer: bool,
    pub(super) reader: Reader,
}

/// What reads a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// The type itself.
    OfType,
    /// A function of `upvest-core` that reads the type itself, and `null`.
    WithNull,
    /// A function of the declaration.
    Custom,
}

/// An enum of texts.
#[derive(Debug)]
pub(super) struct Enum {
    pub(super) values: Vec<Value>,
    /// Whether it reads any other text as well.
    pub(super) is_open: bool,
    pub(super) style: EnumStyle,
}

#[derive(Debug)]
pub(super) struct Value {
    pub(super) written: String,
    pub(super) read: Vec<String>,
    pub(super) position: Position,
}

/// How a value of an enum is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EnumStyle {
    /// In `open_enum!`.
    Macro,
    /// With serde's derives, and this rule for names.
    Serde(Case),
}

/// One of several objects.
#[derive(Debug)]
pub(super) struct OneOf {
    /// The field that selects the alternative.
    pub(super) field: Option<String>,
    pub(super) alternatives: Vec<Alternative>,
    /// Whether the field is a part of each object that an alternative declares.
    pub(super) contains_field: bool,
    /// Whether it reads any other object as well.
    pub(super) is_open: bool,
}

#[derive(Debug)]
pub(super) struct Alternative {
    pub(super) name: String,
    pub(super) position: Position,
    pub(super) payload: Ty,
    pub(super) payload_text: String,
    /// The text that selects it.
    pub(super) text: Option<String>,
}

/// The event types of an `events!`.
#[derive(Debug)]
pub(super) struct Events {
    pub(super) name: String,
    pub(super) position: Position,
    /// Each with its event type as the text.
    pub(super) alternatives: Vec<Alternative>,
}

impl Declarations {
    /// Reads the sources, each once.
    pub(super) fn read(sources: &[Source]) -> Result<Self, Error> {
        let mut different: Vec<&Source> = Vec::new();
        for source in sources {
            if !different.contains(&source) {
                different.push(source);
            }
        }
        let parsed: Vec<syn::File> = different
            .iter()
            .map(|source| syn::parse_file(source.text()).map_err(|cause| broken(source, &cause)))
            .collect::<Result<_, _>>()?;
        let collected = Collected::of(&parsed);
        let files = different.iter().map(|source| source.path().to_owned()).collect();
        let mut declarations =
            Self { files, traits: Vec::new(), types: Vec::new(), events: Vec::new() };
        collected.read(&mut declarations)?;
        Ok(declarations)
    }

    /// Whether there is nothing to compare.
    pub(super) fn are_empty(&self) -> bool {
        self.events.is_empty() && self.traits.iter().all(|api| api.endpoints.is_empty())
    }
}

fn broken(source: &Source, cause: &syn::Error) -> Error {
    let message = cause.to_string();
    let start = cause.span().start();
    let is_at_end = message.starts_with("unexpected end of input");
    let position = if is_at_end && start.line <= 1 && start.column == 0 {
        // The error has no position.
        source.text().lines().count().to_string()
    } else {
        format!("{}:{}", start.line, start.column + 1)
    };
    Error::new(format!("cannot read {}:{position}: {message}", source.path()))
}
