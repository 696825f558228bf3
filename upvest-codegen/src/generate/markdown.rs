//! The words of a description as Markdown that rustdoc accepts: no accidental links, HTML, headings
//! or tests.

use super::facts::{in_ticks, is_invisible};
use super::printer::LONGEST_DOC;

/// The deepest nesting of lists.
const DEEPEST: usize = 4;

/// Lines of a text, which are not split again.
pub(super) fn lines(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    let mut markdown = Markdown::default();
    for line in text.lines() {
        let line: String = line.replace('\t', "    ").replace(is_invisible, " ");
        markdown.line(line.trim_end());
    }
    markdown.finish()
}

/// A text on one line, as it is.
pub(super) fn escaped(text: &str) -> String {
    words(&text.replace(is_invisible, " ")).join(" ")
}

#[derive(Default)]
struct Markdown {
    lines: Vec<String>,
    /// How a block of code ends.
    fence: Option<String>,
    /// The items that contain the next line: the indent of each, and that of its words.
    items: Vec<(usize, usize)>,
}

impl Markdown {
    fn line(&mut self, line: &str) {
        let text = line.trim_start();
        if let Some(fence) = &self.fence {
            let is_end =
                text.starts_with(fence.as_str()) && text.trim_matches(fence_of(fence)).is_empty();
            self.lines.push(if is_end { fence.clone() } else { line.to_owned() });
            if is_end {
                self.fence = None;
            }
        } else if let Some(fence) = opening(text) {
            self.lines.push(format!("{fence}text"));
            self.fence = Some(fence);
            self.items.clear();
        } else if text.is_empty() || is_rule(text) {
            self.gap();
        } else if let Some(heading) = heading(text) {
            self.gap();
            self.items.clear();
            self.wrapped(0, "", &format!("**{}**", heading.trim_matches(['#', '*', ' '])));
            self.gap();
        } else if text.starts_with('|') {
            self.lines.push(words(text).join(" "));
        } else {
            self.words(line.len() - text.len(), text.trim_start_matches(['>', ' ']));
        }
    }

    /// An empty line, but not a second one.
    fn gap(&mut self) {
        if self.lines.last().is_some_and(|last| !last.is_empty()) {
            self.lines.push(String::new());
        }
    }

    /// An item of a list, or other words.
    fn words(&mut self, indent: usize, text: &str) {
        let follows_words = self.lines.last().is_some_and(|last| !last.is_empty());
        if let Some((marker, text)) = item(text) {
            self.items.retain(|(other, _)| *other < indent);
            self.items.truncate(DEEPEST);
            let outer = self.items.last().map_or(0, |(_, words)| *words);
            self.items.push((indent, outer + marker.len() + 1));
            self.wrapped(outer, &format!("{marker} "), text);
        } else {
            if !follows_words {
                self.items.retain(|(other, _)| *other < indent);
            }
            let outer = self.items.last().map_or(0, |(_, words)| *words);
            self.wrapped(outer, "", text);
        }
    }

    fn wrapped(&mut self, indent: usize, marker: &str, text: &str) {
        let mut written = format!("{:indent$}{marker}", "");
        let start = indent + marker.len();
        let mut is_first = true;
        for word in words(text) {
            if !is_first && written.len() + 1 + word.len() > LONGEST_DOC {
                self.lines.push(written);
                written = format!("{:start$}", "");
                is_first = true;
            }
            if is_first {
                written.push_str(if begins_a_block(&word) { "\\" } else { "" });
            } else {
                written.push(' ');
            }
            written.push_str(&word);
            is_first = false;
        }
        self.lines.push(written);
    }

    fn finish(mut self) -> Vec<String> {
        self.lines.extend(self.fence.take());
        while self.lines.last().is_some_and(String::is_empty) {
            self.lines.pop();
        }
        self.lines
    }
}

/// The fence of a block of code that begins here.
fn opening(text: &str) -> Option<String> {
    let mark = text.chars().next().filter(|mark| ['`', '~'].contains(mark))?;
    let rest = text.trim_start_matches(mark);
    let fence: String = text.chars().take_while(|letter| *letter == mark).collect();
    (fence.len() >= 3 && !rest.contains('`')).then_some(fence)
}

fn fence_of(fence: &str) -> char {
    fence.chars().next().unwrap_or('`')
}

/// Whether a line is drawn here, or the line before is underlined.
fn is_rule(text: &str) -> bool {
    ['-', '=', '*', '_'].into_iter().any(|mark| text.chars().all(|it| it == mark || it == ' '))
        && text != "*"
}

fn heading(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches('#');
    let depth = text.len() - rest.len();
    ((1..=6).contains(&depth) && rest.starts_with(' ')).then(|| rest.trim())
}

