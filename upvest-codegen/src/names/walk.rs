//! Finding the types that need a name, and where they are used.

use std::collections::HashSet;

use indexmap::{IndexMap, IndexSet};

use super::choose::{Module, Origin, Role};
use super::words::camel;
use crate::api::Response;
use crate::api::types::{Field, Notes, Object, OneOf, Shape, TypeId, Types, Use};

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
        module: 0,
    };
    for (module, contents) in modules.iter().enumerate() {
        walk.module = module;
        let request = Role { in_request: true, in_response: false };
        let response = Role { in_request: false, in_response: true };
        for operation in &contents.operations {
            let id = &operation.id;
            for parameter in &operation.path_parameters {
                walk.id(&parameter.name);
            }
            for parameter in &operation.query {
                walk.id(&parameter.name);
                let place = format!("{id}/query.{}", parameter.name);
                let name = parameter.name.clone();
                let origin = Origin::Query { operation: id.clone(), parameter: name };
                walk.value(&parameter.value, place, origin, request);
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
    module: usize,
}

impl Walk<'_> {
    fn id(&mut self, field: &str) {
        let thing = field.strip_suffix("_id").or_else(|| field.strip_suffix("_ids"));
        self.walked.id_fields.extend(thing.map(|thing| camel(thing) + "Id"));
    }

    fn value(&mut self, value: &Use, place: String, origin: Origin, role: Role) {
        let place = match &value.notes.component {
            Some(name) if !self.shared.insert((name.clone(), role)) => return,
            Some(name) => format!("#{name}"),
            None => place,
        };
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
                    self.value(inner, format!("{place}.{name}"), origin, role);
                }
                if let Some(further) = further {
                    let field = "further".to_owned();
                    let origin = Origin::Field { owner: value.id, field, is_item: true };
                    self.value(further, place + "{}", origin, role);
                }
            }
            Shape::OneOf(OneOf { alternatives, .. }) => {
                self.named(value, place.clone(), origin, role);
                for (index, alternative) in alternatives.iter().enumerate() {
                    let origin = Origin::Alternative(value.id);
                    self.value(alternative, format!("{place}|{index}"), origin, role);
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

    fn named(&mut self, value: &Use, place: String, origin: Origin, role: Role) {
        let module = self.module;
        let found = self.walked.types.entry(value.id).or_insert_with(|| Found {
            places: Vec::new(),
            module,
            role,
            origin,
            notes: value.notes.clone(),
        });
        found.places.push(place);
        found.role.in_request |= role.in_request;
        found.role.in_response |= role.in_response;
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
