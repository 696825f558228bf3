//! Where each operation is declared, for the list of operations.

use std::collections::HashMap;

use super::declared::Declarations;
use super::matching::matches;
use super::source::Source;
use crate::api::Api;
use crate::error::Error;

/// The methods that declare an operation, as `file:line`, by its id.
pub(crate) type DeclaredOperations = HashMap<String, Vec<String>>;

/// Returns the declared operations.
pub(crate) fn declared_operations(
    api: &Api,
    sources: &[Source],
) -> Result<DeclaredOperations, Error> {
    let declarations = Declarations::read(sources)?;
    let mut declared = DeclaredOperations::new();
    for found in matches(api, &declarations).into_iter().filter(|found| !found.is_moved) {
        let position = found.endpoint.position;
        if let (Some(operation), Some(file)) =
            (found.operation, declarations.files.get(position.file))
        {
            let place = format!("{file}:{}", position.line);
            declared.entry(operation.id.clone()).or_default().push(place);
        }
    }
    Ok(declared)
}