/// The marker of an item, and its words.
fn item(text: &str) -> Option<(&str, &str)> {
    let (marker, rest) = text.split_once(' ')?;
    let number = marker.strip_suffix(['.', ')']).unwrap_or_default();
    let is_number = (1..=9).contains(&number.len()) && number.bytes().all(|it| it.is_ascii_digit());
    (["-", "*", "+"].contains(&marker) || is_number).then(|| (marker, rest.trim_start()))
}

/// Whether a line that begins with this word would be more than words.
fn begins_a_block(word: &str) -> bool {
    let number = word.strip_suffix(['.', ')']).unwrap_or_default();
    let is_number = !number.is_empty() && number.bytes().all(|it| it.is_ascii_digit());
    is_number
        || is_rule(word)
        || ["+", "*"].contains(&word)
        || word.starts_with(['>', '|'])
        || word.starts_with("~~~")
        || word.len() <= 6 && word.trim_start_matches('#').is_empty()
}

/// The words of a line. Code and links are one word.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut rest = line;
    while let Some(letter) = rest.chars().next() {
        let (written, length) = part(rest, letter, word.chars().next_back());
        match written {
            Some(written) => word.push_str(&written),
            None if word.is_empty() => {}
            None => words.push(std::mem::take(&mut word)),
        }
        rest = rest.split_at_checked(length).map_or("", |(_, rest)| rest);
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

/// How the beginning of a text is written, and its length; `None` between words.
fn part(text: &str, letter: char, before: Option<char>) -> (Option<String>, usize) {
    let one = |written: &str| (Some(written.to_owned()), letter.len_utf8());
    match letter {
        ' ' => (None, 1),
        '`' => {
            if let Some((inner, length)) = span(text) {
                (Some(in_ticks(inner.trim())), length)
            } else {
                let ticks = text.len() - text.trim_start_matches('`').len();
                (Some("\\`".repeat(ticks)), ticks)
            }
        }
        '\\' => match text.chars().nth(1).filter(char::is_ascii_punctuation) {
            Some(next) => (Some(format!("\\{next}")), 2),
            None => one("\\\\"),
        },
        '<' => match autolink(text) {
            Some(length) => (Some(text.chars().take(length).collect()), length),
            None => one("\\<"),
        },
        '!' if link(text.strip_prefix('!').unwrap_or_default()).is_some() => one(""),
        '[' => match link(text) {
            Some((label, address, length)) => {
                (Some(format!("[{}]({address})", words(label).join(" "))), length)
            }
            None => one("\\["),
        },
        'h' if !before.is_some_and(char::is_alphanumeric) => match address(text) {
            Some(address) => (Some(format!("<{address}>")), address.len()),
            None => one("h"),
        },
        letter => one(&letter.to_string()),
    }
}

/// The inner text of code that begins here, and the length of all.
fn span(text: &str) -> Option<(&str, usize)> {
    let rest = text.trim_start_matches('`');
    let fence = text.len() - rest.len();
    let mut at = 0;
    while let Some(next) = rest.get(at..)?.find('`') {
        let (inner, after) = rest.split_at_checked(at + next)?;
        let closing = after.len() - after.trim_start_matches('`').len();
        if closing == fence {
            let is_empty = inner.trim().is_empty();
            return (!is_empty).then_some((inner, fence + inner.len() + closing));
        }
        at += next + closing;
    }
    None
}

/// The length of a link in angle brackets that begins here.
fn autolink(text: &str) -> Option<usize> {
    let (address, _) = text.strip_prefix('<')?.split_once('>')?;
    let is_address = address.starts_with("http://") || address.starts_with("https://");
    let is_plain = address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'<');
    (is_address && is_plain).then_some(address.len() + 2)
}

