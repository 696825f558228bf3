//! Names in Rust from names in a description.

/// The words in a name of any style: `frame_size`, `frameSize`, `FRAME_SIZE`, `Frame size`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last_is_lower = false;
    let mut starts_word = true;
    for letter in name.chars() {
        if !letter.is_ascii_alphanumeric() {
            starts_word = true;
            continue;
        }
        if starts_word || (last_is_lower && letter.is_ascii_uppercase()) {
            words.push(String::new());
        }
        starts_word = false;
        last_is_lower = !letter.is_ascii_uppercase();
        if let Some(word) = words.last_mut() {
            word.push(letter.to_ascii_lowercase());
        }
    }
    words
}

/// Returns the name of a type or a variant, such as `FrameSize`.
pub(in crate::check) fn pascal(name: &str) -> String {
    let mut pascal = String::new();
    for word in words(name) {
        let mut letters = word.chars();
        if let Some(first) = letters.next() {
            pascal.push(first.to_ascii_uppercase());
            pascal.push_str(letters.as_str());
        }
    }
    match pascal.chars().next() {
        None => "Empty".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("Value{pascal}"),
        Some(_) => pascal,
    }
}

/// Returns the name of a field or a parameter, such as `frame_size`, without `r#`.
pub(in crate::check) fn snake(name: &str) -> String {
    let snake = words(name).join("_");
    match snake.chars().next() {
        None => "empty".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("value_{snake}"),
        Some(_) => snake,
    }
}

/// Returns the name as it is written in Rust: with `r#` if it is a keyword.
pub(in crate::check) fn identifier(name: &str) -> String {
    if syn::parse_str::<syn::Ident>(name).is_ok() {
        return name.to_owned();
    }
    let raw = format!("r#{name}");
    // `self` and such cannot be raw.
    if syn::parse_str::<syn::Ident>(&raw).is_ok() { raw } else { format!("{name}_") }
}

#[cfg(test)]
mod tests {
    use super::{identifier, pascal, snake};

    #[test]
    fn names_of_any_style_become_those_of_rust() {
        for (name, type_name, field_name) in [
            ("frame_size", "FrameSize", "frame_size"),
            ("frameSize", "FrameSize", "frame_size"),
            ("FRAME_SIZE", "FrameSize", "frame_size"),
            ("Frame size (cm)", "FrameSizeCm", "frame_size_cm"),
            ("accountID", "AccountId", "account_id"),
            ("address_line1", "AddressLine1", "address_line1"),
            ("3D", "Value3d", "value_3d"),
            ("", "Empty", "empty"),
        ] {
            assert_eq!((pascal(name).as_str(), snake(name).as_str()), (type_name, field_name));
        }
    }

    #[test]
    fn keywords_are_raw() {
        assert_eq!(identifier("type"), "r#type");
        assert_eq!(identifier("self"), "self_");
        assert_eq!(identifier("kind"), "kind");
    }
}
