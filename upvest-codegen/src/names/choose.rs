//! Choosing the names: those of the file first, then what an author would call the rest.

use std::collections::{BTreeMap, HashMap, HashSet};

use indexmap::IndexMap;

use super::pins::Names;
use super::words::{camel, free, singular, snake};
use super::{titles, walk};
use crate::api::types::{Notes, Object, OneOf, Shape, TypeId, Types};
use crate::api::{Operation, Response, Webhook};
use crate::error::Error;

/// Names that a generated file has already.
const TAKEN: [&str; 36] = [
    "AccountGroupId",
    "Amount",
    "Box",
    "Bytes",
    "BTreeMap",
    "Call",
    "CommaSeparated",
    "CountryCode",
    "Currency",
    "Date",
    "Decimal",
    "Default",
    "Deserialize",
    "Empty",
    "Endpoint",
    "Err",
    "Error",
    "IdempotentCall",
    "Into",
    "Isin",
    "None",
    "Number",
    "Ok",
    "Option",
    "Other",
    "Page",
    "Redirect",
    "Result",
    "Send",
    "Serialize",
    "Some",
    "String",
    "Timestamp",
    "Uuid",
    "Value",
    "Vec",
];

/// The id type that comes from `upvest-core`.
pub(crate) const ACCOUNT_GROUP_ID: &str = "AccountGroupId";

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
    /// Whether the type is a part of something that has a name.
    fn is_part(&self) -> bool {
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
    methods: HashMap<String, String>,
    queries: HashMap<String, String>,
    ids: BTreeMap<String, String>,
    /// The id types that a field or parameter is named after.
    known_ids: HashSet<String>,
}

impl Chosen {
    /// Returns the name of the method for a response of an operation.
    pub(crate) fn method(&self, operation: &Operation, response: &Response) -> String {
        let name = self.methods.get(&operation.id).cloned().unwrap_or_default();
        let is_first = operation.responses.first().is_some_and(|it| std::ptr::eq(it, response));
        match response {
            Response::Bytes(media_type) if !is_first => {
                let kind = media_type.rsplit('/').next().unwrap_or_default();
                format!("{name}_as_{}", snake(kind))
            }
            _ => name,
        }
    }

    /// Returns the name of the struct for an operation's query.
    pub(crate) fn query(&self, operation: &Operation) -> &str {
        self.queries.get(&operation.id).map_or("", String::as_str)
    }

    /// Returns the id type of a UUID, or `None` for a plain one. The owner is the name of a struct,
    /// or an operation id.
    pub(crate) fn id(&self, owner: &str, field: &str, is_item: bool) -> Option<String> {
        let named = match self.ids.get(&format!("{owner}.{field}")) {
            Some(name) => Some(name.clone()),
            None => self.automatic_id(owner, field, is_item),
        };
        named.filter(|name| name != "Uuid")
    }

