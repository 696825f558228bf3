//! Which id type a UUID has.

use std::collections::{BTreeMap, HashMap, HashSet};

use indexmap::IndexMap;

use super::choose::{Module, TypeName, thing};
use super::pins::Names;
use super::walk::Found;
use super::words::{camel, snake};
use crate::api::rules::placeholder;
use crate::api::scalar::{Scalar, scalar};
use crate::api::types::{Object, OneOf, Shape, TypeId, Types};
use crate::api::{Operation, Response};

/// The id types, by the name of a struct or the id of an operation, and a field or parameter.
#[derive(Debug, Default)]
pub(super) struct Ids {
    pinned: BTreeMap<(String, String), String>,
    /// The id types that a field or parameter is named after.
    known: HashSet<String>,
    /// What the field `id` of a struct, or the parameter `id` of an operation, identifies.
    things: HashMap<String, String>,
    /// The names of all other items.
    items: HashSet<String>,
}

impl Ids {
    /// Chooses the types of all fields `id`, and adds them to `names`: they do not change when a
    /// struct is called something else.
    pub(super) fn choose(
        types: &Types,
        modules: &[Module<'_>],
        found: &IndexMap<TypeId, Found>,
        chosen: &IndexMap<TypeId, TypeName>,
        names: &mut Names,
        known: HashSet<String>,
        items: HashSet<String>,
    ) -> Self {
        let mut ids = Self { known, items, ..Self::default() };
        let all = || modules.iter().flat_map(|module| &module.operations);
        ids.things.extend(all().map(|operation| (operation.id.clone(), thing(operation))));
        let places: HashMap<&str, &str> = found
            .iter()
            .filter_map(|(id, found)| Some((chosen.get(id)?.name.as_str(), &found.places)))
            .flat_map(|(name, places)| places.iter().map(move |place| (place.as_str(), name)))
            .collect();
        for (key, name) in &names.ids {
            if let Some((place, field)) = key.rsplit_once('.') {
                let owner = places.get(place).copied().unwrap_or(place);
                ids.pinned.insert((owner.to_owned(), field.to_owned()), name.clone());
            }
        }
        let mut items: HashMap<&str, &Operation> = HashMap::new();
        for operation in all() {
            if let Some((path, last)) = operation.path.rsplit_once('/')
                && placeholder(last).is_some()
            {
                items.entry(path).or_insert(operation);
            }
        }
        // Those of `GET /orders/{order_id}` first, then those of `POST /orders`, which has no id yet.
        for of_collection in [false, true] {
            for operation in all() {
                let item = || items.get(operation.path.as_str()).copied();
                let owner = if of_collection { item() } else { Some(*operation) };
                let Some(owner) = owner else { continue };
                for (owner, thing) in ids.of_responses(types, operation, owner) {
                    if let Some(name) = chosen.get(&owner).map(|it| it.name.clone()) {
                        ids.things.entry(name).or_insert(thing);
                    }
                }
            }
        }
        for (id, found) in found {
            let (Some(owner), Some(place)) = (chosen.get(id), found.places.first()) else {
                continue;
            };
            if has_id(types, *id) && !ids.pinned.contains_key(&(owner.name.clone(), ID.to_owned()))
            {
                let name = ids.get(&owner.name, ID, false).unwrap_or_else(|| "Uuid".to_owned());
                names.ids.insert(format!("{place}.{ID}"), name);
            }
        }
        ids
    }

    /// What the objects in the responses of an operation are, by the placeholder at the end of the
    /// path of an operation on one of them.
    fn of_responses(
        &self,
        types: &Types,
        operation: &Operation,
        owner: &Operation,
    ) -> Vec<(TypeId, String)> {
        let last = owner.path.rsplit('/').next().and_then(placeholder);
        let Some(parameter) = last else { return Vec::new() };
        let is_uuid = owner.path_parameters.iter().any(|it| {
            it.name == parameter
                && scalar(types.shape(it.value.id), &it.value.notes) == Some(Scalar::Uuid)
        });
        let name = self.get(&owner.id, parameter, false).filter(|_| is_uuid);
        let Some(thing) = name.as_ref().and_then(|name| name.strip_suffix("Id")) else {
            return Vec::new();
        };
        let mut objects = Vec::new();
        for response in &operation.responses {
            if let Response::Json(value) | Response::Page(value) = response {
                objects.extend(with_id(types, value.id));
            }
        }
        objects.into_iter().map(|object| (object, thing.to_owned())).collect()
    }

    /// Returns the id type of a UUID, or `None` for a plain one.
    pub(super) fn get(&self, owner: &str, field: &str, is_item: bool) -> Option<String> {
        let named = match self.pinned.get(&(owner.to_owned(), field.to_owned())) {
            Some(name) => Some(name.clone()),
            None => self.automatic(owner, field, is_item),
        };
        named.filter(|name| name != "Uuid")
    }

    fn automatic(&self, owner: &str, field: &str, is_item: bool) -> Option<String> {
        let field = snake(field);
        let name = match id_name(&field, is_item) {
            Ok(name) => name,
            Err(ID) => match self.things.get(owner) {
                Some(thing) => format!("{thing}Id"),
                None => format!("{owner}Id"),
            },
            Err(thing) => Some(camel(thing) + "Id").filter(|name| self.known.contains(name))?,
        };
        Some(name).filter(|name| !self.items.contains(name))
    }
}

const ID: &str = "id";

/// The objects with an id that a value is.
fn with_id(types: &Types, id: TypeId) -> Vec<TypeId> {
    match types.shape(id) {
        Shape::Object(_) if has_id(types, id) => vec![id],
        Shape::OneOf(OneOf { alternatives, .. }) => {
            let all = alternatives.iter().map(|alternative| alternative.id);
            all.filter(|id| has_id(types, *id)).collect()
        }
        _ => Vec::new(),
    }
}

fn has_id(types: &Types, id: TypeId) -> bool {
    let Shape::Object(Object { fields, .. }) = types.shape(id) else { return false };
    fields.iter().any(|field| {
        let value = &field.value;
        field.name == ID && scalar(types.shape(value.id), &value.notes) == Some(Scalar::Uuid)
    })
}

/// The id type that a field is named after, or the name of the field if there is none.
fn id_name(field: &str, is_item: bool) -> Result<String, &str> {
    match (field.strip_suffix("_id"), field.strip_suffix("_ids")) {
        (Some(thing), _) if !is_item => Ok(camel(thing) + "Id"),
        (_, Some(thing)) if is_item => Ok(camel(thing) + "Id"),
        _ if is_item && field.ends_with('s') => Err(field.strip_suffix('s').unwrap_or(field)),
        _ => Err(field),
    }
}
