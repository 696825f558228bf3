//! Makes texts from others safe for a message, a log line or a span.

use std::borrow::Cow;

/// The longest text that a message shows, in characters.
pub const LONGEST_TEXT: usize = 200;

/// Returns `text` on one line.
///
/// Characters that control a terminal or change the order of the line are escaped, as `\n` or
/// `\u{202e}`. A text longer than `longest` characters is cut and ends in `…`.
#[must_use]
pub fn printable(text: &str, longest: usize) -> String {
    let text = cut(text, longest);
    if !text.contains(is_active) {
        return text.into_owned();
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_active(character) {
            shown.extend(character.escape_debug());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Cuts a text after `longest` characters and adds `…`; for `Debug`, which escapes by itself.
#[must_use]
pub fn cut(text: &str, longest: usize) -> Cow<'_, str> {
    // Most texts are short, and no text has more characters than bytes.
    if text.len() <= longest {
        return text.into();
    }
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}

/// Control characters, line separators, and bidirectional formatting (Unicode Standard Annex 9).
fn is_active(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn what_acts_on_a_line_is_escaped() {
        for (text, shown) in [
            ("", ""),
            ("a \"b\" 'c' \\d ä 日本 e\u{301} 😀", "a \"b\" 'c' \\d ä 日本 e\u{301} 😀"),
            ("a\r\n\tb\0", "a\\r\\n\\tb\\0"),
            ("\u{1b}[31m\u{7f}\u{9b}\u{85}", "\\u{1b}[31m\\u{7f}\\u{9b}\\u{85}"),
            ("\u{2028}\u{2029}", "\\u{2028}\\u{2029}"),
            (
                "\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}",
                "\\u{202a}\\u{202b}\\u{202c}\\u{202d}\\u{202e}",
            ),
            ("\u{2066}\u{2067}\u{2068}\u{2069}", "\\u{2066}\\u{2067}\\u{2068}\\u{2069}"),
            ("\u{61c}\u{200e}\u{200f}", "\\u{61c}\\u{200e}\\u{200f}"),
        ] {
            assert_eq!(printable(text, usize::MAX), shown);
        }
    }

    #[test]
    fn a_long_text_is_cut() {
        for (text, shown) in [("äbc", "äbc"), ("äbcd", "äbc…"), ("ä\u{202e}", "ä\\u{202e}")]
        {
            assert_eq!(printable(text, 3), shown);
        }
        assert_eq!(printable("a", 0), "…");
    }
}
