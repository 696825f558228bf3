//! Which declared endpoint is which operation.

use std::collections::{HashMap, HashSet};

use super::declared::{Declarations, Endpoint, Trait};
use crate::api::rules::route;
use crate::api::{Api, Operation};

/// A declared endpoint, and the operation that it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Match<'a> {
    pub(super) api: &'a Trait,
    pub(super) endpoint: &'a Endpoint,
    pub(super) operation: Option<&'a Operation>,
    /// Whether the operation has another path or method than the endpoint.
    pub(super) is_moved: bool,
}

/// Finds the operation of each endpoint: by method and path, or else one that it was moved to.
pub(super) fn matches<'a>(api: &'a Api, declared: &'a Declarations) -> Vec<Match<'a>> {
    let by_key: HashMap<_, &Operation> =
        api.operations.iter().map(|it| (key(it.method, &it.path), it)).collect();
    let mut matches = Vec::new();
    for declared in &declared.traits {
        for endpoint in &declared.endpoints {
            let operation = by_key.get(&key(&endpoint.method, &endpoint.path)).copied();
            matches.push(Match { api: declared, endpoint, operation, is_moved: false });
        }
    }
    find_moved(api, &mut matches);
    matches
}

/// Method and path, in which the names of placeholders do not matter.
fn key(method: &str, path: &str) -> (String, String) {
    (method.to_owned(), route(path))
}

fn find_moved<'a>(api: &'a Api, matches: &mut Vec<Match<'a>>) {
    let mut taken: HashSet<&str> =
        matches.iter().filter_map(|it| Some(it.operation?.id.as_str())).collect();
    for at in 0..matches.len() {
        let Some(missing) = matches.get(at).filter(|it| it.operation.is_none()).copied() else {
            continue;
        };
        let free = || api.operations.iter().filter(|it| !taken.contains(it.id.as_str()));
        // The tags of the operations in the same trait, if any of them was found.
        let tags: Vec<&str> = matches
            .iter()
            .filter(|it| std::ptr::eq(it.api, missing.api))
            .filter_map(|it| Some(it.operation?.tag.as_str()))
            .collect();
        let is_near = |it: &&Operation| tags.is_empty() || tags.iter().any(|tag| *tag == it.tag);
        let endpoint = missing.endpoint;
        let by_name = only(free().filter(|it| it.id == endpoint.name));
        let by_path = || only(free().filter(|it| route(&it.path) == route(&endpoint.path)));
        let by_segment = || {
            only(free().filter(is_near).filter(|it| {
                it.method == endpoint.method
                    && last_segment(&it.path) == last_segment(&endpoint.path)
            }))
        };
        let found = by_name.or_else(by_path).or_else(by_segment);
        if let Some(operation) = found {
            taken.insert(&operation.id);
            if let Some(moved) = matches.get_mut(at) {
                moved.operation = found;
                moved.is_moved = true;
            }
        }
    }
}

fn only<'a>(mut all: impl Iterator<Item = &'a Operation>) -> Option<&'a Operation> {
    let first = all.next();
    if all.next().is_none() { first } else { None }
}

/// The last segment that is not a placeholder, and whether placeholders follow it.
fn last_segment(path: &str) -> (Option<&str>, bool) {
    let last = path.rsplit('/').find(|segment| !segment.starts_with('{'));
    (last, path.ends_with('}'))
}
