//! The words of the attributes: text to spanned raw options. What they may say, and what they mean
//! together, is decided in `check`.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, LitStr, Meta, Path, Token};

use crate::errors::{Errors, closest, list, unknown};

pub(crate) const VERBS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];
/// What may follow the path, in the order in which it is documented: words alone,
const FLAGS: [&str; 5] = ["idempotent", "signed", "anonymous", "form", "redirect"];
/// and words with a value.
const SETTINGS: [&str; 4] = ["accept", "echoes", "header", "scope"];
const GRAMMAR: &str = "`#[endpoint(VERB, \"/path/{id}\", idempotent, signed)]`";

/// A word, and what stands behind its `=`.
pub(crate) struct Setting<T> {
    pub(crate) word: Ident,
    pub(crate) value: T,
}

/// `#[api(scope = "…", crate = path)]`
#[derive(Default)]
pub(crate) struct ApiOptions {
    pub(crate) scope: Option<Setting<Vec<LitStr>>>,
    pub(crate) core: Option<Path>,
}

/// `#[endpoint(VERB, "/path", words…)]`: each part as far as it could be read.
#[derive(Default)]
pub(crate) struct EndpointOptions {
    pub(crate) verb: Option<Ident>,
    pub(crate) path: Option<LitStr>,
    pub(crate) accept: Option<Setting<LitStr>>,
    pub(crate) header: Option<Setting<LitStr>>,
    pub(crate) scope: Option<Setting<Vec<LitStr>>>,
    pub(crate) echoes: Option<Setting<Vec<LitStr>>>,
    /// Whether a header was meant, but could not be read.
    pub(crate) is_header_broken: bool,
    flags: Vec<Ident>,
}

pub(crate) fn api(arguments: TokenStream, errors: &mut Errors) -> ApiOptions {
    let mut options = ApiOptions::default();
    for argument in split_at_commas(arguments) {
        match Argument::read(&argument) {
            Argument::Setting(word, value) if word == "scope" => {
                set(&mut options.scope, word, texts(value, SCOPE, errors), errors);
            }
            Argument::Setting(word, value) if word == "crate" => {
                if options.core.is_some() {
                    errors.at(word.span(), twice(&word));
                } else {
                    match Path::parse_mod_style.parse2(value.clone()) {
                        Ok(path) => options.core = Some(path),
                        Err(_) => errors.on(value, CRATE),
                    }
                }
            }
            Argument::Word(word) if word == "scope" => errors.at(word.span(), SCOPE),
            Argument::Word(word) if word == "crate" => errors.at(word.span(), CRATE),
            Argument::Word(word) | Argument::Setting(word, _) => {
                let message = unknown("option", &word.to_string(), &["scope", "crate"]);
                errors.at(word.span(), message);
            }
            Argument::Unseparated(word) => {
                errors.at(word.span(), format!("a comma is missing after `{word}`"));
            }
            Argument::Text(_) | Argument::Other => errors.on(
                argument,
                "expected an option, as in `#[api(scope = \"virtual_cash_balances:admin\")]`",
            ),
        }
    }
    options
}

const SCOPE: &str = "write `scope = \"users:admin\"`, or `scope = [\"users:read\", \"users:admin\"]` \
                     if any of several will do";
const CRATE: &str = "write `crate = path`, with the path under which `upvest_core` is found here";
const ACCEPT: &str = "write `accept = \"application/pdf\"`, with the type of the answer";
const ECHOES: &str = "write `echoes = [\"amount\", \"currency\"]`, with the fields of the body that \
                      the answer repeats";
const HEADER: &str =
    "write `header = \"accept\"`, with the name of the header that a parameter fills";

