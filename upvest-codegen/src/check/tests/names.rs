//! Which declaration a name means.

use serde_json::json;

use super::{API, description, object, short};
use crate::check::Source;

/// Checks these files; the response has a field `a` that is a text.
fn check(files: &[(&str, &str)]) -> Vec<String> {
    let thing = object(&json!({"a": {"type": "string"}}), &["a"]);
    let sources: Vec<Source> = files.iter().map(|(path, text)| Source::new(*path, *text)).collect();
    short(&description(&json!({}), &thing).check(&sources).unwrap())
}

const RIGHT: &str = "#[derive(Serialize, Deserialize)] pub struct Thing { pub a: String }";
const WRONG: &str = "#[derive(Serialize, Deserialize)] pub struct Thing { pub a: u8 }";

#[test]
fn the_same_module_comes_before_the_same_file_and_that_before_others() {
    let none: [&str; 0] = [];
    assert_eq!(check(&[("api.rs", API), ("types.rs", RIGHT)]), none);
    assert_eq!(check(&[("api.rs", &format!("{API}{RIGHT}")), ("types.rs", WRONG)]), none);
    let module = format!("{API}{RIGHT} mod other {{ {WRONG} }}");
    assert_eq!(check(&[("api.rs", &module)]), none);
    let module = format!("{WRONG} mod other {{ {RIGHT} {API} }}");
    assert_eq!(check(&[("api.rs", &module)]), none);
    let findings = check(&[("api.rs", API), ("a.rs", WRONG), ("b.rs", RIGHT)]);
    assert_eq!(findings.len(), 2);
    let what = "`Thing` is declared more than once in the given files";
    assert!(findings.iter().all(|it| it.ends_with(what)), "{findings:?}");
}

#[test]
fn imports_and_paths_are_followed() {
    let none: [&str; 0] = [];
    let types = |ty: &str| {
        format!("#[derive(Serialize, Deserialize)] pub struct Thing {{ pub a: {ty} }}{API}")
    };
    // A type of the sources with the name of one of `upvest-core`.
    let date = "#[derive(Serialize, Deserialize)] pub struct Date { pub day: u8 }";
    let mismatch =
        "breaking type-changed: `Thing.a` is declared as `Date`, but described as a string";
    assert_eq!(check(&[("api.rs", &types("Date")), ("date.rs", date)]), [mismatch]);
    for (import, ty) in [
        ("use upvest_core::Uuid as Text;", "Text"),
        ("use upvest_core::{Amount, Date};", "Date"),
        ("", "upvest_core::Date"),
        ("", "::upvest_types::Date"),
    ] {
        let file = format!("{import}{}", types(ty));
        let findings = check(&[("api.rs", &file), ("date.rs", date)]);
        assert!(findings[0].starts_with("breaking type-changed"), "{import} {ty}: {findings:?}");
        assert!(!findings[0].contains("`String`"));
    }
    for (import, ty) in [
        ("use serde_json::Value as Json;", "Json"),
        ("use std::string::String as Text;", "Text"),
        ("use crate::names::Name as Called;", "Called"),
        ("", "crate::names::Name"),
        ("", "std::boxed::Box<str>"),
        ("", "Cow<'static, str>"),
    ] {
        let file = format!("{import}{}", types(ty));
        let name = "#[derive(Serialize, Deserialize)] pub struct Name(String);";
        assert_eq!(check(&[("api.rs", &file), ("names.rs", name)]), none, "{import} {ty}");
    }
}
