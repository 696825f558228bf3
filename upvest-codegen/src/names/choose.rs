//! Choosing the names: those of the file first, then what an author would call the rest.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::automatic::automatic;
use super::ids::Ids;
use super::pins::Names;
use super::taken::Taken;
use super::words::{camel, singular, snake};
use super::{methods, walk};
use crate::api::rules::placeholder;
use crate::api::types::{Notes, TypeId, Types};
use crate::api::{Operation, Webhook};
use crate::error::Error;

/// The id type that comes from `upvest-core`.
pub(crate) const ACCOUNT_GROUP_ID: &str = "AccountGroupId";

/// The name in a file of names for an id without its own type.
const UUID: &str = "Uuid";

/// What is to be generated: the operations and webhooks of each tag.
#[derive(Debug)]
pub(crate) struct Module<'a> {
    pub(crate) tag: &'a str,
    pub(crate) operations: Vec<&'a Operation>,
    pub(crate) webhooks: Vec<&'a Webhook>,
}

/// Where a type is used first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The body of an operation's request.
    Request(String),
    /// The body of a response, or an item of a list in it.
    Response { operation: String, is_item: bool },
    /// The object of an event.
    Event(String),
    /// A parameter of an operation's query.
    Query { operation: String, parameter: String },
    /// A field of another type, or an item or value in it.
    Field { owner: TypeId, field: String, is_item: bool },
    /// One of the alternatives of another type.
    Alternative(TypeId),
}

impl Origin {
    /// The type that the type is a part of.
    fn owner(&self) -> Option<TypeId> {
        match self {
            Self::Field { owner, .. } | Self::Alternative(owner) => Some(*owner),
            Self::Request(_) | Self::Response { .. } | Self::Event(_) | Self::Query { .. } => None,
        }
    }

    /// Whether the type is a part of something that has a name.
    pub(super) fn is_part(&self) -> bool {
        match self {
            Self::Request(_) | Self::Response { .. } | Self::Event(_) => false,
            Self::Query { .. } | Self::Field { .. } | Self::Alternative(_) => true,
        }
    }
}

/// In which direction values of a type are sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) struct Role {
    pub(crate) in_request: bool,
    pub(crate) in_response: bool,
}

#[derive(Debug)]
pub(crate) struct TypeName {
    pub(crate) name: String,
    /// The index of the module that declares it.
    pub(crate) module: usize,
    pub(crate) role: Role,
    pub(crate) origin: Origin,
    pub(crate) notes: Notes,
}

/// All names.
#[derive(Debug)]
pub(crate) struct Chosen {
    /// In the order of the modules.
    pub(crate) traits: Vec<String>,
    pub(crate) files: Vec<String>,
    pub(crate) events: Vec<String>,
    /// In the order of their first use.
    pub(crate) types: IndexMap<TypeId, TypeName>,
    methods: HashMap<String, Vec<String>>,
    queries: HashMap<String, String>,
    ids: Ids,
}

impl Chosen {
    /// Returns the names of the methods of an operation, one for each response.
    pub(crate) fn methods(&self, operation: &Operation) -> &[String] {
        self.methods.get(&operation.id).map_or(&[], Vec::as_slice)
    }

    /// Returns the name of the struct for an operation's query.
    pub(crate) fn query(&self, operation: &Operation) -> &str {
        self.queries.get(&operation.id).map_or("", String::as_str)
    }

    /// Returns the id type of a UUID, or `None` for a plain one. The owner is the name of a struct,
    /// or an operation id.
    pub(crate) fn id(&self, owner: &str, field: &str, is_item: bool) -> Option<String> {
        self.ids.get(owner, field, is_item)
    }
}

