//! Reads the attributes: from tokens to options.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, LitStr, Meta, Path, Token};

use super::{ApiOptions, EndpointOptions, Flag, Given, Method, Setting, Spanned};
use crate::errors::{Errors, closest, list, unknown};

const CRATE: &str = "write `crate = path`, with the path to `upvest_core`";
const GRAMMAR: &str = "`#[endpoint(METHOD, \"/path/{id}\", idempotent, signed)]`";

pub(crate) fn api(arguments: TokenStream, errors: &mut Errors) -> ApiOptions {
    let mut options = ApiOptions::default();
    for argument in split_at_commas(arguments) {
        match Argument::read(&argument) {
            Argument::Setting(word, value) if word == "scope" => {
                let scopes = texts(value, Setting::Scope, errors);
                set(&mut options.scope, word, scopes, errors);
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
            Argument::Word(word) if word == "scope" => {
                errors.at(word.span(), Setting::Scope.usage());
            }
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

pub(crate) fn endpoint(attribute: &Attribute, errors: &mut Errors) -> EndpointOptions {
    let mut options = EndpointOptions::default();
    let arguments = match &attribute.meta {
        Meta::List(list) => split_at_commas(list.tokens.clone()),
        Meta::Path(_) | Meta::NameValue(_) => Vec::new(),
    };
    if arguments.is_empty() {
        errors.on(attribute.path(), format!("method and path are missing: write {GRAMMAR}"));
        return options;
    }

    let mut arguments = arguments.into_iter().peekable();
    // What follows a broken beginning means nothing.
    let first = arguments.next().unwrap_or_default();
    match Argument::read(&first) {
        Argument::Word(word) => match Method::of(&word) {
            Some(value) => options.method = Some(Spanned { value, span: word.span() }),
            None if is_known(&word) => {
                errors.at(word.span(), format!("the method comes first: write {GRAMMAR}"));
                return options;
            }
            None => {
                errors.at(word.span(), unknown("method", &word.to_string(), &methods()));
            }
        },
        Argument::Text(text) => {
            let text_is_path = text.value().contains('/');
            let method = closest(&text.value(), &methods()).filter(|_| !text_is_path);
            let Some(method) = method else {
                let message = format!("the method is missing before the path: write {GRAMMAR}");
                errors.at(text.span(), message);
                return options;
            };
            let message = format!("the method has no quotes: write `{method}`");
            errors.at(text.span(), message);
        }
        Argument::Unseparated(word) => {
            errors.at(word.span(), format!("a comma is missing after `{word}`"));
            return options;
        }
        Argument::Setting(..) | Argument::Other => {
            errors.on(first, format!("the method comes first: write {GRAMMAR}"));
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
            errors.at(word.span(), format!("the path is a string: write \"/{word}\""));
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
                    format!("the path is a string: write {GRAMMAR}")
                },
            );
        }
        _ => {
            if let Some(method) = &options.method {
                let message = format!("the path is missing after the method: write {GRAMMAR}");
                errors.at(method.span, message);
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
            Argument::Word(word) => {
                let name = word.to_string();
                match (Flag::named(&name), Setting::named(&name)) {
                    (Some(flag), _) if self.flag(flag).is_some() => {
                        errors.at(word.span(), twice(&word));
                    }
                    (Some(flag), _) => self.add(flag, &word),
                    (None, Some(setting)) => {
                        errors.at(word.span(), setting.usage());
                        self.is_header_broken |= setting == Setting::Header;
                    }
                    (None, None) => self.unknown(&word, errors),
                }
            }
            Argument::Setting(word, value) => {
                let name = word.to_string();
                match (Setting::named(&name), Flag::named(&name)) {
                    (Some(setting), _) => self.set(setting, word, value, errors),
                    (None, Some(flag)) => {
                        let message = format!("`{word}` takes no value: write `{word}` alone");
                        errors.on(argument, message);
                        self.add(flag, &word);
                    }
                    (None, None) => self.unknown(&word, errors),
                }
            }
            Argument::Unseparated(word) => {
                errors.at(word.span(), format!("a comma is missing after `{word}`"));
                if let Some(flag) = Flag::named(&word.to_string()) {
                    self.add(flag, &word);
                }
            }
            Argument::Text(_) | Argument::Other => {
                let message = format!("expected an option: one of {}", list(&options()));
                errors.on(argument, message);
            }
        }
    }

    fn set(&mut self, setting: Setting, name: Ident, value: TokenStream, errors: &mut Errors) {
        match setting {
            Setting::Accept => set(&mut self.accept, name, text(value, setting, errors), errors),
            Setting::Header => {
                set(&mut self.header, name, text(value, setting, errors), errors);
                self.is_header_broken |= self.header.is_none();
            }
            Setting::Scope => set(&mut self.scope, name, texts(value, setting, errors), errors),
            Setting::Echoes => set(&mut self.echoes, name, several(value, setting, errors), errors),
        }
    }

    fn unknown(&mut self, word: &Ident, errors: &mut Errors) {
        errors.at(word.span(), unknown("option", &word.to_string(), &options()));
        // It counts as given: an error for the missing option would be a second one for one mistake.
        let Some(meant) = closest(&word.to_string(), &options()) else { return };
        self.is_header_broken |= Setting::named(meant) == Some(Setting::Header);
        if let Some(flag) = Flag::named(meant) {
            self.add(flag, word);
        }
    }
}

fn set<T>(option: &mut Option<Given<T>>, name: Ident, value: Option<T>, errors: &mut Errors) {
    if option.is_some() {
        errors.at(name.span(), twice(&name));
    } else {
        *option = value.map(|value| Given { name, value });
    }
}

fn twice(word: &Ident) -> String {
    format!("`{word}` is given twice: remove one of them")
}

/// The tokens between two commas.
enum Argument {
    Word(Ident),
    Text(LitStr),
    Setting(Ident, TokenStream),
    /// A word followed by something that should be a separate argument.
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

/// A literal that a `macro_rules` macro passed on is wrapped in invisible delimiters.
fn literal(tokens: &TokenStream) -> Option<LitStr> {
    match tokens.clone().into_iter().next() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::None => {
            literal(&group.stream())
        }
        _ => syn::parse2(tokens.clone()).ok(),
    }
}

fn text(value: TokenStream, setting: Setting, errors: &mut Errors) -> Option<LitStr> {
    let text = literal(&value);
    if text.is_none() {
        errors.on(value, setting.usage());
    }
    text
}

/// One string, or several in brackets.
fn texts(value: TokenStream, setting: Setting, errors: &mut Errors) -> Option<Vec<LitStr>> {
    match literal(&value) {
        Some(text) => Some(vec![text]),
        None => several(value, setting, errors),
    }
}

/// Strings in brackets; at least one, unless they are scopes.
fn several(value: TokenStream, setting: Setting, errors: &mut Errors) -> Option<Vec<LitStr>> {
    let texts = match value.clone().into_iter().next() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => {
            Punctuated::<LitStr, Token![,]>::parse_terminated.parse2(group.stream()).ok()
        }
        _ => None,
    };
    match texts {
        // An endpoint may need no scope, and says so.
        Some(texts) if !texts.is_empty() || setting == Setting::Scope => {
            Some(texts.into_iter().collect())
        }
        _ => {
            errors.on(value, setting.usage());
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

fn methods() -> Vec<&'static str> {
    Method::ALL.into_iter().map(Method::as_str).collect()
}

/// The names of all options of `#[endpoint]`.
fn options() -> Vec<&'static str> {
    let settings = Setting::ALL.into_iter().map(Setting::as_str);
    Flag::ALL.into_iter().map(Flag::as_str).chain(settings).collect()
}

fn is_known(word: &Ident) -> bool {
    options().iter().any(|known| word == known)
}
