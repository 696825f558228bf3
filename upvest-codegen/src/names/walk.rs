//! Finding the types that need a name, and where they are used.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use indexmap::{IndexMap, IndexSet};

use super::choose::{Module, Origin, Role, thing};
use super::words::{camel, snake};
use crate::api::scalar::{Scalar, scalar};
use crate::api::types::{Field, Notes, Object, OneOf, Shape, TypeId, Types, Use};
use crate::api::{Parameter, Response};

/// A type that needs a name.
pub(super) struct Found {
    pub(super) places: Vec<String>,
    pub(super) module: usize,
    pub(super) role: Role,
    pub(super) origin: Origin,
    pub(super) notes: Notes,
}

pub(super) struct Walked {
    /// In the order of their first use.
    pub(super) types: IndexMap<TypeId, Found>,
    /// The id types that fields and parameters are named after, `UserId` for `user_id`.
    pub(super) id_fields: IndexSet<String>,
}

pub(super) fn walk(types: &Types, modules: &[Module<'_>]) -> Walked {
    let mut walk = Walk {
        types,
        walked: Walked { types: IndexMap::new(), id_fields: IndexSet::new() },
        shared: HashSet::new(),
        visits: HashMap::new(),
        module: 0,
    };
    for (module, contents) in modules.iter().enumerate() {
        walk.module = module;
        let request = Role { in_request: true, in_response: false };
        let response = Role { in_request: false, in_response: true };
        for operation in &contents.operations {
            let id = &operation.id;
            for parameter in &operation.path_parameters {
                walk.parameter(parameter, id, "path");
                let shape = types.shape(parameter.value.id);
                if parameter.name == "id" && scalar(shape, &Notes::default()) == Some(Scalar::Uuid)
                {
                    walk.walked.id_fields.insert(thing(operation) + "Id");
                }
            }
            for parameter in &operation.query {
                walk.parameter(parameter, id, "query");
            }
            if let Some(body) = &operation.body {
                let origin = Origin::Request(id.clone());
                walk.value(&body.value, format!("{id}/request"), origin, request);
            }
            for body in &operation.responses {
                let (value, is_item) = match body {
                    Response::Json(value) => (value, false),
                    Response::Page(items) => (items, true),
                    Response::Nothing | Response::Bytes(_) | Response::Redirect => continue,
                };
                let place = format!("{id}/response{}", if is_item { ".data[]" } else { "" });
                let origin = Origin::Response { operation: id.clone(), is_item };
                walk.value(value, place, origin, response);
            }
        }
        for webhook in &contents.webhooks {
            let origin = Origin::Event(webhook.id.clone());
            walk.value(&webhook.object, format!("{}/object", webhook.id), origin, response);
        }
    }
    walk.walked
}

struct Walk<'t> {
    types: &'t Types,
    walked: Walked,
    /// The shared schemas that were entered in each role: each once, because they may use each other
    /// in many ways.
    shared: HashSet<(String, Role)>,
    /// How often the parts of each type were looked at, in each role.
    visits: HashMap<(TypeId, Role), usize>,
    module: usize,
}

/// A type that is used more often than this has no more places, and neither have its parts. They may
/// use each other in many more ways.
const MOST_VISITS: usize = 1000;

impl Walk<'_> {
    fn parameter(&mut self, parameter: &Parameter, operation: &str, position: &str) {
        let Parameter { name, value, .. } = parameter;
        self.id(name);
        let place = format!("{operation}/{position}.{}", key(name));
        let origin = Origin::Query { operation: operation.to_owned(), parameter: name.clone() };
        self.value(value, place, origin, Role { in_request: true, in_response: false });
    }

    fn id(&mut self, field: &str) {
        let field = snake(field);
        let thing = field.strip_suffix("_id").or_else(|| field.strip_suffix("_ids"));
        self.walked.id_fields.extend(thing.map(|thing| camel(thing) + "Id"));
    }

    fn value(&mut self, value: &Use, place: String, origin: Origin, role: Role) {
        let place = match &value.notes.component {
            Some(name) if !self.shared.insert((name.clone(), role)) => return,
            Some(name) => format!("#{name}"),
            None => place,
        };
        let visits = self.visits.entry((value.id, role)).or_default();
        *visits += 1;
        if *visits > MOST_VISITS {
            return;
        }
        let shape = self.types.shape(value.id);
        match shape {
            Shape::List(items, _) => self.value(items, place + "[]", item(origin), role),
            Shape::Map(values) => self.value(values, place + "{}", item(origin), role),
            Shape::Enum(_) => self.named(value, place, origin, role),
            Shape::Object(Object { fields, further, .. }) => {
                self.named(value, place.clone(), origin, role);
                for Field { name, value: inner, .. } in fields {
                    self.id(name);
                    let field = name.clone();
                    let origin = Origin::Field { owner: value.id, field, is_item: false };
                    self.value(inner, format!("{place}.{}", key(name)), origin, role);
                }
                if let Some(further) = further {
                    let field = "further_fields".to_owned();
                    let origin = Origin::Field { owner: value.id, field, is_item: true };
                    self.value(further, place + "{}", origin, role);
                }
            }
            Shape::OneOf(one_of) => {
                self.named(value, place.clone(), origin, role);
                for (index, alternative) in one_of.alternatives.iter().enumerate() {
                    let origin = Origin::Alternative(value.id);
                    let name = self.alternative(one_of, index, alternative);
                    self.value(alternative, format!("{place}|{}", key(&name)), origin, role);
                }
            }
            Shape::Any(_)
            | Shape::Boolean
            | Shape::Integer(_)
            | Shape::Number(_)
            | Shape::Text(_)
            | Shape::Currency(_) => {}
        }
    }

    /// What an alternative is called in the description: it keeps its name if another one is added
    /// before it.
    fn alternative(&self, one_of: &OneOf, index: usize, alternative: &Use) -> String {
        let text = one_of.tag.as_ref().and_then(|tag| tag.texts.get(index));
        let title = || match self.types.shape(alternative.id) {
            Shape::Object(Object { title, .. }) | Shape::OneOf(OneOf { title, .. }) => {
                title.clone()
            }
            _ => None,
        };
        text.cloned().or_else(title).unwrap_or_else(|| index.to_string())
    }

    fn named(&mut self, value: &Use, place: String, origin: Origin, role: Role) {
        let module = self.module;
        let found = self.walked.types.entry(value.id).or_insert_with(|| Found {
            places: Vec::new(),
            module,
            role,
            origin: origin.clone(),
            notes: value.notes.clone(),
        });
        // What a response has names a part better than the request that makes it.
        if found.origin.is_part() && !found.role.in_response && role.in_response {
            found.origin = origin;
        }
        found.places.push(place);
        found.role.in_request |= role.in_request;
        found.role.in_response |= role.in_response;
    }
}

/// The name of a field in a place: in quotes if it could be taken for several names.
fn key(name: &str) -> Cow<'_, str> {
    let is_plain = |letter: char| letter.is_alphanumeric() || ['_', '-'].contains(&letter);
    if !name.is_empty() && name.chars().all(is_plain) {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(format!("{name:?}"))
    }
}

/// The same origin, of an item in it.
fn item(origin: Origin) -> Origin {
    match origin {
        Origin::Field { owner, field, .. } => Origin::Field { owner, field, is_item: true },
        Origin::Response { operation, .. } => Origin::Response { operation, is_item: true },
        origin => origin,
    }
}
