//! The words of the attributes: text to spanned options. What the options mean together is decided
//! in `check.rs`.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::{Attribute, Error, Ident, LitStr, Meta};

pub(crate) const VERBS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const WORDS: [&str; 4] = ["idempotent", "signed", "anonymous", "form"];
const GRAMMAR: &str = "`#[endpoint(VERB, \"/path/{id}\", idempotent, signed)]`";

/// Mistakes, collected: a user sees all of them in one build.
#[derive(Default)]
pub(crate) struct Errors(Option<Error>);

impl Errors {
    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            None => self.0 = Some(error),
        }
    }

    pub(crate) fn at(&mut self, span: Span, message: impl std::fmt::Display) {
        self.push(Error::new(span, message));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn into_compile_errors(self) -> TokenStream {
        self.0.map(|error| error.to_compile_error()).unwrap_or_default()
    }
}

/// `#[api(scope = "…")]`
#[derive(Default)]
pub(crate) struct ApiOptions {
    pub(crate) scope: Option<LitStr>,
}

/// `#[endpoint(VERB, "/path", words…)]`: each part as far as it could be read.
pub(crate) struct EndpointOptions {
    pub(crate) verb: Option<Ident>,
    pub(crate) path: Option<LitStr>,
    words: Vec<Ident>,
}

pub(crate) fn api(arguments: TokenStream, errors: &mut Errors) -> ApiOptions {
    let mut options = ApiOptions::default();
    for argument in split_at_commas(arguments) {
        match Argument::read(&argument) {
            Argument::Value(name, value) if name == "scope" => {
                if options.scope.is_some() {
                    errors.at(name.span(), "`scope` is given twice");
                } else if value.value().trim().is_empty() || value.value().contains(' ') {
                    errors.at(
                        value.span(),
                        "a scope is one word such as \"virtual_cash_balances:admin\"",
                    );
                } else {
                    options.scope = Some(value);
                }
            }
            _ => errors.push(spanned(
                argument,
                "`#[api]` takes one option: `#[api(scope = \"virtual_cash_balances:admin\")]`",
            )),
        }
    }
    options
}

pub(crate) fn endpoint(attribute: &Attribute, errors: &mut Errors) -> EndpointOptions {
    let mut options = EndpointOptions { verb: None, path: None, words: Vec::new() };
    let arguments = match &attribute.meta {
        Meta::List(list) => split_at_commas(list.tokens.clone()),
        Meta::Path(_) | Meta::NameValue(_) => Vec::new(),
    };
    if arguments.is_empty() {
        errors.push(Error::new_spanned(
            attribute.path(),
            format!("verb and path are missing: write {GRAMMAR}"),
        ));
        return options;
    }

    let mut arguments = arguments.into_iter().peekable();
    match arguments.peek().map(Argument::read) {
        Some(Argument::Word(verb)) if !is_word(&verb) => {
            arguments.next();
            if VERBS.iter().any(|known| verb == known) {
                options.verb = Some(verb);
            } else {
                errors.at(verb.span(), unknown("verb", &verb.to_string(), &VERBS));
            }
        }
        Some(Argument::Path(path)) => {
            errors.at(path.span(), format!("the verb is missing before the path: write {GRAMMAR}"));
        }
        Some(_) => {
            let first = arguments.peek().cloned().unwrap_or_default();
            errors.push(spanned(first, format!("the verb comes first: write {GRAMMAR}")));
        }
        None => {}
    }
    match arguments.peek().map(Argument::read) {
        Some(Argument::Path(path)) => {
            arguments.next();
            options.path = Some(path);
        }
        _ if options.verb.is_some() => {
            let verb = options.verb.as_ref().map_or_else(Span::call_site, Ident::span);
            errors.at(verb, format!("the path is missing after the verb: write {GRAMMAR}"));
        }
        _ => {}
    }
    for argument in arguments {
        match Argument::read(&argument) {
            Argument::Word(word) => options.set(word, errors),
            _ => errors
                .push(spanned(argument, format!("expected one of the words {}", list(&WORDS)))),
        }
    }
    options
}

