//! The ids of operations and webhooks.

use std::collections::HashMap;

use super::Place;
use crate::error::Error;
use crate::openapi::{self, Document};

/// The ids that are taken.
pub(super) struct Ids {
    /// With the line of the operation.
    taken: HashMap<String, u64>,
}

impl Ids {
    /// Reads the ids of a document.
    ///
    /// # Errors
    /// Fails if two operations have the same.
    pub(super) fn of(document: &Document) -> Result<Self, Error> {
        let mut taken = HashMap::new();
        let items = document.paths.values();
        let items = items.chain(document.x_webhooks.values()).chain(document.webhooks.values());
        for (_, operation) in items.flat_map(openapi::PathItem::operations) {
            let line = operation.referenced.line();
            let Some(id) = id(&operation.value) else { continue };
            if let Some(first) = taken.insert(id.to_owned(), line) {
                return Err(Error::new(format!(
                    "cannot read the description: the operations at line {first} and line {line} \
                     both have the id `{id}`"
                )));
            }
        }
        Ok(Self { taken })
    }

    /// Returns the id of an operation, or makes one: `get_users_user_id`.
    pub(super) fn operation(&mut self, place: &Place<'_>) -> String {
        let Place { method, path, .. } = *place;
        self.of_place(place, || {
            let words: Vec<String> = [method]
                .into_iter()
                .chain(path.split(|letter: char| !letter.is_ascii_alphanumeric()))
                .filter(|word| !word.is_empty())
                .map(str::to_ascii_lowercase)
                .collect();
            words.join("_")
        })
    }

    /// Returns the id of a webhook, or else its name.
    pub(super) fn webhook(&mut self, place: &Place<'_>) -> String {
        self.of_place(place, || place.path.to_owned())
    }

    fn of_place(&mut self, place: &Place<'_>, make: impl Fn() -> String) -> String {
        if let Some(id) = id(&place.operation.value) {
            return id.to_owned();
        }
        let name = make();
        let numbered = (2_u32..).map(|number| format!("{name}_{number}"));
        let mut names = std::iter::once(name.clone()).chain(numbered);
        let id = names.find(|name| !self.taken.contains_key(name)).unwrap_or(name);
        self.taken.insert(id.clone(), place.operation.referenced.line());
        id
    }
}

fn id(operation: &openapi::Operation) -> Option<&str> {
    operation.id.as_deref().filter(|id| !id.trim().is_empty())
}