/// Chooses the names, and adds new ones to `names`.
pub(crate) fn choose(
    types: &Types,
    modules: &[Module<'_>],
    names: &mut Names,
) -> Result<Chosen, Error> {
    let found = walk::walk(types, modules);
    let mut taken = Taken::types();
    for name in names.traits.values().chain(names.types.values()) {
        if !taken.insert(name) {
            return Err(Error::new(format!(
                "cannot use the names: another item is called `{name}` (choose another name)"
            )));
        }
    }
    for name in &found.id_fields {
        taken.insert(name);
    }
    let mut items = HashSet::new();
    let mut take = |wanted: &[String], pinned: Option<&String>| {
        let name = pinned.cloned().unwrap_or_else(|| taken.take_best(wanted));
        items.insert(name.clone());
        name
    };
    let mut taken_files = Taken::files();
    let (mut traits, mut events, mut files) = (Vec::new(), Vec::new(), Vec::new());
    let shared = found.types.values().filter_map(|it| it.notes.component.as_deref());
    let shared: HashSet<String> = shared.map(camel).collect();
    for module in modules {
        let plain = camel(module.tag);
        // `Account` is rather the name of what has an id than that of a trait.
        let best = Some(plain.clone()).filter(|plain| !shared.contains(plain));
        let wanted: Vec<String> = best.into_iter().chain([format!("{plain}Api")]).collect();
        let name = take(&wanted, names.traits.get(module.tag));
        if !module.operations.is_empty() {
            names.traits.insert(module.tag.to_owned(), name.clone());
        }
        traits.push(name);
        let mut event = String::new();
        if !module.webhooks.is_empty() {
            let place = format!("{}/events", module.tag);
            event = take(&[camel(&singular(module.tag)) + "Event"], names.types.get(&place));
            names.types.insert(place, event.clone());
        }
        events.push(event);
        files.push(taken_files.take(snake(module.tag)));
    }
    let methods = methods::choose(modules, names)?;
    let mut queries = HashMap::new();
    let all = || modules.iter().flat_map(|module| &module.operations);
    for operation in all().filter(|operation| !operation.query.is_empty()) {
        let place = format!("{}/query", operation.id);
        let name = take(&[camel(&operation.id)], names.types.get(&place));
        names.types.insert(place, name.clone());
        queries.insert(operation.id.clone(), name);
    }

    let mut chosen: IndexMap<TypeId, TypeName> = IndexMap::new();
    let found_types = &found.types;
    let mut used = HashSet::new();
    for (id, found) in found_types {
        let mut pinned = found.places.iter().filter_map(|place| names.types.get(place));
        let pinned = pinned.find(|name| used.insert((*name).clone()));
        let name = pinned.cloned().unwrap_or_default();
        let walk::Found { module, role, origin, notes, .. } = found;
        let (origin, notes) = (origin.clone(), notes.clone());
        chosen.insert(*id, TypeName { name, module: *module, role: *role, origin, notes });
    }
    adopt(found_types, &mut chosen, names, &mut used);
    for it in chosen.values().filter(|it| !it.name.is_empty()) {
        take(&[], Some(&it.name));
    }
    // What operations send and return first: its parts are named after it.
    for is_part in [false, true] {
        for (id, found) in found_types {
            if found.origin.is_part() != is_part {
                continue;
            }
            // The owners first, which may have been found later.
            for id in unnamed(*id, &chosen).into_iter().rev() {
                let Some(TypeName { origin, notes, .. }) = chosen.get(&id) else { continue };
                let name = take(&automatic(types, id, origin, notes, &chosen), None);
                let place = found_types.get(&id).and_then(|found| found.places.first());
                names.types.extend(place.map(|place| (place.clone(), name.clone())));
                if let Some(chosen) = chosen.get_mut(&id) {
                    chosen.name = name;
                }
            }
        }
    }
    for (id, found) in found_types {
        let second = found.places.first().and_then(|first| {
            found.places.iter().find(|place| operation_of(place) != operation_of(first))
        });
        if let (Some(place), Some(TypeName { name, .. })) = (second, chosen.get(id)) {
            names.also.insert(place.clone(), name.clone());
        }
    }
    let of_file = Taken::types();
    let is_other = |name: &str| of_file.contains(name) && ![UUID, ACCOUNT_GROUP_ID].contains(&name);
    let is_taken = |name: &String| items.contains(name) || is_other(name);
    if let Some((key, name)) = names.ids.iter().find(|(_, name)| is_taken(name)) {
        return Err(Error::new(format!(
            "cannot use the names: `{name}` of `{key}` is the name of another item (choose another \
             name)"
        )));
    }
    let known = found.id_fields.into_iter().collect();
    let ids = Ids::choose(types, modules, &found.types, &chosen, names, known, items);
    Ok(Chosen { traits, files, events, types: chosen, methods, queries, ids })
}

/// Gives types whose first place has disappeared the name that is stored with their second place.
fn adopt(
    found_types: &IndexMap<TypeId, walk::Found>,
    chosen: &mut IndexMap<TypeId, TypeName>,
    names: &mut Names,
    used: &mut HashSet<String>,
) {
    for (id, found) in found_types {
        let Some(it) = chosen.get_mut(id).filter(|it| it.name.is_empty()) else { continue };
        let name = found.places.iter().find_map(|place| names.also.get(place)).cloned();
        if let (Some(name), Some(place)) = (name, found.places.first())
            && used.insert(name.clone())
        {
            names.types.retain(|_, other| *other != name);
            names.types.insert(place.clone(), name.clone());
            it.name = name;
        }
    }
}

/// The operation, webhook or shared schema that a place is in.
fn operation_of(place: &str) -> &str {
    match place.strip_prefix('#') {
        Some(shared) => shared.split(['.', '[', '{', '|']).next().unwrap_or_default(),
        None => place.split('/').next().unwrap_or_default(),
    }
}

/// What the parameter `id` of an operation identifies: `Order` for `/orders/{id}`.
pub(super) fn thing(operation: &Operation) -> String {
    let segments: Vec<&str> = operation.path.split('/').collect();
    let before = segments.iter().take_while(|segment| **segment != "{id}");
    let name = before.filter(|segment| placeholder(segment).is_none()).last();
    let name = name.filter(|name| !name.is_empty()).map(|name| singular(&snake(name)));
    camel(&name.unwrap_or_else(|| operation.id.clone()))
}

/// A type and its owners, as far as they have no names.
fn unnamed(id: TypeId, chosen: &IndexMap<TypeId, TypeName>) -> Vec<TypeId> {
    let mut unnamed = Vec::new();
    let mut next = Some(id);
    while let Some(id) = next {
        match chosen.get(&id) {
            Some(it) if it.name.is_empty() && !unnamed.contains(&id) => {
                unnamed.push(id);
                next = it.origin.owner();
            }
            _ => next = None,
        }
    }
    unnamed
}