impl EndpointOptions {
    fn set(&mut self, word: Ident, errors: &mut Errors) {
        if !is_word(&word) {
            errors.at(word.span(), unknown("word", &word.to_string(), &WORDS));
        } else if self.word(&word.to_string()).is_some() {
            errors.at(word.span(), format!("`{word}` is given twice: remove one of them"));
        } else {
            self.words.push(word);
        }
    }

    pub(crate) fn word(&self, name: &str) -> Option<&Ident> {
        self.words.iter().find(|word| *word == name)
    }

    /// The words that were given, in the order in which they are documented.
    pub(crate) fn words(&self) -> Vec<&'static str> {
        WORDS.into_iter().filter(|name| self.word(name).is_some()).collect()
    }
}

/// What stands between two commas.
enum Argument {
    Word(Ident),
    Path(LitStr),
    Value(Ident, LitStr),
    Other,
}

impl Argument {
    fn read(tokens: &TokenStream) -> Self {
        let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
        match trees.as_slice() {
            [TokenTree::Ident(word)] => Self::Word(word.clone()),
            [TokenTree::Literal(_)] => syn::parse2(tokens.clone()).map_or(Self::Other, Self::Path),
            [TokenTree::Ident(name), TokenTree::Punct(equals), TokenTree::Literal(value)]
                if equals.as_char() == '=' =>
            {
                syn::parse2(TokenTree::from(value.clone()).into())
                    .map_or(Self::Other, |value| Self::Value(name.clone(), value))
            }
            // A literal that a macro_rules macro handed over comes wrapped in invisible delimiters.
            [TokenTree::Group(group)] if group.delimiter() == Delimiter::None => {
                Self::read(&group.stream())
            }
            _ => Self::Other,
        }
    }
}

fn split_at_commas(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = vec![TokenStream::new()];
    for tree in tokens {
        match (&tree, parts.last_mut()) {
            (TokenTree::Punct(comma), _) if comma.as_char() == ',' => {
                parts.push(TokenStream::new());
            }
            (_, Some(last)) => last.extend([tree]),
            (_, None) => {}
        }
    }
    if parts.last().is_some_and(TokenStream::is_empty) {
        parts.pop();
    }
    parts
}

fn is_word(ident: &Ident) -> bool {
    WORDS.iter().any(|word| ident == word)
}

fn spanned(tokens: TokenStream, message: impl std::fmt::Display) -> Error {
    Error::new_spanned(tokens, message)
}

fn unknown(what: &str, given: &str, known: &[&str]) -> String {
    match closest(given, known) {
        Some(close) => format!("unknown {what} `{given}`: did you mean `{close}`?"),
        None => format!("unknown {what} `{given}`: expected one of {}", list(known)),
    }
}

fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// The known word that `given` most likely was meant to be: equal but for case, or few edits away.
pub(crate) fn closest<'a>(given: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|word| (distance(&given.to_lowercase(), &word.to_lowercase()), *word))
        .filter(|(distance, word)| *distance <= word.len() / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// Levenshtein distance: how many letters to add, drop or change.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (i, l) in left.chars().enumerate() {
        let mut diagonal = i;
        let mut previous = i + 1;
        if let Some(first) = row.first_mut() {
            *first = previous;
        }
        for (cell, r) in row.iter_mut().skip(1).zip(right.chars()) {
            let cost = diagonal + usize::from(l != r);
            diagonal = *cell;
            previous = cost.min(previous + 1).min(*cell + 1);
            *cell = previous;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{VERBS, WORDS, closest, distance};

    #[test]
    fn distance_counts_edits() {
        for (left, right, edits) in
            [("", "", 0), ("abc", "", 3), ("signed", "sigend", 2), ("kitten", "sitting", 3)]
        {
            assert_eq!(distance(left, right), edits, "{left} {right}");
        }
    }

    #[test]
    fn a_near_miss_is_named_and_a_far_one_is_not() {
        assert_eq!(closest("idempotant", &WORDS), Some("idempotent"));
        assert_eq!(closest("Signed", &WORDS), Some("signed"));
        assert_eq!(closest("banana", &WORDS), None);
        assert_eq!(closest("FETCH", &VERBS), None);
    }
}