pub(crate) fn endpoint(attribute: &Attribute, errors: &mut Errors) -> EndpointOptions {
    let mut options = EndpointOptions::default();
    let arguments = match &attribute.meta {
        Meta::List(list) => split_at_commas(list.tokens.clone()),
        Meta::Path(_) | Meta::NameValue(_) => Vec::new(),
    };
    if arguments.is_empty() {
        errors.on(attribute.path(), format!("verb and path are missing: write {GRAMMAR}"));
        return options;
    }

    let mut arguments = arguments.into_iter().peekable();
    // What follows a broken beginning means nothing.
    let first = arguments.next().unwrap_or_default();
    match Argument::read(&first) {
        Argument::Word(verb) if VERBS.iter().any(|known| verb == known) => {
            options.verb = Some(verb);
        }
        Argument::Word(word) if is_known(&word) => {
            errors.at(word.span(), format!("the verb comes first: write {GRAMMAR}"));
            return options;
        }
        Argument::Word(verb) => {
            errors.at(verb.span(), unknown("verb", &verb.to_string(), &VERBS));
        }
        Argument::Text(text) => {
            let text_is_path = text.value().contains('/');
            let verb = closest(&text.value(), &VERBS).filter(|_| !text_is_path);
            let Some(verb) = verb else {
                let message = format!("the verb is missing before the path: write {GRAMMAR}");
                errors.at(text.span(), message);
                return options;
            };
            let message = format!("the verb is a word: write `{verb}` without quotes");
            errors.at(text.span(), message);
        }
        Argument::Unseparated(verb) => {
            errors.at(verb.span(), format!("a comma is missing after `{verb}`"));
            return options;
        }
        Argument::Setting(..) | Argument::Other => {
            errors.on(first, format!("the verb comes first: write {GRAMMAR}"));
            return options;
        }
    }
    match arguments.peek().map(|second| (second.clone(), Argument::read(second))) {
        Some((_, Argument::Text(path))) => {
            arguments.next();
            options.path = Some(path);
        }
        Some((_, Argument::Word(word))) if !is_known(&word) => {
            arguments.next();
            errors.at(word.span(), format!("the path is a text: write \"/{word}\""));
        }
        Some((second, Argument::Other)) => {
            arguments.next();
            let is_text = second
                .clone()
                .into_iter()
                .next()
                .is_some_and(|tree| literal(&tree.into()).is_some());
            errors.on(
                second,
                if is_text {
                    "a comma is missing after the path".to_owned()
                } else {
                    format!("the path is a text: write {GRAMMAR}")
                },
            );
        }
        _ => {
            if let Some(verb) = &options.verb {
                let message = format!("the path is missing after the verb: write {GRAMMAR}");
                errors.at(verb.span(), message);
            }
        }
    }
    for argument in arguments {
        options.read(argument, errors);
    }
    options
}

impl EndpointOptions {
    fn read(&mut self, argument: TokenStream, errors: &mut Errors) {
        match Argument::read(&argument) {
            Argument::Word(word) if FLAGS.iter().any(|flag| word == flag) => {
                if self.flag(&word.to_string()).is_some() {
                    errors.at(word.span(), twice(&word));
                } else {
                    self.flags.push(word);
                }
            }
            Argument::Setting(word, value) if word == "accept" => {
                set(&mut self.accept, word, text(value, ACCEPT, errors), errors);
            }
            Argument::Setting(word, value) if word == "header" => {
                set(&mut self.header, word, text(value, HEADER, errors), errors);
                self.is_header_broken |= self.header.is_none();
            }
            Argument::Setting(word, value) if word == "scope" => {
                set(&mut self.scope, word, texts(value, SCOPE, errors), errors);
            }
            Argument::Setting(word, value) if word == "echoes" => {
                set(&mut self.echoes, word, several(value, ECHOES, errors), errors);
            }
            Argument::Setting(word, _) if is_known(&word) => {
                errors.on(argument, format!("`{word}` takes no value: write `{word}` alone"));
                self.flags.push(word);
            }
            Argument::Word(word) if word == "accept" => errors.at(word.span(), ACCEPT),
            Argument::Word(word) if word == "header" => {
                errors.at(word.span(), HEADER);
                self.is_header_broken = true;
            }
            Argument::Word(word) if word == "scope" => errors.at(word.span(), SCOPE),
            Argument::Word(word) if word == "echoes" => errors.at(word.span(), ECHOES),
            Argument::Word(word) | Argument::Setting(word, _) => {
                errors.at(word.span(), unknown("word", &word.to_string(), &words()));
                // As good as given: that it is missing would be a second error for one mistake.
                match closest(&word.to_string(), &words()) {
                    Some("header") => self.is_header_broken = true,
                    Some(flag) if FLAGS.contains(&flag) => {
                        self.flags.push(Ident::new(flag, word.span()));
                    }
                    _ => {}
                }
            }
            Argument::Unseparated(word) => {
                errors.at(word.span(), format!("a comma is missing after `{word}`"));
                self.flags.extend(FLAGS.iter().any(|flag| word == flag).then_some(word));
            }
            Argument::Text(_) | Argument::Other => {
                errors.on(argument, format!("expected one of the words {}", list(&words())));
            }
        }
    }

