//! The rules of `#[serde(rename_all = "…")]`.

/// A rule for the names of fields or variants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::check) enum Case {
    /// As in Rust.
    #[default]
    None,
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Case {
    pub(super) fn named(name: &str) -> Self {
        match name {
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "snake_case" => Self::Snake,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            _ => Self::None,
        }
    }

    /// Returns the name of a field, which is in snake case in Rust.
    pub(in crate::check) fn of_field(self, field: &str) -> String {
        match self {
            Self::None | Self::Lower | Self::Snake => field.to_owned(),
            Self::Upper | Self::ScreamingSnake => field.to_ascii_uppercase(),
            Self::Pascal => pascal(field),
            Self::Camel => uncapitalized(&pascal(field)),
            Self::Kebab => field.replace('_', "-"),
            Self::ScreamingKebab => field.to_ascii_uppercase().replace('_', "-"),
        }
    }

    /// Returns the name of a variant, which is in Pascal case in Rust.
    pub(in crate::check) fn of_variant(self, variant: &str) -> String {
        match self {
            Self::None | Self::Pascal => variant.to_owned(),
            Self::Lower => variant.to_ascii_lowercase(),
            Self::Upper => variant.to_ascii_uppercase(),
            Self::Camel => uncapitalized(variant),
            Self::Snake => snake(variant),
            Self::ScreamingSnake => snake(variant).to_ascii_uppercase(),
            Self::Kebab => snake(variant).replace('_', "-"),
            Self::ScreamingKebab => snake(variant).to_ascii_uppercase().replace('_', "-"),
        }
    }
}

fn pascal(field: &str) -> String {
    let mut name = String::new();
    let mut starts_word = true;
    for letter in field.chars() {
        if letter == '_' {
            starts_word = true;
        } else {
            name.push(if starts_word { letter.to_ascii_uppercase() } else { letter });
            starts_word = false;
        }
    }
    name
}

fn uncapitalized(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + letters.as_str())
}

fn snake(variant: &str) -> String {
    let mut name = String::new();
    for (at, letter) in variant.char_indices() {
        if at > 0 && letter.is_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::Case;

    #[test]
    fn names_follow_the_rules_of_serde() {
        for (rule, field, variant) in [
            ("", "frame_size", "FrameSize"),
            ("lowercase", "frame_size", "framesize"),
            ("UPPERCASE", "FRAME_SIZE", "FRAMESIZE"),
            ("PascalCase", "FrameSize", "FrameSize"),
            ("camelCase", "frameSize", "frameSize"),
            ("snake_case", "frame_size", "frame_size"),
            ("SCREAMING_SNAKE_CASE", "FRAME_SIZE", "FRAME_SIZE"),
            ("kebab-case", "frame-size", "frame-size"),
            ("SCREAMING-KEBAB-CASE", "FRAME-SIZE", "FRAME-SIZE"),
        ] {
            assert_eq!(Case::named(rule).of_field("frame_size"), field, "{rule}");
            assert_eq!(Case::named(rule).of_variant("FrameSize"), variant, "{rule}");
        }
    }
}