/// The label and the address of a link that begins here, and the length of all.
fn link(text: &str) -> Option<(&str, &str, usize)> {
    let (label, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (address, _) = rest.split_once(')')?;
    let is_label = !label.contains(['[', ']', '`']) && !label.contains("http");
    let is_address = address.starts_with("http://") || address.starts_with("https://");
    let is_plain = address.bytes().all(|byte| byte.is_ascii_graphic() && !b"(<>".contains(&byte));
    let length = label.len() + address.len() + 4;
    (is_label && is_address && is_plain).then_some((label, address, length))
}

/// The address that begins here, without the punctuation after it.
fn address(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let is_part = |letter: char| match letter {
        '<' | '>' | '"' | '\'' | '`' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '\\' => false,
        letter => letter.is_ascii_graphic() || letter.is_alphanumeric(),
    };
    let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
    let (inner, _) = rest.split_at_checked(end)?;
    let inner = inner.trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_', '~', '&']);
    if inner.is_empty() {
        return None;
    }
    text.get(..text.len() - rest.len() + inner.len())
}

#[cfg(test)]
mod tests {
    use super::{escaped, lines};

    #[test]
    fn only_addresses_are_links() {
        for (text, expected) in [
            ("[a](https://b.c/d?e=f&g#h) i", "[a](https://b.c/d?e=f&g#h) i"),
            ("[a] and [b](http://c.d)", r"\[a] and [b](http://c.d)"),
            ("[a](b/c) [`d`] [e]: f", r"\[a](b/c) \[`d`] \[e]: f"),
            ("![a](https://b.c) !", "[a](https://b.c) !"),
            ("[a [b](https://c.d)", r"\[a [b](https://c.d)"),
            ("i[0] [^1] [ ] [x]", r"i\[0] \[^1] \[ ] \[x]"),
        ] {
            assert_eq!(escaped(text), expected);
        }
    }

    #[test]
    fn an_address_is_a_link_without_the_punctuation_after_it() {
        for (text, expected) in [
            ("at https://a.b.", "at <https://a.b>."),
            ("(https://a.b/c_d), \"http://e.f\"", "(<https://a.b/c_d>), \"<http://e.f>\""),
            ("<https://a.b> https://ä.de!", "<https://a.b> <https://ä.de>!"),
            ("https:// xhttps://a.b hello", "https:// xhttps://a.b hello"),
            ("`https://a.b`", "`https://a.b`"),
        ] {
            assert_eq!(escaped(text), expected);
        }
    }

    #[test]
    fn html_is_text() {
        assert_eq!(escaped("<b>a</b> <!-- c --> 1 < 2 > 0"), r"\<b>a\</b> \<!-- c --> 1 \< 2 > 0");
    }

    #[test]
    fn code_is_kept_and_other_backticks_are_text() {
        for (text, expected) in [
            ("`[a] <b>`  c", "`[a] <b>` c"),
            ("`` a`b ``", "`` a`b ``"),
            ("a ` b", r"a \` b"),
            ("``` a `` b", r"\`\`\` a \`\` b"),
            ("` `", r"\` \`"),
        ] {
            assert_eq!(escaped(text), expected);
        }
    }

    #[test]
    fn escapes_are_kept() {
        assert_eq!(escaped(r"\[a\] b\c \"), r"\[a\] b\\c \\");
    }

    #[test]
    fn what_changes_a_line_is_left_out() {
        let text = "a\u{202e}b\u{0}c\rd\r\ne\u{2028}f\tg";
        assert_eq!(lines(text), ["a b c", "d", "e", "f g"]);
    }

    #[test]
    fn a_heading_is_bold() {
        assert_eq!(
            lines("a\n# Errors #\nb\n####### c"),
            ["a", "", "**Errors**", "", "b", "####### c"]
        );
        assert_eq!(lines("a\n===\nb\n---\n* * *"), ["a", "", "b"]);
    }

    #[test]
    fn a_block_of_code_is_text() {
        for (text, expected) in [
            ("```\n[a]  <b>\n```", &["```text", "[a]  <b>", "```"][..]),
            ("```json\n{}\n````\na", &["```text", "{}", "```", "a"]),
            ("~~~~\n```\n~~~\n~~~~", &["~~~~text", "```", "~~~", "~~~~"]),
            ("```\na", &["```text", "a", "```"]),
            ("```a`b", &[r"\`\`\`a\`b"]),
        ] {
            assert_eq!(lines(text), expected);
        }
    }

    #[test]
    fn indented_words_are_not_code() {
        assert_eq!(lines("a\n\n    b\n\tc"), ["a", "", "b", "c"]);
    }

    #[test]
    fn items_are_indented() {
        let text = "* a\nb\n  - c\n\n    d\n\n12. e\nf\n\ng";
        let expected = ["* a", "  b", "  - c", "", "    d", "", "12. e", "    f", "", "g"];
        assert_eq!(lines(text), expected);
        let deep: Vec<String> = (0..9).map(|depth| format!("{:depth$}- a", "")).collect();
        assert_eq!(lines(&deep.join("\n")).last().unwrap(), "        - a");
    }

    #[test]
    fn a_table_is_not_split() {
        let row = format!("| {} |", ["a"; 60].join(" | "));
        assert_eq!(lines(&format!("{row}\n| [b] |")), [row.as_str(), r"| \[b] |"]);
    }

    #[test]
    fn a_long_line_is_split_but_begins_nothing() {
        for mark in ["-", "+", "*", "#", "1.", "2)", ">", "|", "==="] {
            let words = "a ".repeat(45);
            let split = lines(&format!("{words}{mark} b"));
            assert_eq!(split.len(), 2);
            assert!(
                split[1].starts_with(&format!("\\{mark} b")) || split[0].ends_with(mark),
                "{split:?}"
            );
        }
        let code = format!("`{}`", ["a"; 80].join(" "));
        assert_eq!(lines(&format!("b {code}")), ["b", code.as_str()]);
    }

    #[test]
    fn empty_lines_are_not_repeated() {
        assert_eq!(lines("\n\na\n\n\n b \n\n"), ["a", "", "b"]);
        assert_eq!(lines(" \n"), [""; 0]);
    }
}
