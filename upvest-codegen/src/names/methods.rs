//! The names of methods.

use std::collections::HashMap;

use super::choose::Module;
use super::pins::Names;
use super::taken::Taken;
use super::words::snake;
use crate::api::{Operation, Response};
use crate::error::Error;

/// Chooses the names of the methods of each operation, one for each response. Adds those that do not
/// follow from the operation id to `names`.
///
/// All are different, because a client has all methods. Only a file of names may use one in several
/// traits.
pub(super) fn choose(
    modules: &[Module<'_>],
    names: &mut Names,
) -> Result<HashMap<String, Vec<String>>, Error> {
    let mut taken = Taken::methods();
    for module in modules {
        let mut of_trait = Taken::methods();
        for operation in &module.operations {
            let Some(name) = names.method(&operation.id) else { continue };
            if !of_trait.insert(name) {
                return Err(Error::new(format!(
                    "cannot use the names: `{name}` of `{}` is the name of another method (choose \
                     another name)",
                    operation.id
                )));
            }
            taken.insert(name);
        }
    }
    let mut methods = HashMap::new();
    let mut operations: Vec<&Operation> =
        modules.iter().flat_map(|module| module.operations.iter().copied()).collect();
    // An id that is a name first: no other one may rename it.
    operations.sort_by_key(|operation| snake(&operation.id) != operation.id);
    for operation in &operations {
        let plain = snake(&operation.id);
        let name = match names.method(&operation.id) {
            Some(name) => name.to_owned(),
            None => taken.take(plain.clone()),
        };
        if name != plain {
            names.methods.entry(operation.id.clone()).or_insert_with(|| name.clone());
        }
        methods.insert(operation.id.clone(), vec![name]);
    }
    for operation in operations {
        let Some(names) = methods.get_mut(&operation.id) else { continue };
        let name = names.concat();
        for response in operation.responses.iter().skip(1) {
            let kind = match response {
                Response::Bytes(media_type) => media_type.rsplit('/').next(),
                _ => None,
            };
            names.push(taken.take(format!("{name}_as_{}", snake(kind.unwrap_or("json")))));
        }
    }
    Ok(methods)
}
