//! Which lints of clippy a description makes unavoidable.

use crate::names::words::words;

/// Fewer fields or variants may have similar names.
const LEAST: usize = 3;

/// Whether fields or variants are called as their type, or all begin or end with the same word.
pub(super) fn has_similar_names<'f>(owner: &str, parts: impl Iterator<Item = &'f str>) -> bool {
    let owner = words(owner);
    let parts: Vec<Vec<String>> = parts.map(words).collect();
    let is_called_as_owner =
        |part: &Vec<String>| part.starts_with(&owner) || part.ends_with(&owner);
    let all_have = |word: fn(&Vec<String>) -> Option<&String>| {
        parts.iter().zip(parts.iter().skip(1)).all(|(one, next)| word(one) == word(next))
    };
    let is_similar = all_have(|part| part.first()) || all_have(|part| part.last());
    parts.len() >= LEAST && (is_similar || parts.iter().any(is_called_as_owner))
}

#[cfg(test)]
mod tests {
    use super::has_similar_names;

    #[test]
    fn similar_names_are_found() {
        let similar = |name: &str, fields: &[&str]| has_similar_names(name, fields.iter().copied());
        assert!(similar("Secrets", &["password", "secrets", "pin"]));
        assert!(similar("Order", &["order_id", "side", "price"]));
        assert!(similar("Order", &["side", "price", "last_order"]));
        assert!(similar("User", &["first_name", "last_name", "birth_name"]));
        assert!(similar("User", &["flag_a", "flag_b", "flag"]));
        assert!(!similar("Secrets", &["password", "secrets"]));
        assert!(!similar("Order", &["orders", "side", "price"]));
        assert!(!similar("User", &["first_name", "last_name", "age"]));
    }
}
