//! The types of values, each stored once.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use serde_json::Value;

/// A type in [`Types`]. Two are equal if the types are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TypeId(usize);

/// What values of a type look like in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Shape {
    /// Any JSON, with the reason why nothing better is known, if it is not just unconstrained.
    Any(Option<&'static str>),
    Boolean,
    Integer(Limits),
    /// A number that may have a fraction.
    Number(Limits),
    Text(Text),
    /// One of these texts.
    Enum(Vec<String>),
    /// A currency, of which the document lists these.
    Currency(Vec<String>),
    List(Use, Counts),
    /// An object whose fields have any names.
    Map(Use),
    Object(Object),
    OneOf(OneOf),
}

/// The limits of a number, as the document writes them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Limits {
    pub(crate) format: Option<String>,
    pub(crate) minimum: Option<String>,
    pub(crate) maximum: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Text {
    pub(crate) format: Option<String>,
    pub(crate) pattern: Option<String>,
    pub(crate) length: Counts,
}

/// How many characters or items there may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Counts {
    pub(crate) least: Option<u64>,
    pub(crate) most: Option<u64>,
}

/// An object with named fields. Equal objects have the same fields in any order, and titles that do
/// not differ.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub(crate) title: Option<String>,
    pub(crate) fields: Vec<Field>,
    /// The type of further fields, if the document says that there may be some.
    pub(crate) further: Option<Use>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) is_required: bool,
    pub(crate) value: Use,
}

/// One of several objects. Titles count as those of objects do.
#[derive(Debug, Clone)]
pub(crate) struct OneOf {
    pub(crate) title: Option<String>,
    /// The field that tells them apart, if there is one, and its text in each alternative.
    pub(crate) tag: Option<Tag>,
    pub(crate) alternatives: Vec<Use>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Tag {
    pub(crate) field: String,
    pub(crate) texts: Vec<String>,
}

/// A type in one place of the document. The notes do not count when places are compared.
#[derive(Debug, Clone)]
pub(crate) struct Use {
    pub(crate) id: TypeId,
    pub(crate) is_nullable: bool,
    pub(crate) notes: Notes,
}

/// What the document says about a value besides its type.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes {
    /// The name of a shared schema.
    pub(crate) component: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) example: Option<Value>,
    pub(crate) default: Option<Value>,
    pub(crate) is_deprecated: bool,
    /// Whether it is a parameter, not a part of a body.
    pub(crate) is_parameter: bool,
}

impl Use {
    pub(crate) fn plain(id: TypeId) -> Self {
        Self { id, is_nullable: false, notes: Notes::default() }
    }
}

impl PartialEq for Use {
    fn eq(&self, other: &Self) -> bool {
        (self.id, self.is_nullable) == (other.id, other.is_nullable)
    }
}

impl Eq for Use {}

impl Hash for Use {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.id, self.is_nullable).hash(state);
    }
}

impl Object {
    fn sorted(&self) -> Vec<&Field> {
        let mut fields: Vec<&Field> = self.fields.iter().collect();
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        fields
    }
}

/// Without the title: see [`Types::add`].
impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        self.further == other.further && self.sorted() == other.sorted()
    }
}

impl Eq for Object {}

impl Hash for Object {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.further.hash(state);
        self.sorted().hash(state);
    }
}

/// Without the title: see [`Types::add`].
impl PartialEq for OneOf {
    fn eq(&self, other: &Self) -> bool {
        self.tag == other.tag && self.alternatives == other.alternatives
    }
}

impl Eq for OneOf {}

impl Hash for OneOf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.tag.hash(state);
        self.alternatives.hash(state);
    }
}

impl Shape {
    /// The types that it consists of.
    fn parts(&self) -> Vec<TypeId> {
        match self {
            Self::List(part, _) | Self::Map(part) => vec![part.id],
            Self::Object(Object { fields, further, .. }) => {
                fields.iter().map(|field| &field.value).chain(further).map(|it| it.id).collect()
            }
            Self::OneOf(OneOf { alternatives, .. }) => {
                alternatives.iter().map(|it| it.id).collect()
            }
            Self::Any(_)
            | Self::Boolean
            | Self::Integer(_)
            | Self::Number(_)
            | Self::Text(_)
            | Self::Enum(_)
            | Self::Currency(_) => Vec::new(),
        }
    }

    fn title(&mut self) -> Option<&mut Option<String>> {
        match self {
            Self::Object(Object { title, .. }) | Self::OneOf(OneOf { title, .. }) => Some(title),
            _ => None,
        }
    }
}

/// All types of a description.
#[derive(Debug, Default)]
pub(crate) struct Types {
    shapes: Vec<Shape>,
    /// How deeply each shape is nested.
    depths: Vec<usize>,
    /// The types that differ at most in the titles of objects.
    known: HashMap<Shape, Vec<TypeId>>,
}

impl Types {
    /// Returns the type of this shape; adds it if it is new.
    ///
    /// Two objects are one type if all their fields are equal and their titles do not differ. An
    /// object without a title is the first of the objects with the same fields. The name of a shared
    /// schema counts as a title.
    pub(crate) fn add(&mut self, mut shape: Shape) -> TypeId {
        let same = self.known.entry(shape.clone()).or_default();
        let title = shape.title().and_then(|title| title.clone());
        let found = same.iter().find(|id| {
            let known = self.shapes.get_mut(id.0).and_then(Shape::title);
            match (known, &title) {
                (Some(known), Some(title)) => known.get_or_insert_with(|| title.clone()) == title,
                (_, None) | (None, _) => true,
            }
        });
        if let Some(id) = found {
            return *id;
        }
        let id = TypeId(self.shapes.len());
        same.push(id);
        let depth = shape.parts().into_iter().map(|part| self.depth(part)).max();
        self.depths.push(depth.unwrap_or_default() + 1);
        self.shapes.push(shape);
        id
    }

    /// Returns how deeply a type is nested: 1 for a text.
    pub(crate) fn depth(&self, id: TypeId) -> usize {
        self.depths.get(id.0).copied().unwrap_or_default()
    }

    /// Returns the shape of a type.
    pub(crate) fn shape(&self, id: TypeId) -> &Shape {
        // An id comes from `add`.
        self.shapes.get(id.0).unwrap_or(&Shape::Any(None))
    }
}
