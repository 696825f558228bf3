//! Files: what is read, and what is an error.

use std::fs;

use serde_json::json;

use super::{API, check, description, free, try_check};
use crate::check::Source;

#[test]
fn a_broken_file_is_an_error_with_its_position() {
    for (types, start) in [
        ("pub struct", "cannot read lib.rs:2:5: "),
        ("\npub struct Thing { a: }", "cannot read lib.rs:2:23: "),
    ] {
        let error = try_check(&free(), &free(), types).unwrap_err().to_string();
        assert!(error.starts_with(start), "{error}");
    }
    let source = Source::new("lib.rs", "pub struct A;\npub struct");
    let error = description(&free(), &free()).check(&[source]).unwrap_err().to_string();
    assert!(error.starts_with("cannot read lib.rs:2: unexpected end of input"), "{error}");
    for (attribute, start) in [
        ("#[endpoint(POST)]", "cannot read lib.rs:4: invalid attribute: "),
        ("#[endpoint]", "cannot read lib.rs:4: invalid attribute: "),
        (
            "#[endpoint(POST, \"/things\", echo = [\"a\"])]",
            "cannot read lib.rs:4: invalid attribute: unknown option `echo`",
        ),
    ] {
        let text = API.replace("#[endpoint(POST, \"/things\", signed)]", attribute);
        let source = Source::new("lib.rs", text);
        let error = description(&free(), &free()).check(&[source]).unwrap_err().to_string();
        assert!(error.starts_with(start), "{error}");
    }
}

#[test]
fn files_without_declarations_are_an_error() {
    for text in ["", "pub struct Thing;", "#[api] pub trait Things: Send + Sync {}"] {
        let sources = [Source::new("lib.rs", text)];
        let description = description(&free(), &free());
        let error = description.check(&sources).unwrap_err().to_string();
        assert!(error.starts_with("nothing to check: "), "{error}");
        assert_eq!(description.list(&sources).unwrap().declared(), 0);
    }
    // A file that is given twice is read once.
    let source = Source::new("lib.rs", format!("pub struct Thing; {API}"));
    let report = description(&free(), &free()).check(&[source.clone(), source]).unwrap();
    assert_eq!(report.unchecked().len(), 2, "{report}");
}

#[test]
fn tests_and_other_macros_are_left_out() {
    let none: [&str; 0] = [];
    let types = "
        pub type Thing = serde_json::Value;
        #[cfg(test)] mod tests { #[api] pub trait A { #[endpoint(GET, \"/x\")] fn x(&self) -> Call<()>; } }
        #[cfg(all(test, unix))] #[api] pub trait B { #[endpoint(GET, \"/x\")] fn x(&self) -> Call<()>; }
        pub trait NotMarked { #[endpoint(GET, \"/x\")] fn x(&self) -> Call<()>; }
        id!(something = else);
        events! { on click => run() }
        macro_rules! id { () => {} }
    ";
    assert_eq!(check(&free(), &free(), types), none);
    assert_eq!(check(&free(), &free(), &types.replace("#[cfg(test)]", "#[cfg(unix)]")).len(), 1);
}

#[test]
fn the_scope_of_the_trait_is_that_of_its_methods() {
    let none: [&str; 0] = [];
    let types = "pub type Thing = Value;";
    let with = |scope: &str| {
        let text = API.replace("signed", &format!("signed, {scope}"));
        let source = Source::new("lib.rs", format!("{types}{text}"));
        super::short(&description(&json!({}), &json!({})).check(&[source]).unwrap())
    };
    assert_eq!(with(""), none);
    assert_eq!(with("scope = \"things:admin\""), none);
    assert_eq!(with("scope = [\"things:admin\",]"), none);
    assert_eq!(
        with("scope = []"),
        ["breaking scope-changed: `create_thing` is declared with no scope, but described with \
             `things:admin`"]
    );
    assert_eq!(with("scope = [\"things:read\", \"things:admin\"]").len(), 1);
}

#[test]
fn a_folder_is_read_in_order() {
    let folder = std::env::temp_dir().join(format!("upvest-codegen-{}", std::process::id()));
    for (path, text) in [
        ("b.rs", "b"),
        ("a/z.rs", "z"),
        ("a/y.txt", "y"),
        ("target/t.rs", "t"),
        (".hidden/h.rs", "h"),
    ] {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let sources = Source::read(&folder).unwrap();
    let texts: Vec<&str> = sources.iter().map(Source::text).collect();
    assert_eq!(texts, ["z", "b"]);
    assert_eq!(Source::read(folder.join("b.rs")).unwrap().len(), 1);
    let error = Source::read(folder.join("c.rs")).unwrap_err().to_string();
    assert!(error.starts_with("cannot read ") && error.contains("c.rs: "), "{error}");
    fs::remove_dir_all(folder).unwrap();
}
