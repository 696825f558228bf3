//! What can go wrong.

use std::fmt;

/// Why a description, a declaration or a file of names cannot be used.
///
/// It is one sentence, with the position where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error(String);

impl Error {
    pub(crate) fn new(message: impl AsRef<str>) -> Self {
        Self(one_line(message.as_ref()))
    }
}

/// The text on one line, with escapes for what would change a terminal: names come from a file.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::new();
    for letter in text.chars() {
        match letter {
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => line.extend(letter.escape_debug()),
            letter if letter.is_control() => line.extend(letter.escape_debug()),
            letter => line.push(letter),
        }
    }
    line
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::Error;

    #[test]
    fn a_message_has_one_line() {
        assert_eq!(
            Error::new("a\nb\u{1b}[2J\u{202e}c \"ä\"").to_string(),
            "a\\nb\\u{1b}[2J\\u{202e}c \"ä\""
        );
    }
}