    /// The word, if it was given.
    pub(crate) fn flag(&self, name: &str) -> Option<&Ident> {
        self.flags.iter().find(|flag| *flag == name)
    }

    /// The words without a value that were given, in the order in which they are documented.
    pub(crate) fn flags(&self) -> Vec<&'static str> {
        FLAGS.into_iter().filter(|name| self.flag(name).is_some()).collect()
    }
}

fn set<T>(place: &mut Option<Setting<T>>, word: Ident, value: Option<T>, errors: &mut Errors) {
    if place.is_some() {
        errors.at(word.span(), twice(&word));
    } else {
        *place = value.map(|value| Setting { word, value });
    }
}

fn twice(word: &Ident) -> String {
    format!("`{word}` is given twice: remove one of them")
}

/// What stands between two commas.
enum Argument {
    Word(Ident),
    Text(LitStr),
    Setting(Ident, TokenStream),
    /// A word with something behind it that should be an argument of its own.
    Unseparated(Ident),
    Other,
}

impl Argument {
    fn read(tokens: &TokenStream) -> Self {
        let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
        match trees.as_slice() {
            [TokenTree::Ident(word)] => Self::Word(word.clone()),
            [TokenTree::Ident(word), TokenTree::Punct(equals), value @ ..]
                if equals.as_char() == '=' =>
            {
                Self::Setting(word.clone(), value.iter().cloned().collect())
            }
            [TokenTree::Ident(word), TokenTree::Ident(_) | TokenTree::Literal(_), ..] => {
                Self::Unseparated(word.clone())
            }
            _ => literal(tokens).map_or(Self::Other, Self::Text),
        }
    }
}

/// A literal that a `macro_rules` macro handed over comes wrapped in invisible delimiters.
fn literal(tokens: &TokenStream) -> Option<LitStr> {
    match tokens.clone().into_iter().next() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::None => {
            literal(&group.stream())
        }
        _ => syn::parse2(tokens.clone()).ok(),
    }
}

fn text(value: TokenStream, usage: &str, errors: &mut Errors) -> Option<LitStr> {
    let text = literal(&value);
    if text.is_none() {
        errors.on(value, usage);
    }
    text
}

/// One text, or several in brackets.
fn texts(value: TokenStream, usage: &str, errors: &mut Errors) -> Option<Vec<LitStr>> {
    match literal(&value) {
        Some(text) => Some(vec![text]),
        None => several(value, usage, errors),
    }
}

/// Texts in brackets, at least one.
fn several(value: TokenStream, usage: &str, errors: &mut Errors) -> Option<Vec<LitStr>> {
    let texts = match value.clone().into_iter().next() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => {
            Punctuated::<LitStr, Token![,]>::parse_terminated.parse2(group.stream()).ok()
        }
        _ => None,
    };
    match texts {
        Some(texts) if !texts.is_empty() => Some(texts.into_iter().collect()),
        _ => {
            errors.on(value, usage);
            None
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

fn words() -> Vec<&'static str> {
    FLAGS.into_iter().chain(SETTINGS).collect()
}

fn is_known(word: &Ident) -> bool {
    words().iter().any(|known| word == known)
}
