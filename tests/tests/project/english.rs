//! Docs follow one order, and no text has words that readers have to decode.

use std::path::{Path, PathBuf};

use upvest_tests::root;

/// The sections of docs, in this order.
const SECTIONS: [&str; 4] = ["Errors", "Panics", "Cancel safety", "Examples"];

/// Words that have a plain or a standard alternative.
const AVOIDED: [&str; 15] = [
    "anew",
    "as good as",
    "beside",
    "by hand",
    "has come",
    "is no",
    "is none",
    "let in",
    "mend",
    "nobody",
    "none of",
    "of its own",
    "of our own",
    "so long",
    "whoever",
];

/// Where one of these words is right, and why.
const EXCEPTIONS: [(&str, &str); 1] =
    [("there is no", "the usual way to say that something is missing")];

fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extensions));
        } else if path.extension().is_some_and(|known| extensions.iter().any(|one| known == *one)) {
            found.push(path);
        }
    }
    found
}

fn crates() -> [PathBuf; 9] {
    [
        "codegen",
        "core",
        "macros",
        "outbox",
        "sandbox",
        "signature",
        "transport",
        "types",
        "virtual-cash",
    ]
    .map(|name| root().join(format!("upvest-{name}")))
}

/// The docs of a public item, with the line at which they begin.
struct Docs {
    line: usize,
    text: Vec<String>,
}

impl Docs {
    fn of(source: &str) -> Vec<Self> {
        let mut all = Vec::new();
        let mut text: Vec<String> = Vec::new();
        let mut first = 0;
        for (index, line) in source.lines().enumerate() {
            let line = line.trim_start();
            if let Some(doc) = line.strip_prefix("///") {
                if text.is_empty() {
                    first = index + 1;
                }
                text.push(doc.strip_prefix(' ').unwrap_or(doc).to_owned());
            } else if !line.starts_with("#[") || text.is_empty() {
                if line.starts_with("pub ") && !text.is_empty() {
                    all.push(Self { line: first, text: std::mem::take(&mut text) });
                }
                text.clear();
            }
        }
        all
    }

    /// What is wrong with them.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.text.get(1).is_some_and(|second| !second.is_empty()) {
            faults.push("the first paragraph is longer than a line".to_owned());
        }
        let (mut is_code, mut last) = (false, None);
        for line in &self.text {
            if let Some(language) = line.strip_prefix("```") {
                is_code = !is_code;
                let is_example = !matches!(language, "text" | "toml");
                if is_code && is_example && last != Some(SECTIONS.len() - 1) {
                    faults.push("an example is outside of `# Examples`".to_owned());
                }
            } else if let Some(title) = line.strip_prefix("# ").filter(|_| !is_code) {
                let position = SECTIONS.iter().position(|known| *known == title);
                match position {
                    None if last.is_some() => {
                        faults.push(format!("`# {title}` comes after the standard sections"));
                    }
                    Some(_) if last > position => faults.push(format!("`# {title}` is late")),
                    _ => last = position.or(last),
                }
            }
        }
        faults
    }
}

#[test]
fn the_docs_of_public_items_follow_one_order() {
    let mut faults = Vec::new();
    for file in crates().iter().flat_map(|folder| files(&folder.join("src"), &["rs"])) {
        let source = std::fs::read_to_string(&file).unwrap();
        for docs in Docs::of(&source) {
            for fault in docs.faults() {
                faults.push(format!("{}:{}: {fault}", file.display(), docs.line));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The avoided words in a line.
fn avoided(line: &str) -> impl Iterator<Item = &'static str> {
    let mut line = line.to_lowercase();
    for (exception, _) in EXCEPTIONS {
        line = line.replace(exception, "");
    }
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    AVOIDED.into_iter().filter(move |word| {
        line.match_indices(word).any(|(start, _)| {
            let (before, after) = (&line[..start], &line[start + word.len()..]);
            !is_letter(before.chars().next_back()) && !is_letter(after.chars().next())
        })
    })
}

#[test]
fn no_text_has_words_that_readers_have_to_decode() {
    let mut found = Vec::new();
    let mut texts: Vec<PathBuf> = ["README", "ARCHITECTURE", "COMPARE", "CONTRIBUTING", "SECURITY"]
        .map(|name| root().join(format!("{name}.md")))
        .to_vec();
    for folder in crates() {
        texts.push(folder.join("README.md"));
        texts.extend(files(&folder.join("src"), &["rs", "html", "js", "json", "sql"]));
        for more in ["docs", "examples"] {
            if folder.join(more).is_dir() {
                texts.extend(files(&folder.join(more), &["rs", "md"]));
            }
        }
    }
    assert!(texts.len() > 150);
    for file in texts {
        for (number, line) in std::fs::read_to_string(&file).unwrap().lines().enumerate() {
            for word in avoided(line) {
                found.push(format!("{}:{}: `{word}`: {}", file.display(), number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_lapse_is_found() {
    assert_eq!(avoided("the value is no number").collect::<Vec<_>>(), ["is no"]);
    assert_eq!(avoided("there is no number, renewed").count(), 0);
    assert_eq!(avoided("sign it anew").collect::<Vec<_>>(), ["anew"]);
    let docs = |text: &str| Docs::of(text).iter().flat_map(Docs::faults).collect::<Vec<_>>();
    let item = "pub fn f() {}";
    assert_eq!(docs(&format!("/// One.\n///\n/// # Errors\n/// Fails.\n{item}")), [""; 0]);
    assert_eq!(docs(&format!("/// One\n/// two.\n{item}")).len(), 1);
    assert_eq!(docs(&format!("/// One.\n///\n/// ```\n/// ```\n{item}")).len(), 1);
    let late = format!("/// One.\n///\n/// # Panics\n/// P.\n///\n/// # Errors\n/// E.\n{item}");
    assert_eq!(docs(&late).len(), 1);
}