    fn automatic_id(&self, owner: &str, field: &str, is_item: bool) -> Option<String> {
        let is_type = |name: &String| self.types.values().any(|it| it.name == *name);
        let name = match id_name(field, is_item) {
            Ok(name) => name,
            Err("id") => format!("{owner}Id"),
            Err(thing) => Some(camel(thing) + "Id").filter(|name| self.known_ids.contains(name))?,
        };
        Some(name).filter(|name| !is_type(name))
    }
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

/// Chooses the names, and adds new ones to `names`.
pub(crate) fn choose(
    types: &Types,
    modules: &[Module<'_>],
    names: &mut Names,
) -> Result<Chosen, Error> {
    let found = walk::walk(types, modules);
    let mut taken: HashSet<String> = TAKEN.iter().map(|name| (*name).to_owned()).collect();
    for name in names.traits.values().chain(names.types.values()) {
        if !taken.insert(name.clone()) {
            return Err(Error::new(format!(
                "cannot use the names: two items are called `{name}` (rename one of them)"
            )));
        }
    }
    let known_ids: HashSet<String> = found.id_fields.iter().cloned().collect();
    taken.extend(known_ids.iter().cloned());

    // The first name that is free, else the last one with a number.
    let mut take = |wanted: &[String]| {
        let name = wanted.iter().find(|name| !taken.contains(*name)).cloned();
        let last = wanted.last().cloned().unwrap_or_default();
        let name = name.unwrap_or_else(|| free(last, |name| taken.contains(name)));
        taken.insert(name.clone());
        name
    };
    let mut traits = Vec::new();
    let mut events = Vec::new();
    let mut files: Vec<String> = Vec::new();
    for module in modules {
        let name = match names.traits.get(module.tag) {
            Some(name) => name.clone(),
            None => take(&[camel(module.tag)]),
        };
        traits.push(name);
        let place = format!("{}/events", module.tag);
        events.push(match names.types.get(&place) {
            _ if module.webhooks.is_empty() => String::new(),
            Some(name) => name.clone(),
            None => take(&[camel(&singular(module.tag)) + "Event"]),
        });
        if let Some(name) = events.last().filter(|name| !name.is_empty()) {
            names.types.insert(place, name.clone());
        }
        let is_taken = |name: &str| {
            ["mod", "lib", "main"].contains(&name) || files.iter().any(|file| file == name)
        };
        let file = free(snake(module.tag), is_taken);
        files.push(file);
    }
    let mut methods = HashMap::new();
    let mut queries = HashMap::new();
    for (module, operation) in
        modules.iter().enumerate().flat_map(|(at, it)| it.operations.iter().map(move |o| (at, *o)))
    {
        let name = match names.methods.get(&operation.id) {
            Some(name) => name.clone(),
            None => free(snake(&operation.id), |name| {
                methods
                    .values()
                    .any(|(other, known): &(usize, String)| *other == module && known == name)
            }),
        };
        methods.insert(operation.id.clone(), (module, name));
        if !operation.query.is_empty() {
            let place = format!("{}/query", operation.id);
            let name = match names.types.get(&place) {
                Some(name) => name.clone(),
                None => take(&[camel(&operation.id)]),
            };
            names.types.insert(place, name.clone());
            queries.insert(operation.id.clone(), name);
        }
    }
    let methods = methods.into_iter().map(|(id, (_, name))| (id, name)).collect();

    let mut chosen: IndexMap<TypeId, TypeName> = IndexMap::new();
    for (id, found) in &found.types {
        let pinned = found.places.iter().find_map(|place| names.types.get(place)).cloned();
        let walk::Found { module, role, origin, notes, .. } = found;
        let (origin, notes) = (origin.clone(), notes.clone());
        let name = pinned.unwrap_or_default();
        chosen.insert(*id, TypeName { name, module: *module, role: *role, origin, notes });
    }
    // What operations send and return first: its parts are named after it.
    for is_part in [false, true] {
        for (id, found) in &found.types {
            let is_free = chosen.get(id).is_some_and(|it| it.name.is_empty());
            if is_free && found.origin.is_part() == is_part {
                let wanted = automatic(types, *id, &found.origin, &found.notes, &chosen);
                let name = take(&wanted);
                names.types.extend(found.places.first().map(|place| (place.clone(), name.clone())));
                if let Some(chosen) = chosen.get_mut(id) {
                    chosen.name = name;
                }
            }
        }
    }
    let ids = names.ids.clone();
    Ok(Chosen { traits, files, events, types: chosen, methods, queries, ids, known_ids })
}

/// The names that an author would choose, the best first.
fn automatic(
    types: &Types,
    id: TypeId,
    origin: &Origin,
    notes: &Notes,
    chosen: &IndexMap<TypeId, TypeName>,
) -> Vec<String> {
    if let Some(component) = &notes.component {
        return vec![camel(component)];
    }
    let title = match types.shape(id) {
        Shape::Object(Object { title, .. }) | Shape::OneOf(OneOf { title, .. }) => title.as_deref(),
        _ => None,
    };
    let name = |owner: &TypeId| chosen.get(owner).map_or("", |it| it.name.as_str());
    let (best, other) = match origin {
        Origin::Request(operation) => (None, camel(operation)),
        Origin::Response { operation, is_item: false } => (
            title.and_then(|title| titles::of_list(title).or_else(|| titles::of_response(title))),
            camel(operation) + "Response",
        ),
        Origin::Response { operation, is_item: true } => {
            // Of `list_users`, without the verb.
            let things = operation.split_once('_').map_or(operation.as_str(), |(_, things)| things);
            (title.and_then(titles::of_response), camel(&singular(things)))
        }
        Origin::Event(webhook) => (title.and_then(titles::of_response), camel(webhook) + "Object"),
        Origin::Query { operation, parameter } => {
            (None, camel(&format!("{operation} {parameter}")))
        }
        Origin::Field { owner, field, is_item } => {
            (title.and_then(titles::of_part), of_field(name(owner), field, *is_item))
        }
        Origin::Alternative(owner) => {
            let owner = name(owner);
            let part = title.and_then(titles::of_part);
            let (whole, part) = match part {
                Some(part) if part.starts_with(owner) => (Some(part.clone()), part),
                part => (None, part.unwrap_or_else(|| "Alternative".to_owned())),
            };
            (whole, owner.to_owned() + &part)
        }
    };
    best.into_iter().chain([other]).collect()
}

/// The name of a field's type: `OrderSide` for `side` of `Order`, `OrderType` for its `order_type`,
/// and `VerificationKey` for an item of `keys` of `VerificationKeys`.
fn of_field(owner: &str, field: &str, is_item: bool) -> String {
    let name = camel(field);
    match owner.strip_suffix(name.as_str()) {
        Some(rest) if is_item && singular(field) != field => {
            rest.to_owned() + &camel(&singular(field))
        }
        Some(_) if is_item => owner.to_owned() + "Item",
        _ if name.starts_with(owner) => name,
        _ if is_item => owner.to_owned() + &camel(&singular(field)),
        _ => owner.to_owned() + &name,
    }
}
