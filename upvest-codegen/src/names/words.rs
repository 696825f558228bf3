//! From the words of a description to identifiers.

/// The keywords that may be identifiers when written as `r#type`.
const KEYWORDS: [&str; 50] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield", "union", "raw",
];

/// The keywords that never may.
const RESERVED: [&str; 4] = ["self", "super", "crate", "_"];

/// Splits at everything that is not a letter or digit, and before a capital after a small letter.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut was_lower = false;
    for letter in text.chars() {
        let is_word = letter.is_ascii_alphanumeric();
        if !is_word || (was_lower && letter.is_ascii_uppercase()) {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
        }
        if is_word {
            word.push(letter.to_ascii_lowercase());
        }
        was_lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// The name of a type or a variant: `VirtualCashIncrease`. Never empty, and not a keyword.
pub(crate) fn camel(text: &str) -> String {
    let name: String = words(text)
        .iter()
        .map(|word| {
            let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
            first.to_ascii_uppercase() + rest
        })
        .collect();
    match name.bytes().next() {
        None => "Empty".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("N{name}"),
        // The only keyword with a capital letter.
        Some(_) if name == "Self" => "SelfValue".to_owned(),
        Some(_) => name,
    }
}

/// The name of a field, a parameter, a method or a module, without `r#`: `account_group_id`.
pub(crate) fn snake(text: &str) -> String {
    let name = words(text).join("_");
    match name.bytes().next() {
        None => "empty".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("n{name}"),
        Some(_) if RESERVED.contains(&name.as_str()) => format!("{name}_"),
        Some(_) => name,
    }
}

/// The name as it is written in Rust: `r#type`.
pub(crate) fn raw(name: &str) -> String {
    let is_keyword = KEYWORDS.contains(&name) && !["union", "raw"].contains(&name);
    if is_keyword { format!("r#{name}") } else { name.to_owned() }
}

/// The name of one item of a list: `allocations` has `allocation`.
pub(crate) fn singular(name: &str) -> String {
    match name {
        _ if name.ends_with("ss") || name.ends_with("us") || name.ends_with("sis") => {
            name.to_owned()
        }
        _ => match (name.strip_suffix("ies"), name.strip_suffix("sses"), name.strip_suffix('s')) {
            (Some(stem), ..) => format!("{stem}y"),
            (_, Some(stem), _) => format!("{stem}ss"),
            (.., Some(stem)) => stem.to_owned(),
            _ => name.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{camel, raw, singular, snake};

    #[test]
    fn names_are_identifiers() {
        for (text, type_name, field) in [
            ("virtual_cash_increase", "VirtualCashIncrease", "virtual_cash_increase"),
            ("Virtual Cash Balances", "VirtualCashBalances", "virtual_cash_balances"),
            ("User (BYOL)", "UserByol", "user_byol"),
            ("addressLine1", "AddressLine1", "address_line1"),
            ("ID_CARD", "IdCard", "id_card"),
            ("P-521", "P521", "p_521"),
            ("10K", "N10K", "n10_k"),
            ("", "Empty", "empty"),
            ("Ä", "Empty", "empty"),
            ("SELF", "SelfValue", "self_"),
            ("crate", "Crate", "crate_"),
        ] {
            assert_eq!((camel(text), snake(text)), (type_name.to_owned(), field.to_owned()));
            for name in [raw(&camel(text)), raw(&snake(text))] {
                assert!(syn::parse_str::<syn::Ident>(&name).is_ok(), "{name}");
            }
        }
    }

    #[test]
    fn every_keyword_becomes_an_identifier() {
        for keyword in super::KEYWORDS.into_iter().chain(super::RESERVED) {
            for name in [raw(&camel(keyword)), raw(&snake(keyword))] {
                assert!(syn::parse_str::<syn::Ident>(&name).is_ok(), "{name}");
            }
        }
    }

    #[test]
    fn an_item_has_the_singular_of_its_list() {
        for (list, item) in [
            ("allocations", "allocation"),
            ("nationalities", "nationality"),
            ("addresses", "address"),
            ("status", "status"),
            ("basis", "basis"),
            ("data", "data"),
        ] {
            assert_eq!(singular(list), item);
        }
    }
}
